"""Parties and tax codes of lines: which accounts carry them, whom a description names, what an account usually has."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from functools import lru_cache
from typing import NamedTuple

from engine.journal import Entry, Side
from engine.retrieval.memory import Memory
from engine.text import normalise

_WORDS = re.compile(r"[^\W\d_]{3,}")
_NAMED = 0.34  # part of a name, by the rarity of its words, that must be read to take it as meant
_COMMON = 200  # parties that share a word above which it tells nobody apart
_USUAL = 5  # newest lines of an account that say which tax code it has


class Guess(NamedTuple):
    """A label with how sure it is, in [0, 1]."""

    value: str
    sure: float


class Labels:
    """What the lines of one memory carry; it grows with the memory and forgets what the memory forgets."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._start()

    def _start(self) -> None:
        self._read, self._gone = 0, 0  # rows that are in, and how many of the memory's are forgotten
        self._rows: defaultdict[str, list[int]] = defaultdict(list)  # by account, one for each of its lines
        self._with: defaultdict[str, list[int]] = defaultdict(list)  # those of lines with a party
        self._parties: defaultdict[str, dict[str, int]] = defaultdict(dict)  # account -> party -> its first row
        self._firsts: defaultdict[str, list[int]] = defaultdict(list)  # those rows, rising
        self._naming: defaultdict[tuple[str, str], list[str]] = defaultdict(list)  # account, word -> parties
        self._said: defaultdict[tuple[str, str], list[int]] = defaultdict(list)  # their first rows, rising
        self._wordless: defaultdict[str, list[str]] = defaultdict(list)  # parties whose names have no such words
        self._codes: defaultdict[tuple[str, Side], list[tuple[int, str]]] = defaultdict(list)

    @classmethod
    def of(cls, memory: Memory) -> Labels:
        """The labels of this memory, read up to its newest entry."""
        with memory.lock:
            labels = memory.companion(cls)
            labels.catch_up()
            return labels

    def catch_up(self) -> None:
        """Read what was remembered since; all of it anew where something was forgotten."""
        memory = self._memory
        if (gone := memory.rows - len(memory)) != self._gone:
            self._start()
            self._gone = gone
        alive = memory.column("alive")
        for row in range(self._read, memory.rows):
            if alive[row]:
                self._take(row, memory.entries[row])
        self._read = memory.rows

    def _take(self, row: int, entry: Entry) -> None:
        for x in entry.lines:
            self._rows[x.account].append(row)
            self._codes[x.account, x.side].append((row, x.tax_code))
            if not x.party:
                continue
            self._with[x.account].append(row)
            if x.party not in self._parties[x.account]:
                self._parties[x.account][x.party] = row
                self._firsts[x.account].append(row)
                if not _words(x.party):
                    self._wordless[x.account].append(x.party)
                for word in _words(x.party):
                    self._naming[x.account, word].append(x.party)
                    self._said[x.account, word].append(row)

    def carries_party(self, account: str, known: int) -> float:
        """The share of the account's lines among the first ``known`` rows that name a party."""
        lines = bisect_left(self._rows.get(account, []), known)
        return bisect_left(self._with.get(account, []), known) / lines if lines else 0.0

    def named(self, account: str, description: str, known: int) -> Guess:
        """The party of this account that the description names; empty where it names none, or two as well.

        A party is looked up by the words of its name that at most _COMMON parties share.
        """
        text = normalise(description).casefold()
        words, parties = set(_WORDS.findall(text)), self._parties.get(account, {})
        count = bisect_left(self._firsts.get(account, []), known)
        found = {p for p in self._wordless.get(account, ()) if p.casefold() in text and parties[p] < known}
        found |= {
            party
            for word in words
            if 0 < len(named := self._naming.get((account, word), ())) <= _COMMON
            for party in named
            if parties[party] < known
        }
        scores: dict[str, float] = {}
        for party in found:
            own = _words(party)
            rarity = {w: math.log(1 + count / bisect_left(self._said[account, w], known)) for w in own}
            scores[party] = 1.0 if party.casefold() in text else _share(own, words, rarity)
        ranked = sorted(scores, key=lambda p: (-scores[p], p))
        if not ranked or scores[ranked[0]] < _NAMED:
            return Guess("", 0.0)
        if len(ranked) > 1 and scores[ranked[1]] >= scores[ranked[0]] - 1e-9:
            return Guess("", 0.0)
        return Guess(ranked[0], scores[ranked[0]])

    def tax_code(self, account: str, side: Side, known: int) -> Guess:
        """The code that the newest lines of an account have on this side, with their share of it."""
        lines = self._codes.get((account, side), [])
        newest = [code for _, code in lines[: bisect_left(lines, (known, ""))][-_USUAL:]][::-1]
        if not newest:
            return Guess("", 0.5)
        code, count = Counter(newest).most_common(1)[0]
        return Guess(code, count / len(newest))


@lru_cache(maxsize=20_000)
def _words(name: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(normalise(name).casefold()))


def _share(own: frozenset[str], words: set[str], rarity: dict[str, float]) -> float:
    """The part of a name's words, weighed by how rare they are among names, that the text has."""
    whole = math.fsum(rarity[w] for w in own)  # whatever order a process has sets in
    return math.fsum(rarity[w] for w in own & words) / whole if whole else 0.0
