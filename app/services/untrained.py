"""An honest answer for a book whose model cannot answer: a balanced start for booking by hand.

It says "not sure" with probability 0 and no bundle. What it offers is the line set of earlier entries that
share words with the event, then the line set that history uses most, or, without history, two accounts of the
catalog; known lines are always kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.services.errors import BadInput, NoAccounts
from engine.inference.amounts import allocate, fits
from engine.journal import (
    Account,
    AccountType,
    Candidate,
    CandidateLine,
    Entry,
    Event,
    Line,
    Proposal,
    Shares,
    Side,
    Status,
    minor_units,
)
from engine.targets import LineSet, line_set
from engine.text import normalise

MOST_CANDIDATES = 5
_REMEMBERED = Shares(template=0.0, memory=1.0, model=0.0)
_MADE_UP = Shares(template=0.0, memory=0.0, model=0.0)  # from account types alone: none of the three spoke
_USUAL = {Side.DEBIT: (AccountType.EXPENSE, AccountType.ASSET), Side.CREDIT: (AccountType.LIABILITY, AccountType.ASSET)}


def by_hand(book: str, event: Event, accounts: Sequence[Account], history: Sequence[Entry]) -> Proposal:
    """Candidates that balance, the likeliest line set of ``history`` first. Raises NoAccounts, BadInput."""
    if not accounts:
        raise NoAccounts(book)
    names = {a.code: a.name for a in accounts}
    if unknown := [x.account for x in event.lines if x.account not in names]:
        raise BadInput("Line", unknown[0], "the catalog has no open account of this code", "Choose one that it has.")
    if not normalise(event.description):
        raise BadInput(
            "Description", event.description, "there are no words in it", "Say in a few words what happened."
        )
    places = minor_units(event.currency)
    found = [] if event.lines else _remembered(event, history, names, places)
    usual = () if event.lines else _most_used(event, history, names, places)
    start, shares = usual or _started(event, accounts, history), _REMEMBERED if history else _MADE_UP
    candidates = [Candidate(probability=0.0, shares=_REMEMBERED, lines=_named(lines, names)) for lines in found]
    if not any(_same(start, c.lines) for c in candidates):
        candidates.append(Candidate(probability=0.0, shares=shares, lines=_named(start, names)))
    return Proposal(event=event, bundle="", status=Status.NOT_SURE, candidates=tuple(candidates[:MOST_CANDIDATES]))


def _remembered(event: Event, history: Sequence[Entry], names: dict[str, str], places: int) -> list[tuple[Line, ...]]:
    """Line sets of entries that share a word with the event, scaled to its amount; most words, then newest, first."""
    words = _words(event.description)
    shared = {e.entry_id: len(words & _words(e.description)) for e in history}
    ranked = sorted(
        (e for e in history if shared[e.entry_id]),
        key=lambda e: (shared[e.entry_id], e.journal == event.journal, e.date),
        reverse=True,
    )
    found: dict[LineSet, tuple[Line, ...]] = {}
    for entry in ranked:
        if len(found) == MOST_CANDIDATES:
            break
        key = line_set(entry.lines)
        if key not in found and all(x.account in names for x in entry.lines):
            scaled = _scaled(entry, event.amount, places)
            if scaled:
                found[key] = scaled
    return list(found.values())


def _most_used(event: Event, history: Sequence[Entry], names: dict[str, str], places: int) -> tuple[Line, ...]:
    """The line set that history uses most, shared out as in its newest entry; nothing where none can be used."""
    usable = {line_set(e.lines): e for e in history if all(x.account in names for x in e.lines)}
    counts = Counter(line_set(e.lines) for e in history)
    for key, _count in counts.most_common():
        scaled = _scaled(usable[key], event.amount, places) if key in usable else ()
        if scaled:
            return scaled
    return ()


def _words(text: str) -> set[str]:
    return set(normalise(text).casefold().split())


def _scaled(entry: Entry, amount: Decimal, places: int) -> tuple[Line, ...]:
    lines: list[Line] = []
    for side in Side:
        mine = [x for x in entry.lines if x.side is side]
        if not mine or any(x.amount < 0 for x in mine) or not fits(amount, len(mine), places):
            return ()
        parts = allocate(amount, [float(x.amount) for x in mine], places)
        lines += [Line(account=x.account, side=side, amount=part) for x, part in zip(mine, parts, strict=True)]
    return tuple(lines)


def _started(event: Event, accounts: Sequence[Account], history: Sequence[Entry]) -> tuple[Line, ...]:
    """The known lines, completed to the amount on each side with that side's usual account."""
    lines = list(event.lines)
    known = {(x.account, x.side) for x in lines}
    alike = [e for e in history if known <= set(line_set(e.lines))] or history
    for side in Side:
        rest = event.amount - sum((x.amount for x in lines if x.side is side), Decimal(0))
        if rest < 0:
            raise BadInput(
                "Line",
                f"{event.amount - rest}",
                f"the known lines of one side add up to more than the amount {event.amount}",
                "Correct the amount or the lines.",
            )
        if any(x.side is side and not x.amount for x in lines):
            lines = _shared_out(lines, side, rest, minor_units(event.currency))
        elif rest:
            lines.append(Line(account=_usual(side, accounts, alike, lines), side=side, amount=rest))
    return tuple(sorted(lines, key=lambda x: x.side))


def _shared_out(lines: Sequence[Line], side: Side, rest: Decimal, places: int) -> list[Line]:
    """Known lines of unknown amount take what the others leave, in equal parts."""
    blank = [x for x in lines if x.side is side and not x.amount]
    if not fits(rest, len(blank), places):
        raise BadInput("Line", blank[0].account, "nothing of the amount is left for it", "Correct amount or lines.")
    parts = iter(allocate(rest, [1.0] * len(blank), places))
    return [replace(x, amount=next(parts)) if x.side is side and not x.amount else x for x in lines]


def _usual(side: Side, accounts: Sequence[Account], history: Sequence[Entry], taken: Sequence[Line]) -> str:
    """The account most used on this side, else the first of a usual type; another than the taken ones if possible."""
    used = Counter(x.account for e in history for x in e.lines if x.side is side)
    parents = {a.parent for a in accounts}
    ranked = sorted(
        accounts,
        key=lambda a: (
            any(x.account == a.code for x in taken),
            -used[a.code],
            a.code in parents,
            _USUAL[side].index(a.type) if a.type in _USUAL[side] else len(_USUAL[side]),
            a.code,
        ),
    )
    return ranked[0].code


def _named(lines: Sequence[Line], names: dict[str, str]) -> tuple[CandidateLine, ...]:
    return tuple(
        CandidateLine(
            account=x.account, name=names[x.account], side=x.side, amount=x.amount, probability=0.0, party=x.party
        )
        for x in lines
    )


def _same(lines: Sequence[Line], others: Sequence[CandidateLine]) -> bool:
    return sorted((x.account, x.side) for x in lines) == sorted((x.account, x.side) for x in others)
