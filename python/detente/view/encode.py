"""Columns of numbers as short text that a page decodes in one loop.

A column of integers is written as differences, each in zigzag variable-length bytes (LEB128, as
in Protocol Buffers), then base64. A position report of a ship costs about four bytes.
`assets/decode.js` is the other half.
"""

import base64

import numpy as np
from numpy.typing import NDArray

LARGEST = 2**30 - 1
"""The largest value a column may hold: a difference then fits into JavaScript's 32-bit shifts."""


def text_from_integers(values: NDArray[np.int64]) -> str:
    """Encode integers as base64 text.

    Parameters
    ----------
    values : (n,) int64
        Each from 0 to `LARGEST`.

    Returns
    -------
    str

    Raises
    ------
    OverflowError
        A value is outside the range.

    Examples
    --------
    >>> import numpy as np
    >>> text_from_integers(np.array([3, 4, 4, 0]))
    'BgIABw=='
    """
    if values.size == 0:
        return ""
    if values.min() < 0 or values.max() > LARGEST:
        raise OverflowError(f"a value is outside 0 to {LARGEST}")
    steps = np.diff(values, prepend=0)
    zigzag = (steps << 1) ^ (steps >> 63)
    lengths = np.ones(len(values), np.int64)
    for bits in (7, 14, 21, 28):
        lengths += zigzag >= 1 << bits
    starts = np.cumsum(lengths) - lengths
    out = np.zeros(int(lengths.sum()), np.uint8)
    for k in range(int(lengths.max())):
        has = lengths > k
        more = (lengths[has] > k + 1).astype(np.int64) << 7
        out[starts[has] + k] = (zigzag[has] >> (7 * k) & 0x7F) | more
    return base64.b64encode(out.tobytes()).decode("ascii")
