"""Party: its own sensor and tracker, its agreements, and what partners handed to it."""

from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import SettingError, UnknownIdError
from detente.exchange import picture as pictures
from detente.exchange.audit import Audit, Handover
from detente.exchange.instant import NS_PER_S
from detente.exchange.offer import Offer
from detente.exchange.reasons import Row, reasons, text_from_reasons
from detente.exchange.release import release
from detente.exchange.report import Report
from detente.exchange.signatory import Signatory
from detente.geo import LocalFrame

SensorT = TypeVar("SensorT")
SensorT_contra = TypeVar("SensorT_contra", contravariant=True)


class Tracks(Protocol):
    """What a party needs of a snapshot of tracks."""

    @property
    def id(self) -> NDArray[np.uint64]:
        """Identities, (n,)."""
        ...

    @property
    def mean(self) -> NDArray[np.float64]:
        """States, (n, d)."""
        ...

    @property
    def cov(self) -> NDArray[np.float64]:
        """Their covariances, (n, d, d)."""
        ...

    @property
    def existence(self) -> NDArray[np.float64]:
        """Probabilities that there are such objects, (n,)."""
        ...

    def confirmed(self) -> "Tracks":
        """Return those that probably exist."""
        ...


class Tracker(Protocol[SensorT_contra]):
    """What a party needs of a tracker, such as `detente.Tracker`."""

    def step(self, time_s: float, measurements: ArrayLike, *, sensor: SensorT_contra) -> Tracks:
        """Return the tracks after one scan."""
        ...


class Party(Signatory, Generic[SensorT]):
    """One party: it tracks with its own sensor and knows what was agreed with whom.

    Its own tracks and the shared picture are kept apart: `release` reads the first alone, and
    `picture` is never handed to anyone.

    Parameters
    ----------
    name : str
        How it signs.
    tracker : Tracker
        Its own, such as a `detente.Tracker`; nothing but its own detections goes in.
    sensor : sensor
        Its own.
    motion : Motion
        How objects move, to bring reports of different times to one.
    most_age_s : float
        How old the newest report of a partner may be to count in the picture [s].
    frame : LocalFrame, optional
        Where east and north of all reports are on the Earth; without it the audit cannot tell
        what lies in an area.

    Attributes
    ----------
    audit : Audit
        What this party handed over and what it got.

    Raises
    ------
    SettingError
        No name, or an age that is not positive.
    """

    def __init__(
        self,
        name: str,
        *,
        tracker: Tracker[SensorT],
        sensor: SensorT,
        motion: pictures.Motion,
        most_age_s: float = 30.0,
        frame: LocalFrame | None = None,
    ) -> None:
        super().__init__(name)
        if not most_age_s > 0.0:
            raise SettingError(f"most_age_s must be positive, found {most_age_s}")
        self._tracker = tracker
        self._sensor = sensor
        self._motion = motion
        self._most_age_ns = round(most_age_s * NS_PER_S)
        self._frame = frame
        self.audit = Audit()
        self._own: Report | None = None
        self._received: dict[str, Report] = {}

    def __repr__(self) -> str:
        return f"Party({self.name!r})"

    def observe(self, time_ns: int, measurements: ArrayLike) -> Report:
        """Track one scan of the own sensor.

        Parameters
        ----------
        time_ns : int
            When it looked [ns since 1970-01-01 UTC].
        measurements : (m, k) array_like
            What it saw, in the sensor's measurement space.

        Returns
        -------
        Report
            The party's own confirmed tracks at that time.
        """
        tracks = self._tracker.step(time_ns / NS_PER_S, measurements, sensor=self._sensor)
        sure = tracks.confirmed()
        again = self._own is not None and self._own.time_ns == time_ns
        sequence = self._own.sequence + 1 if self._own is not None and again else 0
        self._own = Report.tracks(
            self.name, sequence, time_ns, sure.id, sure.mean, sure.cov, sure.existence
        )
        return self._own

    def release(self, offer_id: str, *, time_ns: int) -> Report | None:
        """Return what may be handed to the partner of an agreement now; see `release`.

        Parameters
        ----------
        offer_id : str
            The agreement.
        time_ns : int
            Now [ns since 1970-01-01 UTC].

        Returns
        -------
        Report or None
            The newest own report, empty if the party has not looked yet; `None` if it dates from
            before the acceptance.

        Raises
        ------
        AgreementError
            There is no such agreement, it is not in force, or it does not permit this.
        """
        agreement = self.agreement(offer_id)
        partner = agreement.partner_of(self.name)
        own = self._empty(time_ns) if self._own is None else self._own
        released = release(own, agreement, recipient=partner, time_ns=time_ns)
        if released is not None:
            self._record(released, agreement.offer, partner, time_ns)
        return released

    def receive(self, report: Report, *, offer_id: str) -> None:
        """Take what a partner released; it replaces what that partner released before.

        An older report than the one at hand changes nothing.

        Raises
        ------
        AgreementError
            By what this party knows, the agreement did not permit the report when it was made.
        """
        agreement = self.agreement(offer_id)
        permitted = release(report, agreement, recipient=self.name, time_ns=report.time_ns)
        before = self._received.get(report.origin)
        if permitted is not None:
            self._record(permitted, agreement.offer, self.name, report.time_ns)
        if permitted is not None and (before is None or _order(before) < _order(permitted)):
            self._received[report.origin] = permitted

    def picture(self, time_ns: int) -> pictures.Picture:
        """Return the own tracks together with what partners released, each object once.

        Parameters
        ----------
        time_ns : int
            The moment, not before the newest report [ns since 1970-01-01 UTC].

        Returns
        -------
        Picture

        Raises
        ------
        SettingError
            The party has not looked yet.
        TimeOrderError
            A report is later than that moment.
        """
        if self._own is None:
            raise SettingError(f"{self.name!r} has not looked yet, so it has no picture")
        partners = [
            report
            for report in self._received.values()
            if time_ns - report.time_ns <= self._most_age_ns
        ]
        return pictures.fuse_reports(self._own, partners, motion=self._motion, time_ns=time_ns)

    def why_not(self, partner: str, *, time_ns: int, object_id: int | None = None) -> str:
        """Return why a partner does not get what this party sees, naming the clauses.

        Parameters
        ----------
        partner : str
            Who does not get it.
        time_ns : int
            The moment asked about [ns since 1970-01-01 UTC].
        object_id : int, optional
            A track of the newest own report; without it, its place is not asked about.

        Returns
        -------
        str
            A sentence for each agreement with that partner.

        Raises
        ------
        UnknownIdError
            The newest own report has no such track.
        """
        own = self._empty(time_ns) if self._own is None else self._own
        lat_deg = lon_deg = None
        if object_id is not None:
            (rows,) = np.nonzero(own.track_id == object_id)
            if not len(rows):
                raise UnknownIdError(f"the newest report of {self.name!r} has no track {object_id}")
            lats, lons = self._places(own)
            if np.isfinite(lats[rows[0]]):
                lat_deg, lon_deg = float(lats[rows[0]]), float(lons[rows[0]])
        row = Row(self.name, partner, own.time_ns, time_ns, lat_deg=lat_deg, lon_deg=lon_deg)
        agreements = [
            self.agreement(standing.offer.id)
            for standing in self.agreements(time_ns)
            if {self.name, partner} == set(standing.offer.parties)
        ]
        return "\n".join(text_from_reasons(a, row, reasons(a, row)) for a in agreements) or (
            f"Nothing was ever offered between {self.name} and {partner}."
        )

    def _record(self, report: Report, offer: Offer, recipient: str, time_ns: int) -> None:
        lat_deg, lon_deg = self._places(report)
        self.audit.record(
            Handover(
                time_ns,
                offer,
                report.origin,
                recipient,
                report.sequence,
                report.time_ns,
                report.track_id,
                lat_deg,
                lon_deg,
            )
        )

    def _places(self, report: Report) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return latitudes and longitudes of a report's rows, NaN if there is no frame."""
        if self._frame is None:
            unknown = np.full(len(report), np.nan)
            return unknown, unknown
        lat_deg, lon_deg, _ = self._frame.geodetic_from_en(report.mean[:, :2])
        return lat_deg, lon_deg

    def _empty(self, time_ns: int) -> Report:
        dim = len(self._motion.transition(0.0))
        none = np.empty((0, dim)), np.empty((0, dim, dim)), np.empty(0)
        return Report.tracks(self.name, 0, time_ns, np.empty(0, np.uint64), *none)


def _order(report: Report) -> tuple[int, int]:
    return report.time_ns, report.sequence
