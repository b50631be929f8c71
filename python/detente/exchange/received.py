"""What was received, as it came: what a party may be asked to pass on."""

from detente.exchange.kinds import SENSED
from detente.exchange.report import Report

_Said = tuple[str, str, str]
_Order = tuple[int, int]
_Form = tuple[tuple[str, ...], int | None, bool, bytes]


class Received:
    """The reports of each other party in every form in which they came.

    Of tracks and counts a newer one replaces those before it. Scans add up, so that each is kept
    for a while: detections and tracklets come in batches, and late.

    Parameters
    ----------
    most_age_ns : int
        How much older than the newest of its origin, kind and sensor a scan may be.
    """

    def __init__(self, most_age_ns: int) -> None:
        self._most_age_ns = most_age_ns
        self._held: dict[_Said, dict[_Order, dict[_Form, Report]]] = {}

    def take(self, report: Report) -> None:
        """Take a report; one that is older than those at hand may be changes nothing."""
        said = report.origin, report.kind, "" if report.sensor is None else report.sensor.name
        held = self._held.setdefault(said, {})
        forms = held.pop(_order(report), {})
        held[_order(report)] = {_form(report): report, **forms}
        newest = max(held)
        oldest = (newest[0] - self._most_age_ns, -1) if report.kind in SENSED else newest
        for order in [order for order in held if order < oldest]:
            del held[order]

    @property
    def all(self) -> tuple[Report, ...]:
        """All forms, by origin, kind, sensor and time."""
        return tuple(
            report
            for _, held in sorted(self._held.items())
            for _, forms in sorted(held.items())
            for report in forms.values()
        )


def _order(report: Report) -> _Order:
    return report.time_ns, report.sequence


def _form(report: Report) -> _Form:
    """Return in what reports of one origin, time and sequence may differ."""
    return tuple(report.fields), report.grid_level, report.relay, report.row_id.tobytes()
