"""Because-cards: the earlier entries that speak for a proposal, and the nearest one booked otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import numpy as np

from engine.features import Read
from engine.inference.evidence import Evidence
from engine.journal import Because, CandidateLine, Entry, Event, Line
from engine.retrieval.memory import Memory
from engine.targets import LineSet
from engine.text import normalise

AGREEING = 3  # cards that show entries booked like the proposal


def cards(
    event: Event, read: Read, evidence: Evidence, lines: Iterable[Line | CandidateLine], memory: Memory
) -> tuple[Because, ...]:
    """Up to three nearest entries booked like ``lines``, then the rest of the neighbours, nearest otherwise first.

    The list holds every neighbour, so that "11 like this, 1 otherwise" can be counted from it. Where all of them were
    booked alike, the nearest of all other entries is added: what speaks against is always shown where there is any.
    ``read`` is the one-row reading of the event.
    """
    proposed = tuple(sorted({(x.account, x.side) for x in lines}))
    found = neighbours(read, evidence, memory, proposed)
    made = [_card(event, memory.entries[r], s, agrees=memory.line_set(r) == proposed) for r, s in found]
    like, otherwise = [c for c in made if c.agrees], [c for c in made if not c.agrees]
    return (*like[:AGREEING], *otherwise[:1], *like[AGREEING:], *otherwise[1:])


def neighbours(read: Read, evidence: Evidence, memory: Memory, proposed: LineSet) -> list[tuple[int, float]]:
    """(memory row, similarity) of every neighbour, best first, with the nearest booked otherwise among them."""
    circle = evidence.circle
    found = [(int(r), float(s)) for r, s in zip(circle.rows, circle.similarity, strict=True)]
    if not found or any(memory.line_set(r) != proposed for r, _ in found):
        return found
    seen = memory.visible(evidence.known, evidence.hidden)
    alike = seen[memory.column("set")[seen] == memory.set_number(proposed)]
    hidden = np.union1d(alike, evidence.hidden)
    beyond = memory.recall(read, np.array([evidence.known]), [hidden])
    row = int(beyond.rows[0, 0])
    return found if row < 0 else [*found, (row, float(beyond.similarity[0, 0]))]


def _card(event: Event, entry: Entry, similarity: float, *, agrees: bool) -> Because:
    return Because(
        entry_id=entry.entry_id, date=entry.date, description=entry.description, amount=entry.total,
        lines=entry.lines, agrees=agrees, origin=entry.origin, differs=differences(event, entry), similarity=similarity,
    )  # fmt: skip


def differences(event: Event, entry: Entry) -> tuple[str, ...]:
    """What tells an event from an earlier entry, each as ``field: value``.

    A field is one of words, amount, month, day, journal, party.
    """
    out = []
    words, theirs = _words(event.description), _words(entry.description)
    if words != theirs:
        out.append("words: " + " ".join(sorted(words ^ theirs)[:4]))
    if entry.total != event.amount:
        out.append(f"amount: {_percent(event.amount, entry.total)}")
    if event.date:
        out += _when(event.date, entry.date)
    if event.journal and entry.journal != event.journal:
        out.append(f"journal: {entry.journal}")
    if event.party and entry.party != event.party:
        out.append(f"party: {entry.party}")
    return tuple(out)


def _when(day: date, earlier: date) -> list[str]:
    if (day.year, day.month) != (earlier.year, earlier.month):
        return [f"month: {earlier:%Y-%m}"]
    return [f"day: {earlier:%d}"] if day != earlier else []


def _percent(now: Decimal, then: Decimal) -> str:
    """How much the earlier amount differs from this one."""
    return f"{(then - now) / abs(now) * 100:+.0f} %" if now else str(then)


def _words(text: str) -> set[str]:
    return set(normalise(text).casefold().split())
