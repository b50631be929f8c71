"""Autoferry: GOSPA of radar alone, lidar alone and both, with one set of settings for all."""

import numpy as np
from record import Row, cpu_s, record, rounded
from recordings import only, recordings, tables

from detente import io
from detente.cli.score import Reference, reference_from_recording, score
from detente.io.presets import settings_for

SCENARIOS = (2, 3, 4, 5, 6)
SENSORS = {"radar": ("radar",), "lidar": ("lidar",), "both": ("lidar", "radar")}
GRID_S = 0.5  # the same times for all three


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
        scores = score(
            tables(part, settings)[0],
            reference,
            cutoff_m=settings.cutoff_m,
            longest_gap_s=settings.longest_gap_s,
        )
        rows.append(
            {
                "scenario": scenario,
                "sensors": name,
                "scans": len(part.scans or ()),
                "detections": len(part.detections),
                "GOSPA [m]": rounded(scores["gospa_m"]),
                "RMSE [m]": rounded(scores["position_rmse_m"] or np.nan),
                "missed of 2": rounded(scores["missed"]),
                "false": rounded(scores["false"]),
                "switches": scores["identity_switches"],
                "CPU ms": rounded(1e3 * cpu_s(lambda part=part: tables(part, settings), repeats=5)),
            }
        )
    return rows


def main() -> None:
    rows = [row for scenario in SCENARIOS for row in rows_of(scenario)]
    for name in SENSORS:
        mean = float(np.mean([float(row["GOSPA [m]"]) for row in rows if row["sensors"] == name]))
        rows.append({"scenario": "mean", "sensors": name, "GOSPA [m]": rounded(mean)})
    settings = {
        "GOSPA": "c 20 m, p 2, mean over a grid of 0.5 s",
        "tracker": "detente's usual settings for Autoferry (detente.io.presets) in all",
    }
    record("autoferry", settings=settings, rows=rows)


if __name__ == "__main__":
    main()
