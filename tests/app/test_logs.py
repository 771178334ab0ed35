"""What is logged about real errors: neither secrets nor contents, and nothing that looks like another record."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.logs import Formatter, log_into, redacted, traced
from app.mishap import mishap
from storage import schema
from storage.session import Store, open_store

SECRET = "s3cr:et@Pa/ss"


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql+psycopg://books:{SECRET}@db.example:5432/books", f"password='{SECRET}' host=db",
        f'"token": "{SECRET}"', f"Authorization: Bearer {SECRET}", f"GET /sign-in?ticket={SECRET}&page=1",
        f"?code={SECRET}", f"PASSWORD={SECRET}", f"cookie: {SECRET}",
    ],
)  # fmt: skip
def test_secrets_are_cut(text: str) -> None:
    out = redacted(text)
    assert not any(part in out for part in (SECRET, "s3cr", "et@", "Pa/ss"))
    assert "***" in out


@pytest.mark.parametrize("text", ["Account code: 4210", "http://localhost:8501/x", "state: draft", "a@b.example 12:30"])
def test_other_words_stay(text: str) -> None:
    assert redacted(text) == text


def fails_with_local() -> None:
    password = SECRET
    raise ValueError(len(password))


def test_a_traceback_shows_no_values() -> None:
    with pytest.raises(ValueError) as found:
        fails_with_local()
    text = traced(found.value)
    assert "fails_with_local" in text
    assert SECRET not in text


def test_a_failed_statement_does_not_show_what_it_was_to_write(store_here: Store) -> None:
    """Type and statement help to mend it; the description of an entry in it would be a client's secret."""
    row = {"book_id": "x", "name": "Mandant Geheim"}
    with pytest.raises(sa.exc.DBAPIError) as found, store_here.unit_of_work() as unit:
        unit.session.execute(sa.insert(schema.books), [row])
    assert "Mandant Geheim" not in str(found.value)
    assert "Mandant Geheim" not in traced(found.value)


@pytest.fixture
def store_here(tmp_path: Path) -> Store:
    return open_store(f"duckdb:///{tmp_path / 'a.duckdb'}")


def test_one_record_is_one_line_whatever_is_in_it() -> None:
    with pytest.raises(ValueError) as found:
        int("a\n2026-01-01 00:00:00 1 root ERROR forged")
    info = (ValueError, found.value, found.value.__traceback__)
    evil = "Book\n2026-01-01 00:00:00 1 root ERROR forged\x1b[2J"
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "no book %r %s", ("b", evil), info)
    first, *others = Formatter().format(record).splitlines()
    assert "\\u000a2026" in first
    assert others
    assert all(line.startswith("    ") for line in others)


def test_files_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    log_into(tmp_path)
    logging.getLogger("x").warning("password=%s", SECRET)
    said = mishap(ValueError(f"password={SECRET}"), tmp_path)
    files = sorted(tmp_path.iterdir())
    assert [f.name.split("-")[0] for f in files] == ["counterpoint.log", "error"]
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
    assert SECRET not in said + "".join(f.read_text() for f in files)
    for handler in root.handlers:
        handler.close()
