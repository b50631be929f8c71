"""What parties would know under each way of exchange, by what their sensors saw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.exchange.local.observer import Observer
from detente.exchange.picture.picture import Picture
from detente.exchange.picture.snapshot import Snapshot
from detente.exchange.release.versions import Versions
from detente.exchange.report.report import Report
from detente.exchange.values.instant import NS_PER_S
from detente.geo import LocalFrame
from detente.sensors import Pose, Sensor
from detente.tracking import Tracker

How = Literal["nothing", "tracks", "gains", "tracklets", "detections"]
"""Ways of exchange, the more detailed the later."""


class Look(NamedTuple):
    """One look of one sensor.

    Attributes
    ----------
    time_ns : int
        When [ns since 1970-01-01 UTC].
    sensor : Sensor
        Which.
    measurement : (m, k) float64
        What it saw, in its measurement space.
    noise : (m, k, k) float64, optional
        A covariance for each detection, instead of the sensor's.
    pose : Pose, optional
        Where it stood, instead of its own pose.
    """

    time_ns: int
    sensor: Sensor
    measurement: NDArray[np.float64]
    noise: NDArray[np.float64] | None = None
    pose: Pose | None = None


@dataclass(frozen=True)
class Watcher:
    """One party, and all that its sensors saw.

    Attributes
    ----------
    name : str
    looks : sequence of Look
        In order of time.
    """

    name: str
    looks: Sequence[Look]


class Shown(NamedTuple):
    """What a party knew at one time.

    Attributes
    ----------
    party : str
    snapshot : Snapshot
        Its picture.
    sent_bytes : int
        The size of the columns that it had handed over by then.
    """

    party: str
    snapshot: Snapshot
    sent_bytes: int


def rehearse(
    watchers: Sequence[Watcher],
    tracker: Tracker,
    *,
    how: How,
    times_ns: Sequence[int],
    every_s: float = 0.0,
    threshold: float = 0.5,
    tracklets_from: float | None = None,
    frame: LocalFrame | None = None,
) -> Iterator[Shown]:
    """Play what parties saw, with all of it exchanged in one way, and show what each then knows.

    Nothing is withheld and nothing is late but by `every_s`: it is the most that an agreement of
    that level can give. Under ``"detections"`` all know the same, what one tracker would know that
    had all sensors.

    Parameters
    ----------
    watchers : sequence of Watcher
        The parties.
    tracker : Tracker
        One that has seen nothing: the settings of all.
    how : {"nothing", "tracks", "gains", "tracklets", "detections"}
        What each hands to all others: tracks, one gain for each track and `every_s`, an increment
        for each scan, or what its sensors saw.
    times_ns : sequence of int
        When to show what each knows, rising [ns since 1970-01-01 UTC].
    every_s : float
        How long a party waits before it hands over what has come together [s].
    threshold, tracklets_from : float
        From which probability of existence on a party tells of a track, as of `Observer`.
    frame : LocalFrame, optional
        Where positions are.

    Yields
    ------
    Shown
        For each time and party, in this order; a party that knows nothing yet is left out.

    Raises
    ------
    SettingError
        There is no such way of exchange, or times run backwards.
    """
    if how not in get_args(How):
        raise SettingError(f"how must be one of {', '.join(get_args(How))}, found {how!r}")
    if np.any(np.diff(np.asarray(times_ns, np.int64)) < 0):
        raise SettingError("times_ns must not run backwards")
    observer = partial(
        Observer,
        tracker=tracker,
        frame=frame,
        threshold=threshold,
        tracklets_from=tracklets_from,
        compress_parties=len(watchers) if how == "gains" else None,
    )
    parties = [
        _Party(
            watcher,
            observer(watcher.name),
            Picture(tracker, owner=watcher.name, frame=frame),
            how=how,
            every_s=every_s,
        )
        for watcher in watchers
    ]
    for time_ns in times_ns:
        for party in parties:
            for report in party.until(time_ns):
                for other in parties:
                    if other is not party:
                        other.picture.add(report)
        for party in parties:
            if len(party.picture):
                snapshot = party.picture.as_of(time_ns)
                yield Shown(party.watcher.name, snapshot, party.sent_bytes)


class _Party:
    """A party in a rehearsal."""

    def __init__(
        self,
        watcher: Watcher,
        observer: Observer,
        picture: Picture,
        *,
        how: How,
        every_s: float,
    ) -> None:
        self.watcher = watcher
        self.picture = picture
        self.sent_bytes = 0
        self._observer = observer
        self._how = how
        self._every_ns = round(every_s * NS_PER_S)
        self._next = 0
        self._due_ns: int | None = None
        self._collected: list[Report] = []
        self._versions = Versions()

    def until(self, time_ns: int) -> list[Report]:
        """Look until a time; return what is handed over by then."""
        out: list[Report] = []
        looks = self.watcher.looks
        while self._next < len(looks) and looks[self._next].time_ns <= time_ns:
            look = looks[self._next]
            self._next += 1
            seen = self._observer.observe(
                look.time_ns,
                look.measurement,
                sensor=look.sensor,
                noise=look.noise,
                pose=look.pose,
            )
            self.picture.add(seen.detections)
            match self._how:
                case "detections":
                    self._collected.append(seen.detections)
                case "tracks":
                    self._collected = [seen.tracks]  # the newest replaces the ones before it
                case _:
                    pass
            if self._due_ns is None:
                self._due_ns = look.time_ns + self._every_ns
            if look.time_ns >= self._due_ns:
                self._due_ns = look.time_ns + self._every_ns
                if self._how in ("tracklets", "gains"):
                    self._collected = self._observer.tracklets()
                elif self._how == "tracks":
                    versions = map(self._versions.numbered, self._collected)
                    self._collected = [each for each in versions if each is not None]
                out += self._collected
                self._collected = []
        self.sent_bytes += sum(report.nbytes for report in out)
        return out
