# pyright: basic
"""Trajectories: smoothed by all or by a lag, with gaps and with what each track was made of."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import detente as dt
from detente import errors, filters

Array = NDArray[np.float64]
ASSOCIATIONS = ("gnn", "jpda", "pmbm")
STRAIGHT = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
WEAVING = dt.IMM(
    [
        STRAIGHT,
        dt.EstimatedTurn(
            axes=2, acceleration_psd=0.05, turn_rate_psd=1e-5, turn_rate_std_rad_s=0.05
        ),
    ],
    transition_per_s=[[0.0, 0.05], [0.05, 0.0]],
)
MOTIONS = {"straight": STRAIGHT, "interacting": WEAVING}
BIRTH = dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=10.0)
RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=3e-6, name="radar")
LIDAR = dt.PositionSensor(std_m=15.0, detection_probability=0.7, clutter_density=1e-7, name="lidar")
AIS = dt.PositionSensor(std_m=10.0, report_rate_per_s=0.3, clutter_density=1e-9, name="ais")
SENSORS = {"radar": RADAR, "lidar": LIDAR, "ais": AIS}


@cache
def a_scene(seed: int) -> dict[str, Any]:
    """Three objects, near each other, over 25 scans of the first two sensors, with reports."""
    rng = np.random.default_rng(seed)
    places, speeds = rng.uniform(0, 400, (3, 2)), rng.normal(0, 8, (3, 2))
    table: dict[str, list[Any]] = {"time_s": [], "sensor": [], "x_m": [], "y_m": []}

    def see(time_s: float, sensor: str, scan: Array) -> None:
        table["time_s"] += [time_s] * len(scan)
        table["sensor"] += [sensor] * len(scan)
        table["x_m"] += scan[:, 0].tolist()
        table["y_m"] += scan[:, 1].tolist()

    for k in range(25):
        now = places + k * speeds
        seen = now[rng.random(3) < 0.9]
        clutter = rng.uniform(-200, 600, (rng.poisson(2), 2))
        see(float(k), "radar", np.concatenate([seen + rng.normal(0, 10, seen.shape), clutter]))
        if k % 3 == 0:
            seen = now[rng.random(3) < 0.7]
            see(float(k), "lidar", seen + rng.normal(0, 15, seen.shape))
        see(k + 0.5, "ais", (now + 0.5 * speeds)[rng.random(3) < 0.3] + rng.normal(0, 10, 2))
    return {name: np.array(column) for name, column in table.items()}


def track(table: object, **settings: object) -> dt.TrackedRecording:
    chosen = {"motion": STRAIGHT, "birth": BIRTH, "sensor": SENSORS, **settings}
    return dt.track(table, **chosen)  # type: ignore[arg-type]


def assert_same(found: dt.TrackedRecording, expected: dt.TrackedRecording) -> None:
    for name in ("points", "tracks", "gaps", "associations"):
        one, other = getattr(found, name), getattr(expected, name)
        assert one.column_names == other.column_names
        for column in one.column_names:
            np.testing.assert_array_equal(one[column], other[column])


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("association", ASSOCIATIONS)
def test_no_lag_is_the_filter_and_an_endless_one_the_smoother(
    association: str, motion: str
) -> None:
    chosen: dict[str, Any] = {"association": association, "motion": MOTIONS[motion]}
    filtered = track(a_scene(0), **chosen)
    smoothed = track(a_scene(0), smooth=True, **chosen)
    assert_same(track(a_scene(0), lag_s=0.0, **chosen), filtered)
    assert_same(track(a_scene(0), lag_s=np.inf, **chosen), smoothed)
    assert_same(track(a_scene(0), lag_s=1e6, **chosen), smoothed)
    assert_same(track(a_scene(0), lag_s=0.0, smooth=True, **chosen), filtered)
    for name in ("tracks", "gaps", "associations"):
        for column in getattr(filtered, name).column_names:
            np.testing.assert_array_equal(
                getattr(filtered, name)[column], getattr(smoothed, name)[column]
            )
    moved = np.abs(filtered.points["x_m"] - smoothed.points["x_m"])
    last = smoothed.points["time_s"] == smoothed.points["time_s"].max()
    assert moved.max() > 1.0
    assert moved[last].max() == 0.0


@pytest.mark.parametrize("association", ASSOCIATIONS)
def test_the_filter_of_interacting_models_is_the_tracker_scan_by_scan(association: str) -> None:
    scene = a_scene(1)
    mine = scene["sensor"] == "radar"
    scene = {name: column[mine] for name, column in scene.items()}
    points = track(scene, sensor=RADAR, motion=WEAVING, association=association).points
    tracker = dt.Tracker(motion=WEAVING, birth=BIRTH, association=association)  # type: ignore[arg-type]
    compared = 0
    for time_s in np.unique(scene["time_s"]):
        scan = np.c_[scene["x_m"], scene["y_m"]][scene["time_s"] == time_s]
        tracks = tracker.step(float(time_s), scan, sensor=RADAR)
        for row in np.flatnonzero(points["time_s"] == time_s):
            at = np.flatnonzero(tracks.id == points["track_id"][row])[0]
            np.testing.assert_array_equal(points["cov"][row], tracks.cov[at].ravel())
            assert points["turn_rate_rad_s"][row] == tracks.mean[at, 4]
            np.testing.assert_array_equal(
                points["mode_probability"][row], tracks.mode_probability[at]
            )
            compared += 1
    assert compared == len(points) > 50


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_lag_is_what_one_knows_who_waits_so_long(motion: str) -> None:
    # of each time: the recording up to lag_s later, smoothed as a whole, as an oracle
    scene, lag_s = a_scene(2), 4.0
    points = track(scene, motion=MOTIONS[motion], lag_s=lag_s, confirmation=0.0).points
    compared = 0
    for time_s in range(3, 20, 2):
        known = scene["time_s"] <= time_s + lag_s
        cut = {name: column[known] for name, column in scene.items()}
        then = track(cut, motion=MOTIONS[motion], smooth=True, confirmation=0.0).points
        for row in np.flatnonzero(points["time_s"] == time_s):
            same = (then["time_s"] == time_s) & (then["track_id"] == points["track_id"][row])
            same &= then["detection_row"] == points["detection_row"][row]
            for other in np.flatnonzero(same):
                assert points["x_m"][row] == pytest.approx(then["x_m"][other], abs=1e-6)
                np.testing.assert_allclose(points["cov"][row], then["cov"][other], rtol=1e-6)
                compared += 1
    assert compared > 30


@given(seed=st.integers(0, 50), lags_s=st.tuples(st.floats(0.1, 20.0), st.floats(0.0, 10.0)))
def test_who_waits_longer_knows_more(seed: int, lags_s: tuple[float, float]) -> None:
    shorter, longer = (
        track(a_scene(seed), lag_s=lag_s).points["cov"][:, 0] for lag_s in (lags_s[0], sum(lags_s))
    )
    assert (longer <= shorter * (1.0 + 1e-9)).all()


@pytest.mark.parametrize("lag_s", [0.0, 3.0, np.inf])
def test_a_model_of_the_users_is_smoothed_like_the_same_of_ours(lag_s: float) -> None:
    own = dt.UserMotion(
        axes=2,
        dim=4,
        transition=lambda x, dt_s: np.c_[x[:, :2] + dt_s[:, None] * x[:, 2:], x[:, 2:]],
        noise=lambda dt_s: np.array([STRAIGHT.noise(each) for each in dt_s.tolist()]),
    )
    theirs, ours = (
        track(a_scene(4), motion=motion, lag_s=lag_s).points for motion in (own, STRAIGHT)
    )
    assert len(theirs) == len(ours) > 50
    np.testing.assert_allclose(theirs["x_m"], ours["x_m"], atol=1e-6)
    np.testing.assert_allclose(theirs["cov"], ours["cov"], atol=1e-6)


@pytest.mark.parametrize("lag_s", [-1.0, np.nan])
def test_a_lag_is_not_negative(lag_s: float) -> None:
    with pytest.raises(errors.SettingError, match="lag_s must be at least 0, found"):
        track(a_scene(0), lag_s=lag_s)


KNOWN = dt.IMM(
    [
        dt.ConstantVelocity(axes=2, acceleration_psd=1.0),
        dt.CoordinatedTurn(axes=2, turn_rate_rad_s=3.0 * 9.806_65 / 250.0, acceleration_psd=1.0),
        dt.Singer(axes=2, correlation_time_s=5.0, acceleration_std_m_s2=10.0),
    ],
    transition_per_s=[[0.0, 0.02, 0.01], [0.04, 0.0, 0.01], [0.05, 0.05, 0.0]],
)


def a_flight(seed: int, clutter: float, **settings: object) -> tuple[dt.Table, Array]:
    """Return the points of a tracked flight and the truth at their times."""
    scene = dt.simulate.scenario("manoeuvre", clutter_per_scan=clutter, seed=seed)
    time_s = np.repeat(scene.detections.times_s, np.diff(scene.detections.offsets))
    z = scene.detections.measurements
    found = dt.track(
        {"time_s": time_s, "x_m": z[:, 0], "y_m": z[:, 1]},
        scans={"time_s": scene.detections.times_s},
        motion=KNOWN,
        birth=dt.Birth(rate_density=1e-16, initial_density=1e-9, velocity_std_m_s=250.0),
        survival_per_s=0.9999,
        sensor=scene.sensor,
        **settings,
    )
    longest = found.tracks["track_id"][np.argmax(found.tracks["detections"])]
    points = found.points.take(found.points["track_id"] == longest)
    return points, scene.truth.states[points["time_s"].astype(int), 0]


def test_interacting_models_are_smoothed_as_one_track_alone_is() -> None:
    # without clutter, so that the track is the filter of its detections: the batch functions
    points, _ = a_flight(0, 0.0, smooth=True)
    z = dt.simulate.scenario("manoeuvre", seed=0).detections.measurements
    assert len(points) == len(z) == 101
    dim, count, R = KNOWN.dim, 3, 900.0 * np.eye(2)
    prior = np.array([[1.0] * 4 + [100.0] * 2] * count)
    start = np.diag([900.0, 900.0, 250.0**2, 250.0**2, 100.0, 100.0])
    mean = np.tile(np.r_[z[0], np.zeros(4)], (1, count, 1))
    cov = np.tile(start, (1, count, 1, 1))
    for place, i in np.argwhere(~KNOWN.used):
        cov[:, place, i, i] = 1e-6
    probability = KNOWN.initial_probability[None]
    F, Q = np.zeros((count, dim, dim)), np.zeros((count, dim, dim))
    for place, model in enumerate(KNOWN.models):
        own = model.dim
        F[place, :own, :own], Q[place, :own, :own] = model.transition(1.0), model.noise(1.0)
    switch = KNOWN.mode_transition(1.0)
    history = [(mean[0], cov[0], probability[0])]
    for measured in z[1:]:
        mean, cov, probability = filters.imm_mix(
            mean, cov, probability, switch, used=KNOWN.used, prior_variance=prior
        )
        log = np.empty((1, count))
        for place, model in enumerate(KNOWN.models):
            own = model.dim
            after = filters.predict(
                mean[:, place, :own],
                cov[:, place, :own, :own],
                F[place, :own, :own],
                Q[place, :own, :own],
            )
            mean[:, place, :own], cov[:, place, :own, :own] = after
            update = filters.update(
                mean[:, place], cov[:, place], measured[None], np.eye(2, dim), R
            )
            mean[:, place], cov[:, place] = update.mean, update.cov
            nu, S = update.innovation[0], update.innovation_cov[0]
            log[0, place] = -0.5 * (nu @ np.linalg.solve(S, nu) + np.linalg.slogdet(S)[1])
        probability, _ = filters.imm_update(probability, log)
        history.append((mean[0], cov[0], probability[0]))
    late = filters.imm_smooth(
        *(np.array(column) for column in zip(*history, strict=True)),
        switch,
        F,
        Q,
        used=KNOWN.used,
        prior_variance=prior,
    )
    expected = filters.imm_combine(late.mean, late.cov, late.probability)
    state = np.c_[[points[n] for n in ("x_m", "y_m", "vx_m_s", "vy_m_s", "ax_m_s2", "ay_m_s2")]].T
    np.testing.assert_allclose(state, expected.mean, rtol=1e-7, atol=1e-5)
    np.testing.assert_allclose(
        points["cov"].reshape(-1, dim, dim), expected.cov, rtol=1e-6, atol=1e-5
    )
    np.testing.assert_allclose(points["mode_probability"], late.probability, atol=1e-8)


@cache
def flights(lag_s: float, association: str) -> tuple[Array, Array]:
    """Squared errors of the position, and NEES of place and velocity, of 40 flights in clutter."""
    square, nees = [], []
    for seed in range(40):
        points, truth = a_flight(seed, 10.0, lag_s=lag_s, association=association)
        state = np.c_[[points[name] for name in ("x_m", "y_m", "vx_m_s", "vy_m_s")]].T
        cov = points["cov"].reshape(-1, 6, 6)[:, :4, :4]
        off = (state - truth)[10:]
        square.append((off[:, :2] ** 2).sum(axis=1))
        nees.append(np.einsum("ni,nij,nj->n", off, np.linalg.inv(cov[10:]), off))
    return np.concatenate(square), np.concatenate(nees)


@pytest.mark.parametrize("association", ASSOCIATIONS)
def test_a_manoeuvre_in_clutter_is_smoothed_nearer_and_honestly(association: str) -> None:
    rmse, anees, worst = {}, {}, {}
    for lag_s in (0.0, 5.0, np.inf):
        square, nees = flights(lag_s, association)
        rmse[lag_s], anees[lag_s] = square.mean() ** 0.5, nees.mean() / 4
        worst[lag_s] = square.max() ** 0.5
    assert rmse[5.0] < 0.6 * rmse[0.0]
    assert rmse[np.inf] < 0.95 * rmse[5.0]
    assert 0.8 < anees[5.0] < 1.2
    assert 0.8 < anees[np.inf] < 1.2
    assert max(worst[5.0], worst[np.inf]) < 0.5 * worst[0.0]  # nothing that is refuted takes over


def test_gaps_are_where_scans_looked_in_vain() -> None:
    seen_s = [0.0, 1.0, 2.0, 5.0, 6.0, 8.0, 9.0]
    table = {"time_s": seen_s, "x_m": [0.0] * 7, "y_m": [0.0] * 7}
    found = track(table, sensor=RADAR, scans={"time_s": np.arange(14.0)})
    assert found.gaps["from_s"].tolist() == [2.0, 6.0]
    assert found.gaps["until_s"].tolist() == [5.0, 8.0]
    assert found.gaps["missed"].tolist() == [2, 1]
    assert found.tracks["gaps"].tolist() == [2]
    assert found.tracks["longest_gap_s"].tolist() == [3.0]
    assert (found.gaps["track_id"] == found.tracks["track_id"][0]).all()
    assert found.tracks["last_time_s"].tolist() == [9.0]
    never = track(table, sensor=RADAR)
    assert len(never.gaps) == never.tracks["gaps"][0] == never.tracks["longest_gap_s"][0] == 0


@given(seed=st.integers(0, 200), association=st.sampled_from(ASSOCIATIONS))
def test_associations_say_what_the_points_say(seed: int, association: str) -> None:
    scene = a_scene(seed)
    found = track(scene, association=association)
    points, given = found.points, found.associations
    assert (np.diff(found.tracks["first_time_s"]) >= 0).all()
    np.testing.assert_array_equal(given["time_s"], scene["time_s"][given["detection_row"]])
    np.testing.assert_array_equal(given["sensor"], scene["sensor"][given["detection_row"]])
    assert set(given["track_id"].tolist()) == set(found.tracks["track_id"].tolist())
    made = points["detection_row"] >= 0
    pairs = set(zip(points["track_id"][made], points["detection_row"][made], strict=True))
    told = list(zip(given["track_id"], given["detection_row"], strict=True))
    assert len(set(told)) == len(told)
    if association == "jpda":
        assert pairs <= set(told)
        assert ((given["weight"] > 0.0) & (given["weight"] <= 1.0)).all()
        key = np.c_[given["track_id"].astype(float), given["time_s"]]
        names = np.array([" ".join(map(str, row)) for row in key]) + given["sensor"].astype(str)
        _, of = np.unique(names, return_inverse=True)
        assert (np.bincount(of, given["weight"]) <= 1.0 + 1e-9).all()
    else:
        assert pairs == set(told)
        assert len(np.unique(given["detection_row"])) == len(given)
        assert (given["weight"] == 1.0).all()
        np.testing.assert_array_equal(
            found.tracks["detections"],
            [(given["track_id"] == each).sum() for each in found.tracks["track_id"]],
        )


def test_weights_follow_bayes() -> None:
    # one track, two detections: r p_D l / b against r (1 - p_D), by hand; r is in all of them
    table = {
        "time_s": [0.0, 1.0, 1.0],
        "x_m": [0.0, 3.0, -20.0],
        "y_m": [0.0, 0.0, 5.0],
    }
    found = track(table, sensor=RADAR, association="jpda", survival_per_s=1.0, confirmation=0.0)
    spread = 2 * 100.0 + 10.0**2 + 0.05 / 3
    unseen = 1e-6 * 0.1 + 1e-9
    likelihood = np.exp(-0.5 * np.array([9.0, 425.0]) / spread) / (2 * np.pi * spread)
    made = 0.9 * likelihood / (3e-6 + 0.9 * unseen)
    first = found.associations["track_id"] == found.tracks["track_id"][0]
    mine = found.associations.take(first)
    weight = dict(zip(mine["detection_row"].tolist(), mine["weight"].tolist(), strict=True))
    assert weight == pytest.approx(dict(enumerate([1.0, *(made / (0.1 + made.sum()))])), rel=1e-9)


def test_one_sensor_is_named_by_itself() -> None:
    table = {"time_s": [0.0, 1.0], "x_m": [0.0, 0.0], "y_m": [0.0, 0.0]}
    found = track(table, sensor=RADAR, confirmation=0.0)
    assert found.associations["sensor"].tolist() == ["radar", "radar"]
