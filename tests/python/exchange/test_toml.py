"""TOML as written here is read back as it was, by the standard library."""

import tomllib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.effort import law

import detente as dt
from detente.exchange.values.toml import mapping_from_toml, toml_from_mapping

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = (
    text
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


@law
@given(st.dictionaries(text, values, max_size=4))
def test_written_and_read_back(content: dict[str, Any]) -> None:
    assert tomllib.loads(toml_from_mapping(content)) == content


@given(st.decimals(-(10**12), 10**12, places=9))
def test_decimal_numbers_are_exact(number: Decimal) -> None:
    assert mapping_from_toml(toml_from_mapping({"x": number})) == {"x": number}


def test_what_toml_cannot_hold_is_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match="TOML cannot hold None"):
        toml_from_mapping({"x": None})
    with pytest.raises(dt.errors.DecodeError, match="expected TOML: "):
        mapping_from_toml("x = = 1")
