"""Measure CPU time on one thread, and record figures with machine, versions and settings."""

import datetime as dt
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
THREAD_SETTINGS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "RAYON_NUM_THREADS",
)
PEERS = (
    "detente",
    "numpy",
    "scipy",
    "stonesoup",
    "filterpy",
    "simdkalman",
    "nrl-tracker",
    "lap",
    "pyehm",
    "motmetrics",
    "trackeval",
    "ortools",
    "trackforge",
    "pyxtrackers",
)
NOT_INSTALLED = "not installed"

Row = dict[str, str | int | float]


def version(distribution: str) -> str | None:
    """Return the installed version, None if there is none."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def cpu_s(work: Callable[[], object], *, repeats: int) -> float:
    """Return the median CPU time of a call [s]."""
    times_s: list[float] = []
    for _ in range(repeats):
        start_s = time.process_time()
        work()
        times_s.append(time.process_time() - start_s)
    return statistics.median(times_s)


def rounded(value: float, digits: int = 3) -> float:
    """Round to significant digits, for no figure here has more."""
    return float(f"{value:.{digits}g}")


def full() -> bool:
    """Whether the long run was asked for."""
    return "--full" in sys.argv[1:]


def record(name: str, *, settings: dict[str, Any], rows: Sequence[Row]) -> None:
    """Print the figures and write them to ``benches/results/<name>.json``."""
    run = {
        "bench": name,
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "full": full(),
        "machine": _machine(),
        "versions": {peer: version(peer) or NOT_INSTALLED for peer in PEERS},
        "settings": settings,
        "rows": list(rows),
    }
    text = json.dumps(run, indent=1, ensure_ascii=False)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _machine() -> dict[str, str | int | float | None]:
    """Return what a reader needs to compare machines."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "threads": 1,
        "system": platform.system(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    """Return the processor's name, as Linux tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if any(os.environ.get(setting) != "1" for setting in THREAD_SETTINGS):
    sys.exit("run it as 'python benches/run.py NAME', which sets one thread for every library")
