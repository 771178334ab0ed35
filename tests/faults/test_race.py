"""People who decide at the same time: each decision has one winner, and the others are told who it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.refusals import AlreadyDecided
from storage.session import Store, open_store
from tests.faults.pieces import Piece
from tests.faults.race import Race


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    opened = open_store(database)
    yield opened
    opened.close()


def test_a_few_people_decide_at_the_same_time(store: Store) -> None:
    _run(Race(store, people=6, entries=12), at_once=2, seconds=2)


@pytest.mark.long
def test_twenty_people_decide_at_the_same_time_for_a_minute(store: Store, piece: Piece) -> None:
    race = Race(store, people=20, entries=100)
    _run(race, at_once=10, seconds=60)
    piece.note(race.figures())


def _run(race: Race, at_once: int, seconds: float) -> None:
    race.approve_at_once(race.all[:at_once])
    for entry in race.all[:at_once]:
        tries = [t for t in race.tries if t.entry == entry]
        (winner,) = [t for t in tries if t.lost is None]
        losers = [t.lost for t in tries if t is not winner]
        assert len(losers) == race.people - 1
        assert all(isinstance(lost, AlreadyDecided) and lost.by == winner.by for lost in losers)
    race.work(seconds)
    race.post_at_once()
    race.check()
    assert len(race.contests()) > at_once
