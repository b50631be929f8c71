"""Agreed exchange between parties: who hands what to whom, decided by people.

Terms say what may be handed over, an agreement is an offer and its answers, and rows leave a party
through one function. All of it is in memory; keys, files and links come later.
"""

from detente._core import Grant
from detente.exchange.agreement.agreement import Agreement, State
from detente.exchange.agreement.offer import Acceptance, Decline, Offer, Withdrawal
from detente.exchange.agreement.signatory import Signatory
from detente.exchange.agreement.standing import Standing, standing_at
from detente.exchange.agreement.terms import Terms
from detente.exchange.area.area import Area
from detente.exchange.local.observer import Observed, Observer
from detente.exchange.party.party import Party
from detente.exchange.picture.consistency import Consistency
from detente.exchange.picture.limits import Limits
from detente.exchange.picture.picture import Picture
from detente.exchange.picture.snapshot import Break, Snapshot, TrackEnd, Unusable
from detente.exchange.rehearsal import Look, Shown, Watcher, rehearse
from detente.exchange.release.audit import Audit
from detente.exchange.release.release import release, release_under, withheld
from detente.exchange.report.arrow import SetAside, arrow_from_report, report_from_arrow
from detente.exchange.report.counts import count_total, grid_cells
from detente.exchange.report.fields import FIELDS, Field
from detente.exchange.report.kinds import COLUMNS
from detente.exchange.report.report import Report
from detente.exchange.report.sensing import SensorDescription
from detente.exchange.scenario import Scenario
from detente.exchange.scenario_toml import read_scenario
from detente.exchange.values.instant import text_from_time_ns, time_ns_from_text

__all__ = [
    "COLUMNS",
    "FIELDS",
    "Acceptance",
    "Agreement",
    "Area",
    "Audit",
    "Break",
    "Consistency",
    "Decline",
    "Field",
    "Grant",
    "Limits",
    "Look",
    "Observed",
    "Observer",
    "Offer",
    "Party",
    "Picture",
    "Report",
    "Scenario",
    "SensorDescription",
    "SetAside",
    "Shown",
    "Signatory",
    "Snapshot",
    "Standing",
    "State",
    "Terms",
    "TrackEnd",
    "Unusable",
    "Watcher",
    "Withdrawal",
    "arrow_from_report",
    "count_total",
    "grid_cells",
    "read_scenario",
    "rehearse",
    "release",
    "release_under",
    "report_from_arrow",
    "standing_at",
    "text_from_time_ns",
    "time_ns_from_text",
    "withheld",
]
