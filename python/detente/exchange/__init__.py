"""Agreed exchange between parties: who hands what to whom, decided by people.

Terms say what may be handed over, an agreement is an offer and its answers, and rows leave a party
through one function. All of it is in memory; keys, files and links come later.
"""

from detente.exchange.agreement import Agreement, State
from detente.exchange.area import Area
from detente.exchange.audit import Audit
from detente.exchange.fields import FIELDS, Field
from detente.exchange.instant import text_from_time_ns, time_ns_from_text
from detente.exchange.offer import Acceptance, Decline, Offer, Withdrawal
from detente.exchange.party import Party
from detente.exchange.picture import Picture, fuse_reports
from detente.exchange.release import release
from detente.exchange.report import Report
from detente.exchange.scenario import Scenario
from detente.exchange.scenario_toml import read_scenario
from detente.exchange.signatory import Signatory
from detente.exchange.standing import Standing, standing_at
from detente.exchange.terms import Terms

__all__ = [
    "FIELDS",
    "Acceptance",
    "Agreement",
    "Area",
    "Audit",
    "Decline",
    "Field",
    "Offer",
    "Party",
    "Picture",
    "Report",
    "Scenario",
    "Signatory",
    "Standing",
    "State",
    "Terms",
    "Withdrawal",
    "fuse_reports",
    "read_scenario",
    "release",
    "standing_at",
    "text_from_time_ns",
    "time_ns_from_text",
]
