"""One file that holds everything needed to go on elsewhere, made while the workbench runs."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.services import archive
from app.services.access import Right, Who, authorise_installation, use_case
from app.services.archive import BackupFailed, Manifest, Writer
from app.services.workbench import Workbench
from storage import anchors, dump, migrate
from storage.identity import utc_now
from storage.session import UnitOfWork
from storage.transfer import TABLES

__all__ = ["BackupFailed", "BackupReport", "backup"]

_RUN_FILES = ("about.json", "launch.json", "status.json", "settled.json", "cancel.json")
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupReport:
    """What went into a backup; ``missing`` are bundles that the database names and the home has not."""

    path: Path
    books: tuple[str, ...]
    members: int
    size: int
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "books": list(self.books),
            "members": self.members,
            "bytes": self.size,
            "missing_bundles": list(self.missing),
        }


@use_case(Right.INSTALLATION)
def backup(wb: Workbench, who: Who, path: Path, progress: Progress = lambda _: None) -> BackupReport:
    """Write the database as of now, bundles, documents, anchors and what ended runs say to ``path``.

    An older file of that name is replaced when the new one is whole. Raises NotAllowed, BackupFailed.
    """
    with wb.reading() as uow:
        authorise_installation(uow, who)
        if path.is_dir() or not path.parent.is_dir():
            raise BackupFailed(path, "it is a folder" if path.is_dir() else "its folder does not exist")
        books = tuple(b.name for b in uow.books.list())
        with archive.writing(path) as (writer, room):
            _tables(uow, writer, room, path, progress)
            _anchors(uow, writer, room, path)
            progress("models, documents and anchors")
            missing = _files(wb, uow, writer)
            about = Manifest(
                release=importlib.metadata.version("counterpoint"),
                schema=migrate.HEAD,
                made=utc_now().isoformat(),
                books=books,
                members=writer.members,
            )
            writer.finish(about)
    size = path.stat().st_size
    return BackupReport(path=path, books=books, members=len(writer.members), size=size, missing=missing)


def _tables(uow: UnitOfWork, writer: Writer, room: Path, path: Path, progress: Progress) -> None:
    """One table at a time, so that no more room is needed than for the largest; all as one transaction sees them."""
    for table in TABLES:
        progress(f"table {table.name}")
        part = room / f"{table.name}.parquet"
        try:
            dump.write_table(uow.session, table, part)
        except dump.DumpFailed as error:
            raise BackupFailed(path, error.why) from error
        writer.add(f"tables/{part.name}", part)
        part.unlink()


def _anchors(uow: UnitOfWork, writer: Writer, room: Path, path: Path) -> None:
    """Where every chain stands in this backup: whoever keeps the file keeps an anchor."""
    for book in uow.books.list():
        anchor = anchors.take(uow.session, book.book_id, "backup")
        try:
            part = anchors.write(anchor, room / anchors.file_name(anchor))
        except anchors.AnchorNotWritten as error:
            raise BackupFailed(path, error.why) from error
        writer.add(f"anchors/{book.book_id}/{part.name}", part)
        part.unlink()


def _files(wb: Workbench, uow: UnitOfWork, writer: Writer) -> tuple[str, ...]:
    home, missing = wb.home, []
    for name in dump.model_folders(uow.session):
        if (home.bundles / name).is_dir():
            writer.add_folder(f"bundles/{name}", home.bundles / name)
        else:
            missing.append(name)
    writer.add_folder("documents", home.documents)
    writer.add_folder("anchors", home.anchors)
    for run in wb.jobs.names():
        folder = wb.jobs.folder(run)
        if (folder / "settled.json").exists():  # one that is under way belongs to a process of this machine
            for part in (folder / name for name in _RUN_FILES):
                if part.is_file():
                    writer.add(f"runs/{run}/{part.name}", part)
    return tuple(missing)
