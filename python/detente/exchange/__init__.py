"""Agreed exchange between parties: who hands what to whom, decided by people.

A first, thin version, in memory: an offer to exchange tracks, its answer, its withdrawal, and the
one function through which rows leave a party. Keys, files and links come later.
"""

from detente.exchange.agreement import Acceptance, Agreement, Offer, State, Withdrawal
from detente.exchange.instant import text_from_time_ns, time_ns_from_text
from detente.exchange.party import Party
from detente.exchange.picture import Picture, fuse_reports
from detente.exchange.release import release
from detente.exchange.report import Report
from detente.exchange.terms import Terms

__all__ = [
    "Acceptance",
    "Agreement",
    "Offer",
    "Party",
    "Picture",
    "Report",
    "State",
    "Terms",
    "Withdrawal",
    "fuse_reports",
    "release",
    "text_from_time_ns",
    "time_ns_from_text",
]
