"""Codes for who a detection says it is: ship numbers, aircraft addresses, names."""

from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import checks
from detente.errors import DTypeError, ShapeError


def named(identity: ArrayLike | None, error: float) -> tuple[NDArray[np.int64], float] | None:
    """Return who detections say they are, and how often that is wrong, as the core takes it."""
    checked = checks.share("identity_error", error)
    return None if identity is None else (codes_from_identities(identity), checked)


def codes_from_identities(identity: ArrayLike) -> NDArray[np.int64]:
    """Return a code for each identity, the same for the same identity, in every run.

    Parameters
    ----------
    identity : (n,) array_like of str or of whole numbers
        Empty, or zero, where nothing is said.

    Returns
    -------
    (n,) int64
        Zero for none; numbers stand for themselves.

    Raises
    ------
    ShapeError, DTypeError
        It is not one column of text or of whole numbers.
    """
    given = np.asarray(identity)
    if given.ndim != 1:
        raise ShapeError(f"identity must have shape (n,), found {given.shape}")
    if not len(given):
        return np.empty(0, np.int64)
    if given.dtype.kind in "iu":
        return np.abs(given.astype(np.int64))
    if given.dtype.kind not in "UTO":
        raise DTypeError(f"identity must be text or whole numbers, found {given.dtype}")
    names, which = np.unique(given.astype(str), return_inverse=True)
    return np.array([_code(name) for name in names.tolist()], np.int64)[which.reshape(-1)]


def _code(name: str) -> int:
    if not name.strip() or name in ("None", "nan"):
        return 0
    digest = blake2b(name.strip().encode(), digest_size=8).digest()
    return max(int.from_bytes(digest, "little") >> 1, 1)
