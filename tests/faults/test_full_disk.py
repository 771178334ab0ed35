"""Disks that fill up under large imports and backups; the small ones are in tests/app/services/test_backup.py."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.home import Home
from app.services import backup as backups
from app.services import restore as restores
from app.services.access import Who
from app.services.archive import BackupFailed
from app.services.workbench import Workbench
from engine.journal import Entry
from storage import audit, imports
from storage.full import StoreFull
from storage.models import NewModel
from storage.records import Book, Staged
from storage.session import Store, open_store
from tests import databases
from tests.builders import CATALOG, some_entries
from tests.faults.pieces import Piece

ANA = Who.console("Ana")
FIRST = 24  # megabytes of the disk, at first
LARGE = 6_000  # entries of a large import
_ROOMS = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97)  # share of what a backup takes that is left for it


@dataclass
class Disk:
    """A file system in memory, of so many megabytes."""

    folder: Path

    size: float = 0.0

    def resize(self, megabytes: float) -> None:
        self.size = megabytes
        size = f"{int(megabytes * 1024)}k"
        subprocess.run(["mount", "-o", f"remount,size={size},mode=755", self.folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", folder], check=False)
    if not done or done.returncode:
        pytest.skip("a small file system can only be mounted by root")
    folder.chmod(0o755)
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


def _batch(tag: str, size: int) -> Staged:
    entries: Sequence[Entry] = [
        replace(e, entry_id=f"{tag} {e.entry_id}", description=f"{e.description} {tag}") for e in some_entries(size)
    ]
    return Staged(book_hint="", format="t", reason="t", accounts=CATALOG, entries=tuple(entries))


def _until_full(store: Store, book: Book, disk: Disk, size: int, tries: int) -> tuple[int, int]:
    """Import batches of a size until one is refused; entries that went in, and refusals. What is there stays whole."""
    done = 0
    for number in range(tries):
        with store.unit_of_work(read_only=True) as unit:
            before = unit.journal.count(book.book_id)
        try:
            with store.unit_of_work() as unit:
                imports.apply(unit, book, _batch(f"{size} {before} {number}", size), "Ana")
            done += size
        except StoreFull:
            assert _asked(store, book, disk) == before
            return done, 1
    return done, 0


def _asked(store: Store, book: Book, disk: Disk) -> int:
    """The entries of a book whose chain is whole. A server without any room may be unable to read, and then says so."""
    try:
        with store.unit_of_work(read_only=True) as unit:
            assert audit.examine(unit.session, book.book_id).faults == ()
            return unit.journal.count(book.book_id)
    except StoreFull:
        disk.resize(disk.size + 1)
        return _asked(store, book, disk)


def _fills_up_and_recovers(url: str, disk: Disk, last: int) -> dict[str, object]:
    """Full by large imports, then by smaller ones, each time anew with a little more room; the same store goes on."""
    store = open_store(url)
    with store.unit_of_work() as unit:
        book = unit.books.create("full", by="Ana")
    done = refused = 0
    for megabytes in range(FIRST, last, 4):
        disk.resize(max(megabytes, disk.size))
        for size, tries in ((LARGE, 100), (300, 10), (20, 10)):  # small ones may still find a place
            went_in, no = _until_full(store, book, disk, size, tries)
            done, refused = done + went_in, refused + no
            assert no or size < LARGE
    assert done > LARGE
    disk.resize(disk.size + 60)
    with store.unit_of_work() as unit:
        imports.apply(unit, book, _batch("last", LARGE), "Ana")
    store.close()
    store = open_store(url)
    with store.unit_of_work(read_only=True) as unit:
        assert unit.journal.count(book.book_id) == done + LARGE
        assert audit.examine(unit.session, book.book_id).faults == ()
    store.close()
    return {"refused": refused, "entries": done + LARGE}


@pytest.mark.long
def test_full_disk_during_imports_duckdb(disk: Disk, piece: Piece) -> None:
    piece.note(_fills_up_and_recovers(f"duckdb:///{disk.folder / 'counterpoint.duckdb'}", disk, FIRST + 20))


@pytest.mark.long
def test_full_disk_during_imports_postgresql(disk: Disk, piece: Piece) -> None:
    """The tables lie on the small disk; the log of the server does not."""
    programs = databases.programs()
    if programs is None:
        pytest.skip(databases.NOT_INSTALLED)
    space = disk.folder / "space"
    space.mkdir()
    for parent in (disk.folder, *disk.folder.parents):
        if str(parent).startswith("/tmp/") and parent != Path("/tmp"):  # noqa: S108  pytest's folders are private
            parent.chmod(parent.stat().st_mode | 0o011)
    if os.geteuid() == 0:
        shutil.chown(space, "postgres", "postgres")
    with databases.running_server(programs) as server:
        with server.connect() as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{space}'".encode())
            connection.execute("CREATE DATABASE books TEMPLATE template0 TABLESPACE small")
        piece.note(_fills_up_and_recovers(server.url("books"), disk, FIRST + 8))


@pytest.mark.long
def test_full_disk_during_backups(disk: Disk, tmp_path: Path, piece: Piece) -> None:
    """However far a backup gets, the older one stays, and the first one that fits can be restored."""
    home = Home(tmp_path / "home").prepared()
    wb = Workbench(home, open_store(home.database_url))
    with wb.writing() as unit:
        book = unit.books.create("full", by="Ana")
        imports.apply(unit, book, _batch("0", 20_000), "Ana")
        unit.models.add(
            book.book_id, NewModel(digest="d", folder="d", snapshot_digest="s", metrics={}, seconds=1), "Ana"
        )
    (home.bundles / "d").mkdir()
    (home.bundles / "d" / "bundle.json").write_bytes(os.urandom(3_000_000))
    path = disk.folder / "books.zip"
    path.write_bytes(b"older")
    whole = backups.backup(wb, ANA, tmp_path / "whole.zip").size / 2**20
    refused = 0
    for share in _ROOMS:
        disk.resize(share * whole)
        with pytest.raises(BackupFailed, match="No space left"):
            backups.backup(wb, ANA, path)
        refused += 1
        assert [p.name for p in disk.folder.iterdir()] == ["books.zip"]
        assert path.read_bytes() == b"older"
    disk.resize(200)
    report = backups.backup(wb, ANA, path)
    with wb.reading() as unit:
        assert audit.examine(unit.session, book.book_id).faults == ()
    wb.close()
    assert restores.restore(Home(tmp_path / "elsewhere").prepared(), path).broken == ()
    piece.note({"refused": refused, "bytes": report.size})
