"""What Review says: the queue, the open entry's lines with how sure the model was, warnings. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.i18n import _, ngettext
from app.services.access import Right
from app.services.controls import Lock, PeriodLock
from app.services.desk import Waiting
from app.services.explain import Origin
from app.services.review import Opened
from app.views.exchange import original_text, rate_text
from app.views.life import closed_word, person
from app.views.numbers import day, dots, money, percent
from app.views.proposal import LineView
from engine.journal import Entry, Line, Side, State


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One entry that waits, in two lines of text."""

    entry_id: str
    title: str
    amount: str
    about: str
    chips: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something to beware of, with the entries that it is about."""

    text: str
    entries: tuple[str, ...] = ()


def queue_rows(waiting: Sequence[Waiting], me: str, people: Mapping[str, str]) -> tuple[QueueRow, ...]:
    return tuple(_row(w, me, people) for w in waiting)


def queue_count(n: int, state: State) -> str:
    if state is State.APPROVED:
        return ngettext("{n} entry is approved and not posted yet.", "{n} entries are approved and not posted yet.", n)
    return ngettext(
        "{n} entry waits for approval, least sure and largest first.",
        "{n} entries wait for approval, least sure and largest first.",
        n,
    )


def entry_lines(entry: Entry, names: Mapping[str, str], origin: Origin | None = None) -> tuple[LineView, ...]:
    """The lines as they stand; one that the model proposed like this shows how sure it was of it."""
    sure = _figures(origin)
    return tuple(_line(x, entry.currency, names, sure.get((x.account, x.side.letter), 0.0)) for x in entry.lines)


def warnings(opened: Opened, rights: frozenset[Right], locks: Sequence[PeriodLock], me: str) -> tuple[Warned, ...]:
    """What a person should know before an act, the weightiest first."""
    found = [_second_person(opened, rights, me), _closed(opened, locks), _twins(opened)]
    return tuple(x for x in found if x)


def locked(locks: Sequence[PeriodLock], opened: Opened) -> Lock:
    """What holds on the entry's day."""
    at = opened.standing.day
    return next((x.lock for x in reversed(locks) if x.first <= at <= x.last), Lock.OPEN)


def sure_badge(probability: float | None) -> str:
    """How sure the model was, or that there was none."""
    return _("by hand") if probability is None else percent(probability)


def _row(w: Waiting, me: str, people: Mapping[str, str]) -> QueueRow:
    who = _("you") if w.by == me else person(w.by, people)
    given = _("for {name}", name=_("you") if w.assigned == me else person(w.assigned, people)) if w.assigned else ""
    chips = [sure_badge(w.probability), _("corrected") if w.corrected else "", given]
    return QueueRow(
        entry_id=w.entry.entry_id,
        title=" ".join(w.entry.description.split()) or _("no description"),
        amount=money(w.entry.total, w.entry.currency),
        about=" · ".join(x for x in (day(w.entry.date), who) if x),
        chips=tuple(c for c in chips if c),
    )


def _figures(origin: Origin | None) -> dict[tuple[str, str], float]:
    if origin is None or origin.model is None:
        return {}
    lines = origin.model.lineage.get("lines")
    kept = lines if isinstance(lines, list) else []
    return {(str(x["account"]), str(x["side"])): float(x["probability"] or 0) for x in kept}


def _line(line: Line, currency: str, names: Mapping[str, str], sure: float) -> LineView:
    amount, debit = money(line.amount, currency), line.side is Side.DEBIT
    original = " × ".join(x for x in (original_text([line]), rate_text([line])) if x)
    return LineView(
        account=line.account,
        name=names.get(line.account, ""),
        debit=amount if debit else "",
        credit="" if debit else amount,
        dots=dots(sure) if sure else "",
        spoken=percent(sure) if sure else "",
        note=" · ".join(x for x in (line.party, line.tax_code, original, line.label) if x),
    )


def _second_person(opened: Opened, rights: frozenset[Right], me: str) -> Warned | None:
    if opened.standing.state is not State.SUBMITTED or Right.APPROVE not in rights:
        return None
    if {"approve", "confirm"} & set(opened.acts):
        return None
    if any(v.author == me for v in opened.detail.versions[-1:]):
        return Warned(text=_("You wrote it, so somebody else has to approve it."))
    return Warned(text=_("You submitted it, so somebody else has to approve it."))


def _closed(opened: Opened, locks: Sequence[PeriodLock]) -> Warned | None:
    lock = locked(locks, opened)
    live = opened.standing.state in (State.DRAFT, State.RETURNED, State.SUBMITTED, State.APPROVED)
    return Warned(text=closed_word(opened.standing.day, lock.value)) if live and lock is not Lock.OPEN else None


def _twins(opened: Opened) -> Warned | None:
    if not opened.twins or opened.standing.state in (State.DISCARDED, State.REVERSED):
        return None
    n = len(opened.twins)
    text = ngettext(
        "{n} other entry has the same party, document and amount. Is it the same event?",
        "{n} other entries have the same party, document and amount. Are they the same event?",
        n,
    )
    return Warned(text=text, entries=opened.twins)
