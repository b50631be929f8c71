"""Two radars over Switzerland in two hands: what each way of exchange is worth, and its bytes."""

import time

import numpy as np
from airspace import ROTATION_S, SIMULATED, Sky, radar, seen_by, sky
from record import RESULTS, Row, full, record, rounded, version

import detente as dt
from detente.exchange import Look, Observer, Report, Watcher, rehearse
from detente.exchange.rehearsal import How
from detente.metrics import Frames

CUTOFF_M = 1_000.0
STATIONS_M = {"west": (-40_000.0, 0.0), "east": (40_000.0, 0.0)}
RANGE_M = 150_000.0
LASTS_S = 7_200.0 if full() else 1_800.0
SETTLED = 30  # scans
WAYS: tuple[tuple[How, int, float | None], ...] = (  # what, scans at once, existence told of
    ("nothing", 1, None),
    ("detections", 1, None),
    ("detections", 5, None),
    ("detections", 10, None),
    ("tracklets", 1, 0.0),
    ("tracklets", 1, 0.005),
    ("tracklets", 1, 0.1),
    ("tracklets", 1, 0.5),
    ("tracklets", 5, 0.0),
    ("tracklets", 5, 0.1),
    ("tracklets", 10, 0.0),
    ("gains", 2, 0.5),
    ("gains", 5, 0.5),
    ("gains", 10, 0.5),
    ("gains", 20, 0.5),
    ("gains", 40, 0.5),
    ("tracks", 1, None),
    ("tracks", 5, None),
    ("tracks", 10, None),
)


def is_near(places_m: np.ndarray, station_m: tuple[float, float]) -> np.ndarray:
    """Return which places (..., 2) a radar covers."""
    off_m = places_m - np.array(station_m)
    return np.hypot(off_m[..., 0], off_m[..., 1]) <= RANGE_M


def is_covered(places_m: np.ndarray) -> np.ndarray:
    """Return which places (..., 2) either radar covers."""
    return np.logical_or.reduce([is_near(places_m, place_m) for place_m in STATIONS_M.values()])


def watchers_of(over: Sky) -> list[Watcher]:
    """Return the two parties with what their radars saw."""
    out: list[Watcher] = []
    for index, (name, place_m) in enumerate(STATIONS_M.items()):
        sensor = radar(over, name="radar", place_m=place_m, range_m=RANGE_M)
        scans = seen_by(sensor, over, seed=index)
        looks = [Look(round(time_s * 1e9), sensor, z) for time_s, z in scans]
        out.append(Watcher(name, looks))
    return out


def main() -> None:
    over = sky(duration_s=LASTS_S)
    watchers, present = watchers_of(over), over.truth.present
    seen = [
        is_near(over.truth.states[..., :2], place_m) & present for place_m in STATIONS_M.values()
    ]
    either, alone = np.logical_or.reduce(seen), np.logical_xor.reduce(seen)
    tracker = dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=10.0),
        birth=over.birth,
        survival_per_s=over.survival_per_s,
        association="gnn",
    )
    times_ns = [look.time_ns for look in watchers[0].looks]
    rows: list[Row] = []
    for how, batch, threshold in WAYS:
        every_s = (batch - 1) * ROTATION_S
        values: list[list[float]] = []
        normalised: list[np.ndarray] = []
        known: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
        sent: dict[str, int] = {}
        start_s = time.process_time()
        shown = rehearse(
            watchers,
            tracker,
            how=how,
            times_ns=times_ns,
            every_s=every_s,
            tracklets_from=threshold,
        )
        for one in shown:
            scan = times_ns.index(one.snapshot.time_ns)
            sent[one.party] = one.sent_bytes
            if scan < SETTLED:
                continue
            truth_m = over.truth.states[scan, either[scan], :2]
            objects = one.snapshot.confirmed()
            objects = objects[is_covered(objects.mean[:, :2])]
            mean = objects.mean[:, :2]
            found = dt.metrics.gospa(truth_m, mean, cutoff=CUTOFF_M)
            values.append([found.value, found.missed_count, found.false_count])
            known.setdefault(one.party, []).append((mean, objects.track_id))
            row = found.estimate_row
            off_m = mean[row[row >= 0]] - truth_m[row >= 0]
            cov = objects.cov[row[row >= 0], :2, :2]
            squared = np.sum(off_m * np.linalg.solve(cov, off_m[..., None])[..., 0], axis=1)
            normalised.append(squared / 2.0)
        spent_s = time.process_time() - start_s
        rows.append(
            {
                "handed over": how,
                "scans at once": batch,
                **({} if threshold is None else {"existence": threshold}),
                "GOSPA [m]": rounded(float(np.mean(values, axis=0)[0]), 4),
                "missed": rounded(float(np.mean(values, axis=0)[1])),
                "false": rounded(float(np.mean(values, axis=0)[2])),
                "switches": sum(switches(over, either, seen) for seen in known.values()),
                "ANEES": rounded(float(np.concatenate(normalised).mean())),
                "bytes a second": rounded(sum(sent.values()) / LASTS_S),
                "CPU ms a scan": rounded(1e3 * spent_s / len(times_ns)),
            }
        )
        print(rows[-1], flush=True)
    rows.append(afterwards(watchers, tracker, over, either, times_ns))
    pooled = rows[1]
    for row in rows:
        row["GOSPA ÷ pooled"] = rounded(float(row["GOSPA [m]"]) / float(pooled["GOSPA [m]"]), 4)
        share = float(row["bytes a second"]) / float(pooled["bytes a second"])
        row["bytes ÷ detections"] = rounded(share)
    draw(rows)
    settings = {
        "radars": f"{len(STATIONS_M)}, 80 km apart, each up to {RANGE_M / 1e3:g} km, 100 m each "
        f"way, detection 0.9, a scan in {ROTATION_S:g} s",
        "scene": f"{LASTS_S / 60:g} minutes, {rounded(float(either.sum(axis=1).mean()))} aircraft "
        f"seen, {rounded(float(alone.sum() / either.sum()))} of them by one radar alone",
        "truth": SIMULATED,
        "GOSPA": f"c {CUTOFF_M:g} m, p 2, where either radar covers, mean over both parties and "
        f"all scans from the {SETTLED}th on, as each party knew it then",
        "bytes": "of the columns of all reports of both parties",
        "trackers": "GNN, constant velocity, accelerations of 10 m²/s³",
    }
    record("picture", settings=settings, rows=rows)


def switches(over: Sky, either: np.ndarray, known: list[tuple[np.ndarray, np.ndarray]]) -> int:
    """Return how often an aircraft changed its identity in one party's picture."""
    scan, target = np.nonzero(either[SETTLED:])
    offsets = np.concatenate([[0], np.cumsum(either[SETTLED:].sum(axis=1))])
    truth = Frames(over.truth.states[SETTLED + scan, target, :2], offsets, target)
    sizes = np.cumsum([0, *(len(ids) for _, ids in known)])
    places, ids = (np.concatenate([each[k] for each in known]) for k in (0, 1))
    return dt.metrics.continuity(truth, Frames(places, sizes, ids), cutoff=CUTOFF_M).switches


def afterwards(
    watchers: list[Watcher],
    tracker: dt.Tracker,
    over: Sky,
    either: np.ndarray,
    times_ns: list[int],
) -> Row:
    """Return what is known of each moment once all tracklets have come, late ones included."""
    told: list[Report] = []
    sent = 0
    for watcher in watchers:
        observer = Observer(watcher.name, tracker)
        for look in watcher.looks:
            observer.observe(look.time_ns, look.measurement, sensor=look.sensor)
        tracklets = observer.tracklets()
        told += tracklets
        sent += sum(report.nbytes for report in tracklets)
    told.sort(key=lambda report: report.time_ns)
    picture, values, at = dt.Picture(tracker), [], 0
    for scan, time_ns in enumerate(times_ns):
        while at < len(told) and told[at].time_ns <= time_ns:
            picture.add(told[at])
            at += 1
        if scan >= SETTLED:
            mean = picture.as_of(time_ns).confirmed().mean[:, :2]
            truth_m = over.truth.states[scan, either[scan], :2]
            found = dt.metrics.gospa(truth_m, mean[is_covered(mean)], cutoff=CUTOFF_M)
            values.append([found.value, found.missed_count, found.false_count])
    means = np.mean(values, axis=0)
    return {
        "handed over": "tracklets, as known afterwards",
        "scans at once": 1,
        "existence": 0.0,
        "GOSPA [m]": rounded(float(means[0]), 4),
        "missed": rounded(float(means[1])),
        "false": rounded(float(means[2])),
        "bytes a second": rounded(sent / LASTS_S),
    }


def draw(rows: list[Row]) -> None:
    """Write GOSPA over bytes, a line for each kind of report."""
    if version("matplotlib") is None:
        print("no figure: matplotlib is not installed")
        return
    import matplotlib as mpl  # noqa: PLC0415  # pyright: ignore[reportMissingImports]  # a peer may be missing

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "picture", "svg.fonttype": "none", "font.size": 9}
    from matplotlib import pyplot as plt  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

    figure, axes = plt.subplots(figsize=(7.0, 4.2))
    series = {
        "detections": ("detections", None),
        "tracklets": ("tracklets", 0.0),
        "tracklets of tracks from 0.1": ("tracklets", 0.1),
        "gains": ("gains", 0.5),
        "tracks": ("tracks", None),
    }
    for label, which in series.items():
        mine = [r for r in rows if (r["handed over"], r.get("existence")) == which]
        axes.plot(
            [float(row["bytes a second"]) for row in mine],
            [float(row["GOSPA [m]"]) for row in mine],
            marker="o",
            label=label,
        )
        for row in mine:
            where = (float(row["bytes a second"]), float(row["GOSPA [m]"]))
            axes.annotate(
                f" {row['scans at once']}", where, xytext=(2, 3), textcoords="offset points"
            )
    least = float(rows[1]["GOSPA [m]"])
    axes.axhline(rows[0]["GOSPA [m]"], color="0.6", linestyle=":", label="nothing")
    axes.axhspan(least, 1.05 * least, color="0.92", label="within 5 % of pooled")
    axes.set(xscale="log", xlabel="bytes a second, both parties", ylabel="GOSPA [m]")
    axes.set_title(
        "Two radars, 80 km apart; the figures say how many scans are handed over at once"
    )
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(RESULTS / "picture.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
