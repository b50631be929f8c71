"""Terms: what an agreement lets one party hand to the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from detente.errors import SettingError
from detente.exchange.agreement import ceiling, compare, terms_toml, wording
from detente.exchange.agreement import clauses as read
from detente.exchange.agreement.clauses import Level
from detente.exchange.area.area import Area
from detente.exchange.values import toml
from detente.exchange.values.given import flag
from detente.exchange.values.instant import NS_PER_DAY, NS_PER_S


@dataclass(frozen=True, init=False, repr=False)
class Terms:
    """What is handed over, how, for what and until when.

    Whatever these terms cannot express is refused, never ignored: an agreement must not promise
    what nothing enforces.

    Parameters
    ----------
    level : {"detections", "tracklets", "tracks", "counts"}
        The kind of rows that leave; no other kind does.
    until : str
        The end of validity, itself excluded: a date (its first moment in UTC) or a date and time
        with its zone.
    from_ : str, optional
        The beginning of validity, from the acceptance on by default.
    area : GeoJSON mapping, Area, (n, 2) array_like or list of Area or mappings, optional
        Where an object must be to leave: polygons (see `Area.from_any`), of several areas in all
        of them; by default anywhere.
    fields : iterable of str
        The optional fields that leave with the rows, such as ``"mmsi"``; none unless named here.
    delay_s : float
        How old a report must be before it leaves [s].
    cadence_s : float
        Only reports of times on this grid leave, counted from 1970-01-01 UTC; 0 for all, else a
        millisecond or more [s].
    precision_m : float, optional
        How finely positions are told at most, for tracks alone: whole millimetres, up to
        13,800 m.
    count_cell_m : float, optional
        For counts, which need it: the size of the cells of the area that are counted.
    count_at_least : int, optional
        For counts, which need it: what is below reads "fewer than this".
    purpose : str
        What it may be used for; empty for anything.
    retention_days : float, optional
        How long the recipient may keep it [days]; without limit by default.
    rows_per_s : int, optional
        How many rows leave at most of one whole second of report time; of a moment above that
        nothing does (`detente.exchange.agreement.ceiling`). Without limit by default.
    relay : bool
        Whether the recipient may pass it on, under terms that allow no more than these.
    relay_hops : int, optional
        How often it may be passed on at most on its way, with `relay`: 1 for by the recipient
        alone; without limit by default.
    both_ways : bool
        Whether the recipient of the offer hands over the same, too.

    Attributes
    ----------
    from_ns : int or None
    until_ns, delay_ns, cadence_ns : int
        The same in nanoseconds (since 1970-01-01 UTC).
    retention_ns : int or None
    area : tuple of Area
        All must hold; empty for anywhere.

    Raises
    ------
    SettingError
        A clause that cannot be read, that does not go with the others, or that is not known.

    Examples
    --------
    >>> import detente as dt
    >>> terms = dt.Terms(level="tracks", until="2021-08-31", precision_m=50, delay_s=30)
    >>> terms
    Terms(level='tracks', until='2021-08-31', delay_s=30, precision_m=50)
    >>> terms.allows_no_more_than(dt.Terms(level="tracks", until="2021-08-31", delay_s=10))
    True
    >>> dt.Terms(level="detections", until="2021-08-31", precision_m=50)
    Traceback (most recent call last):
    detente.errors.SettingError: precision_m rounds tracks, and the level is detections; ...
    """

    level: Level
    from_ns: int | None
    until_ns: int
    area: tuple[Area, ...]
    fields: tuple[str, ...]
    delay_ns: int
    cadence_ns: int
    precision_m: float | None
    count_cell_m: float | None
    count_at_least: int | None
    purpose: str
    retention_ns: int | None
    rows_per_s: int | None
    relay: bool
    relay_hops: int | None
    both_ways: bool

    def __init__(
        self,
        *,
        level: str,
        until: str,
        from_: str | None = None,
        area: Any = None,  # noqa: ANN401 - GeoJSON holds anything
        fields: Iterable[str] = (),
        delay_s: float = 0,
        cadence_s: float = 0,
        precision_m: float | None = None,
        count_cell_m: float | None = None,
        count_at_least: int | None = None,
        purpose: str = "",
        retention_days: float | None = None,
        rows_per_s: int | None = None,
        relay: bool = False,
        relay_hops: int | None = None,
        both_ways: bool = False,
        **unknown: object,
    ) -> None:
        if unknown:
            raise SettingError(terms_toml.told_unknown(unknown))

        def metres(value: float | None, clause: str) -> float | None:
            return None if value is None else read.read_metres(value, clause=clause)

        def duration(value: float, clause: str, unit_ns: int = NS_PER_S) -> int:
            return read.read_duration(value, clause=clause, unit_ns=unit_ns)

        self._set(
            level=read.read_level(level),
            from_ns=None if from_ is None else read.read_time(from_, clause="from"),
            until_ns=read.read_time(until, clause="until"),
            area=read.read_areas(area),
            fields=read.read_fields(fields),
            delay_ns=duration(delay_s, "delay_s"),
            cadence_ns=read.read_duration(
                cadence_s, clause="cadence_s", unit_ns=NS_PER_S, least_ns=read.LEAST_CADENCE_NS
            ),
            precision_m=metres(precision_m, "precision_m"),
            count_cell_m=metres(count_cell_m, "count_cell_m"),
            count_at_least=(
                None
                if count_at_least is None
                else read.read_count(count_at_least, clause="count_at_least")
            ),
            purpose=read.read_purpose(purpose),
            retention_ns=(
                None
                if retention_days is None
                else duration(retention_days, "retention_days", NS_PER_DAY)
            ),
            rows_per_s=ceiling.read_ceiling(rows_per_s),
            relay=flag("relay", relay),
            relay_hops=(
                None if relay_hops is None else read.read_count(relay_hops, clause="relay_hops")
            ),
            both_ways=flag("both_ways", both_ways),
        )
        compare.check_together(self)

    def _set(self, **clauses: Any) -> None:  # noqa: ANN401 - each of its own type
        for name, value in clauses.items():
            object.__setattr__(self, name, value)

    def _with(self, **clauses: Any) -> "Terms":  # noqa: ANN401 - each of its own type
        """Return the same terms with some clauses replaced by values already checked."""
        terms = object.__new__(Terms)
        terms._set(**{**self.__dict__, **clauses})
        return terms

    def allows_no_more_than(self, other: "Terms") -> bool:
        """Return whether it is certain that whatever these terms allow, the others allow, too.

        Levels, purposes and cells of counts are compared as equal or not, cadences by whether one
        is a multiple of the other, areas as `Area.lies_within` decides; what is not decided reads
        as no.
        """
        return not compare.exceeding(self, other)

    def exceeding(self, other: "Terms") -> tuple[str, ...]:
        """Return the clauses by which these terms may allow more than others."""
        return compare.exceeding(self, other)

    def meet(self, other: "Terms") -> "Terms | None":
        """Return the most permissive terms that allow no more than either.

        Returns
        -------
        Terms or None
            `None` if nothing may leave under both: another level or purpose, validity that does
            not overlap, cadences that meet too seldom, counts of other cells or another area.
        """
        found = compare.meet(self, other)
        return None if found is None else self._with(**found)

    def text(self, sender: str = "the sender", recipient: str = "the recipient") -> str:
        """Return the terms as a sentence for people; each clause is in it.

        Examples
        --------
        >>> import detente as dt
        >>> terms = dt.Terms(level="tracks", until="2021-08-31", precision_m=50, delay_s=30,
        ...                  purpose="search and rescue", retention_days=30)
        >>> print(terms.text("North", "South"))
        Until 31 August 2021 South receives from North tracks everywhere, rounded to 50 m, 30 s
        late, for search and rescue, kept 30 days, not to be passed on.
        """
        return wording.text_from_terms(self, sender, recipient)

    def to_mapping(self) -> dict[str, Any]:
        """Return the clauses as they are written in TOML; those at rest are left out."""
        return terms_toml.mapping_from_terms(self)

    @classmethod
    def from_mapping(cls, clauses: Mapping[str, Any]) -> "Terms":
        """Return the terms of clauses as TOML holds them; `to_mapping` undoes it.

        Raises
        ------
        SettingError
            As the constructor; level or until is missing.
        """
        return cls(**terms_toml.arguments_from_mapping(clauses))

    def to_toml(self) -> str:
        """Return the terms as TOML."""
        return toml.toml_from_mapping(self.to_mapping())

    @classmethod
    def from_toml(cls, text: str) -> "Terms":
        r"""Return the terms that TOML holds.

        Raises
        ------
        DecodeError
            No TOML.
        SettingError
            As the constructor; level or until is missing.

        Examples
        --------
        >>> import detente as dt
        >>> dt.Terms.from_toml('level = "tracks"\nuntil = 2021-08-31\nrelay = true')
        Terms(level='tracks', until='2021-08-31', relay=True)
        """
        return cls.from_mapping(toml.mapping_from_toml(text))

    @property
    def content(self) -> dict[str, Any]:
        """All clauses as text, flags and whole numbers (ns, mm, 1e-9 °), to be hashed."""
        content = dict(self.__dict__)
        for clause in ("precision_m", "count_cell_m"):
            size_m = content.pop(clause)
            content[f"{clause}m"] = None if size_m is None else round(size_m * 1_000)
        content["area"] = [{"name": a.name, "polygons": a.polygons} for a in self.area]
        return content

    def grant(self, sender: str, recipient: str, from_ns: int, until_ns: int) -> dict[str, Any]:
        """Return what the release needs to know, from_ns to until_ns [ns since 1970-01-01 UTC]."""
        return {
            "sender": sender,
            "recipient": recipient,
            "level": self.level,
            "from_ns": from_ns if self.from_ns is None else max(from_ns, self.from_ns),
            "until_ns": min(until_ns, self.until_ns),
            "area": [area.degrees for area in self.area],
            "fields": list(self.fields),
            "delay_ns": self.delay_ns,
            "cadence_ns": self.cadence_ns,
            "precision_m": self.precision_m,
            "count_cell_m": self.count_cell_m,
            "count_at_least": self.count_at_least,
            "rows_per_s": self.rows_per_s,
            "relay": self.relay,
            "relay_hops": self.relay_hops,
            "retention_ns": self.retention_ns,
            "purpose": self.purpose,
        }

    def __repr__(self) -> str:
        shown = terms_toml.arguments_from_mapping(self.to_mapping())
        if self.area:
            shown["area"] = list(self.area)
        return f"Terms({', '.join(f'{clause}={value!r}' for clause, value in shown.items())})"
