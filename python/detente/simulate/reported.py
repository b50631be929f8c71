"""Truth out of reports: objects that really moved, for sensors that are simulated."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import checks
from detente.errors import NotFiniteError, SettingError, ShapeError
from detente.simulate.targets import Truth
from detente.table import Table
from detente.times import seconds_from_times, table_from_any

_POSITION, _VELOCITY = ("x_m", "y_m", "z_m"), ("vx_m_s", "vy_m_s", "vz_m_s")


def truth_from_reports(
    reports: Any,  # noqa: ANN401 - any data frame of any library
    *,
    times_s: ArrayLike,
    longest_gap_s: float,
    position_std_m: float,
    velocity_std_m_s: float,
) -> Truth:
    """Return where objects were at the times of scans, by what they reported of themselves.

    Reports carry errors, mostly of their times, which would make an object stand and leap if they
    were joined as they are. So the path of each object is first fitted to its places and to its
    velocities: p minimises

        Σₖ |pₖ − zₖ|² / σ_p² + Σₖ |pₖ₊₁ − pₖ − ½ (uₖ + uₖ₊₁) hₖ|² / (σ_v hₖ)²

    over the reports k of place z and velocity u with steps h between them. Between the fitted
    places runs a cubic Hermite spline whose slopes are those of the parabola through three
    neighbours; its derivative is the velocity. No motion model enters, so that a turn stays one.

    Parameters
    ----------
    reports : Table, pandas or polars data frame, Arrow table, or dict of arrays
        ``time_s`` [s], ``identity``, ``x_m``, ``y_m``, perhaps ``z_m`` [m], and of each axis
        ``vx_m_s``, … [m/s], NaN where unknown.
    times_s : (steps,) array_like
        Times of the scans, not decreasing [s].
    longest_gap_s : float
        An object that is silent for longer than this is gone meanwhile: it counts as a target for
        each stretch of its reports. A stretch of one report, or at none of the times, counts not.
    position_std_m, velocity_std_m_s : float
        σ_p and σ_v: how far a reported place, and the mean of two reported velocities, are off.

    Returns
    -------
    Truth
        Targets in the order of their first report, then of identity; positions, then velocities.

    Raises
    ------
    SettingError
        A column is missing, or a setting is not positive.
    ShapeError, NotFiniteError
        ``times_s`` or a place is not as described.

    References
    ----------
    De Boor, *A Practical Guide to Splines*, 1978, chapter IV (cubic Bessel interpolation: the
    slopes).

    Examples
    --------
    >>> import detente as dt
    >>> flight = {
    ...     "time_s": [0.0, 10.0, 20.0],
    ...     "identity": ["4b1812"] * 3,
    ...     "x_m": [0.0, 2100.0, 4000.0],  # the second is late
    ...     "y_m": [0.0, 0.0, 0.0],
    ...     "vx_m_s": [200.0] * 3,
    ...     "vy_m_s": [0.0] * 3,
    ... }
    >>> truth = dt.simulate.truth_from_reports(
    ...     flight,
    ...     times_s=[4.0, 12.0, 24.0],
    ...     longest_gap_s=30.0,
    ...     position_std_m=100.0,
    ...     velocity_std_m_s=1.0,
    ... )
    >>> truth.present[:, 0]
    array([ True,  True, False])
    >>> truth.states[:2, 0, [0, 2]].round(0)
    array([[ 833.,  200.],
           [2434.,  200.]])
    """
    rows = table_from_any(reports)
    axes = 3 if "z_m" in rows else 2
    for name, value in (
        ("longest_gap_s", longest_gap_s),
        ("position_std_m", position_std_m),
        ("velocity_std_m_s", velocity_std_m_s),
    ):
        checks.positive(name, value)
    grid_s = seconds_from_times(times_s, of="times_s")
    if grid_s.ndim != 1 or np.any(np.diff(grid_s) < 0.0):
        raise ShapeError(f"times_s must be (steps,), not decreasing, found shape {grid_s.shape}")
    time_s = _columns(rows, ("time_s",))[:, 0]
    place_m, velocity_m_s = _columns(rows, _POSITION[:axes]), _columns(rows, _VELOCITY[:axes])
    if not (np.isfinite(time_s).all() and np.isfinite(place_m).all()):
        raise NotFiniteError("times and places of reports must be finite; remove the others first")

    found: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    for stretch in _stretches(rows["identity"].astype(str), time_s, longest_gap_s):
        t_s = time_s[stretch]
        seen = np.flatnonzero((grid_s >= t_s[0]) & (grid_s <= t_s[-1]))
        if not len(seen):
            continue
        fitted_m = _fitted(
            t_s, place_m[stretch], velocity_m_s[stretch], position_std_m, velocity_std_m_s
        )
        found.append((seen, _on_spline(t_s, fitted_m, grid_s[seen])))
    states = np.full((len(grid_s), len(found), 2 * axes), np.nan)
    for target, (seen, values) in enumerate(found):
        states[seen, target] = values
    return Truth(grid_s, states, ~np.isnan(states[..., 0]), axes)


def _columns(rows: Table, names: tuple[str, ...]) -> NDArray[np.float64]:
    missing = [name for name in (*names, "identity") if name not in rows]
    if missing:
        raise SettingError(
            f"reports must have the columns {', '.join(missing)}; "
            f"the columns are {', '.join(rows.column_names)}"
        )
    return np.stack([np.asarray(rows[name], float) for name in names], axis=1)


def _stretches(
    who: NDArray[np.str_], time_s: NDArray[np.float64], longest_gap_s: float
) -> list[NDArray[np.intp]]:
    """Return the rows of each stretch of reports, in order of time, each time once."""
    order = np.lexsort((time_s, who))
    same = who[order][1:] == who[order][:-1]
    gap_s = np.diff(time_s[order])
    order = order[np.r_[True, ~same | (gap_s > 0.0)]] if len(order) else order
    begins = (who[order][1:] != who[order][:-1]) | (np.diff(time_s[order]) > longest_gap_s)
    parts = np.split(order, np.flatnonzero(begins) + 1)
    parts = [part for part in parts if len(part) > 1]
    return sorted(parts, key=lambda part: (time_s[part[0]], who[part[0]]))


def _fitted(
    t_s: NDArray[np.float64],
    z_m: NDArray[np.float64],
    u_m_s: NDArray[np.float64],
    position_std_m: float,
    velocity_std_m_s: float,
) -> NDArray[np.float64]:
    """Solve the tridiagonal normal equations (I / σ_p² + Dᵀ W D) p = z / σ_p² + Dᵀ W d."""
    h = np.diff(t_s)[:, None]
    step_m = 0.5 * (u_m_s[1:] + u_m_s[:-1]) * h
    known = np.isfinite(step_m).all(axis=1, keepdims=True)
    weight = np.where(known, 1.0 / (velocity_std_m_s * h) ** 2, 0.0)
    pull = weight * np.where(known, step_m, 0.0)
    edge = np.zeros((1, z_m.shape[1]))
    right = z_m / position_std_m**2 + np.concatenate([edge, pull]) - np.concatenate([pull, edge])
    beside = np.concatenate([edge[:, :1], weight, edge[:, :1]])[:, 0]
    diagonal = 1.0 / position_std_m**2 + beside[:-1] + beside[1:]
    for k in range(1, len(t_s)):  # Thomas's algorithm
        share = beside[k] / diagonal[k - 1]
        diagonal[k] -= share * beside[k]
        right[k] += share * right[k - 1]
    right[-1] /= diagonal[-1]
    for k in range(len(t_s) - 2, -1, -1):
        right[k] = (right[k] + beside[k + 1] * right[k + 1]) / diagonal[k]
    return right


def _on_spline(
    t_s: NDArray[np.float64], p_m: NDArray[np.float64], at_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return positions and velocities on the cubic Hermite spline through places."""
    h = np.diff(t_s)[:, None]
    chord = np.diff(p_m, axis=0) / h
    inner = (h[1:] * chord[:-1] + h[:-1] * chord[1:]) / (h[1:] + h[:-1])
    first, last = (chord[:1], chord[-1:])
    if len(inner):
        first, last = 2.0 * chord[:1] - inner[:1], 2.0 * chord[-1:] - inner[-1:]
    slope = np.concatenate([first, inner, last])
    k = np.clip(np.searchsorted(t_s, at_s, side="right") - 1, 0, len(h) - 1)
    s, width = ((at_s - t_s[k]) / h[k, 0])[:, None], h[k]
    a, b, ma, mb = p_m[k], p_m[k + 1], width * slope[k], width * slope[k + 1]
    place = (
        (2 * s**3 - 3 * s**2 + 1) * a
        + (s**3 - 2 * s**2 + s) * ma
        + (3 * s**2 - 2 * s**3) * b
        + (s**3 - s**2) * mb
    )
    speed = 6 * (s**2 - s) * (a - b) + (3 * s**2 - 4 * s + 1) * ma + (3 * s**2 - 2 * s) * mb
    return np.concatenate([place, speed / width], axis=1)
