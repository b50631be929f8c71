"""Terms at random, few enough values in each clause that clauses often compare."""

from typing import Any

from hypothesis import strategies as st

import detente as dt
from detente.exchange import Area


def _square(south: float, west: float, size: float) -> Area:
    north, east = south + size, west + size
    return Area.from_any([[south, west], [south, east], [north, east], [north, west]])


# Some within others, some that only overlap, one with two polygons.
AREAS = [_square(0, 0, 9), _square(1, 1, 5), _square(2, 2, 1), _square(4, 4, 9)]
AREAS.append(Area(tuple(sorted((*AREAS[1].polygons, *_square(20, 20, 5).polygons)))))

_common = {
    "until": st.sampled_from(["2021-08-20", "2021-08-31", "2021-08-31T12:00:00.5Z"]),
    "from_": st.sampled_from([None, "2021-07-01", "2021-08-25"]),
    "delay_s": st.sampled_from([0, 30, 0.25]),
    "purpose": st.sampled_from(["", "search and rescue"]),
    "retention_days": st.sampled_from([None, 30, 1 / 24]),
    "relay": st.booleans(),
    "relay_hops": st.sampled_from([None, 1, 3]),
    "both_ways": st.booleans(),
}
_rows = {
    "area": st.lists(st.sampled_from(AREAS), max_size=3).map(lambda areas: areas or None),
    "fields": st.sets(st.sampled_from(["mmsi", "name", "length_m"])),
    "cadence_s": st.sampled_from([0, 10, 15, 20, 0.1]),
}


def _valid(clauses: dict[str, object]) -> bool:
    return clauses["from_"] is None or str(clauses["from_"]) < str(clauses["until"])


def _terms(clauses: dict[str, Any]) -> dt.Terms:
    hops = clauses["relay_hops"] if clauses["relay"] else None
    return dt.Terms(**{**clauses, "relay_hops": hops})


def terms(*levels: str) -> st.SearchStrategy[dt.Terms]:
    """Return terms of some of the levels; by default of all."""
    by_level = {
        "detections": _rows,
        "tracklets": _rows,
        "tracks": {**_rows, "precision_m": st.sampled_from([None, 50, 75, 1_000])},
        "counts": {
            "area": st.sampled_from(AREAS[:2]),
            "cadence_s": st.sampled_from([10, 15, 20]),
            "count_cell_m": st.sampled_from([500, 1_000]),
            "count_at_least": st.sampled_from([3, 5]),
        },
    }
    return st.one_of(
        st.fixed_dictionaries({"level": st.just(level), **_common, **by_level[level]})
        .filter(_valid)
        .map(_terms)
        for level in levels or by_level
    )
