"""A book's history prepared for training: read once, neighbours looked up once, each entry seeing only its past.

Shapes: n entries; reads and recalls have 2n rows, first as the events were, then with fields blanked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.catalog import Catalog
from engine.config import TrainConfig
from engine.features import Ints, Read, Reader
from engine.inputs import gather
from engine.journal import Entry, Event, event_of
from engine.model.network import Inputs
from engine.retrieval.memory import Memory, Recall
from engine.targets import LineSet, Target, decodable, line_set, to_target


@dataclass(frozen=True)
class Lessons:
    """``events`` (2n) as they are asked; ``teachable`` (m,) rows of entries that the decoder can write.

    ``rows`` is the catalog row by code.
    """

    entries: tuple[Entry, ...]
    events: tuple[Event, ...]
    catalog: Catalog
    rows: dict[str, int]
    memory: Memory
    read: Read
    recall: Recall
    teachable: Ints

    @classmethod
    def of(
        cls, entries: Sequence[Entry], catalog: Catalog, reader: Reader, config: TrainConfig,
        progress: Callable[[int, int], None] | None = None,
    ) -> Lessons:  # fmt: skip
        whole = [event_of(e) for e in entries]
        events = (*whole, *blanked(whole, config))
        read = reader.read(events, progress)
        memory = Memory(config.memory, reader.key_width)
        n = len(entries)
        memory.add(entries, read.take(range(n)))
        known = np.tile(np.arange(n), 2)  # entry i is asked when only rows below i were known
        fit = [i for i, e in enumerate(entries) if decodable(e.lines, config.network.max_lines)]
        recall = memory.recall(read, known)
        return cls(tuple(entries), events, catalog, catalog.rows, memory, read, recall, np.array(fit, np.int64))

    def __len__(self) -> int:
        return len(self.entries)

    def truth(self, row: int) -> LineSet:
        return line_set(self.entries[row].lines)

    def target(self, row: int, known: int | None = None) -> Target:
        return to_target(self.entries[row].lines, self.rows, known)

    def inputs(self, rows: Sequence[int] | Ints, slots: int) -> Inputs:
        """Network inputs of these of the 2n rows."""
        at = np.asarray(rows)
        recall = Recall(self.recall.rows[at], self.recall.similarity[at], self.recall.rank[at]).first(slots)
        return gather(self.read.take(at), recall, self.memory, self.catalog, self.rows)


def blanked(events: Sequence[Event], config: TrainConfig) -> list[Event]:
    """Each event with journal, party and date hidden at random, because users leave them blank."""
    rng = np.random.RandomState(config.seed)
    hide = rng.rand(len(events), 3) < config.blank
    hide[np.arange(len(events)), rng.randint(0, 3, len(events))] = True  # a blanked twin hides something
    return [
        replace(e, journal="" if j else e.journal, party="" if p else e.party, date=None if d else e.date)
        for e, (j, p, d) in zip(events, hide, strict=True)
    ]
