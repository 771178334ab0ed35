"""The whole explanation of a candidate, and the one reason that is named first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.explain import removals
from engine.explain.lines import line_views, sources
from engine.explain.records import Cards, Explanation, Kind, Removal, Rival
from engine.explain.subject import Subject, examine
from engine.inference.cards import cards
from engine.inference.predictor import Predictor
from engine.journal import Account, Event

SLIGHT = 0.005  # a drop below half a per cent is no reason
HEADS = (Kind.TEMPLATES, Kind.DECODER)


def explain(
    predictor: Predictor, event: Event, candidate: int = 0, accounts: Sequence[Account] | None = None
) -> Explanation:
    """Everything about one candidate, in two batches of questions: the event, and the event without each thing.

    Raises:
        BadEvent: as `examine`.
    """
    return explained(examine(predictor, event, candidate, accounts))


def explained(subject: Subject) -> Explanation:
    """As `explain`, for a candidate that is at hand."""
    parts = (removals.evidence(subject), removals.nearest_left_out(subject), [removals.whole_memory(subject)])
    found = iter(removals.remove(subject, [piece for part in parts for piece in part]))
    evidence, leave_out, without = (tuple(next(found) for _ in part) for part in parts)
    return Explanation(
        lines=subject.lines, probability=subject.probability, reason=strongest(evidence),
        visible=strongest([r for r in evidence if r.kind not in HEADS]),
        evidence=tuple(sorted(evidence, key=lambda r: -r.drop)), cards=because(subject), leave_out=leave_out,
        turning=next((r for r in leave_out if r.turns), None), without_memory=without[0],
        words=tuple(r for r in evidence if r.kind is Kind.WORD), line_views=line_views(subject),
        sources=sources(subject),
    )  # fmt: skip


def reason(subject: Subject) -> Removal | None:
    """The evidence without which the judge would give the candidate least; None where nothing matters."""
    return strongest(removals.remove(subject, removals.evidence(subject)))


def strongest(evidence: Sequence[Removal]) -> Removal | None:
    """The largest drop; the first named of equals."""
    best = max(evidence, key=lambda r: r.drop, default=None)
    return best if best is not None and best.drop >= SLIGHT else None


def because(subject: Subject) -> Cards:
    """The cards alone: no further question is asked."""
    with subject.predictor.over(subject.accounts):
        found = cards(subject.event, subject.read, subject.evidence, subject.candidate.lines, subject.memory)
    near = Counter(subject.memory.line_set(int(r)) for r in removals.near(subject))
    nearest = subject.lines
    rivals = [
        Rival(lines=lines, instead=tuple(p for p in lines if p not in nearest), count=count)
        for lines, count in near.most_common()
        if lines != nearest
    ]
    return Cards(cards=found, like=near[nearest], otherwise=tuple(rivals))
