"""Line by line: what pointer, copy and templates would have written, the gate between them, and the words looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.explain.records import Distribution, LineView, Sources, WordWeight
from engine.explain.subject import Subject, places
from engine.explain.words import align, split
from engine.inference.predictor import given
from engine.inference.reasoner import Reasoner
from engine.inference.trace import SHOWN, trace
from engine.inputs import postable
from engine.journal import LineTrace, Side
from engine.targets import LineSet
from engine.text import conditioned, normalise


def line_views(subject: Subject) -> tuple[LineView, ...]:
    """The decoder run along the candidate's own lines; lines that were given are no decision and left out."""
    known = given(subject.event)
    with subject.predictor.over(subject.accounts) as reasoner:
        traces = trace(reasoner, subject.read, subject.candidate, known)
        templates = _templates(reasoner, subject)
    written: list[tuple[str, Side]] = list(known)
    views = []
    for one in traces:
        views.append(_view(subject, one, _votes(templates, written, one.side)))
        written.append((one.account, one.side))
    return tuple(views)


def sources(subject: Subject) -> tuple[Sources, ...]:
    """Every candidate of the proposal with its shares."""
    return tuple(
        Sources(lines=places(c), probability=subject.chances.get(places(c), 0.0), shares=c.shares)
        for c in subject.proposal.candidates
    )


def _view(subject: Subject, one: LineTrace, template: Distribution) -> LineView:
    words, elsewhere = attention(subject, one)
    return LineView(
        account=one.account, side=one.side, gate=one.gate, pointer=one.pointer, copied=one.copied, template=template,
        words=words, elsewhere=elsewhere,
    )  # fmt: skip


def attention(subject: Subject, one: LineTrace) -> tuple[tuple[WordWeight, ...], float]:
    """Weights of tokens added up to words: those of the fields in front, then those of the description."""
    event = subject.event
    pair = conditioned(normalise(event.description), event.journal, event.party, event.amount)
    front, text = split(pair.words), split(pair.text)
    weights = np.zeros(len(front) + len(text) + 1)
    owners = align([token for token, _ in one.words], [*front, *text])
    np.add.at(weights, owners, [w for _, w in one.words])  # -1 is the last place: no word's
    found = (
        WordWeight(word=w, weight=float(p), field=i < len(front))
        for i, (w, p) in enumerate(zip([*front, *text], weights, strict=False))
    )
    return tuple(found), float(weights[-1])


def _templates(reasoner: Reasoner, subject: Subject) -> list[tuple[LineSet, float]]:
    """Remembered templates whose accounts are open on the day, with the head's probability."""
    chances = reasoner.templates.probabilities(subject.read)
    names, rows = reasoner.templates.templates, reasoner.catalog.rows
    open_ = postable(reasoner.catalog, subject.read, reasoner.memory)[0].tolist()
    return [
        (t, float(p))
        for t, p in zip(names, chances[0], strict=True)
        if reasoner.memory.remembers(t) and all(a in rows and open_[rows[a]] for a, _ in t)
    ]


def _votes(templates: Sequence[tuple[LineSet, float]], written: Sequence[tuple[str, Side]], side: Side) -> Distribution:
    """Which account comes next on this side, if the entry were one of the templates.

    Templates that have all the lines written so far vote for the lines of this side that they still lack, each with
    its probability shared out evenly; empty where there is none.
    """
    votes: dict[str, float] = {}
    for lines, chance in templates:
        left = [a for a, s in lines if s is side and (a, s) not in written]
        if set(written) <= set(lines):
            for account in left:
                votes[account] = votes.get(account, 0.0) + chance / len(left)
    whole = sum(votes.values())
    best = sorted(votes.items(), key=lambda x: -x[1])[:SHOWN]
    return tuple((a, v / whole) for a, v in best if v > 0)
