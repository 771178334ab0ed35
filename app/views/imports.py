"""What the page Import says: what a file was taken for, what would come in, what stays outside. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.i18n import _, ngettext
from app.services.batches import Batch
from app.services.import_ import ImportReport
from app.views.journal import kind_word
from app.views.life import person
from app.views.numbers import day, moment, money
from app.views.oneline import Style, entry_line
from engine.journal import Entry
from storage.records import JournalKind, Resembling, RowError, Staged

SHOWN = 500  # problems, and entries that look alike, that a table shows
EXAMPLES = 12  # entries that a preview shows


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a file with its name."""

    name: str
    value: str


def facts(report: ImportReport, currency: str) -> tuple[Fact, ...]:
    """What the file holds and what would become of it."""
    found = [
        Fact(_("New"), f"{report.new}"), Fact(_("Already here"), f"{report.known}"),
        Fact(_("Look alike"), f"{report.alike}"), Fact(_("Problems"), f"{len(report.quarantined)}"),
        Fact(_("New accounts"), f"{report.accounts}"), Fact(_("Debit"), money(report.debit, currency)),
        Fact(_("Credit"), money(report.credit, currency)),
    ]  # fmt: skip
    return tuple(f for f in found if f.value != "0" or f.name == _("New"))


def title(report: ImportReport, file: str) -> str:
    """For example: ledger.txt: 311 entries in good order."""
    n = report.entries
    return ngettext(
        "{file}: {n} entry in good order", "{file}: {n} entries in good order", n, file=file
    )  # fmt: skip


def came_before(batch: Batch, people: Mapping[str, str]) -> str:
    return _(
        "This very file was imported on {when} by {who}.", when=moment(batch.recorded), who=person(batch.by, people)
    )


def journal_lines(journals: Sequence[JournalKind]) -> tuple[str, ...]:
    """Journals that are not for daily entries, with the reason why they were taken for that."""
    return tuple(
        _("{journal}: {kind}, because {why}", journal=j.journal, kind=kind_word(j.kind), why=j.reason) for j in journals
    )


def examples(staged: Staged) -> list[dict[str, str]]:
    """The first entries of the file as they would come in."""
    names = {a.code: a.name for a in staged.accounts}
    return [_example(e, names) for e in staged.entries[:EXAMPLES]]


def problems(errors: Sequence[RowError]) -> list[dict[str, str]]:
    return [
        {_("Row"): f"{e.row or ''}", _("Column"): e.column, _("Value"): e.value, _("Why"): e.why, _("Remedy"): e.remedy}
        for e in errors[:SHOWN]
    ]


def warned(found: Sequence[RowError]) -> str:
    """Above the flaws of a file that keep nothing outside."""
    n = len(found)
    return ngettext(
        "{n} flaw of form, which keeps nothing outside", "{n} flaws of form, which keep nothing outside", n
    )  # fmt: skip


def alike(staged: Staged, found: Sequence[Resembling]) -> list[dict[str, object]]:
    """Entries that look like ones that are here, each with a box to bring it in all the same."""
    by_key = {e.entry_id: e for e in staged.entries}
    names = {a.code: a.name for a in staged.accounts}
    return [
        {KEEP: False, **_example(by_key[r.key], names), _("Like"): _like(r)} for r in found[:SHOWN] if r.key in by_key
    ]


KEEP = "keep"  # the column of the boxes


def _like(found: Resembling) -> str:
    if found.same:
        return _("the same content as {key}", key=found.other)
    return _("other content under the same key {key}", key=found.other)


def done(report: ImportReport) -> str:
    """What came in, in one sentence."""
    parts = [
        ngettext("{n} entry came in", "{n} entries came in", report.new),
        ngettext("{n} was here already", "{n} were here already", report.known) if report.known else "",
        ngettext("{n} looks alike and stayed out", "{n} look alike and stayed out", report.alike)
        if report.alike else "",
        ngettext("{n} problem kept rows outside", "{n} problems kept rows outside", len(report.quarantined))
        if report.quarantined else "",
    ]  # fmt: skip
    return ", ".join(p for p in parts if p) + "."


def batch_title(b: Batch, people: Mapping[str, str]) -> str:
    """One import of the list."""
    came = ngettext("{n} entry", "{n} entries", b.new)
    name = b.file_name or b.format
    return f"{name} · {moment(b.recorded)} · {person(b.by, people)} · {came}"


def batch_about(b: Batch, people: Mapping[str, str]) -> str:
    """What else is to be said of it."""
    if b.undone and b.undone_by:
        return _(
            "taken back on {when} by {who}: {why}", when=moment(b.undone), who=person(b.undone_by, people),
            why=b.undone_reason,
        )  # fmt: skip
    outside = ngettext("{n} problem kept rows outside", "{n} problems kept rows outside", b.quarantined)
    return outside if b.quarantined else ""


def _example(e: Entry, names: Mapping[str, str]) -> dict[str, str]:
    return {
        _("Date"): day(e.date), _("Number"): e.number, _("Journal"): e.journal, _("Description"): e.description,
        _("Entry"): entry_line(e.lines, Style(names=names, currency=e.currency)),
        _("Amount"): money(e.total, e.currency),
    }  # fmt: skip
