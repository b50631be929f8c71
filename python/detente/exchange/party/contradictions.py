"""Contradictions: copies of one report that cannot both be what its origin said.

Until reports are signed, whoever passes one on can change it. So of copies that contradict each
other the one stands that the origin itself handed over, and of two that others passed on neither.
What says less is no contradiction: parts of the rows, places rounded, a coverage left out.

Nor does anybody speak for an origin that speaks itself: what others pass on of a moment of which it
told nothing itself is set aside if it handed over something of a time near to that. A detection
would otherwise take the place of its tracklets, and a later track that of its own.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.exchange.party.firsthand import FirstHand
from detente.exchange.picture.holdings import Moment, begins_ns_of, key_of, moment_of
from detente.exchange.report.report import Report
from detente.exchange.report.sensing import SensorDescription
from detente.exchange.values.instant import text_from_time_ns
from detente.sensors import Pose

_METRES_PER_DEG = 111_700.0
_VELOCITY_S = 10.0  # velocities are told in steps of a cell's height in so many seconds
_CELLS = 3.0  # a cell is up to twice as wide as high; its middle may lie in the corner of another


class Passed(NamedTuple):
    """A copy and who handed it over."""

    sender: str
    report: Report


class Contradiction(NamedTuple):
    """Copies of one moment that contradict each other.

    Attributes
    ----------
    time_ns : int
        The moment [ns since 1970-01-01 UTC].
    origin, kind, sensor : str
        Whose report, what its rows are, and which sensor looked; "" for tracks.
    stands : tuple of Passed
        What counts: as the origin itself handed it over.
    set_aside : tuple of Passed
        What does not.
    is_spoken_for : bool
        Whether it is set aside since the origin spoke itself at times near to that one.
    """

    time_ns: int
    origin: str
    kind: str
    sensor: str
    stands: tuple[Passed, ...]
    set_aside: tuple[Passed, ...]
    is_spoken_for: bool = False

    @property
    def text(self) -> str:
        """The same in a sentence."""
        senders = " and ".join(dict.fromkeys(passed.sender for passed in self.set_aside))
        if self.is_spoken_for:
            return (
                f"{self.origin} spoke itself at about {text_from_time_ns(self.time_ns)}; the "
                f"{self.kind} of then that {senders} handed over for it are set aside."
            )
        rest = "that of its origin stands" if self.stands else "none of them counts"
        return (
            f"Of the {self.kind} of {self.origin} there are copies that contradict each other; "
            f"what {senders} handed over is set aside, {rest}."
        )


class Change(NamedTuple):
    """What a picture is to take in and to take out."""

    add: tuple[Report, ...]
    discard: tuple[Report, ...]


class _Copies:
    """The copies of one moment."""

    def __init__(self) -> None:
        self.passed: list[Passed] = []
        self.stands: list[Passed] = []
        self._keys: list[tuple[object, ...]] = []
        self._against: list[set[int]] = []  # which others each contradicts
        self._is_spoken_for = False

    def take(self, passed: Passed) -> Change:
        """Take one more; return what that changes of those that stand."""
        key = key_of(passed.report)
        if (passed.sender, key) in zip((p.sender for p in self.passed), self._keys, strict=True):
            return Change((), ())
        new = len(self.passed)
        against = {
            at
            for at, (other, known) in enumerate(zip(self.passed, self._keys, strict=True))
            if known != key and contradict(passed.report, other.report)
        }
        for at in against:
            self._against[at].add(new)
        self.passed.append(passed)
        self._keys.append(key)
        self._against.append(against)
        return self._change()

    def speak_for_itself(self) -> Change:
        """Set aside what was passed on, since the origin spoke itself; return what that changes."""
        self._is_spoken_for = True
        return self._change()

    @property
    def is_spoken_for(self) -> bool:
        """Whether all of it is set aside since the origin spoke itself, of other moments."""
        return self._is_spoken_for and not any(map(_is_first_hand, self.passed))

    def _change(self) -> Change:
        stands = [] if self.is_spoken_for else self._standing()
        before = {key_of(each.report): each.report for each in self.stands}
        after = {key_of(each.report): each.report for each in stands}
        self.stands = stands
        return Change(
            tuple(report for known, report in after.items() if known not in before),
            tuple(report for known, report in before.items() if known not in after),
        )

    def _standing(self) -> list[Passed]:
        own = {at for at, each in enumerate(self.passed) if _is_first_hand(each)}
        doubtful = {at for at in set(range(len(self.passed))) - own if self._against[at] & own}
        sequence = [each.report.sequence for each in self.passed]
        out: list[Passed] = []
        for at, each in enumerate(self.passed):
            if at in own:
                rivals = {k for k in self._against[at] & own if sequence[k] == sequence[at]}
            else:
                rivals = self._against[at] - doubtful
            if at not in doubtful and not rivals:
                out.append(each)
        return out

    def rivals(self) -> tuple[list[Passed], list[Passed]]:
        """Return those that stand against others, and those that are set aside."""
        aside = {at for at, each in enumerate(self.passed) if each not in self.stands}
        stands = [
            each
            for at, each in enumerate(self.passed)
            if at not in aside and self._against[at] & aside
        ]
        return stands, [self.passed[at] for at in sorted(aside)]


class Copied:
    """All copies of what other parties said, and which of them stand.

    Which do is a function of the set of copies with their senders: order and repetition do not
    matter.
    """

    def __init__(self) -> None:
        self._moments: dict[Moment, _Copies] = {}
        self._first: dict[str, FirstHand] = {}

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """All that there are, by their moments."""
        out: list[Contradiction] = []
        for moment, copies in sorted(self._moments.items()):
            stands, aside = (tuple(sorted(some, key=_order)) for some in copies.rivals())
            if aside:
                out.append(Contradiction(*moment, stands, aside, copies.is_spoken_for))
        return tuple(out)

    def take(self, report: Report, *, sender: str, within_ns: int = 0) -> Change:
        """Take note of a copy; return what that changes of those that stand.

        Parameters
        ----------
        report : Report
            The copy.
        sender : str
            Who handed it over.
        within_ns : int
            So long before and after its time an origin that hands it over speaks for itself [ns].
        """
        moment = moment_of(report)
        copies = self._moments.setdefault(moment, _Copies())
        changes = [copies.take(Passed(sender, report))]
        if report.kind == "counts":
            return changes[0]
        first = self._first.setdefault(report.origin, FirstHand())
        if sender == report.origin:
            near = first.speaks(report.time_ns, within_ns=within_ns)
            changes += [self._moments[each].speak_for_itself() for each in near]
        elif first.passed_on(moment, begins_ns_of(report)):
            changes.append(copies.speak_for_itself())
        return _in_turn(changes)


def _is_first_hand(passed: Passed) -> bool:
    return passed.sender == passed.report.origin


def _in_turn(changes: list[Change]) -> Change:
    """Return several changes as one, without what is taken in and out again."""
    add = [report for change in changes for report in change.add]
    discard = [report for change in changes for report in change.discard]
    gone, come = {id(report) for report in discard}, {id(report) for report in add}
    return Change(
        tuple(report for report in add if id(report) not in gone),
        tuple(report for report in discard if id(report) not in come),
    )


def contradict(one: Report, other: Report) -> bool:
    """Return whether two copies of a moment cannot both be what its origin said.

    They can if one is a part of the other or coarser, or both are parts. Of two that claim to be
    the whole scan, neither lacks a row of the other.
    """
    if one.frame != other.frame or one.axes != other.axes:
        return True
    if not _agree(one.sensor, other.sensor):
        return True
    ours, theirs = (report.row_id.view("V16").reshape(-1) for report in (one, other))
    shared, mine, yours = np.intersect1d(ours, theirs, return_indices=True)
    if one.sensor is not None and other.sensor is not None and one.sequence == other.sequence:
        lacks = len(shared) < len(theirs), len(shared) < len(ours)
        is_whole = not one.sensor.is_partial, not other.sensor.is_partial
        if any(whole and less for whole, less in zip(is_whole, lacks, strict=True)):
            return True
    if one.grid_level != other.grid_level:
        return not _are_near(one, other, mine, yours)
    names = set(one.columns) & set(other.columns) - {"row_id"}
    return any(
        _differ(one.columns[name][mine], other.columns[name][yours], of_places=name == "position_m")
        for name in names
    )


def _agree(one: SensorDescription | None, other: SensorDescription | None) -> bool:
    """Return whether two descriptions of a look differ in no more than in what is left out."""
    if one is None or other is None:
        return one is other
    if None in (one.field_of_view, other.field_of_view):
        one, other = (replace(each, field_of_view=None) for each in (one, other))
        if Pose() in (one.pose, other.pose):
            one, other = (replace(each, pose=Pose()) for each in (one, other))
    return replace(one, is_partial=False) == replace(other, is_partial=False)


def _differ(one: NDArray[Any], other: NDArray[Any], *, of_places: bool) -> bool:
    if one.shape != other.shape:
        return True
    differs = one != other
    if of_places:  # unknown in one of the two
        differs &= np.isfinite(one) & np.isfinite(other)
    return bool(differs.any())


def _are_near(one: Report, other: Report, mine: NDArray[np.intp], yours: NDArray[np.intp]) -> bool:
    """Return whether tracks, rounded differently, can be of the same places and velocities."""
    if one.kind != "tracks":
        return False
    axes = one.axes
    gap = np.abs(one.mean[mine] - other.mean[yours])
    cells_m = sum(
        _METRES_PER_DEG * 2.0**-report.grid_level
        for report in (one, other)
        if report.grid_level is not None
    )
    most_m = _CELLS * cells_m
    return bool((gap[:, :axes] <= most_m).all() and (gap[:, axes:] <= most_m / _VELOCITY_S).all())


def _order(passed: Passed) -> tuple[object, ...]:
    return (passed.sender, *key_of(passed.report))
