"""Puts a backup back into a home that nobody uses; the use case that runs without a workbench.

Everything is unpacked, compared and loaded beside the home's own files first. Only then are they exchanged, and what
was there is moved aside, never deleted.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.home import Home
from app.owner_socket import NobodyListens, OtherDatabase, OwnerGone, OwnerRefused, Request, ask
from app.services.access import use_case
from app.services.archive import BackupUnusable, Manifest, unpack
from app.services.errors import ServiceError
from storage import audit, dump, migrate
from storage.disk import sync
from storage.errors import StorageError, StoreLocked
from storage.identity import utc_now
from storage.session import Store, open_store
from storage.transfer import TABLES

__all__ = ["BackupUnusable", "HomeNotEmpty", "RestoreFailed", "RestoreReport", "WorkbenchRuns", "restore"]

_FOLDERS = ("bundles", "runs", "documents", "anchors")
Progress = Callable[[str], None]


class WorkbenchRuns(ServiceError):
    def __init__(self, home: Path, who: str) -> None:
        self.home, self.who = home, who
        super().__init__(f"The home {home} is in use by {who}. Stop it first; nothing was restored.")


class HomeNotEmpty(ServiceError):
    def __init__(self, where: str, found: Sequence[str], remedy: str) -> None:
        self.where, self.found, self.remedy = where, tuple(found), remedy
        super().__init__(f"{where} holds {', '.join(found)} already. {remedy} Nothing was restored.")


class RestoreFailed(ServiceError):
    def __init__(self, where: Path, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"{where} was left as it was: {why}. Make room there, or restore into another home.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What came back; ``broken`` says of each book that does not verify why not, ``aside`` where the old files are."""

    made: str
    books: tuple[str, ...]
    aside: Path | None
    broken: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "made": self.made,
            "books": list(self.books),
            "moved_aside_to": str(self.aside) if self.aside else None,
            "broken": list(self.broken),
        }


@use_case(None, "it needs no database: whoever may write the home's files may exchange them")
def restore(home: Home, path: Path, *, force: bool = False, progress: Progress = lambda _: None) -> RestoreReport:
    """Exchange what the home holds for what the backup at ``path`` holds.

    Raises WorkbenchRuns, StoreLocked, HomeNotEmpty unless ``force``, BackupUnusable, RestoreFailed.
    """
    _nobody_works_here(home)
    _check_empty(home, force=force)
    try:
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=home.path) as room:
            staged = Path(room)
            progress("reading and comparing")
            manifest = unpack(path, staged)
            _check_schema(path, manifest)
            progress("loading the database")
            target = home.database_url if not home.owned_file else f"duckdb:///{staged / home.database_file.name}"
            broken = _load(target, manifest, staged, path)
            aside = _exchange(home, staged)
    except OSError as error:
        raise RestoreFailed(home.path, error.strerror or str(error)) from error
    return RestoreReport(made=manifest.made, books=manifest.books, aside=aside, broken=broken)


def _nobody_works_here(home: Home) -> None:
    try:
        said = ask(home.socket_path, Request("hello", {}, home.database_url), lambda _: None)
        raise WorkbenchRuns(home.path, f"a workbench (process {said['document'].get('pid', '?')})")
    except NobodyListens:
        pass
    except (OtherDatabase, OwnerRefused, OwnerGone) as error:
        raise WorkbenchRuns(home.path, "a workbench") from error
    if home.owned_file and home.database_file.exists():
        try:
            open_store(home.database_url).close()
        except StoreLocked:
            raise
        except StorageError:
            pass  # it may be damaged: that is what a backup is for


def _check_empty(home: Home, *, force: bool) -> None:
    if not home.owned_file:
        with _opened(home.database_url) as store, store.unit_of_work(read_only=True) as uow:
            books = [b.name for b in uow.books.list()]
        if books:
            raise HomeNotEmpty("The database", books, "Give an empty one: a server's tables are not moved aside.")
    found = [p.name for p in _contents(home)]
    if found and not force:
        raise HomeNotEmpty(f"The home {home.path}", found, "With --force they are moved aside.")


def _contents(home: Home) -> list[Path]:
    """What a restore would replace: the database with its log, and folders that are not empty."""
    files = [p for p in (home.database_file, _log_of(home.database_file)) if home.owned_file and p.exists()]
    return files + [p for p in (home.path / name for name in _FOLDERS) if p.is_dir() and any(p.iterdir())]


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")


def _check_schema(path: Path, manifest: Manifest) -> None:
    if manifest.schema not in migrate.known():
        raise BackupUnusable(
            path,
            f"it has schema {manifest.schema} of release {manifest.release}; this release knows up to {migrate.HEAD}",
            "Nothing was restored. Install the newer release first.",
        )


def _load(url: str, manifest: Manifest, staged: Path, path: Path) -> tuple[str, ...]:
    """Fill an empty database in one transaction, bring it to this release's schema, and audit its books."""
    try:
        with _opened(url, manifest.schema) as store, store.unit_of_work() as uow:
            for table in TABLES:
                part = staged / "tables" / f"{table.name}.parquet"
                if part.exists():
                    dump.read_table(uow.session, table, part)
        with _opened(url) as store, store.unit_of_work(read_only=True) as uow:
            found = {b.name: audit.verify(uow.session, b.book_id) for b in uow.books.list()}
    except dump.DumpFailed as error:
        raise BackupUnusable(path, f"its table {error.table} cannot be read ({error.why})") from error
    if set(found) != set(manifest.books):
        raise BackupUnusable(path, "its books are not those of its manifest")
    return tuple(f"Book {name!r}: {fault}" for name, fault in found.items() if fault)


@contextlib.contextmanager
def _opened(url: str, revision: str = migrate.HEAD) -> Iterator[Store]:
    store = open_store(url, revision)
    try:
        yield store
    finally:
        store.close()


def _exchange(home: Home, staged: Path) -> Path | None:
    """Move the old files aside and the new ones in, the database last: until then the home has none."""
    old = _contents(home)
    aside = home.path / f"replaced-{utc_now():%Y%m%dT%H%M%S%f}" if old else None
    if aside is not None:
        aside.mkdir(mode=0o700)
        for one in old:
            one.rename(aside / one.name)
    for name in _FOLDERS:
        if (staged / name).is_dir():
            if (home.path / name).is_dir():
                (home.path / name).rmdir()  # empty: anything else was moved aside
            (staged / name).rename(home.path / name)
    database = staged / home.database_file.name
    if database.exists():
        if _log_of(database).exists():
            _log_of(database).rename(_log_of(home.database_file))
        database.rename(home.database_file)
    home.prepared()
    sync(home.path)
    return aside
