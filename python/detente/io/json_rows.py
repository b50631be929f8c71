"""A JSON list, or JSON lines, as a Python list."""

from typing import TYPE_CHECKING, Any, cast

from detente.io.extras import orjson

if TYPE_CHECKING:
    from detente.io.source import Source


def list_from_json(source: "Source") -> list[Any]:
    """Parse a JSON list, an object that holds one, or one value a line.

    A line that is no JSON stays a text.

    Raises
    ------
    DecodeError
        None of these, or without entries.
    """
    text = source.data.strip()
    if text[:1] == b"{" and b"\n{" in text:
        lines = [_value(line) for line in source.data.splitlines() if line.strip()]
        if any(isinstance(line, dict) for line in lines):
            return lines
    try:
        value: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if text[:1] == b"{" and isinstance(_value(text.split(b"\n", 1)[0]), dict):
            return [_value(line) for line in text.splitlines() if line.strip()]  # cut off
        raise source.error(
            expected="a JSON list, or JSON lines",
            found=f"broken JSON ({error})",
            remedy="fetch or export it again",
        ) from error
    entries = _entries(value)
    if not entries:
        raise source.error(
            expected="a JSON list with entries",
            found=text[:40].decode("utf-8", "replace"),
            remedy="check how it was exported",
        )
    return entries


def _entries(value: Any) -> list[Any]:  # noqa: ANN401 - whatever the file holds
    """Return a list, the longest list of records in an object, or the object as the one record."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    if not isinstance(value, dict):
        return []
    held = cast("dict[str, Any]", value)
    lists = [cast("list[Any]", each) for each in held.values() if isinstance(each, list)]
    of_records = [each for each in lists if each and isinstance(each[0], dict)]
    return max(of_records, key=len) if of_records else [held]


def json_from(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    """Return a value as JSON."""
    return orjson.dumps(value).decode()


def _value(line: bytes) -> Any:  # noqa: ANN401 - as above
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return line.decode("utf-8", "replace")
