"""How tables of other programs are read: look at one, correct what was decided, and keep that for the next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.services.access import Right, Who, find, use_case
from app.services.workbench import Workbench
from storage.importers.flat import Described, MappingRefused, TableQuestion, describe
from storage.importers.flat import Mapping as TableMapping
from storage.profiles import Profile, UnknownProfile
from storage.records import Book
from storage.session import UnitOfWork

__all__ = [
    "Described",
    "MappingRefused",
    "Profile",
    "TableMapping",
    "TableQuestion",
    "UnknownProfile",
    "look",
    "profiles_for",
    "save",
    "saved",
    "withdraw",
]


def profiles_for(uow: UnitOfWork, book: Book | None) -> tuple[TableMapping, ...]:
    """The mappings saved for a book, the newest first; none for a book that is not there yet."""
    return tuple(p.mapping for p in uow.profiles.list(book.book_id)) if book else ()


@use_case(Right.IMPORT)
def saved(wb: Workbench, who: Who, book: str) -> tuple[Profile, ...]:
    """The mappings saved for a book, the newest first. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.profiles.list(find(uow, who, book, Right.IMPORT).book_id)


@use_case(Right.IMPORT)
def save(wb: Workbench, who: Who, book: str, body: Mapping[str, Any]) -> Profile:
    """Keep a mapping, given as `TableMapping.to_json` writes it, under its name; it replaces one of that name.

    Raises MappingRefused, UnknownBook, NotAllowed.
    """

    def work(uow: UnitOfWork) -> Profile:
        found = find(uow, who, book, Right.IMPORT)
        return uow.profiles.save(found.book_id, TableMapping.from_json(body), who.id)

    return wb.store.write(work)


@use_case(Right.IMPORT)
def withdraw(wb: Workbench, who: Who, book: str, name: str) -> None:
    """Use a saved mapping no more; what was read with it stays. Raises UnknownProfile, UnknownBook, NotAllowed."""

    def work(uow: UnitOfWork) -> None:
        uow.profiles.withdraw(find(uow, who, book, Right.IMPORT).book_id, name, who.id)

    wb.store.write(work)


@use_case(Right.IMPORT)
def look(wb: Workbench, who: Who, book: str, path: Path, body: Mapping[str, Any]) -> Described:
    """How a table would be read: its columns, its first rows, what was decided, and what is open as a question.

    ``body`` is a mapping to read it by; empty lets the header decide. Raises ImportRefused for what is no table,
    MappingRefused, UnknownBook, NotAllowed.
    """
    with wb.reading() as uow:
        profiles = profiles_for(uow, find(uow, who, book, Right.IMPORT))
    return describe(path, profiles=profiles, mapping=TableMapping.from_json(body) if body else None)
