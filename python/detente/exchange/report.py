"""Reports: what one party's own sensors say at one moment, as columns that never change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.errors import ShapeError


@dataclass(frozen=True)
class Report:
    """The confirmed tracks of one party at one moment.

    Attributes
    ----------
    origin : str
        The party whose sensors speak.
    sequence : int
        Counts the origin's reports from 0.
    time_ns : int
        The moment [ns since 1970-01-01 UTC].
    track_id : (n,) uint64
        Opaque identities, given by the origin.
    mean : (n, d) float64
        Positions [m], then velocities [m/s], in the common local frame.
    cov : (n, d, d) float64
        Symmetric, positive definite.
    existence : (n,) float64
        Probability that there is such an object.

    Raises
    ------
    ShapeError
        Columns of different lengths.
    """

    origin: str
    sequence: int
    time_ns: int
    track_id: NDArray[np.uint64]
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]
    existence: NDArray[np.float64]

    def __post_init__(self) -> None:
        columns = {
            "track_id": np.array(self.track_id, np.uint64),
            "mean": np.array(self.mean, np.float64),
            "cov": np.array(self.cov, np.float64),
            "existence": np.array(self.existence, np.float64),
        }
        n, dim = len(columns["track_id"]), columns["mean"].shape[-1]
        shapes = {"track_id": (n,), "mean": (n, dim), "cov": (n, dim, dim), "existence": (n,)}
        for name, column in columns.items():
            if column.shape != shapes[name]:
                raise ShapeError(f"{name} must have shape {shapes[name]}, found {column.shape}")
            column.flags.writeable = False
            object.__setattr__(self, name, column)

    def __len__(self) -> int:
        return len(self.track_id)

    @property
    def nbytes(self) -> int:
        """The size of its columns [byte]."""
        return sum(c.nbytes for c in (self.track_id, self.mean, self.cov, self.existence))
