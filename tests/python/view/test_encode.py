"""Columns as text: the round trip through an independent decoder."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.view.encode import LARGEST, text_from_integers


@given(st.lists(st.integers(0, LARGEST), max_size=50))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_column_survives_the_round_trip(
    decode: Callable[[str], list[int]], values: list[int]
) -> None:
    assert decode(text_from_integers(np.array(values, np.int64))) == values


def test_a_slow_walk_costs_one_byte_a_value() -> None:
    values = np.cumsum(np.tile([60, -60], 600))
    assert len(text_from_integers(values)) == 1200 * 4 / 3


@pytest.mark.parametrize("value", [-1, LARGEST + 1])
def test_values_outside_the_range_are_refused(value: int) -> None:
    with pytest.raises(OverflowError, match=f"outside 0 to {LARGEST}"):
        text_from_integers(np.array([value]))
