"""Terms: what an agreement lets one party hand to the other."""

from dataclasses import dataclass

from detente.errors import SettingError
from detente.exchange.instant import text_from_time_ns, time_ns_from_text


@dataclass(frozen=True, init=False)
class Terms:
    """What is handed over, and until when.

    Whatever these terms cannot express is refused, never ignored: an agreement must not promise
    what nothing enforces.

    Parameters
    ----------
    level : {"tracks"}
        What leaves: confirmed tracks, with identity, mean, covariance and existence.
    until : str
        The end of validity, itself excluded: a date (its first moment in UTC) or a date and time
        with its zone.
    both_ways : bool
        Whether the recipient of the offer hands over its tracks, too.

    Attributes
    ----------
    until_ns : int
        The end of validity [ns since 1970-01-01 UTC].

    Raises
    ------
    SettingError
        Another level, an unreadable end, or a clause that is not known yet.

    Examples
    --------
    >>> import detente as dt
    >>> dt.Terms(level="tracks", until="2021-08-31")
    Terms(level='tracks', until='2021-08-31T00:00:00Z', both_ways=False)
    >>> dt.Terms(level="tracks", until="2021-08-31", precision_m=50)
    Traceback (most recent call last):
    detente.errors.SettingError: terms know level, until and both_ways; they cannot express ...
    """

    level: str
    until_ns: int
    both_ways: bool

    def __init__(
        self, *, level: str, until: str, both_ways: bool = False, **clauses: object
    ) -> None:
        if clauses:
            raise SettingError(
                "terms know level, until and both_ways; they cannot express "
                f"{', '.join(sorted(clauses))} yet, and do not promise what is not enforced"
            )
        if level != "tracks":
            raise SettingError(f'level must be "tracks", the others come later; found {level!r}')
        object.__setattr__(self, "level", level)
        object.__setattr__(self, "until_ns", time_ns_from_text(until))
        object.__setattr__(self, "both_ways", bool(both_ways))

    def __repr__(self) -> str:
        until = text_from_time_ns(self.until_ns)
        return f"Terms(level={self.level!r}, until={until!r}, both_ways={self.both_ways})"
