"""Two cars that meet: what each way of exchange brings to what each knows of its surroundings."""

from itertools import product
from typing import get_args

import numpy as np
from record import Row, full, record, rounded
from two_cars import CUTOFF_M, NAMES, RANGE_M, SETTLED_S, Array, Place, drive, errors

from detente.exchange.rehearsal import How

SEEDS = range(200, 206 if full() else 202)
LASTS_S, RATE_HZ = (30.0 if full() else 20.0), 10.0
DETECTORS = {  # the least score that counts, and what the detector is better by
    "good": (0.35, 0.0),
    "good, high threshold": (0.5, 0.0),
    "weak": (0.35, -0.18),
}
WAYS: tuple[How, ...] = ("nothing", "tracks", "tracklets", "detections")


def main() -> None:
    rows: list[Row] = []
    for association, (name, (least_score, skill)) in product(
        ("gnn", "jpda", "pmbm"), DETECTORS.items()
    ):
        found: dict[How, list[Array]] = {
            how: [] for how in WAYS
        }  # a row for each car of each drive
        seen: list[float] = []
        for place, seed in product(get_args(Place), SEEDS):
            one = drive(
                seed,
                place=place,
                lasts_s=LASTS_S,
                rate_hz=RATE_HZ,
                least_score=least_score,
                skill=skill,
            )
            seen.append(one.seen)
            for how in WAYS:
                found[how] += errors(one, how, association).values()
        mean = {how: np.mean(each, axis=0) for how, each in found.items()}
        single = {how: np.array(each)[:, 0] for how, each in found.items()}
        alone, pooled = mean["nothing"][0], mean["detections"][0]
        for how in WAYS:
            each = single[how]
            row: Row = {
                "trackers": association,
                "detector": name,
                "seen": rounded(float(np.mean(seen)), 2),
                "handed over": how,
                "GOSPA [m]": rounded(float(mean[how][0]), 4),
                "located [m²]": rounded(float(mean[how][1])),
                "missed [m²]": rounded(float(mean[how][2])),
                "false [m²]": rounded(float(mean[how][3])),
                "of what pooling brings": rounded(float((alone - mean[how][0]) / (alone - pooled))),
                "÷ alone, the worst car": rounded(float((each / single["nothing"]).max())),
                "÷ worse of alone and pooled, the worst car": rounded(
                    float((each / np.maximum(single["nothing"], single["detections"])).max())
                ),
            }
            rows.append(row)
            print(row, flush=True)
    settings = {
        "scene": f"{len(SEEDS) * len(get_args(Place))} drives of {LASTS_S:g} s: at a crossing, "
        f"oncoming, one behind the other; each of the {len(NAMES)} cars looks {RATE_HZ:g} times a "
        f"second up to {RANGE_M:g} m, not through buildings and cars",
        "GOSPA": f"c {CUTOFF_M:g} m, p 2, in the range of the own car, mean over both cars from "
        f"{SETTLED_S:g} s on; then the parts of its square",
        "seeds": f"{SEEDS[0]} to {SEEDS[-1]}; none of them was used in development",
    }
    record("drive", settings=settings, rows=rows)


if __name__ == "__main__":
    main()
