# pyright: basic
"""The Kalman filter as textbooks print it, in rational numbers, and for a whole trajectory."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def predict(x: Floats, P: Floats, F: Floats, Q: Floats) -> tuple[Floats, Floats]:
    """Kalman 1960."""
    return F @ x, F @ P @ F.T + Q


def update(
    x: Floats, P: Floats, z: Floats, H: Floats, R: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Joseph's form, with a general solver for the gain."""
    innovation = z - H @ x
    S = H @ P @ H.T + R
    K = np.linalg.solve(S, H @ P).T
    keep = np.eye(len(x)) - K @ H
    return x + K @ innovation, keep @ P @ keep.T + K @ R @ K.T, innovation, S


def exact_update(x: Floats, P: Floats, z: Floats, H: Floats, R: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance in rational arithmetic, rounded once at the end."""
    (mean,), cov, (measured,), h, noise = (_rational(np.atleast_2d(a)) for a in (x, P, z, H, R))
    hp = _product(h, cov)
    s = [
        [a + b for a, b in zip(*rows, strict=True)]
        for rows in zip(_product(hp, _transpose(h)), noise, strict=True)
    ]
    gain = _transpose(_solve(s, hp))
    expected = _product(h, [[a] for a in mean])
    innovation = [[a - b] for a, [b] in zip(measured, expected, strict=True)]
    shift, gained = _product(gain, innovation), _product(gain, hp)
    after = [float(a + b) for a, [b] in zip(mean, shift, strict=True)]
    left = [
        [float(a - b) for a, b in zip(*rows, strict=True)] for rows in zip(cov, gained, strict=True)
    ]
    return np.array(after), np.array(left)


Rational = list[list[Fraction]]


def _rational(a: Floats) -> Rational:
    return [[Fraction(float(value)) for value in row] for row in a]


def _transpose(a: Rational) -> Rational:
    return [list(column) for column in zip(*a, strict=True)]


def _product(a: Rational, b: Rational) -> Rational:
    columns = _transpose(b)
    return [
        [sum((x * y for x, y in zip(row, column, strict=True)), Fraction(0)) for column in columns]
        for row in a
    ]


def _solve(a: Rational, b: Rational) -> Rational:
    """A⁻¹ B by Gauss and Jordan, for a positive definite A."""
    rows = [left + right for left, right in zip(a, b, strict=True)]
    for i in range(len(rows)):
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(len(rows)):
            if k != i:
                factor = rows[k][i]
                rows[k] = [x - factor * y for x, y in zip(rows[k], rows[i], strict=True)]
    return [row[len(a) :] for row in rows]


def batch(
    x0: Floats, P0: Floats, F: list[Floats], Q: list[Floats], z: Floats, H: Floats, R: Floats
) -> tuple[Floats, Floats]:
    """Every state of a trajectory at once, by the normal equations of weighted least squares.

    The prior, each motion x₊ - F x and each measurement z - H x add their information.
    """
    T, d = len(z), len(x0)
    information = np.zeros((T * d, T * d))
    vector = np.zeros(T * d)
    information[:d, :d] += np.linalg.inv(P0)
    vector[:d] += np.linalg.inv(P0) @ x0
    for k in range(T):
        here = slice(k * d, (k + 1) * d)
        information[here, here] += H.T @ np.linalg.inv(R) @ H
        vector[here] += H.T @ np.linalg.inv(R) @ z[k]
        if k + 1 < T:
            both = slice(k * d, (k + 2) * d)
            A = np.hstack([-F[k], np.eye(d)])
            information[both, both] += A.T @ np.linalg.inv(Q[k]) @ A
    cov = np.linalg.inv(information)
    means = (cov @ vector).reshape(T, d)
    return means, np.array(
        [cov[k * d : (k + 1) * d, k * d : (k + 1) * d] for k in range(T)], np.float64
    )
