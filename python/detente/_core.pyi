# The compiled module, checked against the binary by mypy.stubtest.
from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
def ecef_from_geodetic(
    lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike
) -> NDArray[np.float64]: ...
def geodetic_from_ecef(
    ecef_m: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...

@final
class LocalFrame:
    def __new__(cls, lat_deg: float, lon_deg: float, height_m: float) -> LocalFrame: ...
    def enu_from_geodetic(
        self, lat_deg: ArrayLike, lon_deg: ArrayLike, height_m: ArrayLike
    ) -> NDArray[np.float64]: ...
    def geodetic_from_enu(
        self, enu_m: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
    def geodetic_from_en(
        self, en_height_m: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...

def covariance_intersection(
    mean_a: ArrayLike, cov_a: ArrayLike, mean_b: ArrayLike, cov_b: ArrayLike, criterion: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
