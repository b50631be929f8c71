# pyright: basic, reportMissingImports=false
"""simdkalman: its primitives, which are vectorised over tracks."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from problem import Problem
from simdkalman import primitives

Array = NDArray[np.float64]


def filter_step(p: Problem) -> Callable[[], tuple[Array, Array]]:
    """Return one predict and one update of every track."""

    def step() -> tuple[Array, Array]:
        mean, cov = primitives.predict(p.mean[:, :, None], p.cov, p.transition, p.noise)
        mean, cov = primitives.update(
            mean, cov, p.measurement_matrix, p.measurement_noise, p.measurement[:, :, None]
        )
        return mean[:, :, 0], cov

    return step
