"""Which sender each row of an identity is from: a number may be given twice, or be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRAY = -1
"""A row that cannot be where it says, beside the others of its identity."""
_FEW = 3  # so many rows make a sender; fewer are wrong


def sender_of_rows(
    time_s: NDArray[np.float64],
    position_m: NDArray[np.float64],
    identity: NDArray[Any],
    *,
    fastest_m_s: float,
    slack_m: float,
) -> NDArray[np.int64]:
    """Return the number of each row's sender among those of its identity, or `STRAY`.

    Rows of one identity are followed as chains, in which no two neighbours are farther apart than
    `fastest_m_s` times their distance in time and `slack_m`. Chains that interleave in time are
    senders of their own; what follows the other was one object that was wrong for a while. Chains
    of one or two rows beside a longer one are stray.

    Parameters
    ----------
    time_s : (n,) float64
        In any order [s].
    position_m : (n, 2) float64
        East and north [m].
    identity : (n,) array of str
        Empty where nothing is said; such rows are never stray.
    fastest_m_s, slack_m : float
        How far an object gets in a second, and how far off a place may be besides.

    Returns
    -------
    (n,) int64

    Examples
    --------
    >>> import numpy as np
    >>> time_s = np.arange(8.0)
    >>> there = np.array([[10.0 * k, 9e4 * (k == 5)] for k in range(8)])
    >>> who = np.array(["a"] * 8)
    >>> sender_of_rows(time_s, there, who, fastest_m_s=50.0, slack_m=1e3)
    array([ 0,  0,  0,  0,  0, -1,  0,  0])
    """
    _, who = np.unique(identity.astype(str), return_inverse=True)
    who = who.reshape(-1)
    order = np.lexsort((time_s, who))
    same = who[order[1:]] == who[order[:-1]]
    step_m = np.hypot(*np.diff(position_m[order], axis=0).T)
    far = step_m > fastest_m_s * np.diff(time_s[order]) + slack_m
    sender = np.zeros(len(who), np.int64)
    nameless = np.isin(identity.astype(str), ["", "None", "nan"])
    for name in np.unique(who[order[1:]][same & far]).tolist():
        rows = order[np.searchsorted(who[order], name) : np.searchsorted(who[order], name, "right")]
        if not nameless[rows[0]]:
            sender[rows] = _numbered(_chains(time_s[rows], position_m[rows], fastest_m_s, slack_m))
    return sender


def _chains(
    time_s: NDArray[np.float64],
    position_m: NDArray[np.float64],
    fastest_m_s: float,
    slack_m: float,
) -> NDArray[np.int64]:
    """Return the chain of each row, rows being in order of time: the nearest that reaches it."""
    chain = np.zeros(len(time_s), np.int64)
    last: list[int] = []
    for row in range(len(time_s)):
        away_m = np.hypot(*(position_m[last] - position_m[row]).T)
        reach_m = fastest_m_s * (time_s[row] - time_s[last]) + slack_m
        share = away_m / reach_m
        best = int(np.argmin(share)) if last else 0
        if not last or share[best] > 1.0:
            best = len(last)
            last.append(row)
        last[best] = row
        chain[row] = best
    return chain


def _numbered(chain: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sender of each row, given its chain."""
    rows = [np.flatnonzero(chain == each) for each in range(int(chain.max()) + 1)]
    long = [each for each in rows if len(each) >= _FEW] or [max(rows, key=len)]
    sender = np.full(len(chain), STRAY)
    last: list[int] = []  # the last row of each sender
    for each in long:
        free = [k for k, end in enumerate(last) if end < each[0]]
        number = free[0] if free else len(last)
        last[number:] = [int(each[-1]), *last[number + 1 :]]
        sender[each] = number
    return sender
