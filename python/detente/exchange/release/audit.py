"""Audit for people: who got what, under which clause, when, as a table and in sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from detente.exchange.agreement.offer import Offer
from detente.exchange.agreement.wording import clauses_from_terms
from detente.exchange.area.area import Area
from detente.exchange.release.release import places_of
from detente.exchange.report.digest import digest_of
from detente.exchange.report.report import Report
from detente.exchange.values.instant import words_from_time_ns
from detente.table import Table


@dataclass(frozen=True, eq=False)
class Handover:
    """One report that was handed over, or those of its rows that were asked about.

    Attributes
    ----------
    time_ns : int
        When it was handed over [ns since 1970-01-01 UTC].
    offer : Offer
        The offer of the agreement under which it was.
    origin, recipient : str
        Whose sensors speak, and who got it.
    sequence, report_ns : int
        The report's number and moment.
    kind, sensor : str
        What its rows are, and the sensor that it names; empty where it names none.
    digest : bytes
        What tells it from every other report.
    object_id : (n,) uint64
        The identities of its rows: of tracks, of counts the cells, of detections the first bytes.
    lat_deg, lon_deg : (n,) float64
        Where they were, of counts the middle of each cell [°]; NaN where that is not known.
    """

    time_ns: int
    offer: Offer
    origin: str
    recipient: str
    sequence: int
    report_ns: int
    kind: str
    sensor: str
    digest: bytes
    object_id: NDArray[np.uint64]
    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same when it is handed over again, in the order of the audit."""
        made = self.origin, self.report_ns, self.kind, self.sensor, self.sequence, self.digest
        return self.offer.id, self.recipient, *made

    def take(self, rows: NDArray[np.bool_]) -> "Handover":
        """Return it with some of its rows."""
        return replace(
            self,
            object_id=self.object_id[rows],
            lat_deg=self.lat_deg[rows],
            lon_deg=self.lon_deg[rows],
        )


class Audit:
    """What was handed over.

    Parameters
    ----------
    handovers : iterable of Handover
        In any order; what was handed over twice counts once, at the first time.
    """

    def __init__(self, handovers: Iterable[Handover] = ()) -> None:
        self._by_key: dict[tuple[object, ...], Handover] = {}
        for handover in handovers:
            self.record(handover)

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Handover]:
        """In order of time."""
        return iter(sorted(self._by_key.values(), key=lambda h: (h.time_ns, h.key)))

    def record(self, handover: Handover) -> None:
        """Take note of what was handed over."""
        known = self._by_key.get(handover.key)
        if known is None or handover.time_ns < known.time_ns:
            self._by_key[handover.key] = handover

    def select(
        self,
        *,
        party: str | None = None,
        partner: str | None = None,
        object_id: int | None = None,
        area: Area | None = None,
    ) -> "Audit":
        """Return what concerns a party, a partner, an object or an area.

        Parameters
        ----------
        party : str, optional
            Whose sensors speak.
        partner : str, optional
            Who got it.
        object_id : int, optional
            The identity of an object, as it was handed over.
        area : Area, optional
            Where the rows were, as they were handed over; rows of unknown place are in none.

        Returns
        -------
        Audit
            Of an object or an area only the handovers that had rows of it, with those rows.
        """
        selected: list[Handover] = []
        for handover in self:
            if party not in {None, handover.origin} or partner not in {None, handover.recipient}:
                continue
            rows = np.ones(len(handover.object_id), dtype=bool)
            if object_id is not None:
                rows &= handover.object_id == object_id
            if area is not None:
                rows &= area.contains(handover.lat_deg, handover.lon_deg)
            if rows.any() or (object_id is None and area is None):
                selected.append(handover.take(rows))
        return Audit(selected)

    def table(self) -> Table:
        """Return a row for each report: when, whose, to whom, how many rows, under which clauses.

        Columns: `handed_over` and `reported` (UTC), `origin`, `recipient`, `kind`, `sensor`,
        `sequence`, `rows`, `agreement` (the offer's identity) and `clauses`.
        """
        handovers = list(self)
        return Table(
            {
                "handed_over": _times([h.time_ns for h in handovers]),
                "reported": _times([h.report_ns for h in handovers]),
                "origin": [h.origin for h in handovers],
                "recipient": [h.recipient for h in handovers],
                "kind": [h.kind for h in handovers],
                "sensor": [h.sensor for h in handovers],
                "sequence": np.array([h.sequence for h in handovers], np.int64),
                "rows": np.array([len(h.object_id) for h in handovers], np.int64),
                "agreement": [h.offer.id for h in handovers],
                "clauses": [clauses_from_terms(h.offer.terms) for h in handovers],
            },
            utc=("handed_over", "reported"),
        )

    def text(self) -> str:
        """Return a sentence for each agreement and direction: who got what from whom, and when."""

        def one(handover: Handover) -> tuple[str, str, str]:
            return handover.origin, handover.recipient, handover.offer.id

        groups = groupby(sorted(self, key=one), key=one)
        return "\n".join(_sentence(list(each)) for _, each in groups) or "Nobody got anything."


def handover_of(report: Report, offer: Offer, recipient: str, *, time_ns: int) -> Handover:
    """Return what is noted of a report that was handed over.

    Parameters
    ----------
    report : Report
        What left.
    offer : Offer
        The offer of the agreement under which it did.
    recipient : str
        Who got it.
    time_ns : int
        When [ns since 1970-01-01 UTC].
    """
    lat_deg, lon_deg = places_of(report)
    return Handover(
        time_ns=time_ns,
        offer=offer,
        origin=report.origin,
        recipient=recipient,
        sequence=report.sequence,
        report_ns=report.time_ns,
        kind=report.kind,
        sensor="" if report.sensor is None else report.sensor.name,
        digest=digest_of(report),
        object_id=_identities(report),
        lat_deg=lat_deg,
        lon_deg=lon_deg,
    )


def _identities(report: Report) -> NDArray[np.uint64]:
    for name in ("track_id", "cell"):
        if name in report.columns:
            return report[name]
    return np.ascontiguousarray(report.row_id[:, :8]).view(np.uint64).reshape(-1)


def _sentence(handovers: list[Handover]) -> str:
    first, last = handovers[0], handovers[-1]
    rows = sum(len(handover.object_id) for handover in handovers)
    when = f"on {words_from_time_ns(first.time_ns)}"
    if len(handovers) > 1:
        when = f"from {words_from_time_ns(first.time_ns)} to {words_from_time_ns(last.time_ns)}"
    return (
        f"{first.recipient} got from {first.origin} {rows:,} row{'s' * (rows != 1)} of "
        f"{first.offer.terms.level} in {len(handovers):,} report{'s' * (len(handovers) != 1)}, "
        f"{when}, under agreement {first.offer.id[:12]} "
        f"({clauses_from_terms(first.offer.terms)})."
    )


def _times(times_ns: list[int]) -> NDArray[np.datetime64]:
    return np.array(times_ns, np.int64).astype("datetime64[ns]")
