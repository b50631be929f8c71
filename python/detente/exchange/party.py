"""Party: its own sensor and tracker, its agreements, and what partners handed to it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from detente._core import Grant
from detente.errors import AgreementError, SettingError, UnknownIdError
from detente.exchange.agreement import Agreement
from detente.exchange.apart import check_apart, is_of_counts
from detente.exchange.audit import Audit, handover_of, places_of
from detente.exchange.backlog import (
    SCANS,
    Backlog,
    is_handing,
    is_late_and_empty,
    is_of_scans,
)
from detente.exchange.contradictions import Contradiction, Copied
from detente.exchange.instant import NS_PER_S
from detente.exchange.observer import Observer
from detente.exchange.offer import Offer
from detente.exchange.picture import Picture
from detente.exchange.reasons import Row, clause_of_cell, reasons, text_from_reasons
from detente.exchange.received import Received
from detente.exchange.release import release
from detente.exchange.report import Report
from detente.exchange.signatory import Signatory
from detente.exchange.slots import Slots, has_slots
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
        self._shared = Picture(tracker, most_age_s=most_age_s, owner=name, frame=frame)
        self._copied = Copied()
        self._sensor = sensor
        self._dim = tracker.motion.dim
        self._frame = frame
        self.audit = Audit()
        self._own: Report | None = None
        self._received = Received(round(most_age_s * NS_PER_S))
        self._slots = Slots(name, tracker)
        self._backlog = Backlog()

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
        of_scans = [a for a in self._notebook.known(is_of_scans) if is_handing(a, self.name)]
        told = [seen.detections]
        if any(agreement.offer.terms.level == "tracklets" for agreement in of_scans):
            told += self._observer.tracklets()
        else:
            self._observer.forget()
        self._backlog.keep(told, of_scans, time_ns=time_ns)
        self._own = seen.tracks
        self._slots.say(self._own, self._notebook.known(has_slots))
        return self._own

    def release(
        self, offer_id: str, *, time_ns: int, report: Report | None = None
    ) -> Report | None:
        """Return what may be handed to the partner of an agreement now; see `release`.

        Under terms with a cadence see `release_slots`, of detections or tracklets `release_scans`.

        Parameters
        ----------
        offer_id : str
            The agreement.
        time_ns : int
            Now [ns since 1970-01-01 UTC].
        report : Report, optional
            One of `received`, to pass it on: word for word, if both the agreement by which it came
            and this one permit it, or not at all.

        Returns
        -------
        Report or None
            The newest own report, empty if the party has not looked yet; `None` if it dates from
            before the acceptance. Or the given one; `None` if it must not be passed on.

        Raises
        ------
        AgreementError
            There is no such agreement, it is not in force, it does not permit this, or its counts
            would tell what those of another one hide.
        SettingError
            The report to pass on is none of `received`.
        """
        if report is None:
            report = self._empty(time_ns) if self._own is None else self._own
        elif all(report is not held for held in self.received):
            raise SettingError(
                f"{self.name!r} passes on one of its received reports as it is, found one of "
                f"{report.origin!r} that it does not hold; take it from received"
            )
        return self._hand_over(report, self.agreement(offer_id), time_ns)

    def release_slots(self, offer_id: str, *, time_ns: int) -> list[Report]:
        """Return what is due under terms with a cadence: a report for each slot since the last.

        A slot's report holds what the own sensors last said since the slot before, brought to its
        time by the motion; it is empty if they said nothing, so that silence tells nothing.

        Parameters
        ----------
        offer_id : str
            The agreement.
        time_ns : int
            Now [ns since 1970-01-01 UTC].

        Returns
        -------
        list of Report
            In the order of time; none if no slot is due, or without a cadence.

        Raises
        ------
        AgreementError
            As of `release`.
        """
        agreement = self.agreement(offer_id)
        partner = agreement.partner_of(self.name)
        grant = Grant(**agreement.grant_at(self.name, partner, time_ns))
        due = self._slots.due(agreement, grant, time_ns=time_ns, empty=self._empty(time_ns))
        handed = [self._hand_over(own, agreement, time_ns) for own in due]
        return [report for report in handed if report is not None]

    def release_scans(self, offer_id: str, *, time_ns: int) -> list[Report]:
        """Return what is due under terms of detections or tracklets: every scan since the last.

        Empty scans are handed over, too: that a sensor looked and saw nothing is evidence. Of a
        track that is confirmed only now, tracklets of earlier scans follow; not if all their rows
        are withheld, since that they come at all would tell of those.

        Parameters
        ----------
        offer_id : str
            The agreement.
        time_ns : int
            Now [ns since 1970-01-01 UTC].

        Returns
        -------
        list of Report
            In the order in which they came about.

        Raises
        ------
        AgreementError
            As of `release`; or the terms are of another level.
        """
        agreement = self.agreement(offer_id)
        level = agreement.offer.terms.level
        if level not in SCANS:
            raise AgreementError(
                f"scans leave under terms of {' or '.join(SCANS)}, found terms of {level}; "
                "use release"
            )
        due = self._backlog.due(agreement, time_ns=time_ns)
        agreement.grant_at(self.name, agreement.partner_of(self.name), time_ns)
        handed: list[Report] = []
        for own in due:
            found = self._hand_over(own, agreement, time_ns, tells_nothing=is_late_and_empty)
            if found is not None:
                handed.append(found)
        self._backlog.hand(agreement, time_ns=time_ns)
        return handed

    @property
    def received(self) -> tuple[Report, ...]:
        """Reports of other parties, in every form in which they came by some path.

        Of tracks and counts the newest, of detections and tracklets the scans of `most_age_s`.
        """
        return self._received.all

    def receive(self, report: Report, *, offer_id: str, sender: str | None = None) -> None:
        """Take what a partner released, in any order; a repetition changes nothing.

        An own report that comes back changes nothing either.

        Parameters
        ----------
        report : Report
            What came.
        offer_id : str
            The agreement under which it did.
        sender : str, optional
            Who passed it on, if not its origin.

        Raises
        ------
        AgreementError
            By what this party knows, the agreement did not permit the report when it was made.
        """
        agreement = self.agreement(offer_id)
        earliest_ns = report.time_ns + agreement.offer.terms.delay_ns
        sender = sender or report.origin
        # whether it may be passed on was the sender's agreement's to say, which is not known here
        asked = report if sender == report.origin else replace(report, relay=True)
        came = release(asked, agreement, sender=sender, recipient=self.name, time_ns=earliest_ns)
        if came is None or report.origin == self.name:
            return
        if sender != report.origin:
            came = replace(came, relay=came.relay and report.relay)
        self._record(came, agreement.offer, self.name, earliest_ns)
        self._received.take(came)
        change = self._copied.take(came, sender=sender)
        for each in change.discard:
            self._shared.discard(each)
        for each in change.add:
            self._shared.add(each)

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Copies of partners' reports that contradict each other, and who handed over which.

        What an origin itself handed over stands; of copies that others passed on, none does.
        """
        return self._copied.contradictions

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
        lat_deg = lon_deg = at = None
        if object_id is not None:
            (rows,) = np.nonzero(own.track_id == object_id)
            if not len(rows):
                raise UnknownIdError(f"the newest report of {self.name!r} has no track {object_id}")
            at = int(rows[0])
            lats, lons = places_of(own, self._frame)
            if np.isfinite(lats[rows[0]]):
                lat_deg, lon_deg = float(lats[rows[0]]), float(lons[rows[0]])
        row = Row(self.name, partner, own.time_ns, time_ns, lat_deg=lat_deg, lon_deg=lon_deg)
        agreements = [
            self.agreement(standing.offer.id)
            for standing in self.agreements(time_ns)
            if {self.name, partner} == set(standing.offer.parties)
        ]
        texts: list[str] = []
        for each in agreements:
            clause = None if at is None else clause_of_cell(each, own, at, recipient=partner)
            texts.append(text_from_reasons(each, row, reasons(each, row, clause=clause)))
        return "\n".join(texts) or f"Nothing was ever offered between {self.name} and {partner}."

    def _hand_over(
        self,
        report: Report,
        agreement: Agreement,
        time_ns: int,
        *,
        tells_nothing: Callable[[Report], bool] = lambda _: False,
    ) -> Report | None:
        """Return what leaves of a report, unless that tells nothing, and take note of it."""
        partner = agreement.partner_of(self.name)
        found = release(report, agreement, sender=self.name, recipient=partner, time_ns=time_ns)
        check_apart(agreement, self._notebook.known(is_of_counts), time_ns)
        if found is None or tells_nothing(found):
            return None
        self._record(found, agreement.offer, partner, time_ns)
        return found

    def _record(self, report: Report, offer: Offer, recipient: str, time_ns: int) -> None:
        handover = handover_of(report, offer, recipient, time_ns=time_ns, frame=self._frame)
        self.audit.record(handover)

    def _empty(self, time_ns: int) -> Report:
        dim = self._dim
        none = np.empty((0, dim)), np.empty((0, dim, dim)), np.empty(0)
        ids = np.empty(0, np.uint64)
        return Report.tracks(self.name, 0, time_ns, ids, *none, frame=self._frame)
