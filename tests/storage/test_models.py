from __future__ import annotations

import pytest

from storage.errors import UnknownModel
from storage.models import NewModel
from storage.records import Book
from storage.session import Store

FIRST = NewModel(digest="d1", folder="bundles/d1", snapshot_digest="s1", metrics={"exact": 0.8125}, seconds=61.5)
SECOND = NewModel(digest="d2", folder="bundles/d2", snapshot_digest="s2", metrics={}, seconds=70)


def test_a_book_has_no_champion_until_one_is_released(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        record = unit.models.add(book.book_id, FIRST, "ana")
        assert (record.digest, record.metrics, record.seconds, record.champion) == (
            "d1",
            {"exact": 0.8125},
            61.5,
            False,
        )
        assert unit.models.champion(book.book_id) is None


def test_the_last_release_wins_and_the_earlier_ones_stay_on_record(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        unit.models.add(book.book_id, FIRST, "ana")
        unit.models.add(book.book_id, SECOND, "ana")
        decisions = [unit.models.set_champion(book.book_id, d, "ben", "better") for d in ("d1", "d2", "d1")]
    with store.unit_of_work(read_only=True) as unit:
        assert [(m.digest, m.champion) for m in unit.models.list(book.book_id)] == [("d1", True), ("d2", False)]
        champion = unit.models.champion(book.book_id)
        assert champion is not None
        assert champion.folder == "bundles/d1"
    assert [d.detail["before"] for d in decisions] == ["", "d1", "d2"]


def test_the_same_bundle_is_recorded_once(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        again = [unit.models.add(book.book_id, FIRST, "ana") for _ in range(2)]
        assert again[0] == again[1]
        assert len(unit.models.list(book.book_id)) == 1


def test_a_model_of_another_book_cannot_be_released(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        other = unit.books.create("Other")
        unit.models.add(other.book_id, FIRST, "ana")
        with pytest.raises(UnknownModel, match="d1"):
            unit.models.set_champion(book.book_id, "d1", "ana")
        assert unit.models.list(book.book_id) == ()
