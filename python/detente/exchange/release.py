"""Release: the one function through which rows leave a party."""

from detente.errors import AgreementError
from detente.exchange.agreement import Agreement
from detente.exchange.instant import text_from_time_ns
from detente.exchange.report import Report

ENFORCED = {"level", "from", "until", "both_ways", "purpose", "retention_days", "relay"}


def release(report: Report, agreement: Agreement, *, recipient: str, time_ns: int) -> Report | None:
    """Return what a party may hand over of its own report, or nothing.

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

    Returns
    -------
    Report or None
        The report, or `None` if it dates from before the acceptance.

    Raises
    ------
    AgreementError
        The agreement is not in force, does not let this party hand anything to that one, or the
        report is dated later than now.
    """
    grant = agreement.grant_at(report.origin, recipient, time_ns)
    unenforced = set(agreement.offer.terms.to_mapping()) - ENFORCED
    if unenforced or grant["level"] != "tracks":
        raise AgreementError(
            "nothing leaves: this version does not enforce "
            f"{', '.join(sorted(unenforced)) or 'level ' + grant['level']} yet"
        )
    if report.time_ns > time_ns:
        raise AgreementError(
            f"nothing leaves: the report is dated {text_from_time_ns(report.time_ns)}, "
            f"and now is {text_from_time_ns(time_ns)}"
        )
    return report if grant["from_ns"] <= report.time_ns < grant["until_ns"] else None
