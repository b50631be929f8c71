"""Party: its own sensor and tracker, its agreements, and what partners handed to it."""

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import SettingError
from detente.exchange import picture as pictures
from detente.exchange.agreement import Agreement
from detente.exchange.instant import NS_PER_S
from detente.exchange.notebook import Notebook
from detente.exchange.offer import Acceptance, Decline, Message, Offer, Withdrawal
from detente.exchange.release import release
from detente.exchange.report import Report
from detente.exchange.standing import Standing
from detente.exchange.terms import Terms

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


class Party(Generic[SensorT]):
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
    ) -> None:
        if not name:
            raise SettingError("a party must have a name")
        if not most_age_s > 0.0:
            raise SettingError(f"most_age_s must be positive, found {most_age_s}")
        self.name = name
        self._tracker = tracker
        self._sensor = sensor
        self._motion = motion
        self._most_age_ns = round(most_age_s * NS_PER_S)
        self._own: Report | None = None
        self._received: dict[str, Report] = {}
        self._notebook = Notebook(name)

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
        sequence = 0 if self._own is None else self._own.sequence + 1
        self._own = Report(
            self.name, sequence, time_ns, sure.id, sure.mean, sure.cov, sure.existence
        )
        return self._own

    def offer(
        self,
        recipient: str,
        terms: Terms,
        *,
        time_ns: int,
        answer_by_ns: int,
        hosts: Iterable[str] = (),
    ) -> Offer:
        """Offer another party an agreement; it must hear of it, and nothing flows until it accepts.

        Parameters
        ----------
        recipient : str
            The other party's name.
        terms : Terms
            What is handed over.
        time_ns, answer_by_ns : int
            Now, and when the offer lapses [ns since 1970-01-01 UTC].
        hosts : iterable of str
            The parties whose consent it needs; see `ask`.

        Returns
        -------
        Offer
        """
        offer = Offer(self.name, recipient, terms, time_ns, answer_by_ns, tuple(hosts))
        self.hear(offer)
        return offer

    def ask(self, host: str, offer: Offer, *, time_ns: int) -> Offer:
        """Ask a host for its consent to an offer; it answers as it answers any offer.

        Returns
        -------
        Offer
            An agreement of its own that names the offer which it conditions.

        Raises
        ------
        AgreementError
            The offer does not name this host, or this party has no part in it.
        """
        self.hear(offer)
        consent = Offer(
            self.name, host, offer.terms, time_ns, offer.answer_by_ns, conditions=offer.id
        )
        offer.check_consent(consent)
        self.hear(consent)
        return consent

    def accept(self, offer: Offer, *, time_ns: int) -> Acceptance:
        """Accept an offer that was made to this party, or consent as a host that was asked.

        Raises
        ------
        AgreementError
            It was made to someone else, is not made yet, or is no longer open.
        """
        self._notebook.check_open(offer, time_ns)
        message = Acceptance(offer.id, self.name, time_ns)
        self.hear(message)
        return message

    def decline(self, offer: Offer, *, time_ns: int) -> Decline:
        """Decline an offer that was made to this party. It is final; a change is a new offer.

        Raises
        ------
        AgreementError
            It was made to someone else, is not made yet, or is no longer open.
        """
        self._notebook.check_open(offer, time_ns)
        message = Decline(offer.id, self.name, time_ns)
        self.hear(message)
        return message

    def withdraw(self, offer: Offer, *, time_ns: int) -> Withdrawal:
        """Withdraw from an agreement, or from an offer not yet answered. It is final.

        Raises
        ------
        AgreementError
            This party has no part in it, or it was not made yet.
        """
        self.hear(offer)
        message = Withdrawal(offer.id, self.name, time_ns)
        self.hear(message)
        return message

    def hear(self, message: Offer | Message) -> None:
        """Take note of an offer or of what was said about one, in any order, any number of times.

        Raises
        ------
        AgreementError
            An offer between others, or a message that cannot belong to its offer.
        """
        self._notebook.hear(message)

    def agreement(self, offer_id: str) -> Agreement:
        """Return an agreement as this party knows it.

        Raises
        ------
        AgreementError
            No offer of that identity was heard of.
        """
        return self._notebook.agreement(offer_id)

    def agreements(self, time_ns: int) -> list[Standing]:
        """Return where every agreement stands: state, since when, who must act, by when.

        Those that this party is a party or a host of, and the consents to them, in the order in
        which they were offered; those not yet offered at that time are left out.

        Parameters
        ----------
        time_ns : int
            Now [ns since 1970-01-01 UTC].
        """
        return self._notebook.standings(time_ns)

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
        sender, recipient = agreement.offer.parties
        partner = recipient if self.name == sender else sender
        own = self._empty(time_ns) if self._own is None else self._own
        return release(own, agreement, recipient=partner, time_ns=time_ns)

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

    def _empty(self, time_ns: int) -> Report:
        dim = len(self._motion.transition(0.0))
        none = np.empty((0, dim)), np.empty((0, dim, dim)), np.empty(0)
        return Report(self.name, 0, time_ns, np.empty(0, np.uint64), *none)


def _order(report: Report) -> tuple[int, int]:
    return report.time_ns, report.sequence
