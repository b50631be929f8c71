"""A JSON list, or JSON lines, as a Python list."""

from typing import TYPE_CHECKING, Any, cast

from detente.io.extras import orjson

if TYPE_CHECKING:
    from detente.io.source import Source


def list_from_json(source: "Source") -> list[Any]:
    """Parse a JSON list, or one value a line; a line that is no JSON stays a text.

    Raises
    ------
    DecodeError
        Neither, or without entries.
    """
    if source.data.lstrip()[:1] == b"{":
        return [_value(line) for line in source.data.splitlines() if line.strip()]
    try:
        value: Any = orjson.loads(source.data)
    except orjson.JSONDecodeError as error:
        raise source.error(
            expected="a JSON list, or JSON lines",
            found=f"broken JSON ({error})",
            remedy="fetch or export it again",
        ) from error
    entries = cast("list[Any]", value) if isinstance(value, list) else []
    if not entries:
        raise source.error(
            expected="a JSON list with entries",
            found=source.data[:40].decode("utf-8", "replace"),
            remedy="check how it was exported",
        )
    return entries


def json_from(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    """Return a value as JSON."""
    return orjson.dumps(value).decode()


def _value(line: bytes) -> Any:  # noqa: ANN401 - as above
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return line.decode("utf-8", "replace")
