"""Hand posted entries over to another program: make the file, and write down that it was taken.

Two steps, because a file that nobody got must not count as exported: `prepare` makes the bytes and changes nothing,
`taken` keeps them in the home and marks every entry, after the file was written or downloaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.services.access import NotAllowed, Right, Who, authorise, find, use_case, within
from app.services.errors import BadInput, ServiceError
from app.services.workbench import Workbench
from engine.journal import Entry
from storage.disk import write_whole
from storage.exporters.formats import FORMATS, packed
from storage.exporters.subject import Option, Subject
from storage.exporters.written import Note
from storage.exports import Export
from storage.identity import new_id, utc_now
from storage.records import Book
from storage.session import UnitOfWork

__all__ = ["EVERYTHING", "FORMATS", "Export", "Option", "Prepared", "Wanted", "again", "exports", "prepare", "taken"]


class NothingToExport(ServiceError):
    """No posted entry waits to be handed over."""

    def __init__(self, book: str) -> None:
        self.book = book
        super().__init__(
            f"In book {book!r} no posted entry waits to be handed over. Approve and post entries first; what was "
            "exported before comes again under the id of its export."
        )


class ExportGone(ServiceError):
    """The bytes of an earlier export are no longer in the home."""

    def __init__(self, export: str) -> None:
        self.export = export
        super().__init__(f"The file of export {export} is not in the home any more. Restore it from a backup.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to go out: whatever waits, of these days; or once more the entries ``of`` the export of this id."""

    since: date | None = None
    until: date | None = None
    of: str = ""


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A file that was made and not taken yet. ``hidden`` entries wait as well, for people who may see them."""

    book: str
    export: Export
    data: bytes
    entry_ids: tuple[str, ...]
    total: Decimal
    notes: tuple[Note, ...] = ()
    hidden: int = 0
    anew: bool = False  # the entries of an earlier export, once more


@use_case(Right.EXPORT)
def prepare(
    wb: Workbench,
    who: Who,
    book: str,
    format: str,
    wanted: Wanted = EVERYTHING,
    settings: Mapping[str, str] | None = None,
) -> Prepared:
    """Make the file of what is wanted; nothing is marked.

    Raises NothingToExport, UnknownExport, BadInput, BadOption, UnknownBook, NotAllowed.
    """
    with wb.reading() as uow:
        found = find(uow, who, book, Right.EXPORT)
        if format not in FORMATS:
            raise BadInput("Format", format, "nothing can be exported so", f"Formats: {', '.join(FORMATS)}.")
        ids, hidden = _chosen(uow, who, found, wanted)
        if not ids:
            raise NothingToExport(book)
        subject = _subject(uow, found, ids)
    written = FORMATS[format].write(subject, settings)
    left = {n.entry_id for n in written.notes if n.left_out}
    kept = tuple(i for i in ids if i not in left)
    if not kept:
        why = " ".join(str(n) for n in written.notes[:3])
        raise BadInput("Format", format, "it can hold none of these entries", f"Choose another one. {why}")
    name, data = packed(written, f"{format}-{subject.created:%Y%m%d}")
    export = Export(
        export_id=new_id(), format=format, file_name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data),
        entries=len(kept), recorded=subject.created, by=who.id,
    )  # fmt: skip
    total = sum((e.total for e in subject.entries if e.entry_id not in left), Decimal(0))
    return Prepared(
        book=book, export=export, data=data, entry_ids=kept, total=total, notes=written.notes, hidden=hidden,
        anew=bool(wanted.of),
    )  # fmt: skip


def _chosen(uow: UnitOfWork, who: Who, book: Book, wanted: Wanted) -> tuple[tuple[str, ...], int]:
    """Ids of what ``who`` gets of what is wanted, and how many others there are that somebody else may see."""
    if wanted.of:
        return uow.exports.members(book.book_id, _seen_export(uow, who, book, wanted.of)), 0
    limits = authorise(uow, who, book.book_id, Right.EXPORT)
    everything = uow.exports.waiting(book.book_id, wanted.since, wanted.until)
    if not limits.restricted:
        return everything, 0
    ids = uow.exports.waiting(book.book_id, wanted.since, wanted.until, limits.restricted)
    return ids, len(everything) - len(ids)


@use_case(Right.EXPORT)
def taken(wb: Workbench, who: Who, book: str, prepared: Prepared) -> Export:
    """Write down that the file was handed over. Raises ChangedMeanwhile, NotAllowed."""
    _keep(_folder(wb), prepared.export.sha256, prepared.data)

    def work(uow: UnitOfWork) -> Export:
        found = find(uow, who, book, Right.EXPORT)
        export = replace(prepared.export, by=who.id)
        uow.exports.add(found.book_id, export, prepared.entry_ids, anew=prepared.anew)
        return uow.exports.get(found.book_id, prepared.export.export_id)

    return wb.store.write(work)


@use_case(Right.READ)
def exports(wb: Workbench, who: Who, book: str) -> tuple[Export, ...]:
    """What was handed over, newest first. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.exports.list(find(uow, who, book, Right.READ).book_id)


@use_case(Right.EXPORT)
def again(wb: Workbench, who: Who, book: str, export_id: str) -> tuple[Export, bytes]:
    """The same bytes once more; nothing is marked anew.

    Raises UnknownExport, ExportGone, NotAllowed, also where the file holds entries that ``who`` may not see.
    """
    with wb.reading() as uow:
        found = _seen_export(uow, who, find(uow, who, book, Right.EXPORT), export_id)
    try:
        data = (_folder(wb) / found.sha256).read_bytes()
    except OSError as error:
        raise ExportGone(found.export_id) from error
    if hashlib.sha256(data).hexdigest() != found.sha256:
        raise ExportGone(found.export_id)
    return found, data


def _seen_export(uow: UnitOfWork, who: Who, book: Book, export_id: str) -> Export:
    """Raises UnknownExport; NotAllowed where an entry in it is kept from ``who``, perhaps since it went out."""
    found = uow.exports.get(book.book_id, export_id)
    members = uow.exports.members(book.book_id, found)
    limits = authorise(uow, who, book.book_id, Right.EXPORT)
    if len(within(uow, book.book_id, limits, members)) < len(members):
        raise NotAllowed(who.name or who.id, Right.RESTRICTED, book.name)
    return found


def _subject(uow: UnitOfWork, book: Book, ids: Sequence[str]) -> Subject:
    by_id = {e.entry_id: e for e in uow.journal.current(book.book_id, ids)}
    entries: list[Entry] = [by_id[i] for i in ids]
    return Subject(
        book=book.name, currency=book.currency, accounts=uow.books.catalog(book.book_id), entries=entries,
        created=utc_now(), taxes=uow.taxes.current(book.book_id), years=uow.periods.years(book.book_id),
        posted=uow.exports.posted(book.book_id, ids),
    )  # fmt: skip


def _folder(wb: Workbench) -> Path:
    return wb.home.documents / "exports"


def _keep(folder: Path, sha256: str, data: bytes) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if not (folder / sha256).is_file():
        write_whole(folder / sha256, data)
