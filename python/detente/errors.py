"""Every exception that Détente raises, on one screen.

Each is a child of `DetenteError` and of the built-in that it resembles, so that code which
catches `ValueError` keeps working. A message says what was expected, what came and what to do.
"""


class DetenteError(Exception):
    """The parent of all of Détente's exceptions."""


class ShapeError(DetenteError, ValueError):
    """An array has another shape than the call needs."""


class DTypeError(DetenteError, TypeError):
    """An array holds something other than real numbers."""


class NotFiniteError(DetenteError, ValueError):
    """A NaN or an infinity stands where a number is needed."""


class NotPositiveDefiniteError(DetenteError, ValueError):
    """A covariance is not symmetric positive definite."""


class SettingError(DetenteError, ValueError):
    """A setting is outside its range."""


class TimeOrderError(DetenteError, ValueError):
    """Time runs backwards."""


class TooLateError(TimeOrderError):
    """A scan is older than the window of scans that can be replayed."""


class UnknownIdError(DetenteError, KeyError):
    """No living track has this identity."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


class DecodeError(DetenteError, ValueError):
    """A file or a snapshot is not what it should be."""


class AgreementError(DetenteError, PermissionError):
    """An agreement does not permit this, or not yet."""


class MissingExtraError(DetenteError, ImportError):
    """An optional dependency is not installed."""
