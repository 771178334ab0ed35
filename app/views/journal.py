"""The journal as a table, and one entry with its life. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.i18n import _, ngettext
from app.views.because import origin_text
from app.views.numbers import day, moment, money
from app.views.oneline import Style, entry_line
from app.views.versions import Pair, Writing, diff
from engine.journal import (
    IMPORTED,
    Entry,
    Kind,
    State,
)
from storage.records import MODEL, Decision, EntryDetail, JournalKind, SearchResult, Version


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
class Event:
    """One moment of an entry's life."""

    when: str
    who: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A version's heading, for choosing two to compare."""

    number: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry's page: fields, the two versions that matter, and the timeline."""

    title: str
    state: str
    fields: tuple[tuple[str, str], ...]
    versions: tuple[VersionView, ...]
    pairs: tuple[Pair, ...]
    before: str
    after: str
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


def entry_view(detail: EntryDetail, names: Mapping[str, str]) -> EntryView:
    """The first and the last version side by side; one version alone has nothing to its left."""
    entry, versions = detail.entry, detail.versions
    first, last = (versions[0] if len(versions) > 1 else None), versions[-1]
    return EntryView(
        title=entry.description.strip() or _("no description"),
        state=state_word(entry.state),
        fields=_fields(detail),
        versions=tuple(VersionView(number=v.number, title=_version_title(v)) for v in versions),
        pairs=diff(first.lines if first else last.lines, last.lines, Writing(names, entry.currency)),
        before=_version_title(first) if first else "",
        after=_version_title(last),
        life=_life(detail, names),
    )


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
        accounts=entry_line(entry.lines, Style(names=names)),
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


def _version_title(version: Version) -> str:
    if version.origin == MODEL:
        return _("Model proposed")
    if version.origin == IMPORTED:
        return _("Imported")
    return _("{who} saved", who=version.author)


def _life(detail: EntryDetail, names: Mapping[str, str]) -> tuple[Event, ...]:
    moments: list[tuple[datetime, int, Event]] = [
        (v.recorded, 2 * v.number, _version_event(v, detail.versions, names)) for v in detail.versions
    ]
    moments += [(d.recorded, 10_000 + d.sequence, _decision_event(d)) for d in detail.decisions]
    return tuple(event for _when, _order, event in sorted(moments, key=lambda x: x[:2]))


def _version_event(version: Version, all_versions: Sequence[Version], names: Mapping[str, str]) -> Event:
    earlier = [v for v in all_versions if v.number < version.number]
    same = bool(earlier) and earlier[-1].lines == version.lines
    booked = entry_line(version.lines, Style(names=names, longest=80))
    what = _("kept as proposed") if same else _("{what}: {detail}", what=_made(version), detail=booked)
    return Event(when=moment(version.recorded), who=version.author, what=what)


def _made(version: Version) -> str:
    words = {MODEL: _("proposed by the model"), IMPORTED: _("imported")}
    return words.get(version.origin) or _("written by a person")


def _decision_event(decision: Decision) -> Event:
    words = {
        "submitted": _("submitted"),
        "returned": _("returned"),
        "approved": _("approved"),
        "confirmed": _("confirmed"),
        "posted": _("posted"),
        "reversed": _("reversed"),
        "discarded": _("discarded"),
        "exported": _("exported"),
        "commented": _("commented"),
        "assigned": _("assigned"),
        "forgotten": _("no longer learnt from"),
        "released": _("released"),
    }
    what = words.get(decision.act, origin_text(decision.act))
    return Event(
        when=moment(decision.recorded),
        who=decision.by,
        what=_("{what}: {detail}", what=what, detail=decision.reason) if decision.reason else what,
    )
