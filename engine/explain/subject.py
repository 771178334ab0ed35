"""The candidate that is explained, and questions about it put to the same predictor in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import BadEvent
from engine.features import Read
from engine.inference.checks import check
from engine.inference.evidence import Evidence
from engine.inference.predictor import Predictor
from engine.inference.without import EVERYTHING, Without
from engine.journal import Account, Candidate, Event, Proposal
from engine.retrieval.memory import Memory
from engine.targets import LineSet


@dataclass(frozen=True)
class Subject:
    """One candidate of one proposal with what it was made from; ``read`` is the event's one row.

    ``chances`` are the judge's probabilities of all sets of (account, side) that were considered.
    """

    predictor: Predictor
    accounts: Sequence[Account] | None
    event: Event
    read: Read
    evidence: Evidence
    chances: dict[LineSet, float]
    proposal: Proposal
    number: int
    memory: Memory

    @property
    def candidate(self) -> Candidate:
        return self.proposal.candidates[self.number]

    @property
    def lines(self) -> LineSet:
        return places(self.candidate)

    @property
    def probability(self) -> float:
        """The judge's, of the set of accounts and sides: what it ranks by, and what evidence speaks for."""
        return self.chances.get(self.lines, 0.0)


@dataclass(frozen=True)
class Question:
    """The event as it is asked, and what the answer has to do without."""

    event: Event
    without: Without = EVERYTHING


@dataclass(frozen=True)
class Answer:
    """The judge's probability of the candidate, and what is proposed first, with its own; empty where nothing is."""

    probability: float
    first: LineSet
    first_probability: float


def examine(
    predictor: Predictor, event: Event, candidate: int = 0, accounts: Sequence[Account] | None = None
) -> Subject:
    """Ask once and take hold of a candidate; ``accounts`` as for `Predictor.predict`.

    Raises:
        BadEvent: the event cannot be booked, or the proposal has no such candidate.
    """
    with predictor.over(accounts) as reasoner:
        check(event, reasoner.catalog, reasoner.config.network.max_lines)
        read = predictor.read([event])
        evidence = predictor.consider([event], read)[0]
        proposal = predictor.propose(event, evidence)
        if not 0 <= candidate < len(proposal.candidates):
            raise BadEvent(
                "Candidate", str(candidate), "the proposal has no such candidate", "Choose one of them, counted from 0."
            )
        chances = ranked(predictor, evidence)
        return Subject(predictor, accounts, event, read, evidence, chances, proposal, candidate, reasoner.memory)


def ask(subject: Subject, questions: Sequence[Question]) -> list[Answer]:
    """Answer all questions in one batch, by the road that the proposal itself took."""
    if not questions:
        return []
    events = [q.event for q in questions]
    with subject.predictor.over(subject.accounts):
        found = subject.predictor.consider(
            events, subject.predictor.read(events), without=[q.without for q in questions]
        )
        return [_answer(subject, e, x) for e, x in zip(events, found, strict=True)]


def places(candidate: Candidate) -> LineSet:
    return tuple(sorted({(x.account, x.side) for x in candidate.lines}))


def ranked(predictor: Predictor, evidence: Evidence) -> dict[LineSet, float]:
    """The judge's probability of each candidate."""
    return dict(zip(evidence.sets, predictor.rank(evidence).tolist(), strict=True))


def _answer(subject: Subject, event: Event, evidence: Evidence) -> Answer:
    chances = ranked(subject.predictor, evidence)
    try:
        first = places(subject.predictor.propose(event, evidence).candidates[0])
    except BadEvent:  # nothing is left that the amount could be booked to
        return Answer(chances.get(subject.lines, 0.0), (), 0.0)
    return Answer(chances.get(subject.lines, 0.0), first, chances.get(first, 0.0))
