"""Kalman filters on many states at once, the smoother, and interacting multiple models."""

from detente.filters.imm import (
    Models,
    imm_combine,
    imm_mix,
    imm_smooth,
    imm_transition,
    imm_update,
)
from detente.filters.kalman import (
    Gaussian,
    Posterior,
    predict,
    predict_unscented,
    smooth,
    update,
    update_extended,
    update_unscented,
)

__all__ = [
    "Gaussian",
    "Models",
    "Posterior",
    "imm_combine",
    "imm_mix",
    "imm_smooth",
    "imm_transition",
    "imm_update",
    "predict",
    "predict_unscented",
    "smooth",
    "update",
    "update_extended",
    "update_unscented",
]
