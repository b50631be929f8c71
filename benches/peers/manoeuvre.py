"""An aircraft turns with 3 g between two straights: interacting models beside single ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from record import RESULTS, Row, cpu_s, record, rounded, version

import detente as dt
from detente.motion.model import Motion
from detente.simulate import Scenario
from detente.tracking import Association

RUNS, SCANS, SETTLED = 200, 101, 10
CLUTTER = (0.0, 100.0)  # false detections a scan over 40 km × 40 km
LOST_M = 1000.0
TURN_RATE_RAD_S = 3.0 * 9.806_65 / 250.0
CRUISE = dt.ConstantVelocity(axes=2, acceleration_psd=1.0)
TURN = dt.EstimatedTurn(axes=2, acceleration_psd=1.0, turn_rate_psd=1e-5, turn_rate_std_rad_s=0.08)
RATES_PER_S = [[0.0, 0.025], [0.05, 0.0]]  # 40 s of a straight, 20 s of a turn
SINGLE: dict[str, Motion] = {
    **{
        f"CV {psd:g} m²/s³": dt.ConstantVelocity(axes=2, acceleration_psd=psd)
        for psd in (10.0, 30.0, 100.0, 300.0)
    },
    **{f"CA {psd:g} m²/s⁵": dt.ConstantAcceleration(axes=2, jerk_psd=psd) for psd in (10.0, 30.0)},
    **{
        f"Singer {tau:g} s, {std:g} m/s²": dt.Singer(
            axes=2, correlation_time_s=tau, acceleration_std_m_s2=std
        )
        for tau, std in ((5.0, 10.0), (10.0, 10.0), (10.0, 15.0), (20.0, 15.0))
    },
    **{
        f"turn of estimated rate, {psd:g} m²/s³, {turn:g} rad²/s³": dt.EstimatedTurn(
            axes=2, acceleration_psd=psd, turn_rate_psd=turn, turn_rate_std_rad_s=0.08
        )
        for psd, turn in ((1.0, 1e-5), (10.0, 1e-4), (10.0, 3e-4), (10.0, 1e-3))
    },
}
INTERACTING: dict[str, dt.IMM] = {
    "IMM: CV 1, turn of estimated rate": dt.IMM([CRUISE, TURN], transition_per_s=RATES_PER_S),
    "IMM: CV 1, Singer 20 s, 15 m/s²": dt.IMM(
        [CRUISE, dt.Singer(axes=2, correlation_time_s=20.0, acceleration_std_m_s2=15.0)],
        transition_per_s=RATES_PER_S,
    ),
    "IMM: CV 1, turns of 3 g left and right": dt.IMM(
        [
            CRUISE,
            *(
                dt.CoordinatedTurn(axes=2, turn_rate_rad_s=rate, acceleration_psd=1.0)
                for rate in (TURN_RATE_RAD_S, -TURN_RATE_RAD_S)
            ),
        ],
        transition_per_s=[[0.0, 0.0125, 0.0125], [0.05, 0.0, 0.0], [0.05, 0.0, 0.0]],
    ),
}


@dataclass(frozen=True)
class Flown:
    """Of each run and scan: squared error [m²], normalised error, probabilities; NaN if lost."""

    square_m2: NDArray[np.float64]  # (runs, scans)
    nees: NDArray[np.float64]  # (runs, scans)
    mode: NDArray[np.float64]  # (runs, scans, models)


def follow(scene: Scenario, motion: Motion, association: Association) -> list[dt.Tracks]:
    """Return the likeliest track after each scan, if any is confirmed."""
    tracker = dt.Tracker(
        motion=motion,
        birth=scene.birth,
        survival_per_s=scene.survival_per_s,
        association=association,
    )
    found: list[dt.Tracks] = []
    for time_s, positions_m in scene.detections:
        tracks = tracker.step(time_s, positions_m, sensor=scene.sensor).confirmed()
        best = np.argsort(-tracks.existence, kind="stable")[:1]
        found.append(tracks[best])
    return found


def fly(scenes: list[Scenario], motion: Motion, association: Association) -> Flown:
    """Follow every run."""
    models = len(motion.models) if isinstance(motion, dt.IMM) else 1
    square_m2, nees = np.full((2, len(scenes), SCANS), np.nan)
    mode = np.full((len(scenes), SCANS, models), np.nan)
    for run, scene in enumerate(scenes):
        for k, track in enumerate(follow(scene, motion, association)):
            if not len(track):
                continue
            off = track.mean[0, :4] - scene.truth.states[k, 0]
            if off[:2] @ off[:2] <= LOST_M**2:
                square_m2[run, k] = off[:2] @ off[:2]
                nees[run, k] = off @ np.linalg.solve(track.cov[0, :4, :4], off) / 4.0
                mode[run, k] = track.mode_probability[0]
    return Flown(square_m2, nees, mode)


def row_of(name: str, motion: Motion, scenes: list[Scenario], clutter: float) -> tuple[Row, Flown]:
    """Return the figures of a motion model, and what they are made of."""
    association: Association = "jpda" if clutter else "gnn"
    flown = fly(scenes, motion, association)
    square_m2 = flown.square_m2[:, SETTLED:]
    row: Row = {
        "false a scan": clutter,
        "association": association,
        "motion": name,
        "RMSE [m]": rounded(float(np.sqrt(np.nanmean(square_m2)))),
        "in the turn": rounded(float(np.sqrt(np.nanmean(flown.square_m2[:, 40:62])))),
        "ANEES": rounded(float(np.nanmean(flown.nees[:, SETTLED:]))),
        "scans lost [%]": rounded(100.0 * float(np.isnan(square_m2).mean())),
        "CPU ms a scan": rounded(
            1e3 * cpu_s(lambda: follow(scenes[0], motion, association), repeats=3) / SCANS
        ),
    }
    return row, flown


def draw(modes: dict[float, NDArray[np.float64]]) -> None:
    """Write the probability of a turn over time, its mean and the middle 90 % of the runs."""
    if version("matplotlib") is None:
        print("no figure: matplotlib is not installed")
        return
    import matplotlib as mpl  # noqa: PLC0415  # pyright: ignore[reportMissingImports]  # a peer may be missing

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "manoeuvre", "svg.fonttype": "none", "font.size": 9}
    from matplotlib import pyplot as plt  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

    figure, axes = plt.subplots(len(modes), 1, sharex=True, figsize=(7.0, 4.6))
    confirmed = np.arange(3, SCANS)  # in every scene some run has a track by then
    for panel, (clutter, turning) in zip(axes, modes.items(), strict=True):
        low, high = np.nanquantile(turning[:, confirmed], [0.05, 0.95], axis=0)
        panel.axvspan(40.0, 60.0, color="0.88", label="the turn, 3 g")
        panel.fill_between(
            confirmed, low, high, color="C0", alpha=0.25, linewidth=0, label="90 % of runs"
        )
        mean = np.nanmean(turning[:, confirmed], axis=0)
        panel.plot(confirmed, mean, color="C0", label=f"mean of {RUNS} runs")
        panel.set(ylim=(0.0, 1.0), xlim=(0.0, SCANS - 1), ylabel="probability of the turn")
        panel.set_title(f"{clutter:g} false detections a scan" if clutter else "no clutter")
    axes[0].legend(frameon=False, loc="upper right")
    axes[-1].set_xlabel("time [s]")
    figure.tight_layout()
    figure.savefig(RESULTS / "manoeuvre.svg", metadata={"Date": None})


def main() -> None:
    rows: list[Row] = []
    turning: dict[float, NDArray[np.float64]] = {}
    for clutter in CLUTTER:
        scenes = [
            dt.simulate.scenario("manoeuvre", clutter_per_scan=clutter, seed=seed)
            for seed in range(RUNS)
        ]
        here: list[Row] = []
        for name, motion in (SINGLE | INTERACTING).items():
            row, flown = row_of(name, motion, scenes, clutter)
            here.append(row)
            print(row, flush=True)
            if motion is INTERACTING["IMM: CV 1, turn of estimated rate"]:
                turning[clutter] = flown.mode[..., 1]
        best_m = min(float(row["RMSE [m]"]) for row in here[: len(SINGLE)])
        for row in here:
            row["RMSE / best single"] = rounded(float(row["RMSE [m]"]) / best_m)
        rows += here
    settings = {
        "runs": f"{RUNS} of dt.simulate.scenario('manoeuvre'), seeds 0 to {RUNS - 1}: 250 m/s, "
        f"40 s straight, 20 s of 3 g, 40 s straight; positions of 30 m a second, detection 0.9 "
        "with clutter and 1 without, on 40 km × 40 km",
        "scored": f"the likeliest confirmed track from scan {SETTLED} on (in the turn: scans 40 "
        f"to 61), position; a scan is lost if there is none or it is more than {LOST_M:g} m off, "
        "and is left out of RMSE and ANEES",
        "ANEES": "of position and velocity, over 4; 1 is honest",
    }
    record("manoeuvre", settings=settings, rows=rows)
    draw(turning)


if __name__ == "__main__":
    main()
