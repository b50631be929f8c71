"""Autoferry: each sensor, two and all four, each association, one set of settings for all."""

import numpy as np
from record import Row, cpu_s, record, rounded
from recordings import only, recordings, tables

from detente import io
from detente.cli.score import Reference, reference_from_recording, score
from detente.io.presets import preset_for
from detente.presets.looks import used_rows
from detente.tracking import Association

SCENARIOS = (2, 3, 4, 5, 6)
SENSORS = {
    "radar": ("radar",),
    "lidar": ("lidar",),
    "infrared": ("infrared",),
    "optical": ("optical",),
    "radar, lidar": ("lidar", "radar"),
    "all four": ("infrared", "lidar", "optical", "radar"),
}
SINGLE = ("radar", "lidar", "infrared", "optical")
ASSOCIATIONS: tuple[Association, ...] = ("gnn", "jpda", "pmbm")
GRID_S = 0.5  # the same times for all
MEANS = ("GOSPA [m]", "RMSE [m]", "missed of 2", "false", "CPU ms a scan")
SUMS = ("scans", "detections", "switches", "fragments")


def rows_of(scenario: int) -> list[Row]:
    """Return the scores of one scenario."""
    recording = io.read(recordings() / "autoferry" / f"scenario{scenario}")
    settings = preset_for(recording)
    truth = reference_from_recording(recording, step_s=GRID_S)
    assert truth is not None
    assert recording.scans is not None
    first_s, last_s = recording.scans["time_s"][[0, -1]]
    reference = Reference(truth.name, truth.rows, np.arange(first_s, last_s, GRID_S))
    rows: list[Row] = []
    for name, sensors in SENSORS.items():
        part = only(recording, sensors)
        assert part.scans is not None
        scans = len(used_rows(part.scans, part.scans, settings.every_s))
        detections = len(used_rows(part.detections, part.scans, settings.every_s))
        for association in ASSOCIATIONS:

            def tracked(part: io.Recording = part, association: Association = association):  # noqa: ANN202
                return tables(part, settings, association=association)

            scores = score(
                tracked()[0],
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
                    "detections": detections,
                    "GOSPA [m]": scores["gospa_m"],
                    "RMSE [m]": scores["position_rmse_m"] or "–",
                    "missed of 2": scores["missed"],
                    "false": scores["false"],
                    "switches": scores["identity_switches"],
                    "fragments": scores["fragments"],
                    "CPU ms a scan": 1e3 * cpu_s(tracked, repeats=5) / scans,
                }
            )
    return rows


def all_five(rows: list[Row], sensors: str, association: Association) -> Row:
    """Return the means of the scores, and the sums of the counts, over the scenarios."""
    chosen = [r for r in rows if (r["sensors"], r["association"]) == (sensors, association)]
    row: Row = {"scenario": "all five", "sensors": sensors, "association": association}
    row |= {name: sum(int(r[name]) for r in chosen) for name in SUMS}
    for name in MEANS:
        known = [float(r[name]) for r in chosen if r[name] != "–"]
        row[name] = float(np.mean(known)) if known else "–"
    return row


def beside_the_best(rows: list[Row]) -> None:
    """Add how far each row of one scenario lies below that of its best single sensor."""
    for row in rows:
        alone = [
            float(other["GOSPA [m]"])
            for other in rows
            if other["sensors"] in SINGLE
            and (other["scenario"], other["association"]) == (row["scenario"], row["association"])
        ]
        row["below best sensor [%]"] = 100.0 * (1.0 - float(row["GOSPA [m]"]) / min(alone))


def shown(row: Row) -> Row:
    """Return a row as it is read: scores rounded, after every mean and share was taken."""
    exact = (*MEANS, "below best sensor [%]")
    return {k: rounded(float(v)) if k in exact and v != "–" else v for k, v in row.items()}


def main() -> None:
    rows = [row for scenario in SCENARIOS for row in rows_of(scenario)]
    rows += [all_five(rows, name, one) for name in SENSORS for one in ASSOCIATIONS]
    beside_the_best(rows)
    settings = {
        "GOSPA": "c 20 m, p 2, mean over a grid of 0.5 s",
        "tracker": "detente's usual settings for Autoferry (dt.presets.autoferry) in all, "
        "existence ≥ 0.5; fitted to these five scenarios",
        "scans and detections": "those used: the cameras once in 3 s",
        "below best sensor": "of each scenario its own best, of all five the best by its mean",
    }
    record("autoferry", settings=settings, rows=[shown(row) for row in rows])


if __name__ == "__main__":
    main()
