from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.commands import carry_out, serve
from app.home import Home
from app.services import backup as backups
from app.services import restore as restores
from app.services import verify
from app.services.access import NOBODY, NotAllowed
from app.services.archive import MANIFEST, BackupFailed, BackupUnusable
from app.services.workbench import Workbench, open_workbench
from storage import imports
from storage.full import StoreFull
from storage.models import NewModel
from storage.records import Staged
from storage.session import open_store
from storage.tables import metadata
from storage.transfer import TABLES
from tests.app.conftest import ANA, FillBook, counterpoint
from tests.builders import CATALOG, some_entries
from tests.databases import on_duckdb


@pytest.fixture
def lived(wb: Workbench, fill: FillBook) -> Workbench:
    """A home with a book, a model that is a folder of two files, a document, an ended run and one under way."""
    book = fill(wb)
    bundle = wb.home.bundles / "20251123-a"
    (bundle / "memory").mkdir(parents=True)
    (bundle / "weights.safetensors").write_bytes(os.urandom(3_000_000))
    (bundle / "memory" / "texts.json").write_text('["Miete"]')
    (wb.home.documents / "receipt 1.pdf").write_bytes(b"%PDF")
    for run, settled in (("20251123-a", True), ("20251123-b", False)):
        folder = wb.home.runs / run
        (folder / "snapshot").mkdir(parents=True)
        (folder / "snapshot" / "lines.parquet").write_bytes(b"secret")
        (folder / "about.json").write_text('{"book": "test"}')
        if settled:
            (folder / "settled.json").write_text('{"state": "done"}')
    with wb.writing() as uow:
        model = NewModel(digest="d", folder=bundle.name, snapshot_digest="s", metrics={"exact": 0.5}, seconds=1)
        uow.models.add(book.book_id, model, "Ana")
        uow.models.set_champion(book.book_id, "d", "Ana")
    verify.write_anchor(wb, book.book_id, "period close")
    return wb


@pytest.fixture
def elsewhere(tmp_path: Path) -> Home:
    return Home(tmp_path / "elsewhere").prepared()


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    store = open_store(url)
    try:
        with store.unit_of_work(read_only=True) as uow:
            found = {t.name: [tuple(r) for r in uow.session.execute(sa.select(t))] for t in metadata.sorted_tables}
        return {name: sorted(found[name], key=str) for name in found}
    finally:
        store.close()


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_restored_home_is_the_home_that_was_backed_up(lived: Workbench, tmp_path: Path, elsewhere: Home) -> None:
    path = tmp_path / "a.zip"
    report = backups.backup(lived, ANA, path)
    assert report.books == ("test",)
    assert report.missing == ()
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert list(tmp_path.glob(".*")) == []
    lived.close()
    done = restores.restore(elsewhere, path)
    assert (done.books, done.broken, done.aside) == (("test",), (), None)
    assert rows(elsewhere.database_url) == rows(lived.home.database_url)
    assert files(elsewhere.bundles) == files(lived.home.bundles)
    assert files(elsewhere.documents) == files(lived.home.documents)
    assert set(files(elsewhere.anchors)) > set(files(lived.home.anchors))
    assert set(files(elsewhere.runs)) == {"20251123-a/about.json", "20251123-a/settled.json"}
    assert list(elsewhere.path.glob(".restore*")) == []
    again = open_workbench(elsewhere)
    try:
        assert verify.verify(again, ANA, "test").whole
        assert again.predictors.champion(again.book("test")) is not None
    finally:
        again.close()


def test_only_who_runs_the_installation_makes_backups(lived: Workbench, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        backups.backup(lived, NOBODY, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_sign_ins_stay_behind() -> None:
    assert {"sessions", "tickets"}.isdisjoint(t.name for t in TABLES)


@on_duckdb
def test_a_backup_goes_through_the_workbench_that_runs(lived: Workbench, tmp_path: Path, elsewhere: Home) -> None:
    path = tmp_path / "a.zip"
    server = serve(lived)
    assert server is not None
    try:
        done = counterpoint("backup", str(path), home=lived.home.path)
        assert (done.returncode, path.exists()) == (0, True), done.stderr
        checked = counterpoint("verify", "test", home=lived.home.path)
        assert (checked.returncode, "is whole" in checked.stdout) == (0, True), checked.stderr
        refused = counterpoint("restore", str(path), "--force", home=lived.home.path)
        assert refused.returncode == 1
        assert f"in use by a workbench (process {os.getpid()})" in refused.stderr
        assert not list(lived.home.path.glob("replaced*"))
    finally:
        server.close()


@on_duckdb
def test_without_a_socket_the_owner_of_the_file_is_named(lived: Workbench, tmp_path: Path) -> None:
    for words in (("backup", str(tmp_path / "b.zip")), ("verify", "test"), ("restore", str(tmp_path / "b.zip"))):
        done = counterpoint(*words, home=lived.home.path)
        assert done.returncode == 1
        assert f"PID {os.getpid()}" in done.stderr or f"process {os.getpid()}" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


@on_duckdb
def test_a_home_that_holds_something_is_moved_aside_only_when_told(lived: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    backups.backup(lived, ANA, path)
    lived.close()
    before = files(lived.home.path / "bundles")
    with pytest.raises(restores.HomeNotEmpty, match=r"counterpoint\.duckdb, bundles, runs, documents, anchors"):
        restores.restore(lived.home, path)
    done = restores.restore(lived.home, path, force=True)
    assert done.aside is not None
    assert files(done.aside / "bundles") == before
    assert (done.aside / "counterpoint.duckdb").exists()
    assert files(lived.home.bundles) == before


@pytest.fixture
def archive(lived: Workbench, tmp_path: Path) -> Path:
    path = tmp_path / "a.zip"
    backups.backup(lived, ANA, path)
    lived.close()
    return path


@on_duckdb
@pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
def test_a_backup_of_a_file_goes_into_an_empty_server_and_into_no_other(
    archive: Path, empty_database: str, tmp_path: Path
) -> None:
    home = Home(tmp_path / "team", empty_database).prepared()
    assert restores.restore(home, archive).broken == ()
    assert len(rows(home.database_url)["entries"]) == len(some_entries())
    assert not home.database_file.exists()
    with pytest.raises(restores.HomeNotEmpty, match="database holds test"):
        restores.restore(home, archive, force=True)


def refused(home: Home, path: Path) -> str:
    """Why a backup is not restored; the home stays empty."""
    with pytest.raises(BackupUnusable) as error:
        restores.restore(home, path)
    assert not home.database_file.exists()
    assert files(home.path) == {}
    return str(error.value)


@on_duckdb
def test_a_truncated_archive_is_refused(archive: Path, elsewhere: Home) -> None:
    content = archive.read_bytes()
    for share in (0.0, 0.1, 0.9, 0.999):
        archive.write_bytes(content[: int(len(content) * share)])
        assert "damaged or no backup" in refused(elsewhere, archive)


@on_duckdb
def test_one_flipped_bit_in_any_member_is_refused(archive: Path, elsewhere: Home) -> None:
    with zipfile.ZipFile(archive) as opened:
        infos = [i for i in opened.infolist() if i.file_size]
    content = archive.read_bytes()
    for info in infos[:: len(infos) // 6]:
        at = info.header_offset + 30 + len(info.filename.encode()) + 20 + info.file_size // 2
        damaged = bytearray(content)
        damaged[at] ^= 4
        archive.write_bytes(damaged)
        assert info.filename in refused(elsewhere, archive) or info.filename == MANIFEST


def rewritten(archive: Path, change: dict[str, bytes]) -> Path:
    """The same archive with members replaced or added by somebody who writes zip files correctly."""
    path = archive.with_name("b.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            if info.filename not in change:
                new.writestr(info.filename, old.read(info))
        for name, content in change.items():
            new.writestr(name, content)
    return path


@on_duckdb
def test_a_member_that_was_exchanged_added_or_renamed_is_refused(archive: Path, elsewhere: Home) -> None:
    with zipfile.ZipFile(archive) as opened:
        manifest = opened.read(MANIFEST).decode()
    lines = "tables/lines.parquet"
    with zipfile.ZipFile(archive) as opened:
        size = opened.getinfo(lines).file_size
    assert "digest of the manifest" in refused(elsewhere, rewritten(archive, {lines: b"x" * size}))
    assert "members are not those" in refused(elsewhere, rewritten(archive, {"documents/more": b"x"}))
    for evil in ("../../evil", "/etc/evil", "documents/../../evil", "documents\\\\evil", "evil", "logs/evil"):
        hostile = manifest.replace("documents/receipt 1.pdf", evil)
        assert "which no backup has" in refused(elsewhere, rewritten(archive, {MANIFEST: hostile.encode(), evil: b"x"}))
    assert not list(archive.parent.rglob("evil"))


@on_duckdb
def test_a_backup_of_a_newer_release_is_refused(archive: Path, elsewhere: Home) -> None:
    with zipfile.ZipFile(archive) as opened:
        manifest = opened.read(MANIFEST).decode()
    newer = rewritten(archive, {MANIFEST: manifest.replace('"schema": "0', '"schema": "9').encode()})
    assert "Install the newer release" in refused(elsewhere, newer)


def test_what_is_no_backup_is_refused(elsewhere: Home, tmp_path: Path) -> None:
    assert "no such file" in refused(elsewhere, tmp_path / "none.zip")
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as other:
        other.writestr("a.jpg", "x")
    assert "has no manifest" in refused(elsewhere, tmp_path / "photos.zip")


@pytest.fixture
def file_limit() -> Iterator[None]:
    """Files may grow to one megabyte: the same errors as a full disk, without being root."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_backup_without_room_leaves_the_older_one(lived: Workbench, tmp_path: Path, file_limit: None) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"older")
    with pytest.raises(BackupFailed, match=r"was not written: .*[Ff]ile too large"):
        backups.backup(lived, ANA, path)
    assert path.read_bytes() == b"older"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert verify.verify(lived, ANA, "test").whole


@on_duckdb
def test_a_backup_into_a_folder_that_is_not_there_says_so(lived: Workbench, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="folder does not exist"):
        backups.backup(lived, ANA, tmp_path / "none" / "a.zip")
    with pytest.raises(BackupFailed, match="is a folder"):
        backups.backup(lived, ANA, tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of eight megabytes, where this is root and may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=False)
    if not done or done.returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_during_an_import_loses_nothing(small_disk: Path) -> None:
    store = open_store(f"duckdb:///{small_disk / 'counterpoint.duckdb'}")
    with store.unit_of_work() as uow:
        book = uow.books.create("test", by="Ana")
        few = Staged(book_hint="", format="t", reason="r", accounts=CATALOG, entries=some_entries(10))
        imports.apply(uow, book, few, "Ana")
    many = Staged(book_hint="", format="t", reason="r", accounts=CATALOG, entries=some_entries(20_000))
    with pytest.raises(StoreFull, match=r"no room left for .*counterpoint\.duckdb"), store.unit_of_work() as uow:
        imports.apply(uow, book, many, "Ana")
    with store.unit_of_work(read_only=True) as uow:
        assert uow.journal.count(book.book_id) == 10
    store.close()
    again = open_store(f"duckdb:///{small_disk / 'counterpoint.duckdb'}")
    with again.unit_of_work(read_only=True) as uow:
        assert uow.journal.count(book.book_id) == 10
        assert [b.name for b in uow.books.list()] == ["test"]
    again.close()


@on_duckdb
def test_a_restore_without_room_leaves_the_home_as_it_was(archive: Path, small_disk: Path) -> None:
    home = Home(small_disk / "home").prepared()
    (home.path / "filler").write_bytes(bytes(7_000_000))
    with pytest.raises(restores.RestoreFailed, match="No space left"):
        restores.restore(home, archive)
    assert not home.database_file.exists()
    assert list(home.path.glob(".restore*")) == []


@on_duckdb
def test_verify_answers_with_its_exit_code(lived: Workbench) -> None:
    lived.close()
    with open_store(lived.home.database_url).unit_of_work(read_only=True) as uow:
        assert uow.books.list()
    sound = carry_out(lived.home, "verify", {"book": "test"}, lambda _: None)
    assert sound.code == 0
    assert any("Unchanged since the anchor of" in line for line in sound.text)
    (anchor,) = lived.home.anchors.rglob("*.json")
    anchor.write_text("{}")
    broken = carry_out(lived.home, "verify", {"book": "test"}, lambda _: None)
    assert broken.code == 1
    assert any("is no anchor" in line for line in broken.text)
