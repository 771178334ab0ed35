"""The journal as a table, and one entry with its life. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.i18n import _, ngettext
from app.views.exchange import original_text, rate_text
from app.views.life import Event, life, maker, version_title
from app.views.numbers import day, moment, money
from app.views.oneline import Style, entry_line
from app.views.versions import Pair, Writing, any_change, diff
from engine.journal import Entry, Kind, State
from storage.records import EntryDetail, JournalKind, SearchResult, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One entry in the table."""

    entry_id: str
    day: str
    description: str
    journal: str
    amount: str
    accounts: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalView:
    """One page of the table; `found` says how many there are in all, `pages` at least 1."""

    rows: tuple[JournalRow, ...]
    found: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A version's heading, for choosing two to compare."""

    number: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of the lines from one version to another that differs."""

    before: str
    after: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry's page: fields, who wrote the lines as they are, what changed on the way, and the timeline."""

    title: str
    state: str
    fields: tuple[tuple[str, str], ...]
    versions: tuple[VersionView, ...]
    written: str
    steps: tuple[Step, ...]
    life: tuple[Event, ...]


def journal_view(page: SearchResult, names: Mapping[str, str], currency: str) -> JournalView:
    found = ngettext("{n} entry", "{n} entries", page.total)
    if page.total:
        found = _("{found}, {amount} in all", found=found, amount=money(page.amount, currency, unit=True))
    return JournalView(
        rows=tuple(_row(e, names) for e in page.rows),
        found=found,
        pages=max(1, -(-page.total // page.size)),
    )


def entry_view(detail: EntryDetail, names: Mapping[str, str], people: Mapping[str, str] | None = None) -> EntryView:
    """The view of one entry; ``names`` are account names by code, ``people`` what people are called by login."""
    entry, called = detail.entry, people or {}
    return EntryView(
        title=entry.description.strip() or _("no description"),
        state=state_word(entry.state),
        fields=_fields(detail),
        versions=tuple(VersionView(number=v.number, title=version_title(v, called)) for v in detail.versions),
        written=maker(detail.versions[-1], called),
        steps=_steps(detail.versions, Writing(names, entry.currency), called),
        life=life(detail, names, called),
    )


def _steps(versions: Sequence[Version], writing: Writing, people: Mapping[str, str]) -> tuple[Step, ...]:
    """From the model's version to the accountant's to the reviewer's; versions with the same lines make no step."""
    out = []
    for before, after in pairwise(versions):
        pairs = diff(before.lines, after.lines, writing)
        if any_change(pairs):
            out.append(Step(before=version_title(before, people), after=version_title(after, people), pairs=pairs))
    return tuple(out)


def state_word(state: State) -> str:
    return {
        State.DRAFT: _("draft"),
        State.SUBMITTED: _("submitted"),
        State.RETURNED: _("returned"),
        State.APPROVED: _("approved"),
        State.POSTED: _("posted"),
        State.REVERSED: _("reversed"),
        State.DISCARDED: _("discarded"),
        State.BOOKED_ELSEWHERE: _("booked elsewhere"),
    }[state]


def kind_word(kind: Kind) -> str:
    return {
        Kind.NORMAL: _("normal"),
        Kind.OPENING: _("opening"),
        Kind.CLOSING: _("closing"),
        Kind.ACCRUAL: _("accrual"),
        Kind.ACCRUAL_RELEASE: _("accrual release"),
        Kind.REVERSAL: _("reversal"),
        Kind.OFF_BOOK: _("off-book"),
    }[kind]


def journal_line(journal: JournalKind) -> str:
    """A journal, what it is for, and whether a person said so: ``AN: opening (proposed), 12 entries``."""
    known = _("confirmed") if journal.confirmed else _("proposed")
    count = ngettext("{n} entry", "{n} entries", journal.entries)
    line = f"{journal.journal}: {kind_word(journal.kind)} ({known}), {count}"
    return f"{line}. {journal.reason}" if journal.confirmed and journal.reason else line


def _row(entry: Entry, names: Mapping[str, str]) -> JournalRow:
    return JournalRow(
        entry_id=entry.entry_id,
        day=day(entry.date),
        description=" ".join(entry.description.split()) or _("no description"),
        journal=_journal_code(entry.journal),
        amount=money(entry.total, entry.currency),
        accounts=entry_line(entry.lines, Style(names=names, currency=entry.currency)),
        state=state_word(entry.state),
    )


def _journal_code(journal: str) -> str:
    """``ER`` of ``ER Eingangsrechnungen``; a journal that starts with no short code is written out."""
    code, _space, _name = journal.partition(" ")
    return code if len(code) <= 6 else journal


def _fields(detail: EntryDetail) -> tuple[tuple[str, str], ...]:
    """Everything the header knows, in reading order; what is empty is left out."""
    entry = detail.entry
    fields = (
        (_("Date"), day(entry.date)),
        (_("Amount"), money(entry.total, entry.currency, unit=True)),
        (_("Original amount"), original_text(entry.lines)),
        (_("Rate"), rate_text(entry.lines)),
        (_("Journal"), entry.journal),
        (_("Party"), entry.party),
        (_("Kind"), kind_word(entry.kind) if entry.kind is not Kind.NORMAL else ""),
        (_("Number"), entry.number),
        (_("Document"), entry.document),
        (_("Document date"), day(entry.document_date)),
        (_("Recorded"), moment(entry.recorded)),
        (_("File"), detail.file),
    )
    return tuple((name, value) for name, value in fields if value)
