"""Who a detection says it is, as evidence: it helps, and it can be wrong."""

import numpy as np
import pytest

import detente as dt
from detente import errors
from detente.identities import codes_from_identities

AIS = dt.PositionSensor(std_m=10.0, report_rate_per_s=1.0, clutter_density=1e-9)
RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)


def a_tracker(association: str = "gnn") -> dt.Tracker:
    return dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=10.0),
        association=association,  # type: ignore[arg-type]
    )


def test_a_code_stands_for_its_name_in_every_run() -> None:
    codes = codes_from_identities(["235000001", "", "ADA", "235000001", None])
    assert codes.tolist() == [codes[0], 0, codes[2], codes[0], 0]
    assert len({0, codes[0], codes[2]}) == 3
    assert codes_from_identities(np.array([5, 0, 7], np.uint32)).tolist() == [5, 0, 7]
    again = codes_from_identities(["ADA"])
    assert again[0] == codes[2]


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_ships_that_cross_keep_their_tracks_if_they_say_who_they_are(association: str) -> None:
    def switches(*, named: bool) -> int:
        changed = 0
        for seed in range(15):
            rng = np.random.default_rng(seed)
            tracker, owner = a_tracker(association), {}
            for k in range(30):
                x = 8.0 * (k - 15)
                place = np.array([[x, 0.05 * x], [x, -0.05 * x]])  # they meet at a sharp angle
                z = place + rng.normal(0, 10.0, (2, 2))
                who = ["ADA", "BOB"] if named else None
                tracks = tracker.step(float(k), z, sensor=RADAR, identity=who)
                for ship in range(2):
                    track_id = tracks.id[tracks.detection_index == ship]
                    if len(track_id) and k > 5:
                        changed += owner.setdefault(ship, track_id[0]) != track_id[0]
        return changed

    assert switches(named=True) * 4 < switches(named=False)


def test_motion_outweighs_an_identity_that_is_borrowed() -> None:
    tracker = a_tracker()
    for k in range(8):
        far = 4000.0
        tracks = tracker.step(
            float(k), [[10.0 * k, 0.0], [10.0 * k, far]], sensor=RADAR, identity=["ADA", "BOB"]
        )
    before = dict(zip(tracks.detection_index.tolist(), tracks.id.tolist(), strict=True))
    tracks = tracker.step(8.0, [[80.0, 0.0], [80.0, far]], sensor=RADAR, identity=["BOB", "ADA"])
    after = dict(zip(tracks.detection_index.tolist(), tracks.id.tolist(), strict=True))
    assert after == before


def test_the_order_of_the_detections_does_not_matter() -> None:
    z, who = np.array([[0.0, 0.0], [0.0, 0.0], [50.0, 0.0]]), np.array(["A", "B", "C"])
    seen = []
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        tracker = a_tracker()
        for k in range(3):
            tracker.step(float(k), z[order], sensor=RADAR, identity=who[order])
        tracks = tracker.predict(3.0)
        seen.append((tracks.id.tolist(), tracks.mean.tolist(), tracks.existence.tolist()))
    assert seen[0] == seen[1] == seen[2]


def test_a_recording_is_tracked_by_its_identities_if_told() -> None:
    t = np.repeat(np.arange(20.0), 2)
    rows = {
        "time_s": t,
        "x_m": 8.0 * (t - 10) + np.random.default_rng(0).normal(0, 10, 40),
        "y_m": np.tile([3.0, -3.0], 20) * (t - 10) / 10,
        "identity": np.tile(["ADA", "BOB"], 20),
    }
    settings = {
        "motion": dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        "birth": dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=10.0),
        "sensor": AIS,
    }
    found = dt.track(rows, identity_error=0.01, **settings)
    for track_id in found.tracks["track_id"]:
        mine = found.points["detection_row"][found.points["track_id"] == track_id]
        assert len(set(rows["identity"][mine[mine >= 0]])) == 1
    with pytest.raises(
        errors.SettingError, match="must have a column identity, since identity_err"
    ):
        dt.track({k: rows[k] for k in ("time_s", "x_m", "y_m")}, identity_error=0.01, **settings)


@pytest.mark.parametrize(
    ("identity", "error", "wrong", "message"),
    [
        (["A"], 0.01, errors.ShapeError, r"identity must have shape \(2,\)"),
        (
            ["A", "B"],
            -0.1,
            errors.SettingError,
            "identity_error must be at least 0 and below 1, found -0.1",
        ),
        ([["A", "B"]], 0.1, errors.ShapeError, r"identity must have shape \(n,\)"),
        ([0.5, 0.6], 0.1, errors.DTypeError, "identity must be text or whole numbers"),
    ],
)
def test_bad_identities_are_refused_by_name(
    identity: object, error: float, wrong: type[Exception], message: str
) -> None:
    tracker = a_tracker()
    before = tracker.snapshot()
    with pytest.raises(wrong, match=message):
        tracker.step(
            0.0,
            [[0, 0], [1, 1]],
            sensor=RADAR,
            identity=identity,  # type: ignore[arg-type]
            identity_error=error,
        )
    assert tracker.snapshot() == before
