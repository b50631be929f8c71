"""The mission as a thin thread: two parties, one offer that waits for its answer.

`run_demo` plays the scenario ``report-2021.toml``: as reported, the offer of 16 June 2021 stays
pending, nothing flows, and each party sees only its own; with ``accept_on`` and ``host_consent`` it
is accepted and consented to on those days, hypothetically, and tracks flow and are fused.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from detente.demo.story import OFFER, REPORT, Step, suppose, timeline
from detente.demo.summary import Summary, summarise, text_from_summary
from detente.demo.watches import Watch, run_watches
from detente.errors import SettingError
from detente.exchange import Agreement

OUTPUT = ("index.html", "summary.json")


@dataclass(frozen=True)
class Demo:
    """A demo that has been played.

    Attributes
    ----------
    agreement : Agreement
        The offer, and its answer if there is one.
    steps : list of Step
        The life of the offer in words.
    watches : list of Watch
        What happened in each watch.
    summary : dict
        The figures, as JSON can hold them.
    """

    agreement: Agreement
    steps: list[Step]
    watches: list[Watch]
    summary: Summary

    @property
    def text(self) -> str:
        """The figures for a terminal."""
        return text_from_summary(self.summary)

    def write(self, folder: Path) -> None:
        """Write ``index.html`` and ``summary.json`` to a folder, whole or not at all.

        Raises
        ------
        SettingError
            The folder holds other files.
        """
        from detente.demo.page import demo_page  # noqa: PLC0415 - only a page needs the view
        from detente.io.folder import whole_folder  # noqa: PLC0415 - only writing needs it

        page = demo_page(self.watches, self.steps, self.summary)
        with whole_folder(folder, names=OUTPUT) as partial:
            (partial / "index.html").write_text(page, encoding="utf-8")
            text = json.dumps(self.summary, indent=2, ensure_ascii=False)
            (partial / "summary.json").write_text(text + "\n", encoding="utf-8")


def run_demo(
    *, accept_on: str | None = None, host_consent: str | None = None, seed: int = 1
) -> Demo:
    """Play the demo.

    Parameters
    ----------
    accept_on : str, optional
        The date of a hypothetical acceptance, from 2021-06-16 on and before 2021-08-31.
    host_consent : str, optional
        The date of a hypothetical consent of both hosts, likewise. Without either date the offer
        stays pending, as reported.
    seed : int
        The same seed gives the same scene.

    Returns
    -------
    Demo

    Raises
    ------
    SettingError
        No date, or one on which the offer could not be answered; a negative seed.

    Examples
    --------
    >>> from detente.demo import run_demo
    >>> run_demo().summary["agreement"]["state"]
    'pending'
    """
    if seed < 0:
        raise SettingError(f"seed must be 0 or more, found {seed}")
    supposed = suppose(accept_on=accept_on, host_consent=host_consent)
    agreement = REPORT.agreement("exchange", supposed)
    heard = [*REPORT.offers.values(), *REPORT.messages, *supposed]
    watches = run_watches(OFFER, heard, seed=seed)
    return Demo(agreement, timeline(agreement), watches, summarise(agreement, watches, seed=seed))
