"""Contenders that a user could have instead: the most frequent entry, and the nearest neighbours' vote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from engine.evaluation import metrics
from engine.evaluation.contender import GUESSES, Confidence, Contender, Floats, Ints, ranked, validation_cut
from engine.evaluation.facts import Facts
from engine.evaluation.spaces import Space, text_of
from engine.evaluation.system import Ranked
from engine.journal import Entry, Event, Snapshot, event_of

REACH = 60  # neighbours looked at for further guesses
_BLOCK = 256  # events scored at once
_UNSEEN = 1e-6  # weight of a set that only neighbours beyond the voters have


class MostFrequent(Contender):
    """The sets booked most often, in the event's journal where it has been used; scored by their share."""

    name = "most_frequent"

    def fit(self, snapshot: Snapshot) -> None:
        self._counts: dict[str, Counter[int]] = {"": Counter()}
        self._newest: dict[int, Entry] = {}
        super().fit(snapshot)

    def learn(self, entries: Sequence[Entry]) -> None:
        start = len(self.known)
        super().learn(entries)
        for entry, number in zip(entries, self.sets.of_row[start:], strict=True):
            self._newest[number] = entry
            for journal in {"", entry.journal}:
                self._counts.setdefault(journal, Counter())[number] += 1

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        return [self._one(e, self._counts.get(e.journal, self._counts[""])) for e in events]

    def _one(self, event: Event, counts: Counter[int]) -> Ranked:
        allowed = self.sets.allowed(event.lines)
        weights = counts if allowed is None else {n: counts[n] + _UNSEEN for n in allowed}
        best = sorted(weights, key=lambda n: (-weights[n], n))[:GUESSES]
        options = [(self._newest[n], float(weights[n])) for n in best]
        return ranked(options, event, weights[best[0]] / sum(weights.values())) if best else ()


@dataclass(frozen=True, slots=True)
class KnnSettings:
    """How neighbours are ranked and how they vote; found on the validation slice."""

    journal: float = 0.15  # bonus for the same journal
    amount: float = 0.05  # bonus for an equal amount, falling with the difference of logarithms
    recency: float = 0.03  # bonus for today, falling over two months
    voters: int = 5
    sharpness: float = 15.0  # a neighbour's vote is exp(sharpness * score)


class Vote(NamedTuple):
    """``sets``: numbers with a row to copy and a weight, best first; ``signs``: what confidence is read from."""

    sets: list[tuple[int, float]]
    signs: tuple[float, float, float]


class Knn(Contender):
    """Neighbours by text similarity with bonuses for journal, amount and recency, whose line sets vote."""

    def __init__(self, name: str, space: Space) -> None:
        super().__init__()
        self.name = name
        self._space = space
        self._facts = Facts()
        self.settings = KnnSettings()
        self._confidence = Confidence()

    def fit(self, snapshot: Snapshot) -> None:
        super().fit(snapshot)
        entries = snapshot.entries
        self.settings, self._confidence = KnnSettings(), Confidence()
        self._facts = Facts(entries)
        cut = validation_cut(len(entries))
        if cut is not None:
            self._choose(entries, cut)
        self._space.fit([text_of(e) for e in entries])

    def learn(self, entries: Sequence[Entry]) -> None:
        super().learn(entries)
        if len(self.known) > len(entries):  # the first call is `fit`, which knows them all at once
            self._space.add([text_of(e) for e in entries])
            self._facts.extend(entries)

    def refit(self) -> None:
        self._space.fit([text_of(e) for e in self.known])

    def answer(self, events: Sequence[Event]) -> list[Ranked]:
        out: list[Ranked] = []
        for a in range(0, len(events), _BLOCK):
            part = events[a : a + _BLOCK]
            text = self._space.similarity([text_of(e) for e in part])
            out += self._ranked(part, text, np.full(len(part), len(self.known)))
        return out

    def replay(self, entries: Sequence[Entry], asked: Sequence[Sequence[Event]]) -> list[list[Ranked]]:
        """All at once: the block's entries are known first, but an event is kept from seeing its own and later ones."""
        before = len(self.known)
        self.learn(entries)
        flat = [(event, before + i) for i, events in enumerate(asked) for event in events]
        events, limits = [e for e, _ in flat], np.array([n for _, n in flat], dtype=np.int64)
        answers = iter(self._ranked(events, self._space.similarity([text_of(e) for e in events]), limits))
        out = [[next(answers) for _ in events] for events in asked]
        for entry, own, said in zip(entries, asked, out, strict=True):
            self._note(entry, own, said)
        return out

    def _ranked(self, events: Sequence[Event], text: Floats, limits: Ints) -> list[Ranked]:
        """``text`` (events, known); event i sees rows below ``limits[i]``."""
        scores = self._facts.scores(events, text, self.settings)
        scores[np.arange(scores.shape[1])[None, :] >= limits[:, None]] = -np.inf
        numbers = np.array(self.sets.of_row)
        for i, event in enumerate(events):
            allowed = self.sets.allowed(event.lines)
            if allowed is not None and (fits := np.isin(numbers, allowed) & np.isfinite(scores[i])).any():
                scores[i, ~fits] = -np.inf
        votes = self._votes(scores, text)
        sure = self._confidence.of(np.array([v.signs for v in votes]).reshape(-1, 3))
        return [
            ranked([(self.known[row], weight) for row, weight in v.sets], e, float(p))
            for e, v, p in zip(events, votes, sure, strict=True)
        ]

    def _votes(self, scores: Floats, text: Floats) -> list[Vote]:
        reach = min(REACH, scores.shape[1])
        near = np.argpartition(-scores, reach - 1, axis=1)[:, :reach]
        return [self._vote(scores[i], text[i], rows) for i, rows in enumerate(near)]

    def _vote(self, scores: Floats, text: Floats, rows: Ints) -> Vote:
        """The row to copy for a set is the nearest that has it."""
        order = sorted((int(r) for r in rows if np.isfinite(scores[r])), key=lambda r: (-scores[r], -r))
        weights: dict[int, float] = {}
        copied: dict[int, int] = {}
        for place, row in enumerate(order):
            number = self.sets.of_row[row]
            voting = place < self.settings.voters
            gain = float(np.exp(self.settings.sharpness * (scores[row] - scores[order[0]]))) if voting else _UNSEEN
            weights[number] = weights.get(number, 0.0) + gain
            copied.setdefault(number, row)
        best = sorted(weights, key=lambda n: -weights[n])
        share = weights[best[0]] / sum(weights.values())
        signs = (share, float(scores[order[0]]), float(text[copied[best[0]]]))
        return Vote([(copied[n], weights[n]) for n in best[:GUESSES]], signs)

    def _choose(self, entries: Sequence[Entry], cut: int) -> None:
        """Settings, confidence and first scores from the newest part, answered from what lay before it."""
        past, newest = entries[:cut], entries[cut:]
        self._space.fit([text_of(e) for e in past])
        events = [event_of(e) for e in newest]
        text = self._space.similarity([text_of(e) for e in events])
        facts = Facts(past)
        truth = [self.sets.number(metrics.key_of(e.lines)) for e in newest]
        best = -1
        for journal, amount in product((0.05, 0.15, 0.3), (0.02, 0.08, 0.2)):
            scores = facts.scores(events, text, KnnSettings(journal=journal, amount=amount))
            for voters, sharpness in product((1, 5, 12), (10.0, 25.0)):
                tried = KnnSettings(journal=journal, amount=amount, voters=voters, sharpness=sharpness)
                self.settings, kept = tried, self.settings
                votes = self._votes(scores, text)
                right = np.array([self.sets.of_row[v.sets[0][0]] == t for v, t in zip(votes, truth, strict=True)])
                if int(right.sum()) <= best:
                    self.settings = kept
                    continue
                best, signs = int(right.sum()), np.array([v.signs for v in votes])
                self._confidence.fit(signs, right)
                self._scores, self._right = list(self._confidence.of(signs)), list(right)
