"""Party: its own sensor and tracker, its agreements, and what partners handed to it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from secrets import token_bytes

import numpy as np
from numpy.typing import ArrayLike

from detente._core import Grant
from detente.exchange.agreement.agreement import Agreement
from detente.exchange.agreement.ceiling import Ceiling
from detente.exchange.agreement.offer import Offer
from detente.exchange.agreement.signatory import Signatory
from detente.exchange.local.observer import Observer
from detente.exchange.party.contradictions import Contradiction, Copied
from detente.exchange.party.inbox import Inbox, late_ns
from detente.exchange.party.waiting import Arrival
from detente.exchange.picture.consistency import Consistency
from detente.exchange.picture.limits import Limits
from detente.exchange.picture.picture import Picture
from detente.exchange.picture.snapshot import Snapshot, Unusable
from detente.exchange.release.audit import Audit, handover_of
from detente.exchange.release.backlog import Backlog, is_handing, is_late_and_empty, is_queued
from detente.exchange.release.reasons import why_not
from detente.exchange.release.relay import due
from detente.exchange.release.release import release
from detente.exchange.release.slots import Slots, has_slots
from detente.exchange.release.versions import Versions
from detente.exchange.report.hops import clauses_of, hops_of
from detente.exchange.report.kinds import SENSED
from detente.exchange.report.report import Report
from detente.exchange.values.given import instance, text
from detente.exchange.values.instant import NS_PER_S
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
        How old the newest tracks of a partner may be to count in the picture [s], beyond the
        delay and the cadence of the agreement by which they came.
    frame : LocalFrame, optional
        Where east and north of all reports are on the Earth; without it the audit cannot tell
        what lies in an area.
    clock : callable, optional
        Returns the time [ns since 1970-01-01 UTC]. Left out, its clock is the latest time that its
        own user named to it in `observe`, `release`, `relay`, `picture`, `offer`, `accept` and
        their like; never what a partner says.
    limits : Limits or mapping of str to Limits, optional
        What its picture believes at most of what parties claim for their sensors.
    secret : bytes, optional
        At least 16, known to nobody else: they key the identities of its own tracks, so that
        these tell a partner nothing. By default they are drawn; hand them in for a run that is to
        be repeated.

    Attributes
    ----------
    audit : Audit
        What this party handed over and what it got.

    Raises
    ------
    SettingError
        No name, an age that is not positive, or a secret of fewer bytes.
    """

    def __init__(
        self,
        name: str,
        *,
        tracker: Tracker,
        sensor: Sensor,
        most_age_s: float = 30.0,
        frame: LocalFrame | None = None,
        clock: Callable[[], int] | None = None,
        limits: Limits | Mapping[str, Limits] | None = None,
        secret: bytes | None = None,
    ) -> None:
        super().__init__(name, clock=clock)
        self._observer = Observer(
            name, tracker, frame=frame, secret=token_bytes(16) if secret is None else secret
        )
        self._shared = Picture(
            tracker, most_age_s=most_age_s, owner=name, frame=frame, limits=limits
        )
        self._copied = Copied()
        self._most_age_ns = round(most_age_s * NS_PER_S)
        self._sensor = sensor
        self._dim = tracker.motion.dim
        self._frame = frame
        self.audit = Audit()
        self._own: Report | None = None
        self._slots = Slots(name, tracker)
        self._backlog = Backlog()
        self._versions: dict[str, Versions] = {}
        self._ceiling = Ceiling()
        self._inbox = Inbox(
            name,
            clock=self._clock,
            agreement=self.agreement,
            names=self._notebook.names,
            count=self._count,
            most_age_ns=self._most_age_ns,
        )

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
        self._clock.name(time_ns)
        self._shared.add(seen.detections)
        handing = self._handing()
        queued = [agreement for agreement in handing if is_queued(agreement.offer)]
        told = [seen.detections, seen.tracks]
        if any(agreement.offer.terms.level == "tracklets" for agreement in queued):
            told += self._observer.tracklets()
        else:
            self._observer.forget()
        self._backlog.keep(told, queued, time_ns=time_ns)
        self._own = seen.tracks
        self._slots.say(self._own, [each for each in handing if has_slots(each.offer.terms)])
        return self._own

    def release(self, offer_id: str, *, time_ns: int) -> list[Report]:
        """Return what is due to the partner of an agreement, each report once; see `release`.

        That is each own report of the agreed level since the last call which is old enough by now,
        the empty ones too: that a sensor looked and saw nothing is evidence. Under a cadence, of
        tracks and counts it is a report for each slot since the last, of what the own sensors last
        said since the slot before, brought to its time by the motion; it is empty if they said
        nothing, so that silence tells nothing. Of a track that is confirmed only now, tracklets of
        earlier scans follow; not if all their rows are withheld, since that they come at all would
        tell of those.

        Parameters
        ----------
        offer_id : str
            The agreement.
        time_ns : int
            Now [ns since 1970-01-01 UTC].

        Returns
        -------
        list of Report
            In the order in which they came about, of slots the first 10,000, so that a next call
            has the others; none if nothing is due.

        Raises
        ------
        AgreementError
            There is no such agreement, it is not in force, it does not permit this, or together
            with another one it would tell what neither tells.
        """
        agreement, grant = self._granted(offer_id, time_ns)
        if has_slots(agreement.offer.terms):
            due = self._slots.due(agreement, grant, time_ns=time_ns, empty=self._empty(time_ns))
            handed = [self._hand_over(own, agreement, time_ns) for own in due]
        else:
            queued = self._backlog.due(agreement, time_ns=time_ns)
            handed = [self._hand_over(own, agreement, time_ns) for own in queued]
            self._backlog.hand(agreement, time_ns=time_ns)
        return [report for report in handed if report is not None]

    def relay(self, offer_id: str, *, time_ns: int) -> list[Report]:
        """Return what partners handed over and may be passed on under an agreement, each once.

        It leaves word for word, or not at all: if an agreement by which it came permits that, is in
        force now, and allows no less than this one in any clause, such as purpose, retention and
        validity. Its partner learns of a withdrawal from an agreement further up by nothing else
        than that no more comes.

        Parameters
        ----------
        offer_id : str
            The agreement.
        time_ns : int
            Now [ns since 1970-01-01 UTC].

        Returns
        -------
        list of Report
            By origin, kind, sensor and time; none if nothing is due.

        Raises
        ------
        AgreementError
            As of `release`.
        """
        agreement, _ = self._granted(offer_id, time_ns)
        recipient = agreement.partner_of(self.name)
        entries, known = self._inbox.received.entries, self.agreement
        found = due(entries, agreement, recipient=recipient, known=known, time_ns=time_ns)
        handed: list[Report] = []
        for held, hops in list(found):
            report = replace(held.report, **clauses_of(hops + 1))
            passed = self._hand_over(report, agreement, time_ns)
            if passed is not None:
                held.passed[agreement.offer.id] = hops_of(passed)
                handed.append(passed)
        return handed

    @property
    def received(self) -> tuple[Report, ...]:
        """Reports of other parties, in every form in which they came by some path.

        Of tracks and counts the newest, of detections and tracklets the scans of `most_age_s`; for
        longer what an agreement lets pass on only later, and nothing beyond its retention.
        """
        self._inbox.take_due()
        return self._inbox.received.all

    @property
    def waiting(self) -> tuple[Report, ...]:
        """Reports stamped more than a minute ahead of the clock; they count once it is near."""
        self._inbox.take_due()
        return self._inbox.waiting.all

    @property
    def set_aside(self) -> tuple[Unusable, ...]:
        """What partners handed over and does not count, with the reason.

        The latest hundred that were refused or dropped, then those that the picture cannot use.
        """
        self._inbox.take_due()
        return *self._inbox.set_aside, *self._shared.set_aside

    def receive(self, report: Report, *, offer_id: str, sender: str | None = None) -> None:
        """Take what a partner released, in any order; a repetition changes nothing.

        An own report that comes back changes nothing either. One stamped more than a minute ahead
        of the clock waits until that is within a minute of it, as if it had just come. Of those at
        most 1,000, or 16 MiB, of each sender wait; the farthest ahead are set aside.

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
        SettingError
            It is no report.
        """
        instance("what is received", report, Report)
        by = report.origin if sender is None else text("sender", sender)
        hold_ns = max((late_ns(a.offer.terms) for a in self._handing()), default=0)
        self._inbox.receive(Arrival(report, offer_id, by), hold_ns=hold_ns)

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Copies of partners' reports that contradict each other, and who handed over which.

        What an origin itself handed over stands; of copies that others passed on, none does.
        """
        self._inbox.take_due()
        return self._copied.contradictions

    def picture(self, time_ns: int, *, without: Iterable[str] = ()) -> Snapshot:
        """Return what own sensors and partners' reports say together, each object once.

        Parameters
        ----------
        time_ns : int
            The moment [ns since 1970-01-01 UTC]; later reports do not count.
        without : iterable of str
            Parties whose reports are left out, by whatever path they came.

        Returns
        -------
        Snapshot

        Raises
        ------
        TimeOrderError
            The party knows of nothing before that moment.
        """
        self._clock.name(time_ns)
        self._inbox.take_due()
        return self._shared.as_of(time_ns, without=without)

    def consistency(self, time_ns: int) -> tuple[Consistency, ...]:
        """Return how what each party said lately fits the others; see `Picture.consistency`."""
        self._clock.name(time_ns)
        self._inbox.take_due()
        return self._shared.consistency(time_ns)

    def discard(
        self, report: Report | None = None, *, origin: str | None = None, sensor: str | None = None
    ) -> int:
        """Take reports out of this party's picture; see `Picture.discard`.

        What was received stays received: it may be passed on, and counts again if it comes again.

        Returns
        -------
        int
            How many reports were taken out.
        """
        return self._shared.discard(report, origin=origin, sensor=sensor)

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
        time_ns = self._clock.checked(time_ns)
        own = self._empty(time_ns) if self._own is None else self._own
        agreements = [
            self.agreement(standing.offer.id)
            for standing in self.agreements(time_ns)
            if {self.name, partner} == set(standing.offer.parties)
        ]
        return why_not(
            own,
            agreements,
            partner=partner,
            time_ns=time_ns,
            object_id=object_id,
            was_above=lambda offer: self._ceiling.was_above(offer, self.name, own.time_ns),
        )

    def _handing(self) -> list[Agreement]:
        """Return the agreements by which this party hands over, now or once they are in force."""
        return self._notebook.known(lambda offer: is_handing(offer, self.name))

    def _granted(self, offer_id: str, time_ns: int) -> tuple[Agreement, Grant]:
        """Return an agreement under which something may leave now, and what it lets leave."""
        time_ns = self._clock.checked(time_ns)
        agreement = self.agreement(offer_id)
        partner = agreement.partner_of(self.name)
        grant = Grant(**agreement.grant_at(self.name, partner, time_ns))
        self._check_conflicts(agreement, time_ns)
        self._clock.name(time_ns)
        self._inbox.take_due()
        return agreement, grant

    def _hand_over(self, report: Report, agreement: Agreement, time_ns: int) -> Report | None:
        """Return what leaves of a report, unless that tells nothing, and take note of it."""
        partner = agreement.partner_of(self.name)
        found = release(report, agreement, sender=self.name, recipient=partner, time_ns=time_ns)
        if found is None or is_late_and_empty(found) or self._ceiling.take(found, agreement.offer):
            return None
        if found.origin == self.name and found.kind not in SENSED:
            found = self._versions.setdefault(agreement.offer.id, Versions()).numbered(found)
            if found is None:
                return None
        self._record(found, agreement.offer, partner, time_ns)
        return found

    def _count(self, report: Report, offer: Offer, sender: str) -> None:
        """Let what came count: in the picture, then in the audit."""
        if report.kind == "tracks":
            self._shared.expect(report.origin, late_ns=late_ns(offer.terms))
        late = late_ns(offer.terms) if report.kind == "tracks" else 0
        within_ns = self._most_age_ns + late
        change = self._copied.take(report, sender=sender, within_ns=within_ns)
        for each in change.discard:
            self._shared.discard(each)
        for each in change.add:
            self._shared.add(each)
        self._record(report, offer, self.name, report.time_ns + offer.terms.delay_ns)

    def _record(self, report: Report, offer: Offer, recipient: str, time_ns: int) -> None:
        handover = handover_of(report, offer, recipient, time_ns=time_ns)
        self.audit.record(handover)

    def _empty(self, time_ns: int) -> Report:
        dim = self._dim
        none = np.empty((0, dim)), np.empty((0, dim, dim)), np.empty(0)
        ids = np.empty(0, np.uint64)
        return Report.tracks(self.name, 0, time_ns, ids, *none, frame=self._frame)
