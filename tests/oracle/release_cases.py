"""Random reports and grants, shared by the tests of release."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow  # noqa: ICN001 - pa is the name without types
from numpy.typing import NDArray
from oracle import release as oracle

import detente as dt
from detente.exchange import Grant, Report, arrow_from_report, withheld

pa: Any = pyarrow  # without types
SECOND_NS = 1_000_000_000
FIELDS = ["mmsi", "name", "heading_rad", "unheard_of"]


def grant_from(rules: oracle.Rules) -> Grant:
    return Grant(
        sender=rules.sender,
        recipient=rules.recipient,
        level=rules.level,
        from_ns=rules.from_ns,
        until_ns=rules.until_ns,
        area=[[[np.array(r) for r in polygon] for polygon in area] for area in rules.areas],
        fields=rules.fields,
        delay_ns=rules.delay_ns,
        cadence_ns=rules.cadence_ns,
        precision_m=rules.precision_m,
        count_cell_m=rules.count_cell_m,
        count_at_least=rules.count_at_least,
        relay=rules.relay,
    )


def star(rng: np.random.Generator, frame: dt.LocalFrame, scale: float = 1.0) -> oracle.Ring:
    n = int(rng.integers(3, 30))
    radius_deg = rng.uniform(0.02, 0.2, n) * scale
    turn = np.arange(n) / n * 2 * np.pi
    lat = np.clip(frame.lat_deg + radius_deg * np.sin(turn), -90, 90)
    wide = 1 / max(np.cos(np.radians(frame.lat_deg)), 0.02)
    lon = frame.lon_deg + radius_deg * np.cos(turn) * wide
    return list(zip(lat.tolist(), lon.tolist(), strict=True))


def fields_of(rng: np.random.Generator, n: int) -> dict[str, NDArray[Any]]:
    return {
        "mmsi": rng.integers(10**8, 10**9, n),
        "name": np.array([f"ship {i}" for i in rng.integers(0, 10**6, n)], object),
        "heading_rad": rng.uniform(0, 6, n),
        "unheard_of": rng.uniform(0, 1, (n, 3)),
    }


def tracks(
    rng: np.random.Generator, frame: dt.LocalFrame, n: int, axes: int = 2, *, spread_m: float = 2e4
) -> Report:
    dim = 2 * axes
    root = rng.normal(0, 30, (n, dim, dim))
    mean = rng.normal(0, 15, (n, dim))
    mean[:, :axes] = rng.uniform(-spread_m, spread_m, (n, axes))
    return Report.tracks(
        "north",
        0,
        210 * SECOND_NS,
        rng.integers(0, 2**63, n).astype(np.uint64),
        mean,
        root @ root.transpose(0, 2, 1) + np.eye(dim),
        rng.uniform(0, 1, n),
        fields=fields_of(rng, n),
        axes=axes,
        frame=frame,
    )


def rows_of(report: Report, rows: NDArray[Any]) -> Report:
    return replace(
        report,
        columns={name: column[rows] for name, column in report.columns.items()},
        fields={name: column[rows] for name, column in report.fields.items()},
    )


def leaving(report: Report, grant: Grant, *, recipient: str, time_ns: int) -> NDArray[np.bool_]:
    why = withheld(report, grant, recipient=recipient, time_ns=time_ns)
    return np.array([clause is None for clause in why], bool)


def joined(a: Report, b: Report) -> Report:
    return replace(
        a,
        columns={name: np.concatenate([a[name], b[name]]) for name in a.columns},
        fields={name: np.concatenate([a[name], b[name]]) for name in a.fields},
    )


def payload(report: Report | None) -> bytes:
    """Return every byte of a report, as an Arrow stream has it, padding included."""
    if report is None:
        return b""
    sink = pa.BufferOutputStream()
    table = pa.table(arrow_from_report(report))
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def rules_of(rng: np.random.Generator, frame: dt.LocalFrame, level: str = "tracks") -> oracle.Rules:
    def choose(options: Sequence[Any]) -> Any:  # noqa: ANN401 - one of them
        return options[rng.integers(len(options))]

    return oracle.Rules(
        level=level,
        from_ns=choose([0, 210, 211]) * SECOND_NS,
        until_ns=choose([250, 10**8]) * SECOND_NS,
        areas=[[[star(rng, frame)]] for _ in range(rng.integers(0, 3))],
        fields=[name for name in FIELDS if rng.uniform() < 0.5],
        delay_ns=choose([0, 30]) * SECOND_NS,
        cadence_ns=choose([0, 1, 30, 60]) * SECOND_NS,
        precision_m=choose([None, 20.0, 50.0, 1_000.0, 9_000.0]) if level == "tracks" else None,
        relay=bool(rng.uniform() < 0.5),
    )
