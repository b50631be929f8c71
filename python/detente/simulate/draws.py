"""Random draws that a seed determines, and the matrices they need."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import checks
from detente.errors import NotFiniteError, SettingError, ShapeError

Seed = int | np.random.SeedSequence


def generator(seed: Seed) -> np.random.Generator:
    """Name the bit generator, so that a later NumPy gives the same numbers."""
    if not isinstance(seed, np.random.SeedSequence):
        seed = checks.whole("seed", seed)
    return np.random.Generator(np.random.PCG64(seed))


def square_root(cov: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the symmetric square root, or those of many; a singular covariance has one too."""
    values, vectors = np.linalg.eigh(cov)
    stretched = vectors * np.sqrt(np.maximum(values, 0.0))[..., np.newaxis, :]
    return stretched @ np.swapaxes(vectors, -1, -2)


def matrix(what: str, values: ArrayLike, columns: int) -> NDArray[np.float64]:
    """Return finite rows of so many columns, or say what is wrong."""
    try:
        array = np.array(values, float)
    except (TypeError, ValueError):
        raise SettingError(
            f"{what} must be rows of numbers, found {checks.shown(values)}"
        ) from None
    if array.ndim != 2 or array.shape[1] != columns:  # noqa: PLR2004  # a matrix has two axes
        raise ShapeError(f"{what} must be (n, {columns}), found {array.shape}")
    if not np.all(np.isfinite(array)):
        raise NotFiniteError(f"{what} must be finite")
    return array
