"""Programs that are killed and a server that stops at once: what was acknowledged is there, and nothing by halves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.faults.killing import Place, begin
from tests.faults.mortal import KINDS
from tests.faults.pieces import Piece

KILLS, STOPS = 32, 16  # in make test-long: 32 for each kind of work on each database, 16 of the server: 208


@pytest.fixture
def place(database: str, tmp_path: Path) -> Place:
    return Place(tmp_path / "home", database)


@pytest.fixture
def durable() -> Iterator[databases.Server]:
    """A server that writes to the disk what it has committed."""
    programs = databases.programs()
    if programs is None:
        pytest.skip(databases.NOT_INSTALLED)
    with databases.running_server(programs, databases.DURABLE) as server:
        yield server


@pytest.mark.parametrize(
    ("database", "kinds"), [("duckdb", KINDS), ("postgresql", ["decisions"])], indirect=["database"]
)
def test_a_killed_program_broke_no_promise(place: Place, kinds: list[str]) -> None:
    dice = random.Random(5)
    for kind in kinds:
        place.kill(kind, dice)
    assert place.tally.kills == len(kinds)


def test_a_server_that_stops_at_once_broke_no_promise(durable: databases.Server, tmp_path: Path) -> None:
    _stops(durable, tmp_path, 1, random.Random(5))


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_kills(place: Place, kind: str, piece: Piece) -> None:
    dice = random.Random(f"{piece.name} 1")
    for _ in range(KILLS):
        place.kill(kind, dice)
    assert place.tally.amid > KILLS // 4  # else the moments were not random
    piece.note(place.tally.figures())


@pytest.mark.long
def test_stops(durable: databases.Server, tmp_path: Path, piece: Piece) -> None:
    place = _stops(durable, tmp_path, STOPS, random.Random(piece.name))
    piece.note(place.tally.figures())


def _stops(server: databases.Server, folder: Path, times: int, dice: random.Random) -> Place:
    """Stop and start the server below a program that works and below a workbench that stays open."""
    with server.database() as name:
        place = Place(folder / "home", server.url(name))
        wb = place.opened()
        for n in range(times):
            book, head = begin(wb)
            said = place._doomed(KINDS[n % len(KINDS)], dice, book, head, lambda _program: server.stop_at_once())
            server.start()
            place.check(wb, book, said)
        wb.close()
    return place
