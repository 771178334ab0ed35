"""Contenders that a user could have instead: the most frequent entry, and the nearest neighbours' vote."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from engine.evaluation import metrics
from engine.evaluation.contender import GUESSES, Contender, Floats, Ints, Weighed, slices
from engine.evaluation.facts import Facts
from engine.evaluation.spaces import Space, text_of
from engine.evaluation.system import Key
from engine.journal import Entry, Event, Snapshot, event_of

REACH = 60  # neighbours looked at for further guesses
_BLOCK = 256  # events scored at once
_DOZEN = 12
_UNSEEN = 1e-6  # weight of a set that only neighbours beyond the voters have


class MostFrequent(Contender):
    """The sets booked most often, in the event's journal where it has been used; scored by their share."""

    name = "most_frequent"

    def fit(self, snapshot: Snapshot) -> None:
        self._counts: dict[str, Counter[int]] = {"": Counter()}
        self._newest: dict[int, Entry] = {}  # last entry of each set
        super().fit(snapshot)

    def learn(self, entries: Sequence[Entry]) -> None:
        start = len(self.known)
        super().learn(entries)
        for entry, number in zip(entries, self.sets.of_row[start:], strict=True):
            self._newest[number] = entry
            for journal in {"", entry.journal}:
                self._counts.setdefault(journal, Counter())[number] += 1

    def weigh(self, events: Sequence[Event]) -> list[Weighed]:
        return [self._one(e, self._counts.get(e.journal, self._counts[""])) for e in events]

    def _one(self, event: Event, counts: Counter[int]) -> Weighed:
        allowed = self.sets.allowed(event.lines)
        weights = counts if allowed is None else {n: counts[n] + _UNSEEN for n in allowed}
        best = sorted(weights, key=lambda n: (-weights[n], n))[:GUESSES]
        options = [(self._newest[n], float(weights[n])) for n in best]
        return Weighed(options, (weights[best[0]] / sum(weights.values()) if best else 0.0,))


@dataclass(frozen=True, slots=True)
class KnnSettings:
    """How neighbours are ranked and how they vote; found on the validation slice."""

    journal: float = 0.15  # bonus for the same journal
    amount: float = 0.05  # bonus for an equal amount, falling with the difference of logarithms
    recency: float = 0.03  # bonus for today, falling over two months
    voters: int = 5
    sharpness: float = 15.0  # a neighbour's vote is exp(sharpness * score)


_GRID = [
    KnnSettings(journal=journal, amount=amount, voters=voters, sharpness=sharpness)
    for journal, amount in product((0.15, 0.05, 0.3), (0.08, 0.02, 0.2))
    for voters, sharpness in product((5, 1, 12), (10.0, 25.0))
]


class Knn(Contender):
    """Neighbours by text similarity with bonuses for journal, amount and recency, whose line sets vote."""

    def __init__(self, name: str, space: Space) -> None:
        super().__init__()
        self.name = name
        self._space = space
        self._facts = Facts()
        self._fitted = False
        self.settings = KnnSettings()

    def fit(self, snapshot: Snapshot) -> None:
        self._fitted = False
        super().fit(snapshot)
        self.settings, self._fitted = KnnSettings(), True
        self._choose()
        self._facts = Facts(self.known)
        self._space.fit([text_of(e) for e in self.known])

    def learn(self, entries: Sequence[Entry]) -> None:
        super().learn(entries)
        if self._fitted:
            self._space.add([text_of(e) for e in entries])
            self._facts.extend(entries)

    def refit(self) -> None:
        super().refit()
        self._space.fit([text_of(e) for e in self.known])

    def weigh(self, events: Sequence[Event]) -> list[Weighed]:
        out: list[Weighed] = []
        for a in range(0, len(events), _BLOCK):
            part = events[a : a + _BLOCK]
            text = self._space.similarity([text_of(e) for e in part])
            out += self._weighed(part, text, np.full(len(part), len(self.known)))
        return out

    def weigh_block(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Weighed]]:
        """All at once: the block's entries are known first, but an event is kept from seeing its own and later ones."""
        before = len(self.known)
        self.learn(entries)
        flat = [(event, before + i) for i, events in enumerate(asked) for event in events]
        events, limits = [e for e, _ in flat], np.array([n for _, n in flat], dtype=np.int64)
        found = iter(self._weighed(events, self._space.similarity([text_of(e) for e in events]), limits))
        return [[next(found) for _ in events] for events in asked]

    def _weighed(self, events: Sequence[Event], text: Floats, limits: Ints) -> list[Weighed]:
        """``text`` (events, known); event i sees rows below ``limits[i]``."""
        scores = self._facts.scores(events, text, self.settings)
        scores[np.arange(scores.shape[1])[None, :] >= limits[:, None]] = -np.inf
        numbers = np.array(self.sets.of_row)
        for i, event in enumerate(events):
            allowed = self.sets.allowed(event.lines)
            if allowed is not None and (fits := np.isin(numbers, allowed) & np.isfinite(scores[i])).any():
                scores[i, ~fits] = -np.inf
        return self._votes(events, scores, text, self.settings)

    def _votes(self, events: Sequence[Event], scores: Floats, text: Floats, settings: KnnSettings) -> list[Weighed]:
        reach = min(REACH, scores.shape[1])
        near = np.argpartition(-scores, reach - 1, axis=1)[:, :reach]
        return [
            self._vote(scores[i], text[i], near[i], settings, settings.journal if event.journal else 0.0)
            for i, event in enumerate(events)
        ]

    def _vote(self, scores: Floats, text: Floats, rows: Ints, settings: KnnSettings, journal: float) -> Weighed:
        """Signs: the winner's share of a dozen votes, its text likeness, and the best score without ``journal``.

        That is the bonus the event could earn for its journal: the signs must mean the same where it is left
        blank. The share is always read off a dozen, because a single voter agrees with itself.
        """
        order = sorted((int(r) for r in rows if np.isfinite(scores[r])), key=lambda r: (-scores[r], -r))
        weights: dict[int, float] = {}
        dozen: dict[int, float] = {}
        copied: dict[int, int] = {}
        for place, row in enumerate(order):
            number = self.sets.of_row[row]
            vote = math.exp(settings.sharpness * (scores[row] - scores[order[0]]))
            weights[number] = weights.get(number, 0.0) + (vote if place < settings.voters else _UNSEEN)
            dozen[number] = dozen.get(number, 0.0) + (vote if place < _DOZEN else 0.0)
            copied.setdefault(number, row)
        best = sorted(weights, key=lambda n: -weights[n])
        won = copied[best[0]]
        signs = (dozen[best[0]] / sum(dozen.values()), float(text[won]), float(scores[order[0]]) - journal)
        return Weighed([(self.known[copied[n]], weights[n]) for n in best[:GUESSES]], signs)

    def _choose(self) -> None:
        """Settings by the entries they get right on the validation slices; what the best got is the first evidence."""
        parts = [self._slice(begin, end) for begin, end in slices(len(self.known))]
        best = -1
        for tried in _GRID if parts else ():
            found = [(w, truth) for part in parts for w, truth in part(tried)]
            right = [metrics.key_of(w.options[0][0].lines) == truth for w, truth in found]
            if sum(right) > best:
                best, self.settings = sum(right), tried
                self._signs, self._right = [w.signs for w, _ in found], right
        self.confidence.fit(np.array(self._signs), np.array(self._right))

    def _slice(self, begin: int, end: int) -> Callable[[KnnSettings], Iterable[tuple[Weighed, Key]]]:
        """Answers to known[begin:end] from known[:begin] under any settings; what does not change is computed once."""
        past, events = self.known[:begin], [event_of(e) for e in self.known[begin:end]]
        truth = [metrics.key_of(e.lines) for e in self.known[begin:end]]
        self._space.fit([text_of(e) for e in past])
        text, facts = self._space.similarity([text_of(e) for e in events]), Facts(past)
        scores: dict[tuple[float, float], Floats] = {}

        def answers(tried: KnnSettings) -> Iterable[tuple[Weighed, Key]]:
            bonuses = tried.journal, tried.amount
            if bonuses not in scores:
                scores[bonuses] = facts.scores(events, text, tried)
            return zip(self._votes(events, scores[bonuses], text, tried), truth, strict=True)

        return answers
