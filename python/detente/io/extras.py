"""The libraries of the extra ``cli`` that read and write files, found once, for all of `io`."""

from typing import Any, TypeAlias

from detente.errors import MissingExtraError

try:
    import orjson
    import pyarrow  # noqa: ICN001 - pa is the name without types
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet
except ImportError as error:
    raise MissingExtraError(
        f"detente.io reads and writes files with pyarrow and orjson ({error}); "
        "pip install 'detente[cli]'"
    ) from error

pa: Any = pyarrow  # pyarrow has no types
pc: Any = pyarrow.compute
pq: Any = pyarrow.parquet
pv: Any = pyarrow.csv

Arrow: TypeAlias = Any
"""Something of pyarrow: an array, a type, a row."""

__all__ = ["Arrow", "orjson", "pa", "pc", "pq", "pv"]
