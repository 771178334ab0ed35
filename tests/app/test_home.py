"""The home folder: its layout, its permissions, and what it says when it cannot be used."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.home import Home, HomeUnusable
from app.owner_socket import Request


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_layout_and_permissions(tmp_path: Path) -> None:
    home = Home.from_env({"COUNTERPOINT_HOME": str(tmp_path / "a" / "home")})
    assert home.path == tmp_path / "a" / "home"
    assert sorted(p.name for p in home.path.iterdir()) == ["bundles", "documents", "logs", "runs"]
    assert {mode(p) for p in (home.path, home.bundles, home.documents, home.logs, home.runs)} == {0o700}
    assert home.database_url == f"duckdb:///{home.path}/counterpoint.duckdb"
    assert home.socket_path == home.path / "socket"
    assert home.owned_file


def test_a_folder_that_was_there_keeps_its_permissions_and_what_is_made_in_it_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    home = Home.from_env({"COUNTERPOINT_HOME": str(folder)})
    assert mode(folder) == 0o755
    assert {mode(p) for p in (home.bundles, home.documents, home.logs, home.runs)} == {0o700}


def test_another_database(tmp_path: Path) -> None:
    url = "postgresql+psycopg://books@localhost/books"
    home = Home.from_env({"COUNTERPOINT_HOME": str(tmp_path), "COUNTERPOINT_DATABASE_URL": url})
    assert home.database_url == url
    assert not home.owned_file


def test_its_password_is_never_written_out(tmp_path: Path) -> None:
    url = "postgresql+psycopg://books:s3cret@localhost/books"
    home = Home.from_env({"COUNTERPOINT_HOME": str(tmp_path), "COUNTERPOINT_DATABASE_URL": url})
    assert "s3cret" not in f"{home!r} {Request('hello', {}, home.database_url)!r} {Request('x', {}, url).encoded()!r}"


def test_without_the_variable_it_is_in_the_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Home.from_env({}).path == tmp_path / ".counterpoint"
    assert Home.from_env({"COUNTERPOINT_HOME": "~/other"}).path == tmp_path / "other"


def test_a_file_in_its_place_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(HomeUnusable, match="COUNTERPOINT_HOME"):
        Home.from_env({"COUNTERPOINT_HOME": str(tmp_path / "home")})
