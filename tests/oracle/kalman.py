"""The Kalman filter as textbooks print it, one row at a time, and the batch solution of a trajectory."""

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
    return means, np.array([cov[k * d : (k + 1) * d, k * d : (k + 1) * d] for k in range(T)])
