"""Reports: what one party's own sensors say at one moment, as columns that never change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType
from typing import Any, NamedTuple, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError, ShapeError
from detente.exchange.report.columns import array_of, checked_columns, checked_fields
from detente.exchange.report.head import KEYS, checked_notes
from detente.exchange.report.kinds import SENSED, Kind
from detente.exchange.report.sensing import SensorDescription
from detente.exchange.values.given import instance, text, time
from detente.geo import LocalFrame


class Head(NamedTuple):
    """What a report says of itself, as the core takes it."""

    origin: str
    kind: str
    time_ns: int
    axes: int
    frame: _core.LocalFrame | None
    grid_level: int | None
    relay: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Report:
    """Rows of one kind, of one party, at one moment; an empty scan is a report, too.

    Make one with `detections`, `tracklets` or `tracks`. `docs/report-schema.md` describes every
    column and how it is written as Arrow.

    Attributes
    ----------
    origin : str
        The party whose sensors speak.
    kind : {"detections", "tracklets", "tracks", "counts"}
        What a row is.
    time_ns : int
        The moment [ns since 1970-01-01 UTC].
    sequence : int
        Tells apart the reports of one origin, kind and moment; otherwise 0. No running number,
        which would tell how many others were made.
    columns : mapping of str to (n, …) array
        What the kind has (`detente.exchange.COLUMNS`), read-only.
    fields : mapping of str to (n,) or (n, k) array
        Optional fields by name; none leaves unless the terms name it. Each known one has its type
        (`detente.exchange.FIELDS`), whatever its rows hold.
    axes : int
        2 (east, north) or 3 (and up). With two, an object is on the ellipsoid.
    frame : LocalFrame or None
        Where positions are; needed under terms with an area, a precision or counts.
    sensor : SensorDescription or None
        The sensor that looked, for detections and tracklets.
    grid_level : int or None
        The level of the earth-fixed grid that it was coarsened or counted on.
    relay : bool
        Whether its holder may pass it on.
    relay_hops : int or None
        How often it may still be passed on at most; `None` without limit, or where it may not be.
    notes : mapping of str to JSON values
        What it said of itself that this version does not know; kept and written again, but never
        released of one's own.

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        A column is missing, too many, of another shape or type, or holds NaN or infinity.
    SettingError
        A part of the head that is not what it must be, such as an unknown kind or axes other than
        2 or 3; a field that is called like a column; a count that is none; or notes that JSON
        cannot hold.
    """

    origin: str
    kind: Kind
    time_ns: int
    columns: Mapping[str, NDArray[Any]]
    sequence: int = 0
    fields: Mapping[str, NDArray[Any]] = field(default_factory=dict[str, NDArray[Any]])
    axes: int = 2
    frame: LocalFrame | None = None
    sensor: SensorDescription | None = None
    grid_level: int | None = None
    relay: bool = False
    relay_hops: int | None = None
    notes: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        for name, key in KEYS.items():
            object.__setattr__(self, name, key.checked(name, getattr(self, name)))
        if self.relay_hops is not None and not self.relay:
            message = f"relay_hops must be left out without relay, found {self.relay_hops}"
            raise SettingError(message)
        columns = checked_columns(self.kind, self.columns, self.axes, self.grid_level)
        rows = len(columns["row_id"])
        fields = checked_fields(self.fields, self.kind, rows)
        for name, held in (
            ("columns", columns),
            ("fields", fields),
            ("notes", checked_notes(self.notes)),
        ):
            object.__setattr__(self, name, MappingProxyType(held))

    @classmethod
    def tracks(
        cls,
        origin: str,
        sequence: int,
        time_ns: int,
        track_id: ArrayLike,
        mean: ArrayLike,
        cov: ArrayLike,
        existence: ArrayLike,
        *,
        fields: Mapping[str, ArrayLike] | None = None,
        axes: int = 2,
        frame: LocalFrame | None = None,
        grid_level: int | None = None,
        relay: bool = False,
    ) -> Self:
        """Return a report of tracks; other parties see their states, never their detections.

        Parameters
        ----------
        origin, sequence, time_ns
            As of the class.
        track_id : (n,) uint64
            Opaque identities of the tracks, given by the origin; a successor replaces a row of
            the same origin and track.
        mean : (n, d) array_like
            Positions [m], velocities [m/s], accelerations [m/s²] in the frame, `axes` of each.
        cov : (n, d, d) array_like
            Symmetric, positive definite.
        existence : (n,) array_like
            Probability that there is such an object.
        fields, axes, frame, grid_level, relay
            As of the class.

        Returns
        -------
        Report

        Examples
        --------
        >>> import numpy as np
        >>> from detente.exchange import Report
        >>> report = Report.tracks(
        ...     "north", 0, 0, [7], [[0.0, 0.0, 5.0, 0.0]], [np.eye(4)], [0.9],
        ...     fields={"mmsi": np.array([211000000])},
        ... )
        >>> report.kind, len(report), report.row_id.shape
        ('tracks', 1, (1, 16))
        """
        ids = _unsigned(track_id, "track_id")
        _check_once(ids, "track_id")
        columns = {
            "row_id": _row_id(origin, "tracks", time_ns, [ids]),
            "track_id": ids,
            "mean": mean,
            "cov": cov,
            "existence": existence,
        }
        given: dict[str, Any] = {"time_ns": time_ns, "sequence": sequence, "columns": columns}
        given |= {"axes": axes, "frame": frame, "grid_level": grid_level, "relay": relay}
        return cls(origin=origin, kind="tracks", fields=_fields(fields), **given)

    @classmethod
    def detections(
        cls,
        origin: str,
        sequence: int,
        time_ns: int,
        measurement: ArrayLike,
        *,
        sensor: SensorDescription,
        position_m: ArrayLike | None = None,
        noise: ArrayLike | None = None,
        fields: Mapping[str, ArrayLike] | None = None,
        axes: int = 2,
        frame: LocalFrame | None = None,
        relay: bool = False,
    ) -> Self:
        """Return a report of one scan of one sensor, which may be empty: (0, m) measurements.

        Parameters
        ----------
        origin, sequence, time_ns, sensor
            As of the class.
        measurement : (n, m) array_like
            In the sensor's measurement space.
        position_m : (n, axes) array_like, optional
            Where each object is in the frame [m], NaN where that is unknown; by default read off
            the measurement of a sensor of positions or states, else unknown. A row of unknown
            place leaves under no terms that have an area.
        noise : (n, m, m) array_like, optional
            Where each detection brings its own covariance.
        fields, axes, frame, relay
            As of the class.

        Returns
        -------
        Report
        """
        z = np.ascontiguousarray(array_of("measurement", measurement, np.float64))
        if z.ndim != 2:  # noqa: PLR2004 - rows of components
            raise ShapeError(f"measurement must have shape (n, m), found {z.shape}")
        axes = KEYS["axes"].checked("axes", axes)
        instance("sensor", sensor, SensorDescription)
        if position_m is None:
            tells = sensor.kind in {"position", "state"}
            position_m = z[:, :axes] if tells else np.full((len(z), axes), np.nan)
        columns = {"position_m": array_of("position_m", position_m, np.float64), "measurement": z}
        if noise is not None:
            columns["noise"] = array_of("noise", noise, np.float64)
        content = [_rows(name, values, len(z)) for name, values in columns.items()]
        columns["row_id"] = _row_id(origin, "detections", time_ns, content, sensor.name)
        given: dict[str, Any] = {"time_ns": time_ns, "sequence": sequence, "columns": columns}
        given |= {"axes": axes, "frame": frame, "relay": relay, "sensor": sensor}
        return cls(origin=origin, kind="detections", fields=_fields(fields), **given)

    @classmethod
    def tracklets(
        cls,
        origin: str,
        sequence: int,
        time_ns: int,
        *,
        track_id: ArrayLike,
        position_m: ArrayLike,
        from_ns: ArrayLike,
        information: ArrayLike,
        information_vector: ArrayLike,
        log_evidence: ArrayLike,
        is_reset: ArrayLike,
        is_tentative: ArrayLike | None = None,
        sensor: SensorDescription | None = None,
        fields: Mapping[str, ArrayLike] | None = None,
        axes: int = 2,
        frame: LocalFrame | None = None,
        relay: bool = False,
    ) -> Self:
        """Return a report of what the own detections of an interval added to tracks.

        Parameters
        ----------
        origin, sequence, time_ns
            As of the class; `time_ns` is the end of the intervals.
        track_id : (n,) uint64
            Opaque identities of the tracks.
        position_m : (n, axes) array_like
            Where each object is by the origin's own detections, for the area of the terms [m].
        from_ns : (n,) int64
            Where the interval of a row begins, itself excluded.
        information : (n, d, d) array_like
            Y = Σ Hᵀ R⁻¹ H, of the state's leading components: positions, perhaps velocities.
        information_vector : (n, d) array_like
            y = Σ Hᵀ R⁻¹ z.
        log_evidence : (n,) array_like
            log ℓ(own detections given an object) − log ℓ(given clutter and misses).
        is_reset : (n,) bool
            Whether the row replaces all that was sent of its track.
        is_tentative : (n,) bool, optional
            Whether the origin itself doubts the track, so that its number is no evidence of which
            object the row is of; by default none is.
        sensor, fields, axes, frame, relay
            As of the class.

        Returns
        -------
        Report
        """
        ids, begins = _unsigned(track_id, "track_id"), array_of("from_ns", from_ns, np.int64)
        if ids.shape != begins.shape:
            raise ShapeError(f"from_ns must have shape {ids.shape}, found {begins.shape}")
        content = np.column_stack([ids.view(np.int64), begins])
        _check_once(content.view("V16").reshape(-1), "track_id and from_ns")
        name = "" if sensor is None else sensor.name
        columns = {
            "row_id": _row_id(origin, "tracklets", time_ns, [content], name),
            "track_id": ids,
            "position_m": position_m,
            "from_ns": begins,
            "information": information,
            "information_vector": information_vector,
            "log_evidence": log_evidence,
            "is_reset": is_reset,
            "is_tentative": np.zeros(ids.shape, bool) if is_tentative is None else is_tentative,
        }
        given: dict[str, Any] = {"time_ns": time_ns, "sequence": sequence, "columns": columns}
        given |= {"axes": axes, "frame": frame, "relay": relay, "sensor": sensor}
        return cls(origin=origin, kind="tracklets", fields=_fields(fields), **given)

    def __len__(self) -> int:
        return len(self.row_id)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column or an optional field by name."""
        for held in (self.columns, self.fields):
            if name in held:
                return held[name]
        there = ", ".join([*self.columns, *self.fields])
        raise KeyError(f"no column or field is called {name}; there are {there}")

    @property
    def row_id(self) -> NDArray[np.uint8]:
        """(n, 16): opaque identities of the rows, the same by whatever path they came."""
        return self.columns["row_id"]

    @property
    def track_id(self) -> NDArray[np.uint64]:
        """(n,): opaque identities of the tracks."""
        return self["track_id"]

    @property
    def mean(self) -> NDArray[np.float64]:
        """(n, d): the states of tracks."""
        return self["mean"]

    @property
    def cov(self) -> NDArray[np.float64]:
        """(n, d, d): their covariances."""
        return self["cov"]

    @property
    def existence(self) -> NDArray[np.float64]:
        """(n,): the probabilities that they exist."""
        return self["existence"]

    @property
    def nbytes(self) -> int:
        """The size of its columns and fields [byte]."""
        held = [*self.columns.values(), *self.fields.values()]
        return sum(array.nbytes for array in held)

    def head(self) -> Head:
        """Return what it says of itself, as the core takes it."""
        frame = None if self.frame is None else self.frame.compiled
        head = (self.origin, self.kind, self.time_ns, self.axes)
        return Head(*head, frame, self.grid_level, self.relay)

    def described_sensor(self) -> SensorDescription | None:
        """Return the sensor if a receiver of this kind needs it."""
        return self.sensor if self.kind in SENSED else None


def _row_id(
    origin: str, kind: str, time_ns: int, content: Sequence[NDArray[Any]], sensor: str = ""
) -> NDArray[np.uint8]:
    """Return the identities of rows whose content is given, arrays of (n,) or (n, k).

    They must not depend on other rows. Rows that are equal in all of it are told apart by their
    order.
    """
    origin, sensor = text("origin", origin), text("sensor", sensor, may_be_empty=True)
    time_ns = time("time_ns", time_ns)
    rows = [np.ascontiguousarray(part, part.dtype.newbyteorder("<")) for part in content]
    rows = [(part[:, None] if part.ndim == 1 else part).view(np.uint8) for part in rows]
    return _core.row_identities(origin, kind, time_ns, sensor, np.hstack(rows))


def _rows(name: str, values: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Return a column of numbers as (n, k), one NaN like the other."""
    if not values.ndim or len(values) != rows:
        raise ShapeError(f"{name} must have {rows} rows, found shape {values.shape}")
    flat = values.reshape(rows, prod(values.shape[1:]))
    return np.where(np.isnan(flat), np.nan, flat)


def _check_once(identities: NDArray[Any], name: str) -> None:
    """Refuse rows of one identity: which of them is which would depend on who stands beside it."""
    if len(np.unique(identities)) < len(identities):
        raise SettingError(f"{name} must tell the rows of a report apart, found two rows alike")


def _fields(given: Mapping[str, ArrayLike] | None) -> Mapping[str, NDArray[Any]]:
    return {} if given is None else cast("Mapping[str, NDArray[Any]]", given)  # checked later


def _unsigned(values: ArrayLike, name: str) -> NDArray[np.uint64]:
    """Return identities as they are, refusing what is no whole number or negative."""
    array = array_of(name, values, np.uint64)
    if array.ndim != 1:
        raise ShapeError(f"{name} must have shape (n,), found {array.shape}")
    return np.ascontiguousarray(array)
