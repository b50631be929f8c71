# The compiled module, checked against the binary by mypy.stubtest.
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, final, type_check_only

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "DEBUG",
    "Area",
    "Birth",
    "BoxMotion",
    "CoordinatedTurn",
    "Grant",
    "Kinematic",
    "LocalFrame",
    "Replay",
    "Sensor",
    "Tracker",
    "__version__",
    "apply_information",
    "arrow_from_columns",
    "assign",
    "bar_shalom_campo",
    "cell_bounds",
    "chi_square_cdf",
    "chi_square_quantile",
    "clear_mot",
    "columns_from_arrow",
    "continuity",
    "count_total",
    "covariance_intersection",
    "covariance_intersection_of_many",
    "cross_covariance",
    "ecef_from_geodetic",
    "geodetic_from_ecef",
    "gospa",
    "hota",
    "identity_matches",
    "imm_combine",
    "imm_mix",
    "imm_smooth",
    "imm_stationary",
    "imm_transition",
    "imm_update",
    "information_increment",
    "k_best",
    "marginals",
    "nees",
    "nis",
    "noted_columns_from_arrow",
    "ospa",
    "ospa2",
    "predict",
    "predict_unscented",
    "registration",
    "release",
    "replay_information",
    "report_points",
    "root_mean_square",
    "row_identities",
    "siap",
    "smooth",
    "tracklet_gain",
    "trajectory_gospa",
    "unscented_points",
    "update",
    "update_extended",
    "update_unscented",
    "withheld",
]

__version__: str
DEBUG: bool

@final
class Kinematic:
    def __new__(cls, kind: str, density: Sequence[float], rate_per_s: float = 0.0) -> Kinematic: ...
    @property
    def axes(self) -> int: ...
    @property
    def dim(self) -> int: ...
    def transition(self, dt_s: float) -> NDArray[np.float64]: ...
    def noise(self, dt_s: float) -> NDArray[np.float64]: ...

@final
class BoxMotion:
    def __new__(cls, acceleration_psd: float, size_psd: float) -> BoxMotion: ...
    @property
    def dim(self) -> int: ...
    def linearise(
        self, states: ArrayLike, dt_s: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...

@final
class CoordinatedTurn:
    def __new__(
        cls,
        axes: int,
        rate_rad_s: float | None,
        estimated: tuple[float, float, bool],
        horizontal_psd: float,
        vertical_psd: float,
    ) -> CoordinatedTurn: ...
    @property
    def axes(self) -> int: ...
    @property
    def dim(self) -> int: ...
    def linearise(
        self, states: ArrayLike, dt_s: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...

def assign(
    indptr: object, indices: object, cost: object, miss_cost: object
) -> tuple[NDArray[np.int64], float]: ...
def k_best(
    indptr: object,
    indices: object,
    cost: object,
    miss_cost: object,
    k: int,
    columns: int | None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]: ...
def marginals(
    indptr: object,
    indices: object,
    log_weight: object,
    miss_log_weight: object,
    columns: int | None,
    method: str,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], bool]: ...
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
def ospa2(
    truth: tuple[object, object, object],
    estimate: tuple[object, object, object],
    cutoff: float,
    orders: tuple[float, float],
    weights: object,
    ends: object,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def trajectory_gospa(
    truth: tuple[object, object, object],
    estimate: tuple[object, object, object],
    cutoff: float,
    order: float,
    switch_penalty: float,
) -> tuple[
    float,
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
]: ...
def clear_mot(
    truth: tuple[object, object, object],
    estimate: tuple[object, object, object],
    cutoff: float | None,
    threshold: float,
) -> tuple[tuple[int, int, int, int, int, int, int], float]: ...
def identity_matches(
    truth: tuple[object, object, object],
    estimate: tuple[object, object, object],
    cutoff: float | None,
    threshold: float,
) -> int: ...
def hota(
    truth: tuple[object, object, object],
    estimate: tuple[object, object, object],
    cutoff: float | None,
    thresholds: object,
) -> tuple[
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
]: ...
def siap(
    truth: tuple[object, object, object],
    estimate: tuple[object, object, object],
    cutoff: float,
) -> tuple[tuple[int, int, int, int], float, NDArray[np.int64]]: ...
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
    whole: Sequence[str] = ...,
    notes: dict[str, str] | None = None,
    field_notes: dict[str, dict[str, str]] | None = None,
) -> _ArrowTable: ...
def noted_columns_from_arrow(
    stream: object,
) -> tuple[dict[str, tuple[NDArray[Any], str]], dict[str, str], dict[str, dict[str, str]]]: ...

@type_check_only
class _ReportHead(Protocol):
    @property
    def origin(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def time_ns(self) -> int: ...
    @property
    def axes(self) -> int: ...
    @property
    def frame(self) -> LocalFrame | None: ...
    @property
    def grid_level(self) -> int | None: ...
    @property
    def relay(self) -> bool: ...

@final
class Grant:
    def __new__(
        cls,
        *,
        sender: str,
        recipient: str,
        level: str,
        from_ns: int,
        until_ns: int,
        area: Sequence[Sequence[Sequence[ArrayLike]]] = ...,
        fields: Sequence[str] = ...,
        delay_ns: int = ...,
        cadence_ns: int = ...,
        precision_m: float | None = None,
        count_cell_m: float | None = None,
        count_at_least: int | None = None,
        rows_per_s: int | None = None,
        relay: bool = False,
        relay_hops: int | None = None,
        retention_ns: int | None = None,
        purpose: str = ...,
    ) -> Grant: ...
    @property
    def sender(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def has_area(self) -> bool: ...
    @property
    def level(self) -> str: ...
    @property
    def retention_ns(self) -> int | None: ...
    @property
    def purpose(self) -> str: ...
    @property
    def relay_hops(self) -> int | None: ...
    def holds(self, points: ArrayLike) -> NDArray[np.bool_]: ...
    def slots(self, after_ns: int, now_ns: int) -> NDArray[np.int64]: ...
    def conflicts(self, other: Grant) -> bool: ...

@final
class Area:
    def __new__(cls, polygons: Sequence[Sequence[ArrayLike]]) -> Area: ...
    def contains(self, points: ArrayLike) -> NDArray[np.bool_]: ...

def release(
    report: _ReportHead,
    columns: dict[str, NDArray[Any]],
    fields: dict[str, NDArray[Any]],
    grant: Grant,
    recipient: str,
    now_ns: int,
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]], int | None, bool] | None: ...
def withheld(
    report: _ReportHead,
    columns: dict[str, NDArray[Any]],
    fields: dict[str, NDArray[Any]],
    grant: Grant,
    recipient: str,
    now_ns: int,
) -> str | list[str | None]: ...
def report_points(
    report: _ReportHead,
    columns: dict[str, NDArray[Any]],
    fields: dict[str, NDArray[Any]],
) -> NDArray[np.float64]: ...
def row_identities(
    origin: str, kind: str, time_ns: int, sensor: str, content: NDArray[np.uint8]
) -> NDArray[np.uint8]: ...
def count_total(count: ArrayLike) -> float: ...
def cell_bounds(level: int, cells: Sequence[int]) -> NDArray[np.float64]: ...
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
def imm_transition(rates_per_s: ArrayLike, dt_s: ArrayLike) -> NDArray[np.float64]: ...
def imm_stationary(rates_per_s: ArrayLike) -> NDArray[np.float64] | None: ...
def imm_mix(
    mean: ArrayLike,
    cov: ArrayLike,
    probability: ArrayLike,
    transition: ArrayLike,
    used: ArrayLike,
    prior_variance: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...
def imm_update(
    probability: ArrayLike, log_likelihood: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def imm_combine(
    mean: ArrayLike, cov: ArrayLike, probability: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def imm_smooth(
    mean: ArrayLike,
    cov: ArrayLike,
    probability: ArrayLike,
    mode_transition: ArrayLike,
    transition: ArrayLike,
    noise: ArrayLike,
    used: ArrayLike,
    prior_variance: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]: ...

@final
class Sensor:
    def __new__(
        cls,
        model: object,
        axes: int,
        *,
        name: str,
        noise: ArrayLike,
        detection_probability: object,
        report_rate_per_s: float | None,
        clutter_density: object,
        coverage: object,
        pose: tuple[Sequence[float], Sequence[float], Sequence[float]],
        unscented: bool,
    ) -> Sensor: ...
    @property
    def dim(self) -> int: ...
    def measure(self, states: ArrayLike) -> NDArray[np.float64]: ...
    def seen_at(self, points: ArrayLike) -> NDArray[np.float64]: ...
    def clutter_at(self, points: ArrayLike) -> NDArray[np.float64]: ...

@final
class Birth:
    @staticmethod
    def uniform(
        rate_density: float,
        initial_density: float,
        region_m: ArrayLike | None,
        velocity_std_m_s: float,
        acceleration_std_m_s2: float,
    ) -> Birth: ...
    @staticmethod
    def mixture(
        mean: ArrayLike, cov: ArrayLike, rate_per_s: ArrayLike, initial: ArrayLike
    ) -> Birth: ...
    @staticmethod
    def detections(
        rate_per_s: float, initial: float, velocity_std_m_s: float, acceleration_std_m_s2: float
    ) -> Birth: ...

_Columns: TypeAlias = tuple[
    NDArray[np.uint64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.float64],
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
    NDArray[np.float64],
]
_Summaries: TypeAlias = tuple[
    NDArray[np.uint64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.uint64],
    NDArray[np.float64],
]
_Shares: TypeAlias = tuple[
    NDArray[np.uint64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]
]

@final
class Tracker:
    def __new__(
        cls,
        motion: object,
        *,
        birth: Birth,
        survival_per_s: float,
        association: str,
        gate_probability: float,
        prune_existence: float,
        longest_silence_s: float,
        max_hypotheses: int,
        prune_hypothesis: float,
        recycle_existence: float,
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
        pose: tuple[Sequence[float], Sequence[float], Sequence[float]] | None,
        identity: tuple[ArrayLike, float] | None,
        by: int = 0,
        each: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> tuple[_Columns, _Diagnostics]: ...
    def predict(self, time_s: float) -> _Columns: ...
    def estimate(self, method: str, threshold: float) -> tuple[float, _Columns]: ...
    def copy(self) -> Tracker: ...
    @property
    def hypotheses(self) -> tuple[int, int, int]: ...
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
        identity: tuple[ArrayLike, float] | None,
        pose: ArrayLike | None,
        confirmation: float,
        lag_s: float,
        progress: Callable[[int], object] | None,
    ) -> tuple[_Points, _Summaries, _Shares]: ...
    def snapshot(self) -> bytes: ...
    def restore(self, snapshot: bytes) -> None: ...
    def remove(self, track_id: int) -> None: ...

@final
class Replay:
    def __new__(cls, tracker: Tracker, window_s: float) -> Replay: ...
    @property
    def time_s(self) -> float: ...
    @property
    def earliest_s(self) -> float: ...
    def step(
        self,
        time_s: float,
        measurements: ArrayLike,
        sensor: Sensor,
        noise: ArrayLike | None,
        pose: tuple[Sequence[float], Sequence[float], Sequence[float]] | None,
        identity: tuple[ArrayLike, float] | None,
        by: int = 0,
        each: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> tuple[float, _Columns, _Diagnostics]: ...
    def tracks(self) -> tuple[float, _Columns]: ...
    def predict(self, time_s: float) -> _Columns: ...
    def estimate(self, method: str, threshold: float) -> tuple[float, _Columns]: ...
    def copy(self) -> Replay: ...
    @property
    def refused(
        self,
    ) -> tuple[NDArray[np.float64], list[str], NDArray[np.uint64], NDArray[np.float64]]: ...
    @property
    def refused_count(self) -> int: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def replayed(self) -> int: ...
    @property
    def held(self) -> tuple[int, int]: ...
    def snapshot(self) -> bytes: ...
    def restore(self, snapshot: bytes) -> None: ...
