"""multisensor-lmb-filters-rs, a Rust crate, over a scenario's detections (lmb/src/main.rs)."""

import subprocess
from collections.abc import Iterator
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


def _text(scene: Scenario, name: str, births: str) -> str:
    """Return what the program reads."""
    assert isinstance(scene.birth, dt.BirthMixture)
    low, high = scene.region_m.T
    area = float(np.prod(high - low))
    sensor = scene.sensor
    assert sensor.detection_probability is not None
    starts = scene.truth.states[0]
    cov = np.diag(np.asarray(scene.birth.cov)[0])
    mean = np.asarray(scene.birth.mean)[0]
    initial = float(np.asarray(scene.birth.initial)[0]) / len(starts)
    later = float(np.asarray(scene.birth.rate_per_s)[0]) / len(starts)
    header = [
        name,
        float(scene.motion.noise(1.0)[2, 2]),
        float(sensor.noise(2)[0, 0]),
        sensor.detection_probability,
        scene.survival_per_s,
        sensor.clutter_density * area,
        area,
        len(starts),
    ]
    lines = [header]
    for start in starts:
        if births == GIVEN:
            place = [*start[:2], 0.0, 0.0], [NEAR_M2, NEAR_M2, *cov[2:]]
        else:
            place = mean, cov
        lines.append([initial, later, *place[0], *place[1]])
    lines += [[len(z), *z.ravel()] for _, z in scene.detections]
    return "\n".join(" ".join(map(str, line)) for line in lines) + "\n"
