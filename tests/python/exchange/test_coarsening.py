"""A coarse track stays honest: rounding is an error that does not average out."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente.exchange import Grant, Report, release_under

SECOND_NS = 1_000_000_000
SENT = 1_000
FRAME = dt.LocalFrame(60.02, 25.0)  # beyond 60° a cell is twice as wide as high
GRANT = Grant(
    sender="north", recipient="south", level="tracks", from_ns=0, until_ns=10**18, precision_m=50.0
)


def received(
    truth: NDArray[np.float64], cov: NDArray[np.float64], *, seed: int, axes: int = 2
) -> Report:
    """Return the same objects sent many times, each time with an error of its own."""
    rng = np.random.default_rng(seed)
    dim = 2 * axes
    n = len(truth)
    error = rng.multivariate_normal(np.zeros(dim), cov, (SENT, n))
    given = Report.tracks(
        "north",
        0,
        SECOND_NS,
        np.arange(SENT * n, dtype=np.uint64),
        (truth + error).reshape(-1, dim),
        np.broadcast_to(cov, (SENT * n, dim, dim)),
        np.ones(SENT * n),
        frame=FRAME,
        axes=axes,
    )
    released = release_under(given, GRANT, recipient="south", time_ns=SECOND_NS)
    assert released is not None
    assert len(released) == len(given)
    order = np.argsort(released.track_id)
    return replace(released, columns={n: column[order] for n, column in released.columns.items()})


def places(axes: int) -> NDArray[np.float64]:
    """Return objects at rest: in the middle, on the edges and at the corner of one cell."""
    truth: list[NDArray[np.float64]] = []
    level_deg = 2.0**-11
    for row in (0.0, 0.25, 0.5):
        for column in (0.0, 0.25, 0.5):
            lat = np.floor(FRAME.lat_deg / level_deg) * level_deg + row * level_deg
            lon = np.floor(FRAME.lon_deg / level_deg / 4) * level_deg * 4 + column * level_deg * 4
            enu = FRAME.enu_from_geodetic(lat, lon, 0.0)[0]
            truth.append(np.concatenate([enu[:axes], np.zeros(axes)]))
    return np.array(truth)


@pytest.mark.parametrize("std_m", [0.1, 5.0, 25.0, 80.0])
@pytest.mark.parametrize("axes", [2, 3])
def test_the_receiver_that_replaces_is_consistent(std_m: float, axes: int) -> None:
    stretched = np.diag([1.0] * axes + [0.01] * axes)
    stretched[0, 1] = stretched[1, 0] = 0.8
    truth = places(axes)
    report = received(truth, stretched * std_m**2, seed=int(std_m * 10), axes=axes)
    nees = dt.metrics.nees(np.tile(truth, (SENT, 1)), report.mean, report.cov)
    each = nees.value.reshape(SENT, len(truth)).mean(axis=0) / (2 * axes)
    assert each.max() <= 1.05  # for each object, wherever in its cell it stands


def test_a_thousand_reports_are_no_finer_than_one() -> None:
    truth = places(2)
    report = received(truth, np.diag([4.0, 4.0, 0.04, 0.04]), seed=3)
    error = (report.mean - np.tile(truth, (SENT, 1)))[:, :2].reshape(SENT, len(truth), 2)
    first, last = (np.sqrt(np.mean(np.sum(e**2, axis=-1))) for e in (error[0], error[-1]))
    assert last == pytest.approx(first, rel=0.25)
    corner = error[:, -1]  # of the middle, which is the centre of its cell
    assert np.abs(corner).max() < 1e-6
    half_m = 0.5 * 2.0**-11 * 111_000.0
    edge = np.abs(error[:, 0, 1])  # on a southern edge: half a cell away, always
    assert np.allclose(edge, half_m, rtol=0.01)
    # and the covariance says so however often it was sent
    assert np.all(report.cov[:, 1, 1] >= half_m**2)


def test_finer_places_are_nested() -> None:
    rng = np.random.default_rng(5)
    mean = np.column_stack([rng.uniform(-5e3, 5e3, (200, 2)), np.zeros((200, 2))])
    report = Report.tracks(
        "north",
        0,
        SECOND_NS,
        np.arange(200),
        mean,
        np.stack([np.eye(4)] * 200),
        np.ones(200),
        frame=FRAME,
    )

    def at(given: Report, precision_m: float) -> NDArray[np.float64]:
        settings: dict[str, Any] = {"from_ns": 0, "until_ns": 10**18, "precision_m": precision_m}
        grant = Grant(sender="north", recipient="south", level="tracks", **settings)
        released = release_under(given, grant, recipient="south", time_ns=SECOND_NS)
        assert released is not None
        return released.mean

    fine = release_under(report, GRANT, recipient="south", time_ns=SECOND_NS)
    assert fine is not None
    assert at(fine, 400.0)[:, :2] == pytest.approx(at(report, 400.0)[:, :2], abs=1e-6)
