"""Fusion of what several parties know of the same objects, on columns.

What to use depends on what is known of the correlation:

- the detections themselves, or what each scan's added: `information_increment`, `apply_information`
  and `replay_information`, exact at any batching;
- one gain for an interval, where the link is narrow: `tracklet`;
- tracks whose cross-covariance is known: `bar_shalom_campo`, with `cross_covariance`;
- tracks of unknown lineage: `covariance_intersection`, `covariance_intersection_of_many`;
- tracks that have only common information between them: `inverse_covariance_intersection`.

`registration` finds what shifts, turns or delays one party's states against another's.
"""

from detente.fuse.increment import (
    Information,
    apply_information,
    information_increment,
    replay_information,
    sum_information,
)
from detente.fuse.intersection import (
    Fused,
    FusedMany,
    covariance_intersection,
    covariance_intersection_of_many,
    inverse_covariance_intersection,
)
from detente.fuse.known import bar_shalom_campo, cross_covariance
from detente.fuse.registration import Registration, registration
from detente.fuse.tracklet import SharedError, Tracklet, tracklet

__all__ = [
    "Fused",
    "FusedMany",
    "Information",
    "Registration",
    "SharedError",
    "Tracklet",
    "apply_information",
    "bar_shalom_campo",
    "covariance_intersection",
    "covariance_intersection_of_many",
    "cross_covariance",
    "information_increment",
    "inverse_covariance_intersection",
    "registration",
    "replay_information",
    "sum_information",
    "tracklet",
]
