"""What is recalled: never itself, never the future, never what was forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from engine.config import MemoryConfig
from engine.features import Reader
from engine.journal import Entry, Event, Kind, State, event_of
from engine.retrieval.columns import Columns
from engine.retrieval.memory import EVIDENCE, NONE, UNKNOWN_AGE, Memory
from engine.targets import line_set
from tests.builders import an_entry, an_event, some_entries
from tests.engine.made import many_shapes

SMALL = MemoryConfig(slots=3, evidence=8, pool=16)


def a_memory(reader: Reader, entries: Sequence[Entry], config: MemoryConfig = SMALL) -> Memory:
    memory = Memory(config, reader.key_width)
    remember(memory, reader, *entries)
    return memory


def remember(memory: Memory, reader: Reader, *entries: Entry) -> None:
    memory.add(entries, reader.read([event_of(e) for e in entries]))


def recalled(memory: Memory, reader: Reader, event: Event) -> list[str]:
    rows = memory.recall(reader.read([event])).rows[0]
    return [memory.entries[r].entry_id for r in rows if r >= 0]


def test_known_all_is_what_serving_finds(reader: Reader) -> None:
    entries = some_entries(40)
    memory = a_memory(reader, entries)
    read = reader.read([event_of(e) for e in entries[::3]] + [an_event("Ware 🚕"), an_event("x")])
    serving, replay = memory.recall(read), memory.recall(read, np.full(len(read), memory.rows))
    np.testing.assert_array_equal(serving.rows, replay.rows)
    np.testing.assert_allclose(serving.rank, replay.rank, atol=1e-5)


def test_a_query_sees_only_rows_that_were_known(reader: Reader) -> None:
    entries = some_entries(30)
    memory = a_memory(reader, entries)
    read = reader.read([event_of(e) for e in entries])
    rows = memory.recall(read, np.arange(30)).rows
    assert (rows < np.arange(30)[:, None]).all()
    assert (rows[0] == -1).all()
    assert (rows[29] >= 0).all()


def test_the_future_changes_no_recall(reader: Reader) -> None:
    entries = some_entries(30)
    read = reader.read([event_of(e) for e in entries])
    whole = a_memory(reader, entries).recall(read.take(range(20)), np.arange(20))
    other = (replace(e, description="something else", journal="ZZ") for e in entries[20:])
    past = a_memory(reader, (*entries[:20], *other)).recall(read.take(range(20)), np.arange(20))
    for ours, theirs in ((whole.rows, past.rows), (whole.similarity, past.similarity), (whole.rank, past.rank)):
        np.testing.assert_array_equal(ours, theirs)


def test_ranking_is_similarity_and_what_else_is_near(reader: Reader) -> None:
    """A slow twin, one neighbour at a time."""
    entries = some_entries(15)
    memory, c = a_memory(reader, entries), SMALL
    event = an_event(date=None)
    read = reader.read([event])
    recall = memory.recall(read)
    for place, row in enumerate(recall.rows[0].tolist()):
        theirs = reader.read([event_of(entries[row])])
        similarity = float(read.key[0] @ theirs.key[0] / np.linalg.norm(read.key[0]) / np.linalg.norm(theirs.key[0]))
        want = similarity + c.age_weight * np.exp(-UNKNOWN_AGE / c.age_days)
        want += c.amount_weight * np.exp(-3 * abs(read.log_amount[0] - theirs.log_amount[0]))
        want += c.journal_weight * (entries[row].journal == event.journal)
        assert recall.rank[0, place] == pytest.approx(want, abs=2e-3)
    assert (np.diff(recall.rank[0]) <= 1e-6).all()


def test_what_is_forgotten_never_comes_back(reader: Reader) -> None:
    entries = some_entries(20)
    memory = a_memory(reader, entries)
    first = recalled(memory, reader, an_event())[0]
    memory.forget([first, "nobody", first])
    assert first not in memory
    assert len(memory) == 19
    for event in [an_event(), *(event_of(e) for e in entries)]:
        assert first not in recalled(memory, reader, event)
    replay = memory.recall(reader.read([an_event()]), np.array([memory.rows])).rows
    assert first not in {memory.entries[r].entry_id for r in replay[0]}


def test_an_entry_remembered_again_replaces_itself(reader: Reader) -> None:
    memory = a_memory(reader, some_entries(10))
    remember(memory, reader, an_entry("Miete Büro April", "D 4970 5.00", "C 1200 5.00", entry_id="E1"))
    assert len(memory) == 10
    found = recalled(memory, reader, an_event())
    assert found.count("E1") == 1
    now = next(memory.entries[r] for r in memory.live() if memory.entries[r].entry_id == "E1")
    assert now.total == 5


@pytest.mark.parametrize(
    "change", [{"kind": Kind.OPENING}, {"kind": Kind.REVERSAL}, {"state": State.DRAFT}, {"forgotten": True}]
)
def test_what_may_not_teach_is_forgotten_instead(reader: Reader, change: dict[str, object]) -> None:
    entries = some_entries(6)
    memory = a_memory(reader, entries)
    remember(memory, reader, replace(entries[0], **change))  # type: ignore[arg-type]
    assert "E1" not in memory
    assert "E1" not in recalled(memory, reader, event_of(entries[0]))


def test_two_entries_of_one_id_change_nothing(reader: Reader) -> None:
    memory, entries = a_memory(reader, some_entries(3)), some_entries(5)
    with pytest.raises(ValueError, match="one id"):
        remember(memory, reader, entries[3], entries[3])
    assert memory.rows == 3
    remember(memory, reader, entries[4])
    assert recalled(memory, reader, event_of(entries[4]))[0] == "E5"


def test_an_empty_memory_recalls_nothing(reader: Reader) -> None:
    memory, read = Memory(SMALL, reader.key_width), reader.read([an_event(), an_event("x")])
    recall = memory.recall(read)
    assert (recall.rows == -1).all()
    assert not memory.closeness(read, recall).any()
    assert memory.closeness(read, recall).shape[2] == EVIDENCE


def test_closeness_says_what_is_the_same(reader: Reader) -> None:
    entry = an_entry(party="Lenz")
    memory = a_memory(reader, [entry])
    read = reader.read([event_of(entry), replace(event_of(entry), journal="", party="", date=None)])
    same, blank = memory.closeness(read, memory.recall(read))[:, 0]
    np.testing.assert_allclose(same, 1.0, atol=2e-3)
    assert blank[3] == 1.0
    assert blank[4] == pytest.approx(np.exp(-UNKNOWN_AGE / SMALL.age_days))
    assert (blank[5], blank[6]) == (0.0, 0.0)


def test_equals_come_newest_first(reader: Reader) -> None:
    entries = [an_entry(entry_id=f"E{i}", position=i) for i in range(6)]
    assert recalled(a_memory(reader, entries), reader, event_of(entries[0])) == [f"E{i}" for i in (5, 4, 3, 2, 1, 0)]


def test_an_older_entry_ranks_below_a_newer_one_of_the_same_text(reader: Reader) -> None:
    day = an_event().date
    assert day
    entries = [an_entry(entry_id=name, date=day - timedelta(days=n)) for name, n in (("near", 2), ("far", 900))]
    assert recalled(a_memory(reader, entries), reader, event_of(entries[0]))[0] == "near"


def test_accounts_count_as_seen_from_their_first_row(reader: Reader) -> None:
    entries = many_shapes(4)
    memory = a_memory(reader, entries)
    for known in range(5):
        assert memory.accounts_seen(known) == {x.account for e in entries[:known] for x in e.lines}


def test_lines_beyond_the_slots_are_seen_but_not_kept(reader: Reader) -> None:
    payroll = many_shapes(1)[0]
    memory = a_memory(reader, [payroll], replace(SMALL, slot_lines=2))
    assert memory.column("account").shape == (1, 2)
    assert memory.accounts_seen(1) == {x.account for x in payroll.lines}
    assert memory.set_number(line_set(payroll.lines)) == 0


def test_catalog_rows_follow_the_catalog(reader: Reader) -> None:
    memory = a_memory(reader, some_entries(1))
    rows = memory.catalog_rows({"1600": 5, "4210": 0})
    found = memory.column("account")[0]
    assert rows[found][:3].tolist() == [0, -1, 5]
    assert (rows[found][3:] == -1).all()


def test_columns_grow_together() -> None:
    columns = Columns(a=(np.int64, ()), b=(np.float32, (2,)))
    for i in range(130):
        columns.append(a=np.array([i]), b=np.full((1, 2), i))
    assert len(columns) == 130
    np.testing.assert_array_equal(columns["a"], np.arange(130))
    np.testing.assert_array_equal(columns["b"][:, 1], np.arange(130))


def test_a_set_whose_every_entry_was_forgotten_is_remembered_no_more(reader: Reader) -> None:
    memory = a_memory(reader, [an_entry(entry_id="a"), an_entry(entry_id="b")])
    places = memory.line_set(0)
    memory.forget(["a"])
    assert memory.remembers(places)
    memory.forget(["b", "b"])
    assert not memory.remembers(places)
    assert not memory.remembers(())


@pytest.mark.parametrize("known", [None, 30])
def test_hidden_rows_are_as_if_forgotten(reader: Reader, known: int | None) -> None:
    entries = [replace(e, description=e.description[:6]) for e in some_entries(40)]  # many texts alike
    memory, forgetful = a_memory(reader, entries), a_memory(reader, entries)
    ids = [e.entry_id for e in entries[::3]]
    hidden = memory.rows_of([*ids, "unknown", ids[0]])
    assert [memory.entries[r].entry_id for r in hidden] == ids
    forgetful.forget(ids)
    read = reader.read([event_of(entries[1]), event_of(entries[2]), an_event("x")])
    bound = None if known is None else np.full(3, known)
    before = memory.recall(read, bound)
    without = memory.recall(read, bound, [hidden, NONE, hidden])
    really = forgetful.recall(read, bound)
    np.testing.assert_array_equal(without.rows[[0, 2]], really.rows[[0, 2]])
    np.testing.assert_array_equal(without.rows[1], before.rows[1])
    # how ScaNN breaks ties at the pool's edge may change the last bit of a similarity
    np.testing.assert_allclose(without.similarity[[0, 2]], really.similarity[[0, 2]], atol=1e-7)
    assert memory.accounts_seen(40, hidden) == forgetful.accounts_seen(40)
    np.testing.assert_array_equal(memory.visible(40, hidden), forgetful.live())
    assert len(memory) == 40


def test_rows_that_were_forgotten_meanwhile_hide_nothing_else(reader: Reader) -> None:
    memory = a_memory(reader, [an_entry(entry_id="a"), an_entry(entry_id="b"), an_entry(entry_id="c")])
    hidden = memory.rows_of(["a", "b"])
    memory.forget(["a", "b"])
    assert memory.remembers(memory.line_set(2), hidden)
    assert memory.recall(reader.read([an_event()]), None, [hidden]).rows[0][0] == 2


def test_with_every_row_hidden_nothing_is_recalled(reader: Reader) -> None:
    memory = a_memory(reader, some_entries(40))
    recall = memory.recall(reader.read([an_event(), an_event()]), None, [memory.live(), NONE])
    assert (recall.rows[0] == -1).all()
    assert (recall.rows[1] >= 0).all()
    assert memory.accounts_seen(40, memory.live()) == set()
    assert not memory.remembers(memory.line_set(0), memory.live())
    assert memory.remembers(memory.line_set(0), NONE)


def test_who_may_recall(reader: Reader) -> None:
    """Training and replay say what was known; serving knows everything and says nothing."""
    entries = some_entries(12)
    read, known = reader.read([event_of(e) for e in entries]), np.arange(12)
    found = {}
    for use in ("all", "judge", "training", "off"):
        memory = a_memory(reader, entries, replace(SMALL, use=use))
        found[use] = [bool((memory.recall(read, k).rows >= 0).any()) for k in (None, known)]
    assert found == {"all": [True, True], "judge": [True, True], "training": [False, True], "off": [False, False]}


def test_a_key_of_text_alone_finds_by_the_encoder_alone(reader: Reader) -> None:
    entries, width = some_entries(20), reader.encoder.width
    memory = a_memory(reader, entries, replace(SMALL, key="text", pool=20))
    read = reader.read([an_event()])
    recall = memory.recall(read)
    keys = memory.keys(np.arange(20))
    assert not keys[:, width:].any()
    text = read.key[0, :width] / np.linalg.norm(read.key[0, :width])
    want = keys[recall.rows[0], :width] @ text
    np.testing.assert_allclose(recall.similarity[0], want, atol=5e-3)
