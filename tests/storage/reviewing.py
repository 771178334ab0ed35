"""An entry on its way through its life, for the tests of acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from engine.journal import Line, State
from storage.acts import Seen, Standing
from storage.policy import FourEyes, Policy
from storage.records import MODEL, PERSON, Book, NewEntry
from storage.session import UnitOfWork
from tests.builders import a_line

DAY = date(2024, 3, 5)
RENT = (a_line("D 4210 1000"), a_line("C 1600 1000 Lenz"))
OTHER = (a_line("D 4200 1000"), a_line("C 1600 1000 Lenz"))
OFF = Policy(four_eyes=FourEyes.OFF)


def draft(unit: UnitOfWork, book: Book, lines: tuple[Line, ...] = RENT, by: str = "ana", **header: Any) -> str:
    """An entry that a model proposed and ``by`` saved with ``lines``."""
    new = replace(
        NewEntry(description="Miete", date=DAY, currency="EUR", journal="ER", party="Lenz", document="R 7"),
        **header,
    )
    entry = unit.journal.open_entry(book.book_id, new, by)
    unit.journal.add_version(entry, RENT, author="model b1", origin=MODEL)
    unit.journal.add_version(entry, lines, author=by, origin=PERSON)
    return entry


def at(unit: UnitOfWork, book: Book, entry: str) -> Standing:
    return unit.reviews.standing(book.book_id, entry)


def seen(unit: UnitOfWork, book: Book, entry: str) -> Seen:
    return at(unit, book, entry).seen


def submitted(unit: UnitOfWork, book: Book, lines: tuple[Line, ...] = RENT, by: str = "ana", **header: Any) -> str:
    entry = draft(unit, book, lines, by, **header)
    unit.reviews.submit(book, entry, by, seen(unit, book, entry))
    return entry


def approved(unit: UnitOfWork, book: Book, **header: Any) -> str:
    entry = submitted(unit, book, **header)
    unit.reviews.approve(book, entry, "ben", seen(unit, book, entry))
    return entry


def posted(unit: UnitOfWork, book: Book, **header: Any) -> str:
    entry = approved(unit, book, **header)
    unit.reviews.post(book, entry, "ben", seen(unit, book, entry))
    return entry


def state(unit: UnitOfWork, book: Book, entry: str) -> State:
    return at(unit, book, entry).state


def put(unit: UnitOfWork, book: Book, policy: Policy) -> None:
    unit.policies.put(book.book_id, policy, "ana", "test")
