"""What was received, as it came: the newest report of each other party in every form."""

from detente.exchange.report import Report

_Said = tuple[str, str, str]
_Form = tuple[tuple[str, ...], int | None, bool, bytes]


class Received:
    """The reports that a party may be asked to pass on; a newer one replaces those before it."""

    def __init__(self) -> None:
        self._forms: dict[_Said, dict[_Form, Report]] = {}

    def take(self, report: Report) -> None:
        """Take a report; one older than those at hand changes nothing."""
        said = report.origin, report.kind, "" if report.sensor is None else report.sensor.name
        forms = self._forms.get(said, {})
        newest = max(map(_order, forms.values()), default=_order(report))
        if newest <= _order(report):
            kept = forms if newest == _order(report) else {}
            self._forms[said] = {_form(report): report, **kept}

    @property
    def all(self) -> tuple[Report, ...]:
        """All forms, by origin, kind and sensor."""
        return tuple(r for said in sorted(self._forms) for r in self._forms[said].values())


def _order(report: Report) -> tuple[int, int]:
    return report.time_ns, report.sequence


def _form(report: Report) -> _Form:
    """Return in what reports of one origin, time and sequence may differ."""
    return tuple(report.fields), report.grid_level, report.relay, report.row_id.tobytes()
