"""The commands that give evidence and end the keeping of texts, as `app.commands` lists them."""

from __future__ import annotations

from pathlib import Path

from app.commands import Answer, Arguments, text_of
from app.owner_socket import Progress
from app.services.errors import BadInput
from app.services.typed import read_date
from app.services.workbench import Workbench
from app.system_user import console


def audit(wb: Workbench, arguments: Arguments, progress: Progress) -> Answer:
    """Exit code 1 where a check does not hold; the folder is there all the same, and says so."""
    from app.services.audit import write_audit

    book, year, out = (text_of(arguments, name) for name in ("book", "year", "out"))
    report = write_audit(wb, console(), book, year, Path(out), progress)
    return Answer(code=0 if report.holds else 1, document=report.to_json(), text=tuple(report.sentences()))


def erase(wb: Workbench, arguments: Arguments, progress: Progress) -> Answer:
    """What would be erased; with ``yes`` it is."""
    from app.services import erase as use_case

    book, day = text_of(arguments, "book"), text_of(arguments, "before")
    before, years = read_date(day), arguments.get("years")
    if before is None or not isinstance(years, int):
        raise BadInput("--before", day, "it is no day", "Write it like 2014-01-01.")
    if arguments.get("yes") is True:
        report = use_case.erase(
            wb, console(), book, before, text_of(arguments, "reason"), years=years, progress=progress
        )
    else:
        report = use_case.plan(wb, console(), book, before, years)
    return Answer(document=report.to_json(), text=tuple(report.sentences()))
