"""Release: the one function through which rows leave a party."""

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente._core import Grant
from detente.errors import AgreementError
from detente.exchange.agreement.agreement import Agreement
from detente.exchange.report.fields import gathered_column
from detente.exchange.report.hops import clauses_of, hops_of
from detente.exchange.report.report import Head, Report
from detente.exchange.report.sensing import SensorDescription
from detente.exchange.values.given import instance, text, time
from detente.exchange.values.instant import text_from_time_ns
from detente.geo import LocalFrame
from detente.sensors import Pose


def release(
    report: Report,
    agreement: Agreement,
    *,
    recipient: str,
    time_ns: int,
    sender: str | None = None,
) -> Report | None:
    """Return what a party may hand over of a report, or nothing.

    It looks at nothing but its arguments, and a report holds only what its origin's own sensors
    say; so no shared picture can leak through it, and what it withholds changes nothing that it
    hands over.

    Parameters
    ----------
    report : Report
        What the origin's own sensors say.
    agreement : Agreement
        Under which it is to leave.
    recipient : str
        The party that is to receive it.
    time_ns : int
        Now [ns since 1970-01-01 UTC].
    sender : str, optional
        Who hands it over, if not its origin: it then leaves word for word, if both the agreement
        by which it came and this one permit it, or not at all.

    Returns
    -------
    Report or None
        What leaves of it, or `None` if it dates from before the acceptance.

    Raises
    ------
    AgreementError
        The agreement is not in force, does not let this party hand anything to that one, or the
        report is dated later than now.
    """
    instance("report", report, Report)
    instance("agreement", agreement, Agreement, "an")
    recipient, time_ns = text("recipient", recipient), time("time_ns", time_ns)
    sender = report.origin if sender is None else text("sender", sender)
    grant = Grant(**agreement.grant_at(sender, recipient, time_ns))
    if report.time_ns > time_ns:
        raise AgreementError(
            f"nothing leaves: the report is dated {text_from_time_ns(report.time_ns)}, "
            f"and now is {text_from_time_ns(time_ns)}"
        )
    return release_under(report, grant, recipient=recipient, time_ns=time_ns)


def release_under(report: Report, grant: Grant, *, recipient: str, time_ns: int) -> Report | None:
    """Return what a grant lets leave of a report, or nothing; it looks at nothing else.

    Rows are asked one by one and leave in the order of their identities, so that what is withheld
    changes no byte of what leaves; a report of which no row may leave leaves empty. What is
    another party's own leaves word for word, if its holder may pass it on, or not at all.

    Parameters
    ----------
    report : Report
        What the origin's own sensors say; at level counts its tracks, or counts of the same cells.
    grant : detente.Grant
        What one agreement lets one party hand to one other, and when.
    recipient : str
        The party that is to receive it.
    time_ns : int
        Now [ns since 1970-01-01 UTC].

    Returns
    -------
    Report or None

    Raises
    ------
    SettingError
        The grant asks where rows are, and the report has no frame; or an argument is none.
    """
    found = _core.release(*_asked(report, grant, recipient, time_ns))
    if found is None:
        return None
    columns, fields, grid_level, relay = found
    granted = inf if grant.relay_hops is None else grant.relay_hops
    if report.origin != grant.sender:
        left = min(hops_of(report) - 1, granted) if relay else 0
        return replace(report, **clauses_of(left))
    fields = {name: gathered_column(name, array) for name, array in fields.items()}
    for array in (*columns.values(), *fields.values()):
        array.flags.writeable = False  # new, and nobody else's
    kind = "counts" if grant.level == "counts" else report.kind
    if kind == "counts":
        columns["is_below"] = np.isnan(columns["count"])
    return Report(
        origin=report.origin,
        kind=kind,
        time_ns=report.time_ns,
        sequence=report.sequence,
        columns=columns,
        fields=fields,
        axes=report.axes,
        frame=report.frame,
        sensor=_sensor(report, grant, len(columns["row_id"])),
        grid_level=grid_level,
        **clauses_of(granted if relay else 0),
    )


def _sensor(report: Report, grant: Grant, rows: int) -> SensorDescription | None:
    """Return the sensor as it leaves: under an area its silence is no evidence any more.

    Where it stands and what it looks at leave only if it stands within, or if nobody could use
    detections that leave otherwise.
    """
    sensor = report.described_sensor()
    if sensor is None or not grant.has_area:
        return sensor
    sensor = replace(sensor, is_partial=True)
    is_needed = rows > 0 and report.kind == "detections" and sensor.measures_from_its_place
    if is_needed or report.frame is None or _stands_within(sensor, report.frame, grant):
        return sensor
    return replace(sensor, pose=Pose(), field_of_view=None)


def _stands_within(sensor: SensorDescription, frame: LocalFrame, grant: Grant) -> bool:
    place = np.zeros((1, 3))
    place[0, : len(sensor.pose.position_m)] = sensor.pose.position_m
    lat_deg, lon_deg, _ = frame.geodetic_from_enu(place)
    return bool(grant.holds(np.column_stack([lat_deg, lon_deg]))[0])


def withheld(
    report: Report, grant: Grant, *, recipient: str, time_ns: int
) -> str | list[str | None]:
    """Return the clause that withholds a report, or for each of its rows the one that does.

    Parameters
    ----------
    report, grant, recipient, time_ns
        As of `release_under`.

    Returns
    -------
    str or list of str or None
        ``"recipient"``, ``"relay"``, ``"level"``, ``"validity"``, ``"delay"``, ``"cadence"``,
        ``"partition"`` or ``"threshold"`` for the whole report; else for each row ``"area"``,
        ``"precision"`` (the grid ends at ±89°) or `None` for one that leaves.

    Raises
    ------
    SettingError
        As `release_under`.
    """
    return _core.withheld(*_asked(report, grant, recipient, time_ns))


def places_of(report: Report) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return latitudes and longitudes of a report's rows [°] as the release has them.

    Of counts it is the middle of each cell; NaN where nobody knows, and without a frame.
    """
    lat_deg, lon_deg = _core.report_points(*_taken(report)).T
    return lat_deg, lon_deg


def _taken(report: Report) -> tuple[Head, dict[str, Any], dict[str, Any]]:
    """Return a report as the core takes it."""
    instance("report", report, Report)
    return report.head(), dict(report.columns), dict(report.fields)


def _asked(
    report: Report, grant: Grant, recipient: str, time_ns: int
) -> tuple[Head, dict[str, Any], dict[str, Any], Grant, str, int]:
    """Return a report and what is asked of it as the core takes them."""
    instance("grant", grant, Grant)
    recipient, time_ns = text("recipient", recipient), time("time_ns", time_ns)
    return *_taken(report), grant, recipient, time_ns
