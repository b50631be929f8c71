"""A synthetic twin of the Autoferry recordings: two boats as four sensors see them."""

import json
from pathlib import Path

import numpy as np

OWN_SHIP = (100.0, 200.0)  # north, east
BOATS = {1: ((150.0, 260.0), (-1.0, 2.0)), 2: ((40.0, 120.0), (2.0, 0.5))}


def place(boat: int, time_s: float) -> np.ndarray:
    (start, velocity) = BOATS[boat]
    return np.array(start) + time_s * np.array(velocity)


def ferry(folder: Path, *, seed: int = 1) -> Path:
    """Write a minute of two boats as four sensors see them: a twin of the Autoferry recordings.

    Every sensor is 0.7 s late and the radar 2 s; the cameras look ten times a second with errors
    that stay for five seconds.
    """
    rng = np.random.default_rng(seed)
    scans, errors = [], {}
    looks = [(1, 0.5, 0.7), (2, 1.7, 2.0), (3, 0.1, 0.7), (4, 0.1, 0.7)]
    for sensor, step_s, late_s in looks:
        for k in range(int(60 / step_s)):
            time_s = k * step_s
            seen = []
            for boat in BOATS:
                relative = place(boat, time_s) - OWN_SHIP
                if sensor in (1, 2) and rng.random() < 0.9:
                    seen.append(relative + rng.normal(0.0, 2.0, 2))
                elif sensor in (3, 4):
                    key = (sensor, boat, int(time_s / 5.0))
                    bias, there = errors.setdefault(key, (rng.normal(0, 0.05), rng.random() < 0.7))
                    if there:
                        seen.append(np.arctan2(relative[1], relative[0]) + bias)
            measured = np.array(seen).T.tolist() if sensor in (1, 2) else seen
            scans.append(
                {
                    "sensorID": sensor,
                    "measurements": [],
                    "ownshipPosition": list(OWN_SHIP),
                    "time": time_s + late_s,
                    "measurement": measured,
                }
            )
    scans.sort(key=lambda scan: scan["time"])
    truth = [
        [
            {"targetID": boat, "position": [*place(boat, time_s), 0.0], "time": time_s}
            for boat in BOATS
        ]
        for time_s in np.arange(0.0, 60.0, 0.1).tolist()
    ]
    (folder / "scenario9_detections.json").write_text(json.dumps(scans))
    (folder / "scenario9_groundTruth.json").write_text(json.dumps(truth))
    return folder
