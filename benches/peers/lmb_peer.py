"""multisensor-lmb-filters-rs, a Rust crate, over a scenario's detections (lmb/src/main.rs)."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from score import Estimate

import detente as dt
from detente.simulate import Scenario

BINARY = Path(__file__).parent / "lmb" / "target" / "release" / "lmb-peer"
WIDE, GIVEN = "4 wide births", "births at the true starts"
VARIANTS = (
    ("LMB-Gibbs", GIVEN),
    ("LMB-Gibbs", WIDE),
    ("LMB-LBP", GIVEN),
    ("LMBM-Gibbs", GIVEN),
)
SETTINGS = (
    "0.3.2, Gibbs with 1000 samples or LBP, components pruned at 1e-4 and at most 100, LMBM with "
    "200 hypotheses pruned at 1e-4; 4 birth places share the scenario's expected number, each as "
    "wide as the scenario says or at a true start with 10 m deviation"
)
NEAR_M2 = 10.0**2


@dataclass(frozen=True)
class Place:
    """A birth place: mean and variances (4), and expected births at the first scan and later."""

    mean: list[float]
    variances: list[float]
    initial: float
    later: float


def built() -> bool:
    """Whether ``cargo build --release`` has been run in ``lmb/``, as setup.sh does."""
    return BINARY.exists()


def follow(scene: Scenario, *, name: str, births: str) -> Iterator[tuple[Estimate, float]]:
    """Yield the estimates after each scan and its CPU time [s]."""
    done = subprocess.run(  # noqa: S603  # ours
        [BINARY], input=_text(scene, name, births), capture_output=True, text=True, check=True
    )
    for line in done.stdout.splitlines():
        scan_s, kept, *positions = line.split()
        yield Estimate(np.array(positions, float).reshape(-1, 2), int(kept)), float(scan_s)


def births_of(scene: Scenario, births: str) -> list[Place]:
    """Share the scenario's births among as many places as there are targets."""
    assert isinstance(scene.birth, dt.BirthMixture)
    starts = scene.truth.states[0]
    mean, cov = np.asarray(scene.birth.mean)[0], np.diag(np.asarray(scene.birth.cov)[0])
    initial = float(np.asarray(scene.birth.initial)[0]) / len(starts)
    later = float(np.asarray(scene.birth.rate_per_s)[0]) / len(starts)
    if births == WIDE:
        return [Place(mean.tolist(), cov.tolist(), initial, later)] * len(starts)
    near = [NEAR_M2, NEAR_M2, *cov[2:].tolist()]
    return [Place([*start[:2].tolist(), 0.0, 0.0], near, initial, later) for start in starts]


def _text(scene: Scenario, name: str, births: str) -> str:
    """Return what the program reads."""
    low, high = scene.region_m.T
    area = float(np.prod(high - low))
    sensor = scene.sensor
    assert sensor.detection_probability is not None
    places = births_of(scene, births)
    header = [
        name,
        float(scene.motion.noise(1.0)[2, 2]),
        float(sensor.noise(2)[0, 0]),
        sensor.detection_probability,
        scene.survival_per_s,
        sensor.clutter_density * area,
        area,
        len(places),
    ]
    lines = [header]
    lines += [[p.initial, p.later, *p.mean, *p.variances] for p in places]
    lines += [[len(z), *z.ravel()] for _, z in scene.detections]
    return "\n".join(" ".join(map(str, line)) for line in lines) + "\n"
