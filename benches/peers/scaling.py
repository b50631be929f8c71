"""How the time of a scan grows with the crowd, at constant density, and its exponent."""

import statistics
import time

import numpy as np
from ours import follow
from record import Row, full, record, rounded

import detente as dt

TARGETS = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000]
SCANS = 40 if full() else 16
FIRST_SCAN = 10
REPEATS = 5 if full() else 1


def scan_s(targets: int) -> float:
    """Return the median CPU time of a scan [s], from the tenth on."""
    times_s: list[float] = []
    scene = dt.simulate.scenario("crowd", targets=targets, steps=SCANS)
    for _ in range(REPEATS):
        estimates = follow(scene)
        for k in range(SCANS):
            start_s = time.process_time()
            next(estimates)
            if k >= FIRST_SCAN:
                times_s.append(time.process_time() - start_s)
    return statistics.median(times_s)


def exponent(targets: list[int], times_s: list[float]) -> float:
    """Return the slope of log time over log targets, by least squares."""
    return float(np.polyfit(np.log(targets), np.log(times_s), 1)[0])


def main() -> None:
    times_s = [scan_s(targets) for targets in TARGETS]
    rows: list[Row] = [
        {
            "targets": targets,
            "ms a scan": rounded(time_s * 1e3),
            "µs a target": rounded(time_s / targets * 1e6),
        }
        for targets, time_s in zip(TARGETS, times_s, strict=True)
    ]
    large = TARGETS.index(1_000)
    fits = {
        "exponent, all": f"{exponent(TARGETS, times_s):.2f}",
        "exponent, from 1,000": f"{exponent(TARGETS[large:], times_s[large:]):.2f}",
        "n log n would be": f"{exponent(TARGETS, [n * np.log(n) for n in TARGETS]):.2f}",
    }
    record("scaling", settings={"scans": SCANS, "repeats": REPEATS, **fits}, rows=rows)


if __name__ == "__main__":
    main()
