"""A table: named columns of NumPy arrays, at home in every data frame through Arrow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from detente import _core
from detente.errors import DetenteError, DTypeError, MissingExtraError, SettingError, ShapeError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from numpy.typing import ArrayLike, NDArray

_PANDAS_INDEX = "__index_level_"  # what pandas calls an unnamed index on its way to Arrow


@runtime_checkable
class ArrowStream(Protocol):
    """Anything that hands out its rows through the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return a capsule named ``arrow_array_stream``."""
        ...


class Table:
    """Named columns of equal length, each a NumPy array that is not to be written to.

    Parameters
    ----------
    columns : mapping of str to array_like
        Each (n,) of numbers, booleans, texts or times, or (n, k) of numbers. Texts become object
        arrays of `str` (`None` where there is none), times ``datetime64[ns]``, two-dimensional
        columns float64. Nothing is copied that already has such a type.
    utc : collection of str
        The names of the time columns that are known to be UTC; the others have no zone.

    Raises
    ------
    ShapeError
        Two columns differ in length, or a column has more than two dimensions.
    DTypeError
        A column holds something else, for example complex numbers or Python objects.
    SettingError
        `utc` names a column that is not there or holds no times.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> table = dt.Table({"time_s": [0.0, 1.0], "sensor": ["radar", "lidar"]})
    >>> len(table), table.column_names
    (2, ('time_s', 'sensor'))
    >>> table["time_s"]
    array([0., 1.])
    >>> table.take(table["sensor"] == "lidar")
    Table of 1 row: time_s float64, sensor object
    """

    __slots__ = ("_columns", "_rows", "_utc")

    def __init__(self, columns: Mapping[str, ArrayLike], *, utc: Collection[str] = ()) -> None:
        held = {str(name): _column(str(name), values) for name, values in columns.items()}
        lengths = {name: len(array) for name, array in held.items()}
        if len(set(lengths.values())) > 1:
            raise ShapeError(f"the columns must have the same length, found {lengths}")
        for name in utc:
            if name not in held or held[name].dtype.kind != "M":
                raise SettingError(f"utc must name columns of times, but {name} is none")
        self._columns: Mapping[str, NDArray[Any]] = MappingProxyType(held)
        self._rows = next(iter(lengths.values()), 0)
        self._utc = frozenset(utc)

    @classmethod
    def from_any(cls, data: Any) -> Table:  # noqa: ANN401 - any data frame of any library
        """Return the same rows as a `Table`.

        Parameters
        ----------
        data
            A `Table`, a data frame of pandas or polars, a table of pyarrow, anything else with
            ``__arrow_c_stream__``, or a mapping of names to arrays.

        Returns
        -------
        Table
            A null becomes NaN among numbers (integers turn into float64 for it), NaT among times,
            and None among texts and booleans. Times with a zone are converted to UTC. Decimals
            become float64, dictionaries their values, dates the midnight of no zone. An unnamed
            index of pandas is left out, a named one becomes a column.

        Raises
        ------
        DTypeError
            A column has a type that NumPy has not, such as a list of variable length, or integers
            with nulls beyond 2**53.
        DecodeError
            Two columns have the same name.
        MissingExtraError
            pandas cannot hand out its rows because pyarrow is not installed.

        Examples
        --------
        >>> import detente as dt
        >>> import polars as pl
        >>> dt.Table.from_any(pl.DataFrame({"x_m": [1, None]}))["x_m"]
        array([ 1., nan])
        """
        if isinstance(data, Table):
            return data
        if isinstance(data, Mapping):
            return cls(data)  # pyright: ignore[reportUnknownArgumentType] - checked by cls
        if not isinstance(data, ArrowStream):
            raise DTypeError(
                "a table must be a dict of arrays or an object with __arrow_c_stream__ (pandas, "
                f"polars, pyarrow), found {type(data).__name__}"
            )
        try:
            read = _core.columns_from_arrow(data)
        except ImportError as error:
            raise MissingExtraError(
                "pandas hands out its rows through pyarrow; pip install 'detente[pandas]'"
            ) from error
        except (TypeError, ValueError) as error:
            if isinstance(error, DetenteError):
                raise
            raise DTypeError(f"the frame cannot be handed out as Arrow: {error}") from error
        columns = {
            name: array if kind == "" else array.view("datetime64[ns]")
            for name, (array, kind) in read.items()
            if not name.startswith(_PANDAS_INDEX)
        }
        return cls(columns, utc={name for name in columns if read[name][1] == "utc"})

    @property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """The columns by name, in order."""
        return self._columns

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self._columns)

    @property
    def utc(self) -> frozenset[str]:
        """The names of the time columns that are known to be UTC."""
        return self._utc

    def __len__(self) -> int:
        return self._rows

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> NDArray[Any]:
        try:
            return self._columns[name]
        except KeyError:
            there = ", ".join(self._columns) or "none"
            raise KeyError(f"no column is called {name}; the columns are {there}") from None

    def __repr__(self) -> str:
        shown = (
            f"{name} {array.dtype}" + (f" ({array.shape[1]} wide)" if array.ndim > 1 else "")
            for name, array in self._columns.items()
        )
        return f"Table of {self._rows} row{'s' * (self._rows != 1)}: {', '.join(shown)}"

    def take(self, rows: ArrayLike | slice) -> Table:
        """Return some of the rows.

        Parameters
        ----------
        rows : (n,) bool, (m,) int or slice
            Which rows: a mask, row numbers in the wanted order, or a slice.

        Returns
        -------
        Table
        """
        which = rows if isinstance(rows, slice) else np.asarray(rows)
        return Table({name: array[which] for name, array in self._columns.items()}, utc=self._utc)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the rows as a capsule of the Arrow C stream interface."""
        return self._arrow().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Return the schema as a capsule of the Arrow C data interface."""
        return self._arrow().__arrow_c_schema__()

    def _arrow(self) -> Any:  # noqa: ANN401 - the compiled table
        times = {name for name, array in self._columns.items() if array.dtype.kind == "M"}
        return _core.arrow_from_columns(
            {
                name: np.ascontiguousarray(array.view(np.int64) if name in times else array)
                for name, array in self._columns.items()
            },
            rows=self._rows,
            utc=sorted(self._utc),
            zoneless=sorted(times - self._utc),
        )

    def to_arrow(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the rows as a `pyarrow.Table`.

        Raises
        ------
        MissingExtraError
            pyarrow is not installed.
        """
        try:
            import pyarrow  # noqa: ICN001, PLC0415 - an extra, without types
        except ImportError as error:
            raise MissingExtraError("pyarrow is missing; pip install 'detente[cli]'") from error
        pa: Any = pyarrow
        return pa.table(self)

    def to_polars(self) -> pl.DataFrame:
        """Return the rows as a `polars.DataFrame`.

        Raises
        ------
        MissingExtraError
            polars is not installed.

        Examples
        --------
        >>> import detente as dt
        >>> dt.Table({"x_m": [1.5]}).to_polars()["x_m"].to_list()
        [1.5]
        """
        try:
            import polars as pl  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtraError("polars is missing; pip install 'detente[polars]'") from error
        return pl.DataFrame(self)

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a `pandas.DataFrame`; a row of a wide column becomes one array.

        Raises
        ------
        MissingExtraError
            pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtraError("pandas is missing; pip install 'detente[pandas]'") from error
        columns: dict[str, Any] = {
            name: list(array) if array.ndim > 1 else array.copy()
            for name, array in self._columns.items()
        }
        for name in self._utc:
            columns[name] = pd.DatetimeIndex(columns[name], tz="UTC")
        return pd.DataFrame(columns)


def _column(name: str, values: ArrayLike) -> NDArray[Any]:
    """Check one column and view it as read-only."""
    array = np.asarray(values)
    match array.dtype.kind, array.ndim:
        case "f", 1 if array.dtype.itemsize in (4, 8):
            array = array.astype(array.dtype.newbyteorder("="), copy=False)
        case "f", 1:
            array = array.astype(np.float64)
        case "i" | "u", 1:
            array = array.astype(array.dtype.newbyteorder("="), copy=False)
        case "b", 1:
            pass
        case "f" | "i" | "u", 2:
            array = array.astype(np.float64, copy=False)
        case "M", 1:
            array = array.astype("datetime64[ns]", copy=False)
        case "U" | "T", 1:
            array = array.astype(object)
        case "O", 1:
            _check_texts(name, array)
        case _, n if n not in (1, 2):
            raise ShapeError(
                f"column {name} must have the shape (n,) or (n, k), found {array.shape}"
            )
        case _:
            raise DTypeError(
                f"column {name} must hold numbers, booleans, texts or times, found "
                f"{array.ndim}-D {array.dtype}; convert it first"
            )
    view = array.view()
    view.flags.writeable = False
    return view


def _check_texts(name: str, array: NDArray[np.object_]) -> None:
    """Refuse objects that are neither texts nor booleans, nor None."""
    kinds = set(map(type, array)) - {type(None)}
    if not (kinds <= {str, np.str_} or kinds <= {bool}):
        odd = sorted(kind.__name__ for kind in kinds)
        raise DTypeError(
            f"column {name} must hold numbers, booleans, texts or times, found objects of type "
            f"{', '.join(odd)}; convert it, times to datetime64"
        )
