"""Reads and recalls become tensors: slots hold the neighbours' lines, padding holds nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import torch

from engine.catalog import Catalog
from engine.features import NO_DAY, Reader
from engine.inputs import allowed, gather, pad_tokens
from engine.retrieval.memory import EVIDENCE, Memory
from engine.targets import canonical
from tests.builders import CATALOG, an_event
from tests.engine.made import PEOPLE, TINY, many_shapes
from tests.engine.retrieval.test_memory import a_memory

CHART = Catalog.of((*CATALOG, *PEOPLE))


def test_slots_are_the_neighbours_lines_in_canonical_order(reader: Reader) -> None:
    memory, read = (
        a_memory(reader, many_shapes(9), TINY.memory),
        reader.read([an_event(), an_event("Gehälter", "4000")]),
    )
    recall = memory.recall(read).first(3)
    slots = gather(read, recall, memory, CHART, CHART.rows).slots
    for b, k in np.ndindex(recall.rows.shape):
        lines = canonical(memory.entries[recall.rows[b, k]].lines)
        account, side = slots.account[b, k].tolist(), slots.side[b, k].tolist()
        assert account[: len(lines)] == [CHART.rows[x.account] for x in lines]
        assert side[: len(lines)] == [int(x.side) for x in lines]
        assert set(account[len(lines) :]) <= {-1}
    assert slots.evidence.shape == (*recall.rows.shape, EVIDENCE)
    assert slots.mask.sum() == sum(len(memory.entries[r].lines) for r in recall.rows.ravel())


def test_lines_on_accounts_that_the_catalog_lacks_are_no_slots(reader: Reader) -> None:
    memory, read = a_memory(reader, many_shapes(9), TINY.memory), reader.read([an_event()])
    few = Catalog.of(a for a in CHART.accounts if a.code != "1576")
    recall = memory.recall(read).first(4)
    found = gather(read, recall, memory, few, few.rows).slots
    for k, row in enumerate(recall.rows[0]):
        kept = {few.accounts[i].code for i in found.account[0, k].tolist() if i >= 0}
        assert kept == {x.account for x in memory.entries[row].lines} - {"1576"}


def test_a_memory_without_rows_gives_no_slots(reader: Reader) -> None:
    memory, read = Memory(TINY.memory, reader.key_width), reader.read([an_event(), an_event("x")])
    inputs = gather(read, memory.recall(read), memory, CHART, CHART.rows)
    assert not inputs.slots.mask.any()
    assert not inputs.slots.evidence.any()


def test_padding_follows_the_longest_text(reader: Reader) -> None:
    read = reader.read([an_event("x"), an_event("Miete Büro April für alle Räume")])
    states, mask = pad_tokens(read.encoded)
    for i, one in enumerate(read.encoded):
        assert int(mask[i].sum()) == len(one.tokens)
        torch.testing.assert_close(states[i, : len(one.tokens)], torch.from_numpy(one.states).float())
        assert not states[i, len(one.tokens) :].any()
    assert states.shape[1] == max(len(e.tokens) for e in read.encoded)


def test_an_account_is_allowed_from_its_first_day_to_the_day_before_it_closed() -> None:
    opened, closed = date(2025, 3, 1), date(2025, 4, 1)
    catalog = Catalog.of(
        [CATALOG[0], replace(CATALOG[1], opened=opened, closed=closed), replace(CATALOG[2], opened=opened)]
    )
    days = [date(2025, 2, 28), opened, date(2025, 3, 31), closed]
    table = allowed(catalog, np.array([*(d.toordinal() for d in days), NO_DAY]), ())
    assert table.tolist() == [
        [True, False, False], [True, True, True], [True, True, True], [True, False, True], [True, False, True]
    ]  # fmt: skip


def test_where_the_judge_alone_recalls_the_network_sees_no_neighbour(reader: Reader) -> None:
    config = replace(TINY.memory, use="judge")
    memory, read = a_memory(reader, many_shapes(9), config), reader.read([an_event()])
    recall = memory.recall(read).first(3)
    slots = gather(read, recall, memory, CHART, CHART.rows).slots
    assert (recall.rows >= 0).all()
    assert not slots.mask.any()
    assert not slots.evidence.any()
