"""Counterfactuals: the same event without an entry, a word, a field or a source, all of them in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.explain.records import Kind, Removal
from engine.explain.subject import Answer, Question, Subject, ask
from engine.explain.words import spans
from engine.features import Ints
from engine.inference.without import Without
from engine.journal import Event, money_text
from engine.text import normalise

MOST_WORDS = 40  # a longer description is taken away in this many pieces
MOST_LEFT_OUT = 6  # nearest entries that are taken away one more at a time
NEAR = 0.75  # near are entries at least this similar, measured by the most similar one
USUAL = (0.25, 0.5, 0.75)  # quantiles of the book's amounts that stand in for an amount


@dataclass(frozen=True)
class Piece:
    """One piece of evidence and the questions that do without it; their answers are averaged."""

    kind: Kind
    questions: tuple[Question, ...]
    name: str = ""
    entries: tuple[str, ...] = ()


def remove(subject: Subject, pieces: Sequence[Piece]) -> tuple[Removal, ...]:
    """What becomes of the candidate without each piece, in their order."""
    answers = iter(ask(subject, [q for piece in pieces for q in piece.questions]))
    return tuple(_removal(subject, p, [next(answers) for _ in p.questions]) for p in pieces)


def leave_out(subject: Subject, groups: Sequence[Sequence[str]]) -> tuple[Removal, ...]:
    """Answers without each group of remembered entries, by id, as if these had been forgotten.

    What the network and the templates learnt from them stays learnt, as it does when an entry is forgotten.
    """
    return remove(subject, [_entries(subject, subject.memory.rows_of(ids)) for ids in groups])


def without_memory(subject: Subject) -> Removal:
    """The answer of a memory that holds nothing."""
    return remove(subject, [whole_memory(subject)])[0]


def occlude(subject: Subject) -> tuple[Removal, ...]:
    """Each word of the description taken away on its own, in text order."""
    return remove(subject, words(subject))


def nearest_left_out(subject: Subject) -> list[Piece]:
    """The nearest entries like the candidate, one more each time, and in the end all that are near."""
    like = near_alike(subject)
    sizes = dict.fromkeys([*range(1, min(len(like), MOST_LEFT_OUT) + 1), *([len(like)] if len(like) else [])])
    return [_entries(subject, like[:n]) for n in sizes]


def near_alike(subject: Subject) -> Ints:
    """Memory rows of near neighbours that were booked like the candidate, nearest first."""
    circle = subject.evidence.circle
    rows: Ints = near(subject)
    number = subject.memory.set_number(subject.lines)
    return rows[subject.memory.column("set")[rows] == number] if len(circle.rows) else rows


def near(subject: Subject) -> Ints:
    """Memory rows of the neighbours that count as near, nearest first."""
    circle = subject.evidence.circle
    rows: Ints = circle.rows[circle.similarity >= NEAR * circle.similarity.max(initial=0.0)]
    return rows


def evidence(subject: Subject) -> list[Piece]:
    """All that a reason may name: near entries, the two heads, words and fields that are there.

    A head keeps silent about the candidate only: the judge has never seen one that says nothing at all.
    """
    event, like = subject.event, near_alike(subject)
    heads = [
        Piece(Kind.TEMPLATES, (Question(event, Without(templates=frozenset([subject.lines]))),)),
        Piece(Kind.DECODER, (Question(event, Without(decoder=frozenset([subject.lines]))),)),
    ]
    return [*([_entries(subject, like)] if len(like) else []), *heads, *words(subject), *_fields(subject)]


def whole_memory(subject: Subject) -> Piece:
    return Piece(Kind.MEMORY, (Question(subject.event, Without(subject.memory.live())),))


def words(subject: Subject) -> list[Piece]:
    text = normalise(subject.event.description)
    return [
        Piece(Kind.WORD, (Question(replace(subject.event, description=f"{text[:a]} {text[b:]}")),), text[a:b])
        for a, b in spans(text, MOST_WORDS)
    ]


def _entries(subject: Subject, rows: Ints) -> Piece:
    ids = tuple(subject.memory.entries[int(r)].entry_id for r in rows)
    return Piece(Kind.MEMORY, (Question(subject.event, Without(rows)),), entries=ids)


def _fields(subject: Subject) -> list[Piece]:
    """Party, journal and date left blank, as people leave them; the amount as if it were a usual one of the book."""
    event = subject.event
    blank = (
        (Kind.PARTY, event.party, replace(event, party="")),
        (Kind.JOURNAL, event.journal, replace(event, journal="")),
        (Kind.DATE, event.date.isoformat() if event.date else "", replace(event, date=None)),
    )
    found = [Piece(kind, (Question(asked),), name) for kind, name, asked in blank if name]
    others = tuple(Question(e) for e in _usual_amounts(subject))
    return [*found, Piece(Kind.AMOUNT, others, money_text(event.amount))] if others else found


def _usual_amounts(subject: Subject) -> list[Event]:
    """The event at quartiles of the remembered amounts: there is no event without an amount to compare with."""
    live = subject.memory.live()
    if not len(live):
        return []
    order = live[np.argsort(subject.memory.column("log_amount")[live], kind="stable")]
    entries = [subject.memory.entries[int(order[int(q * (len(order) - 1))])] for q in USUAL]
    totals = (abs(e.total).copy_sign(subject.event.amount) for e in entries)
    return [replace(subject.event, amount=t) for t in totals if t]


def _removal(subject: Subject, piece: Piece, answers: Sequence[Answer]) -> Removal:
    """The mean of the answers, and the one proposal that stands for them: that of the middle one."""
    middle = answers[len(answers) // 2]
    return Removal(
        kind=piece.kind, name=piece.name, entries=piece.entries, before=subject.probability,
        after=sum(a.probability for a in answers) / len(answers), answer=middle.first,
        answer_probability=middle.first_probability, turns=middle.first != subject.lines,
    )  # fmt: skip
