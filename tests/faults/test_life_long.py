"""The machine of tests/storage/test_life.py for longer, on both databases, with other examples in each part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from storage.session import Store, UnitOfWork, open_store
from tests.faults.pieces import Piece
from tests.storage.test_life import Life

PARTS, EXAMPLES, STEPS = 4, 25, 40


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = open_store(database)
    yield opened
    opened.close()


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_life(store: Store, part: int, piece: Piece) -> None:
    done: Counter[str] = Counter()

    @seed(1 + part)
    class Longer(Life):
        def __init__(self) -> None:
            super().__init__()
            self.store = store
            done["lives"] += 1

        def act(self, entry: str, then: Any, does: Any) -> bool:
            accepted = super().act(entry, then, does)
            done["accepted" if accepted else "refused"] += 1
            return accepted

    run_state_machine_as_test(
        Longer,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=False, database=None,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
        ),
    )  # fmt: skip
    with store.unit_of_work(read_only=True) as unit:
        done["links"] = _links(unit)
    assert done["lives"] >= EXAMPLES
    assert done["accepted"] > EXAMPLES
    piece.note(done)


def _links(unit: UnitOfWork) -> int:
    return sum(unit.journal.head(b.book_id) for b in unit.books.list())
