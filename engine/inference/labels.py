"""Parties and tax codes of lines: which accounts carry them, whom a description names, what an account usually has."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from engine.journal import Side
from engine.retrieval.memory import Memory
from engine.text import normalise

_WORDS = re.compile(r"[^\W\d_]{3,}")
_NAMED = 0.34  # part of a name, by the rarity of its words, that must be read to take it as meant
_USUAL = 5  # newest lines of an account that say which tax code it has


class Guess(NamedTuple):
    """A label with how sure it is, in [0, 1]."""

    value: str
    sure: float


class Labels:
    """What the lines of one memory carry; it grows with the memory and forgets what the memory forgets."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._read = 0  # rows that are in
        self._rows: defaultdict[str, list[int]] = defaultdict(list)  # by account, one for each of its lines
        self._with: defaultdict[str, list[int]] = defaultdict(list)  # those of lines with a party
        self._parties: defaultdict[str, dict[str, list[int]]] = defaultdict(dict)  # account -> party -> rows
        self._codes: defaultdict[tuple[str, Side], list[tuple[int, str]]] = defaultdict(list)

    @classmethod
    def of(cls, memory: Memory) -> Labels:
        """The labels of this memory, read up to its newest entry."""
        with memory.lock:
            labels = _CACHE.get(memory) or cls(memory)
            _CACHE[memory] = labels
            labels.catch_up()
            return labels

    def catch_up(self) -> None:
        """Read what was remembered since."""
        for row in range(self._read, self._memory.rows):
            for x in self._memory.entries[row].lines:
                self._rows[x.account].append(row)
                self._codes[x.account, x.side].append((row, x.tax_code))
                if x.party:
                    self._with[x.account].append(row)
                    self._parties[x.account].setdefault(x.party, []).append(row)
        self._read = self._memory.rows

    def carries_party(self, account: str, known: int) -> float:
        """The share of the account's lines among the first ``known`` rows that name a party."""
        lines = bisect_left(self._rows.get(account, []), known)
        return bisect_left(self._with.get(account, []), known) / lines if lines else 0.0

    def named(self, account: str, description: str, known: int) -> Guess:
        """The party of this account that the description names; empty where it names none, or two as well."""
        text = normalise(description).casefold()
        words = set(_WORDS.findall(text))
        names = {p: _words(p) for p, rows in self._parties.get(account, {}).items() if self._alive(rows, known)}
        often = Counter(w for own in names.values() for w in own)
        rarity = {w: math.log(1 + len(names) / n) for w, n in often.items()}
        scores = {
            p: 1.0 if p.casefold() in text else _share(own, words, rarity) for p, own in names.items()
        }  # fmt: skip
        ranked = sorted(scores, key=lambda p: (-scores[p], p))
        if not ranked or scores[ranked[0]] < _NAMED:
            return Guess("", 0.0)
        if len(ranked) > 1 and scores[ranked[1]] >= scores[ranked[0]] - 1e-9:
            return Guess("", 0.0)
        return Guess(ranked[0], scores[ranked[0]])

    def tax_code(self, account: str, side: Side, known: int) -> Guess:
        """The code that the newest lines of an account have on this side, with their share of it."""
        alive = self._memory.column("alive")
        lines = self._codes.get((account, side), [])
        newest: list[str] = []
        for row, code in reversed(lines[: bisect_left(lines, (known, ""))]):
            if alive[row]:
                newest.append(code)
            if len(newest) == _USUAL:
                break
        if not newest:
            return Guess("", 0.5)
        code, count = Counter(newest).most_common(1)[0]
        return Guess(code, count / len(newest))

    def _alive(self, rows: list[int], known: int) -> bool:
        alive = self._memory.column("alive")
        return any(r < known and alive[r] for r in rows)


_CACHE: WeakKeyDictionary[Memory, Labels] = WeakKeyDictionary()


@lru_cache(maxsize=20_000)
def _words(name: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(normalise(name).casefold()))


def _share(own: frozenset[str], words: set[str], rarity: dict[str, float]) -> float:
    """The part of a name's words, weighed by how rare they are among names, that the text has."""
    whole = math.fsum(rarity[w] for w in own)  # whatever order a process has sets in
    return math.fsum(rarity[w] for w in own & words) / whole if whole else 0.0
