"""What training shows the network of an entry: its past, and nothing else."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import torch

from engine.catalog import Catalog
from engine.features import Reader
from engine.inputs import gather
from engine.journal import event_of
from engine.model.network import Inputs
from engine.training.lessons import Lessons, blanked
from tests.builders import CATALOG, a_line, an_entry, an_event, some_entries
from tests.engine.made import PEOPLE, TINY, many_shapes

CHART = Catalog.of((*CATALOG, *PEOPLE))
N = 24


def lessons_of(reader: Reader, *entries: object) -> Lessons:
    return Lessons.of(entries, CHART, reader, TINY)  # type: ignore[arg-type]


def tensors_of(inputs: Inputs) -> dict[str, torch.Tensor]:
    """Everything the network may read: where there is no neighbour, its key is masked."""
    own = {f.name: getattr(inputs, f.name) for f in fields(inputs) if f.name != "slots"}
    there = (inputs.slots.account >= 0).any(dim=2)[..., None]
    slots = {f"slots.{f.name}": getattr(inputs.slots, f.name) for f in fields(inputs.slots)}
    return own | slots | {"slots.key": inputs.slots.key * there}


def test_no_entry_sees_itself_or_what_came_later(reader: Reader) -> None:
    lessons = lessons_of(reader, *many_shapes(N))
    for twin in (0, N):  # as it was, and with fields blanked
        rows = lessons.recall.rows[twin : twin + N]
        assert (rows < np.arange(N)[:, None]).all()
        assert (rows[N - 1] >= 0).all()


def test_the_future_and_the_answer_change_no_input(reader: Reader) -> None:
    """Entry 10 booked otherwise, and everything after it another story: what entry 10 is shown stays as it was."""
    entries = many_shapes(N)
    here = replace(entries[10], lines=(a_line("D 0420 119"), a_line("C 0800 119")))
    here = replace(here, lines=tuple(replace(x, amount=entries[10].total) for x in here.lines))
    later = [an_entry(f"Other {i}", "D 8400 7", "C 1576 7", entry_id=e.entry_id, date=e.date, position=e.position)
             for i, e in enumerate(entries[11:])]  # fmt: skip
    one, other = lessons_of(reader, *entries), lessons_of(reader, *entries[:10], here, *later)
    assert one.truth(10) != other.truth(10)
    for row in (0, 5, 10, N + 10):
        before, after = (tensors_of(x.inputs([row], TINY.memory.slots)) for x in (one, other))
        for name, tensor in before.items():
            torch.testing.assert_close(after[name], tensor, atol=1e-3, rtol=1e-3)


def test_serving_gives_the_network_what_training_did(reader: Reader) -> None:
    """The last entry, asked of a memory that holds all before it."""
    entries = many_shapes(N)
    lessons = lessons_of(reader, *entries)
    before = lessons_of(reader, *entries[:-1])
    read = reader.read([event_of(entries[-1])])
    recall = before.memory.recall(read).first(TINY.memory.slots)
    serving = tensors_of(gather(read, recall, before.memory, CHART, CHART.rows))
    training = tensors_of(lessons.inputs([N - 1], TINY.memory.slots))
    for name, tensor in training.items():
        torch.testing.assert_close(serving[name], tensor, atol=1e-3, rtol=1e-3)


def test_entries_that_no_decoder_can_write_are_recalled_but_not_taught(reader: Reader) -> None:
    long = an_entry("Long", *(f"D 4210 {n}" for n in range(1, 30)), "C 1200 435", entry_id="long")
    one_sided = an_entry("Odd", "D 4210 5", "D 4970 -5", entry_id="odd")
    lessons = lessons_of(reader, an_entry(), long, one_sided, an_entry(entry_id="E2"))
    assert lessons.teachable.tolist() == [0, 3]
    assert {"long", "odd"} <= {lessons.memory.entries[r].entry_id for r in lessons.recall.rows[3] if r >= 0}


def test_each_blanked_twin_hides_something_and_the_same_each_time() -> None:
    events = [event_of(replace(e, party="Lenz")) for e in some_entries(200)]
    hidden = blanked(events, TINY)
    assert hidden == blanked(events, TINY)
    for event, twin in zip(events, hidden, strict=True):
        assert twin != event
        for name in ("journal", "party", "date"):
            assert getattr(twin, name) in ("", None, getattr(event, name))
        assert (twin.description, twin.amount, twin.currency) == (event.description, event.amount, event.currency)
    for name in ("journal", "party", "date"):
        assert 0.3 < np.mean([not getattr(t, name) for t in hidden]) < 0.6


def test_accounts_closed_on_the_day_are_not_allowed(reader: Reader) -> None:
    day = an_event().date
    assert day
    chart = Catalog.of([replace(a, closed=day) if a.code == "4970" else a for a in CATALOG])
    entries = [an_entry(entry_id="old"), an_entry(entry_id="new", date=day)]
    lessons = Lessons.of(entries, chart, reader, TINY)
    open_ = lessons.inputs([0, 1], 4).allowed[:, chart.rows["4970"]]
    assert open_.tolist() == [True, False]
    dateless = reader.read([an_event(date=None)])
    shown = gather(dateless, lessons.memory.recall(dateless).first(4), lessons.memory, chart, chart.rows)
    assert not shown.allowed[0, chart.rows["4970"]]
    assert shown.allowed.sum() == len(chart) - 1 - len(
        chart.headings({"4970"} | {x.account for e in entries for x in e.lines})
    )
