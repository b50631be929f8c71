# pyright: basic, reportMissingImports=false
"""filterpy: one filter object for each track."""

from collections.abc import Callable

import numpy as np
from filterpy.kalman import KalmanFilter
from numpy.typing import NDArray
from problem import Problem

Array = NDArray[np.float64]


def filter_step(p: Problem) -> Callable[[], tuple[Array, Array]]:
    """Return one predict and one update of every track."""
    bank = []
    for _ in p.mean:
        one = KalmanFilter(dim_x=p.mean.shape[1], dim_z=p.measurement.shape[1])
        one.F, one.Q = p.transition, p.noise
        one.H, one.R = p.measurement_matrix, p.measurement_noise
        bank.append(one)

    def step() -> tuple[Array, Array]:
        for one, mean, cov, z in zip(bank, p.mean, p.cov, p.measurement, strict=True):
            one.x, one.P = mean[:, None], cov
            one.predict()
            one.update(z[:, None])
        return np.stack([one.x[:, 0] for one in bank]), np.stack([one.P for one in bank])

    return step
