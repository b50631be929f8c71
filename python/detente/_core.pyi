# The compiled module, checked against the binary by mypy.stubtest.
from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

__version__: str
DEBUG: bool

@final
class Kinematic:
    def __new__(cls, kind: str, density: Sequence[float]) -> Kinematic: ...
    @property
    def axes(self) -> int: ...
    @property
    def dim(self) -> int: ...
    def transition(self, dt_s: float) -> NDArray[np.float64]: ...
    def noise(self, dt_s: float) -> NDArray[np.float64]: ...

def assign(
    indptr: object, indices: object, cost: object, miss_cost: object
) -> tuple[NDArray[np.int64], float]: ...
