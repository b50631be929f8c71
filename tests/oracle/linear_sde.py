# pyright: basic
"""Moments of dx = A x dt + noise of density D, by one matrix exponential in many digits.

x and the covariance follow dF/dt = A F and dQ/dt = A Q + Q Aᵀ + D (Van Loan 1978, equation 1.1; the
second one written with Kronecker products, so that no power of e grows).
"""

from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DIGITS = 80


def moments(A: Floats, D: Floats, dt_s: float) -> tuple[Floats, Floats]:
    """Return F(Δt) and Q(Δt), correctly rounded but for the last bits of A and D."""
    d = len(A)
    with localcontext() as context:
        context.prec = DIGITS
        drift = np.array([[Decimal(float(a)) for a in row] for row in A])
        spread = np.array([Decimal(float(a)) for a in D.ravel()])
        step, zero = Decimal(float(dt_s)), Decimal(0)
        unit = np.full((d, d), zero)
        unit[np.diag_indices(d)] = Decimal(1)
        both = np.full((d * d + 1, d * d + 1), zero)
        both[: d * d, : d * d] = np.kron(drift, unit) + np.kron(unit, drift)
        both[: d * d, -1] = spread
        F = exponential(drift * step)
        Q = exponential(both * step)[: d * d, -1].reshape(d, d)
    return F.astype(np.float64), Q.astype(np.float64)


def exponential(A: NDArray[np.object_]) -> NDArray[np.object_]:
    """Scale, sum the power series and square, as in any textbook."""
    largest = max(abs(a) for a in A.ravel())
    halvings = max(0, int(largest).bit_length() + 4)
    small = A / Decimal(2) ** halvings
    term = np.full(A.shape, Decimal(0))
    term[np.diag_indices(len(A))] = Decimal(1)
    total = term
    for n in range(1, 50):
        term = term @ small / n
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total
