"""What the retrieval can recall: entries as numbers, searched among those known earlier than the query.

Shapes: n remembered entries, q queries, k neighbours, L lines of a neighbour.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from engine.config import MemoryConfig
from engine.features import NO_DAY, Ints, Read
from engine.journal import Entry, teaches
from engine.retrieval.columns import Columns
from engine.retrieval.index import VectorIndex
from engine.sketch import SKETCH, Floats, unit
from engine.targets import LineSet, canonical, line_set

UNKNOWN_AGE = 45.0  # days assumed between two events of which one has no date
NEAR = 0.97  # similarity from which two texts count as near-identical
EVIDENCE = 7  # features of one neighbour, see `closeness`
NONE: Ints = np.zeros(0, np.int64)  # no row


@dataclass(frozen=True)
class Recall:
    """Neighbours of q queries, best rank first. Rows are places in the memory, -1 where there are fewer than k.

    ``hidden`` holds for each query the rows it was answered without; empty where none was hidden from any.
    """

    rows: Ints
    similarity: Floats
    rank: Floats
    hidden: tuple[Ints, ...] = ()

    def first(self, k: int) -> Recall:
        return Recall(self.rows[:, :k], self.similarity[:, :k], self.rank[:, :k], self.hidden)

    def hidden_from(self, query: int) -> Ints:
        return self.hidden[query] if self.hidden else NONE


T = TypeVar("T")


class Memory:
    """Remembered entries with their lines; upsert by entry id, forget by id. Safe to use from several threads."""

    def __init__(self, config: MemoryConfig, key_width: int) -> None:
        self.config = config
        self.entries: list[Entry] = []
        self.sets: list[LineSet] = []
        self.codes: list[str] = []
        self._set_of: dict[LineSet, int] = {}
        self._live: Ints = np.zeros(0, np.int64)  # entries remembered now, by number of their set
        self._id_of: dict[str, int] = {}
        self._row_of: dict[str, int] = {}
        self._columns = Columns(
            key=(np.float16, (key_width,)), log_amount=(np.float32, ()), cents=(np.int64, ()), day=(np.int64, ()),
            dom=(np.int64, ()), journal=(np.int64, ()), party=(np.int64, ()), alive=(np.bool_, ()), set=(np.int64, ()),
            account=(np.int64, (config.slot_lines,)), side=(np.int64, (config.slot_lines,)),
        )  # fmt: skip
        self._wide: list[sp.csr_matrix] = []
        self._index = VectorIndex(key_width)
        self._companions: dict[Any, Any] = {}
        self.lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, entry_id: str) -> bool:
        return entry_id in self._row_of

    def companion(self, kind: Callable[[Memory], T]) -> T:
        """Something that is worked out from this memory; made once, kept beside it, and gone with it."""
        with self.lock:
            if kind not in self._companions:
                self._companions[kind] = kind(self)
            made: T = self._companions[kind]
            return made

    def column(self, name: str) -> NDArray[Any]:
        return self._columns[name]

    @property
    def rows(self) -> int:
        """Rows ever taken, forgotten ones included: the bound of `known`."""
        return len(self._columns)

    @property
    def wide(self) -> sp.csr_matrix:
        """(rows, W) damped n-gram counts of every remembered text."""
        with self.lock:
            if len(self._wide) > 1:
                self._wide = [sp.vstack(self._wide, format="csr")]
            return self._wide[0]

    def add(self, entries: Sequence[Entry], read: Read) -> None:
        """Remember entries, read as events in the same order. Those that do not teach are forgotten instead.

        Raises ValueError, before anything changes, where two of them have one id.
        """
        if len({e.entry_id for e in entries}) != len(entries):
            raise ValueError("two entries with one id cannot be remembered together; give the later one alone")
        with self.lock:
            self.forget([e.entry_id for e in entries])
            keep = [i for i, e in enumerate(entries) if teaches(e)]
            if not keep:
                return
            kept, start = [entries[i] for i in keep], self.rows
            part = read.take(keep)
            key = self._own_key(part.key)
            account, side = self._lines(kept)
            self._columns.append(
                key=key, log_amount=part.log_amount, cents=part.cents, day=part.day, dom=part.dom,
                journal=part.journal, party=part.party, alive=np.ones(len(kept), bool),
                set=np.array([self._intern(line_set(e.lines)) for e in kept]),
                account=account, side=side,
            )  # fmt: skip
            np.add.at(self._live, self._columns["set"][start:], 1)
            self._wide.append(part.wide)
            self.entries.extend(kept)
            self._row_of.update({e.entry_id: start + i for i, e in enumerate(kept)})
            self._index.upsert([e.entry_id for e in kept], key)  # its rows are ours: both number as they come

    def forget(self, entry_ids: Sequence[str]) -> None:
        """Take entries out; unknown ids are no error, forgetting twice is forgetting."""
        with self.lock:
            rows = [self._row_of.pop(i) for i in entry_ids if i in self._row_of]
            if rows:
                self._columns["alive"][rows] = False
                np.subtract.at(self._live, self._columns["set"][rows], 1)
                self._index.delete([self.entries[r].entry_id for r in rows])

    def recall(self, read: Read, known: Ints | None = None, hidden: Sequence[Ints] = ()) -> Recall:
        """Ranked neighbours of each query, at most ``config.evidence``.

        Args:
            known: (q,) how many rows were known when each query was asked; None means all,
                as in serving. Training and replay pass the query's own row, so it never sees itself or the future.
            hidden: rows that each query is answered without, as if they had been forgotten; empty hides none.
        """
        with self.lock:
            if not self.rows or self._silent(known):
                return replace(_nothing(len(read)), hidden=tuple(hidden))
            hidden = [h[self.column("alive")[h]] for h in hidden]  # what was forgotten meanwhile is hidden anyway
            # as many more as are hidden, so that the pool is as full as without them; none where all are
            pool = self.config.pool + max((len(h) for h in hidden if len(h) < len(self)), default=0)
            key = self._own_key(read.key)
            found = self._index.search(key, pool) if known is None else self._index.search_known(key, pool, known)
            for query, rows in enumerate(hidden):
                found.rows[query, np.isin(found.rows[query], rows)] = -1
            recall = self._ranked(read, found.rows, found.similarities)
            return replace(recall, hidden=tuple(hidden))

    def keys(self, rows: Ints) -> Floats:
        """(*rows.shape, D) float32 memory keys; rows of -1 give some key, which the caller masks."""
        return self.column("key")[rows].astype(np.float32)

    def closeness(self, read: Read, recall: Recall) -> Floats:
        """(q, k, EVIDENCE): similarity, near-identical, closeness and equality of amounts, age, same journal, party."""
        rows = recall.rows
        if not self.rows:
            return np.zeros((*rows.shape, EVIDENCE), np.float32)
        gap = np.abs(read.log_amount[:, None] - self.column("log_amount")[rows])
        exact = read.cents[:, None] == self.column("cents")[rows]
        age = self.age(read, rows)
        features = np.stack(
            [
                recall.similarity, recall.similarity > NEAR, np.exp(-3 * gap), exact,
                np.exp(-age / self.config.age_days), self._same(read.journal, "journal", rows),
                self._same(read.party, "party", rows),
            ],
            axis=-1,
        )  # fmt: skip
        return np.where(rows[..., None] >= 0, features, 0.0).astype(np.float32)

    def age(self, read: Read, rows: Ints) -> Floats:
        """(q, k) days between query and neighbour, UNKNOWN_AGE where either has no date."""
        then, now = self.column("day")[rows], read.day[:, None]
        return np.where((then == NO_DAY) | (now == NO_DAY), UNKNOWN_AGE, np.abs(now - then)).astype(np.float32)

    def live(self) -> Ints:
        """Rows that are remembered now, oldest first."""
        return np.flatnonzero(self.column("alive"))

    def line_set(self, row: int) -> LineSet:
        return self.sets[int(self.column("set")[row])]

    def visible(self, known: int, hidden: Ints = NONE) -> Ints:
        """Live rows below ``known`` that are not hidden, oldest first."""
        seen = self.column("alive")[:known].copy()
        seen[hidden[hidden < known]] = False
        return np.flatnonzero(seen)

    def rows_of(self, entry_ids: Iterable[str]) -> Ints:
        """Rows of remembered entries; unknown ids have none."""
        return np.array([self._row_of[i] for i in dict.fromkeys(entry_ids) if i in self._row_of], np.int64)

    def remembers(self, lines: LineSet, hidden: Ints = NONE) -> bool:
        """Whether some entry that is remembered now, and is not one of the hidden rows, was booked so."""
        number = self.set_number(lines)
        if number < 0:
            return False
        of_it = (self._columns["set"][hidden] == number) & self._columns["alive"][hidden]
        return bool(self._live[number] > np.count_nonzero(of_it))

    def set_number(self, lines: LineSet) -> int:
        """The number of a line set in column ``set``; -1 when no remembered entry has it."""
        return self._set_of.get(lines, -1)

    def accounts_seen(self, known: int, hidden: Ints = NONE) -> set[str]:
        """Codes that a live row below ``known`` used, hidden rows left out."""
        used = np.bincount(self.column("set")[self.visible(known, hidden)])
        return {code for number in np.flatnonzero(used) for code, _ in self.sets[number]}

    def _silent(self, known: Ints | None) -> bool:
        """Whether nobody may recall; serving is where everything is known."""
        return self.config.use == "off" or (self.config.use == "training" and known is None)

    def _own_key(self, key: Floats) -> Floats:
        """(n, D) the part of the key that this memory compares; another part left out is zero."""
        if self.config.key == "text+sketch":
            return key
        text = key.copy()
        text[:, -SKETCH:] = 0.0
        return unit(text)

    def _same(self, asked: Ints, column: str, rows: Ints) -> NDArray[np.bool_]:
        same: NDArray[np.bool_] = (asked[:, None] == self.column(column)[rows]) & (asked[:, None] != 0)
        return same

    def _ranked(self, read: Read, rows: Ints, similarity: Floats) -> Recall:
        c = self.config
        bonus = (
            c.age_weight * np.exp(-self.age(read, rows) / c.age_days)
            + c.amount_weight * np.exp(-3 * np.abs(read.log_amount[:, None] - self.column("log_amount")[rows]))
            + c.journal_weight * self._same(read.journal, "journal", rows)
        )
        real = rows >= 0
        real &= np.cumsum(real, axis=1) <= c.pool
        rank = np.where(real, similarity + bonus, -np.inf).astype(np.float32)
        rows = np.where(real, rows, -1)
        # newest first among equals, so that the order never depends on the index
        order = np.lexsort((-rows, -np.round(rank, 6)), axis=1)[:, : c.evidence]
        take: list[NDArray[Any]] = [np.take_along_axis(a, order, 1) for a in (rows, similarity, rank)]
        return Recall(take[0], np.where(take[0] >= 0, take[1], 0.0).astype(np.float32), take[2])

    def _intern(self, lines: LineSet) -> int:
        if lines not in self._set_of:
            self._set_of[lines] = len(self.sets)
            self._live = np.append(self._live, 0)
            self.sets.append(lines)
        return self._set_of[lines]

    def _account(self, code: str) -> int:
        if code not in self._id_of:
            self._id_of[code] = len(self.codes)
            self.codes.append(code)
        return self._id_of[code]

    def _lines(self, entries: Sequence[Entry]) -> tuple[Ints, Ints]:
        """Account ids (-1 padding) and sides of the largest lines of each entry, in canonical order."""
        width = self.config.slot_lines
        account = np.full((len(entries), width), -1, np.int64)
        side = np.zeros((len(entries), width), np.int64)
        for i, entry in enumerate(entries):
            lines = canonical(entry.lines)
            ids = [self._account(x.account) for x in lines]
            largest = sorted(sorted(range(len(lines)), key=lambda j: -abs(lines[j].amount))[:width])
            for place, j in enumerate(largest):
                account[i, place], side[i, place] = ids[j], int(lines[j].side)
        return account, side

    def catalog_rows(self, rows_by_code: dict[str, int]) -> Ints:
        """(accounts + 1,) catalog row of each account id, -1 where the catalog lacks it; the last is padding."""
        return np.array([rows_by_code.get(c, -1) for c in self.codes] + [-1], np.int64)


def _nothing(queries: int) -> Recall:
    return Recall(
        np.full((queries, 1), -1), np.zeros((queries, 1), np.float32), np.full((queries, 1), -np.inf, np.float32)
    )
