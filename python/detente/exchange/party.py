"""Party: its own sensor and tracker, its agreements, and what partners handed to it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import UnknownIdError
from detente.exchange.audit import Audit, Handover
from detente.exchange.observer import Observer
from detente.exchange.offer import Offer
from detente.exchange.picture import Picture
from detente.exchange.reasons import Row, reasons, text_from_reasons
from detente.exchange.release import release
from detente.exchange.report import Report
from detente.exchange.signatory import Signatory
from detente.exchange.snapshot import Snapshot
from detente.geo import LocalFrame
from detente.sensors import Pose, Sensor
from detente.tracking import Tracker


class Party(Signatory):
    """One party: it tracks with its own sensors and knows what was agreed with whom.

    Its own tracks and the shared picture are kept apart: `release` reads the first alone, and
    `picture` is never handed to anyone.

    Parameters
    ----------
    name : str
        How it signs.
    tracker : Tracker
        One that has seen nothing. The party tracks with one like it, into which nothing but its
        own detections goes, and makes its picture with another.
    sensor : Sensor
        Its own, or the one it mostly looks with.
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
        tracker: Tracker,
        sensor: Sensor,
        most_age_s: float = 30.0,
        frame: LocalFrame | None = None,
    ) -> None:
        super().__init__(name)
        self._observer = Observer(name, tracker, frame=frame)
        self._shared = Picture(tracker, most_age_s=most_age_s)
        self._sensor = sensor
        self._dim = tracker.motion.dim
        self._frame = frame
        self.audit = Audit()
        self._own: Report | None = None

    def __repr__(self) -> str:
        return f"Party({self.name!r})"

    def observe(
        self,
        time_ns: int,
        measurements: ArrayLike,
        *,
        sensor: Sensor | None = None,
        noise: ArrayLike | None = None,
        pose: Pose | None = None,
    ) -> Report:
        """Track one scan of an own sensor.

        Parameters
        ----------
        time_ns : int
            When it looked [ns since 1970-01-01 UTC].
        measurements : (m, k) array_like
            What it saw, in the sensor's measurement space.
        sensor : Sensor, optional
            Which looked, if it was another than the party's first one.
        noise : (m, k, k) array_like, optional
            A covariance for each detection, instead of the sensor's.
        pose : Pose, optional
            Where it stood, instead of its own pose.

        Returns
        -------
        Report
            The party's own confirmed tracks at that time.
        """
        looked = self._sensor if sensor is None else sensor
        seen = self._observer.observe(time_ns, measurements, sensor=looked, noise=noise, pose=pose)
        self._shared.add(seen.detections)
        self._own = seen.tracks
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
        """Take what a partner released, in any order; a repetition changes nothing.

        Raises
        ------
        AgreementError
            By what this party knows, the agreement did not permit the report when it was made.
        """
        agreement = self.agreement(offer_id)
        permitted = release(report, agreement, recipient=self.name, time_ns=report.time_ns)
        if permitted is not None:
            self._record(permitted, agreement.offer, self.name, report.time_ns)
            self._shared.add(permitted)

    def picture(self, time_ns: int) -> Snapshot:
        """Return what own sensors and partners' reports say together, each object once.

        Parameters
        ----------
        time_ns : int
            The moment [ns since 1970-01-01 UTC]; later reports do not count.

        Returns
        -------
        Snapshot

        Raises
        ------
        TimeOrderError
            The party knows of nothing before that moment.
        """
        return self._shared.as_of(time_ns)

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
        dim = self._dim
        none = np.empty((0, dim)), np.empty((0, dim, dim)), np.empty(0)
        return Report.tracks(self.name, 0, time_ns, np.empty(0, np.uint64), *none)
