"""Autoferry: radar, lidar and both, each association, with one set of settings for all."""

import numpy as np
from record import Row, cpu_s, record, rounded
from recordings import only, recordings, tables

from detente import io
from detente.cli.score import Reference, reference_from_recording, score
from detente.io.presets import settings_for
from detente.tracking import Association

SCENARIOS = (2, 3, 4, 5, 6)
SENSORS = {"radar": ("radar",), "lidar": ("lidar",), "both": ("lidar", "radar")}
ASSOCIATIONS: tuple[Association, ...] = ("gnn", "jpda", "pmbm")
GRID_S = 0.5  # the same times for all three
MEANS = ("GOSPA [m]", "RMSE [m]", "missed of 2", "false", "CPU ms a scan")
SUMS = ("scans", "detections", "switches", "fragments")


def rows_of(scenario: int) -> list[Row]:
    """Return the scores of one scenario."""
    recording = io.read(recordings() / "autoferry" / f"scenario{scenario}")
    settings = settings_for(recording)
    truth = reference_from_recording(recording, step_s=GRID_S)
    assert truth is not None
    assert recording.scans is not None
    first_s, last_s = recording.scans["time_s"][[0, -1]]
    reference = Reference(truth.name, truth.rows, np.arange(first_s, last_s, GRID_S))
    rows: list[Row] = []
    for name, sensors in SENSORS.items():
        part = only(recording, sensors)
        scans = len(part.scans or ())
        for association in ASSOCIATIONS:

            def follow(part: io.Recording = part, association: Association = association):  # noqa: ANN202
                return tables(part, settings, association=association)

            scores = score(
                follow()[0],
                reference,
                cutoff_m=settings.cutoff_m,
                longest_gap_s=settings.longest_gap_s,
            )
            rows.append(
                {
                    "scenario": scenario,
                    "sensors": name,
                    "association": association,
                    "scans": scans,
                    "detections": len(part.detections),
                    "GOSPA [m]": rounded(scores["gospa_m"]),
                    "RMSE [m]": rounded(scores["position_rmse_m"] or np.nan),
                    "missed of 2": rounded(scores["missed"]),
                    "false": rounded(scores["false"]),
                    "switches": scores["identity_switches"],
                    "fragments": scores["fragments"],
                    "CPU ms a scan": rounded(1e3 * cpu_s(follow, repeats=5) / scans),
                }
            )
    return rows


def all_five(rows: list[Row], sensors: str, association: Association) -> Row:
    """Return the means of the scores, and the sums of the counts, over the scenarios."""
    chosen = [r for r in rows if (r["sensors"], r["association"]) == (sensors, association)]
    row: Row = {"scenario": "all five", "sensors": sensors, "association": association}
    row |= {name: sum(int(r[name]) for r in chosen) for name in SUMS}
    return row | {name: rounded(float(np.mean([float(r[name]) for r in chosen]))) for name in MEANS}


def main() -> None:
    rows = [row for scenario in SCENARIOS for row in rows_of(scenario)]
    rows += [all_five(rows, name, one) for name in SENSORS for one in ASSOCIATIONS]
    settings = {
        "GOSPA": "c 20 m, p 2, mean over a grid of 0.5 s",
        "tracker": "detente's usual settings for Autoferry (detente.io.presets) in all, "
        "existence ≥ 0.5",
    }
    record("autoferry", settings=settings, rows=rows)


if __name__ == "__main__":
    main()
