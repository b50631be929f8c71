"""Consistency: how one party's newest reports fit what all others say, and the ratios that tell.

Each ratio is that of the likeliest explanation against an honest party whose sensors are three
times worse than it says, so that such a one is not named.

References
----------
Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*, 2001,
section 5.4 (normalised innovations as a test of consistency).
"""

from dataclasses import dataclass

import numpy as np

WORSE = 3.0
"""So many times worse than it says a party's sensors may be before it is named."""
_NATS = 14.0  # a likelihood ratio above this names a party: one honest in a million
_GHOSTS = 3  # so many objects that nobody else sees may be: each party hides some from the others
_GHOST_SHARE = 0.25  # of its objects where others look


@dataclass(frozen=True)
class Consistency:
    """How what one party said lately fits what the others say.

    Attributes
    ----------
    origin : str
        The party.
    scans : int
        How many of its reports were looked at.
    found, expected : int, float
        Of the others' objects that it should have seen, how often it did, and how often by its
        detection probability.
    silent_on, objects : int
        How many of those objects it never saw, of how many.
    blank : int
        How many scans claimed a detection probability beyond the limit and saw none of them.
    places, nis : int, float
        How many of its places were held against theirs, and the median of the squared distance in
        deviations divided by what it should be; 1 where all is as it says.
    ghosts, alone : int
        How many of its objects nobody saw of those who looked there, of how many of its objects
        where others look.
    unexplained, clutter : int, float
        Detections where others look that no object explains, and how many its clutter explains.
    beyond : tuple of str
        What it claimed beyond its limits.
    others : tuple of str
        The parties against which it was held.
    nats : float
        The log likelihood ratio against an honest party that is three times worse than it says.
    """

    origin: str
    scans: int
    found: int
    expected: float
    silent_on: int
    objects: int
    blank: int
    places: int
    nis: float
    ghosts: int
    alone: int
    unexplained: int
    clutter: float
    beyond: tuple[str, ...]
    others: tuple[str, ...]
    nats: float

    @property
    def is_named(self) -> bool:
        """Whether it contradicts the others more than an honest party would."""
        return self.nats > _NATS

    @property
    def text(self) -> str:
        """The same in a sentence for each contradiction."""
        them = " and ".join(self.others) or "nobody"
        said: list[str] = []
        if not self.is_named:
            said.append(f"{self.origin} fits {them}")
        if self.is_named and self.found < self.expected / WORSE and not self.blank:
            said.append(
                f"{self.origin}'s silence contradicts {them} on {self.silent_on} of "
                f"{self.objects} objects"
            )
        if self.is_named and self.blank:
            said.append(
                f"{self.origin} claimed to see everything and saw none of the objects of {them}, "
                f"{self.blank} time{'s' * (self.blank > 1)}"
            )
        if self.is_named and self.nis > WORSE:
            said.append(
                f"{self.origin}'s places lie {np.sqrt(self.nis):.1f} times as far from those of "
                f"{them} as it says"
            )
        if self.is_named and are_too_many(self.ghosts, self.alone):
            said.append(
                f"{self.ghosts} of {self.alone} objects of {self.origin} are seen by nobody else "
                f"where {them} look"
            )
        if self.is_named and self.unexplained > WORSE * self.clutter:
            said.append(
                f"{self.origin} told {self.unexplained:,} detections where {them} see nothing; its "
                f"clutter explains {self.clutter:,.0f}"
            )
        said += [f"{self.origin} claims {each}" for each in self.beyond]
        return "; ".join(said) + "."


def silence(found: int, expected: float, looks: int) -> float:
    """Return the log ratio of the likeliest rate against one that is as low as may be."""
    if not looks or found >= expected:
        return 0.0
    p, q = found / looks, min(expected / looks, 1.0 - 1e-9)
    hits = found * np.log(p / q) if found else 0.0
    return float(hits + (looks - found) * np.log((1.0 - p) / (1.0 - q)))


def offset(nis: float, components: int) -> float:
    """Return the log ratio of the likeliest variance against one three times what is said."""
    over = nis / WORSE
    return 0.0 if over <= 1.0 else 0.5 * components * float(over - 1.0 - np.log(over))


def flood(found: int, expected: float) -> float:
    """Return the log ratio of the likeliest Poisson mean against the greatest that may be."""
    return 0.0 if found <= expected else float(found * np.log(found / expected) - found + expected)


def are_too_many(ghosts: int, alone: int) -> bool:
    """Return whether a party has more objects that nobody else sees than an honest one."""
    return ghosts >= _GHOSTS and ghosts > _GHOST_SHARE * alone
