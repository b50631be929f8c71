"""Agreed exchange between parties: who hands what to whom, decided by people.

A first, thin version, in memory: an offer to exchange tracks, its answer, its withdrawal, and the
one function through which rows leave a party. Keys, files and links come later.
"""

from detente._core import Grant
from detente.exchange.agreement import Acceptance, Agreement, Offer, State, Withdrawal
from detente.exchange.counts import count_total, grid_cells
from detente.exchange.fields import FIELDS, Field
from detente.exchange.instant import text_from_time_ns, time_ns_from_text
from detente.exchange.kinds import COLUMNS
from detente.exchange.party import Party
from detente.exchange.picture import Picture, fuse_reports
from detente.exchange.release import release, release_under, withheld
from detente.exchange.report import Report
from detente.exchange.report_arrow import SetAside, arrow_from_report, report_from_arrow
from detente.exchange.sensing import SensorDescription
from detente.exchange.terms import Terms

__all__ = [
    "COLUMNS",
    "FIELDS",
    "Acceptance",
    "Agreement",
    "Field",
    "Grant",
    "Offer",
    "Party",
    "Picture",
    "Report",
    "SensorDescription",
    "SetAside",
    "State",
    "Terms",
    "Withdrawal",
    "arrow_from_report",
    "count_total",
    "fuse_reports",
    "grid_cells",
    "release",
    "release_under",
    "report_from_arrow",
    "text_from_time_ns",
    "time_ns_from_text",
    "withheld",
]
