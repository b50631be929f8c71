# The compiled module, checked against the binary by mypy.stubtest.
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, final, type_check_only

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "DEBUG",
    "Kinematic",
    "LocalFrame",
    "Sensor",
    "Tracker",
    "__version__",
    "apply_information",
    "arrow_from_columns",
    "assign",
    "bar_shalom_campo",
    "chi_square_cdf",
    "chi_square_quantile",
    "columns_from_arrow",
    "continuity",
    "covariance_intersection",
    "covariance_intersection_of_many",
    "cross_covariance",
    "ecef_from_geodetic",
    "geodetic_from_ecef",
    "gospa",
    "information_increment",
    "nees",
    "nis",
    "ospa",
    "predict",
    "predict_unscented",
    "registration",
    "replay_information",
    "root_mean_square",
    "smooth",
    "tracklet_gain",
    "unscented_points",
    "update",
    "update_extended",
    "update_unscented",
]

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

def gospa(
    truth: tuple[object, object],
    estimate: tuple[object, object],
    cutoff: float,
    order: float,
    alpha: float,
) -> tuple[
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.int64],
]: ...
def ospa(
    truth: tuple[object, object],
    estimate: tuple[object, object],
    cutoff: float,
    order: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def continuity(
    truth: tuple[object, object, object],
    estimate: tuple[object, object, object],
    cutoff: float,
) -> tuple[int, int, int, int, int, NDArray[np.int64]]: ...
def nis(innovation: object, innovation_cov: object) -> NDArray[np.float64]: ...
def nees(truth: object, mean: object, cov: object) -> NDArray[np.float64]: ...
def root_mean_square(truth: object, estimate: object) -> NDArray[np.float64]: ...
def chi_square_cdf(x: float, degrees: float) -> float: ...
def chi_square_quantile(probability: float, degrees: float) -> float: ...

@type_check_only
class _ArrowTable:
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

def columns_from_arrow(stream: object) -> dict[str, tuple[NDArray[Any], str]]: ...
def arrow_from_columns(
    columns: dict[str, NDArray[Any]],
    *,
    rows: int,
    utc: Sequence[str],
    zoneless: Sequence[str],
) -> _ArrowTable: ...
def covariance_intersection(
    mean_a: ArrayLike,
    cov_a: ArrayLike,
    mean_b: ArrayLike,
    cov_b: ArrayLike,
    criterion: str,
    inverse: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def covariance_intersection_of_many(
    mean: ArrayLike, cov: ArrayLike, criterion: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def bar_shalom_campo(
    mean_a: ArrayLike, cov_a: ArrayLike, mean_b: ArrayLike, cov_b: ArrayLike, cross_cov: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def cross_covariance(
    cross_cov: ArrayLike,
    transition: ArrayLike,
    noise: ArrayLike,
    predicted_a: ArrayLike,
    updated_a: ArrayLike,
    predicted_b: ArrayLike,
    updated_b: ArrayLike,
) -> NDArray[np.float64]: ...
def information_increment(
    measurement: ArrayLike, measurement_matrix: ArrayLike, noise: ArrayLike, dim: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def apply_information(
    mean: ArrayLike, cov: ArrayLike, matrix: ArrayLike, vector: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def replay_information(
    mean: ArrayLike,
    cov: ArrayLike,
    transition: ArrayLike,
    noise: ArrayLike,
    matrix: ArrayLike,
    vector: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def tracklet_gain(
    predicted_mean: ArrayLike,
    predicted_cov: ArrayLike,
    mean: ArrayLike,
    cov: ArrayLike,
    shared: tuple[ArrayLike, ArrayLike, ArrayLike] | None,
    others: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]: ...
def registration(
    mean_a: ArrayLike,
    cov_a: ArrayLike,
    mean_b: ArrayLike,
    cov_b: ArrayLike,
    about: ArrayLike,
    free: Sequence[bool],
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[bool], NDArray[np.float64]]: ...
def predict(
    mean: ArrayLike, cov: ArrayLike, transition: ArrayLike, noise: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def update(
    mean: ArrayLike,
    cov: ArrayLike,
    measurement: ArrayLike,
    measurement_matrix: ArrayLike,
    noise: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def update_extended(
    mean: ArrayLike,
    cov: ArrayLike,
    measurement: ArrayLike,
    predicted: ArrayLike,
    jacobian: ArrayLike,
    noise: ArrayLike,
    angular: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def unscented_points(mean: ArrayLike, cov: ArrayLike) -> NDArray[np.float64]: ...
def predict_unscented(
    images: ArrayLike, n: int, dim: int, noise: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def update_unscented(
    mean: ArrayLike,
    cov: ArrayLike,
    points: ArrayLike,
    images: ArrayLike,
    measurement: ArrayLike,
    noise: ArrayLike,
    angular: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def smooth(
    mean: ArrayLike, cov: ArrayLike, transition: ArrayLike, noise: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

@final
class Sensor:
    def __new__(
        cls,
        model: object,
        axes: int,
        *,
        name: str,
        noise: ArrayLike,
        detection_probability: float | None,
        report_rate_per_s: float | None,
        clutter_density: float,
        coverage: tuple[float, float, float] | None,
        position_m: Sequence[float],
        heading_rad: float,
        unscented: bool,
    ) -> Sensor: ...
    @property
    def dim(self) -> int: ...
    def measure(self, states: ArrayLike) -> NDArray[np.float64]: ...

_Columns: TypeAlias = tuple[
    NDArray[np.uint64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.float64],
]
_Diagnostics: TypeAlias = tuple[
    NDArray[np.uint64],
    NDArray[np.uint32],
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.float64],
]
_Points: TypeAlias = tuple[
    NDArray[np.uint64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int64],
]
_Summaries: TypeAlias = tuple[
    NDArray[np.uint64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.uint64],
    NDArray[np.float64],
]

@final
class Tracker:
    def __new__(
        cls,
        motion: object,
        *,
        birth: tuple[float, float, float, float],
        survival_per_s: float,
        gate_probability: float,
        prune_existence: float,
        id_key: int,
    ) -> Tracker: ...
    @property
    def time_s(self) -> float: ...
    def step(
        self,
        time_s: float,
        measurements: ArrayLike,
        sensor: Sensor,
        noise: ArrayLike | None,
        pose: tuple[Sequence[float], float, Sequence[float]] | None,
    ) -> tuple[_Columns, _Diagnostics]: ...
    def predict(self, time_s: float) -> _Columns: ...
    def add(
        self, time_s: float, mean: ArrayLike, cov: ArrayLike, existence: ArrayLike
    ) -> NDArray[np.uint64]: ...
    def track(
        self,
        time_s: ArrayLike,
        sensor: ArrayLike,
        start: ArrayLike,
        values: ArrayLike,
        sensors: Sequence[Sensor],
        confirmation: float,
        smooth: bool,
        progress: Callable[[int], object] | None,
    ) -> tuple[_Points, _Summaries]: ...
    def snapshot(self) -> bytes: ...
    def restore(self, snapshot: bytes) -> None: ...
    def remove(self, track_id: int) -> None: ...
