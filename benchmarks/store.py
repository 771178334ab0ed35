"""The store on DuckDB: a large import against a bare ``INSERT ... SELECT`` of the same rows, and journal searches.

Bare means: the rows lie ready in Parquet files and go into the same tables with the same constraints, with no digest,
no chain and no check. What is timed of the store is `storage.imports.apply` of staged entries with its commit.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.machine import in_turns, milliseconds, peak
from benchmarks.store_ledger import ledger, write_fec
from engine.journal import State
from storage import importers, imports
from storage.records import JournalQuery, Staged
from storage.session import Store, UnitOfWork, open_store

ENTRIES = 300_000  # about a million lines
ROUNDS = 3
_TABLES = ("entries", "versions", "lines")
_BOOK = "large"

_ON_FOUR = "version_id IN (SELECT version_id FROM lines WHERE starts_with(account, '4'))"
# Each search with the condition that says the same in plain SQL.
_SEARCHES = {
    "everything": (JournalQuery(), "true"),
    "everything, page 200": (JournalQuery(page=200), "true"),
    "one word": (JournalQuery(text="Lenz"), "contains(searchable, 'lenz')"),
    "two words": (
        JournalQuery(text="miete Müller"), "contains(searchable, 'miete') AND contains(searchable, 'muller')",
    ),
    "a number": (JournalQuery(text="RE-77123"), "contains(searchable, 're-77123')"),
    "account": (
        JournalQuery(account="3100"), "version_id IN (SELECT version_id FROM lines WHERE account = '3100')",
    ),
    "accounts": (
        JournalQuery(account="31*"), "version_id IN (SELECT version_id FROM lines WHERE starts_with(account, '31'))",
    ),
    "amounts": (JournalQuery(amount_from=Decimal(100), amount_to=Decimal(200)), "total BETWEEN 100 AND 200"),
    "month": (
        JournalQuery(since=date(2020, 3, 1), until=date(2020, 3, 31)), "date BETWEEN '2020-03-01' AND '2020-03-31'",
    ),
    "state": (JournalQuery(state=State.BOOKED_ELSEWHERE), "batch_id <> ''"),
    "journal": (JournalQuery(journal="BK"), "(journal = 'BK' OR starts_with(journal, 'BK '))"),
    "combined": (
        JournalQuery(text="miete", account="4*", since=date(2019, 1, 1), amount_from=Decimal(50), journal="ER"),
        f"contains(searchable, 'miete') AND date >= '2019-01-01' AND total >= 50 AND journal ^@ 'ER ' AND {_ON_FOUR}",
    ),
}  # fmt: skip


def store(entries: int = ENTRIES, rounds: int = ROUNDS) -> dict[str, Any]:
    """Seconds of an import and of the bare one, their ratio, of a file's way in, and milliseconds of searches.

    ``ratio`` is the import's speed as a share of the bare one's, each at its best of ``rounds``.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        staged = ledger(entries)
        held = peak()
        taken, bare = [], []
        for n in range(rounds):  # in turns, so that a busy machine is busy for both
            taken.append(_import(folder / f"{n}.duckdb", staged))
            if not n:
                _write_parquet(folder / "0.duckdb", folder)
            bare.append(_bare_import(folder / f"bare{n}.duckdb", folder))
        imported = peak()
        best, ideal = min(taken), min(bare)
        found = {
            "entries": entries, "lines": staged.line_count, "import_s": round(best, 2), "bare_s": round(ideal, 2),
            "ratio": round(ideal / best, 3), "lines_per_s": round(staged.line_count / best),
            "ledger_mb": held, "import_peak_mb": imported, **_from_file(folder, staged, ideal),
        }  # fmt: skip
        opened = open_store(f"duckdb:///{folder / '0.duckdb'}")
        try:
            return {**found, **_searches(opened)}
        finally:
            opened.close()


def _import(database: Path, staged: Staged) -> float:
    opened = open_store(f"duckdb:///{database}")
    try:
        with opened.unit_of_work() as unit:
            book = unit.books.create(_BOOK)
        start = time.perf_counter()
        with opened.unit_of_work() as unit:
            imports.apply(unit, book, staged, "benchmark")
        return time.perf_counter() - start
    finally:
        opened.close()


def _write_parquet(database: Path, folder: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in _TABLES:
            connection.execute(f"COPY {table} TO '{folder / table}.parquet' (FORMAT parquet)")


def _bare_import(database: Path, folder: Path) -> float:
    open_store(f"duckdb:///{database}").close()  # the same tables with the same constraints, empty
    with duckdb.connect(str(database)) as connection:
        start = time.perf_counter()
        connection.execute("BEGIN")
        for table in _TABLES:
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM read_parquet('{folder / table}.parquet')")  # noqa: S608
        connection.execute("COMMIT")
        return time.perf_counter() - start


def _from_file(folder: Path, staged: Staged, ideal: float) -> dict[str, float]:
    """A FEC of the same ledger: seconds to read and stage it, and until it is in the database."""
    file = write_fec(staged.entries, folder / "large.txt")
    start = time.perf_counter()
    read = importers.read(file)
    staging = time.perf_counter() - start
    whole = staging + _import(folder / "file.duckdb", read)
    return {"file_mb": round(file.stat().st_size / 2**20, 1), "read_s": round(staging, 2), "file_s": round(whole, 2),
            "file_ratio": round(ideal / whole, 3), "file_peak_mb": peak()}  # fmt: skip


def _searches(opened: Store) -> dict[str, Any]:
    """Each search in turn with the bare statements that answer the same; raises where they differ."""
    with opened.unit_of_work(read_only=True) as unit:
        book_id = unit.books.get(_BOOK).book_id
        tasks: dict[str, Callable[[int], object]] = {}
        for name, (query, where) in _SEARCHES.items():
            _same(name, _answer(unit, book_id, query), _bare_answer(unit, book_id, query, where))
            tasks[name] = partial(_timed, partial(_answer, unit, book_id, query))
            tasks[f"{name}, bare"] = partial(_timed, partial(_bare_answer, unit, book_id, query, where))
        taken = milliseconds(in_turns(tasks, 5))
    found = {
        name: {"ms": taken[name], "bare_ms": taken[f"{name}, bare"],
               "ratio": round(taken[name] / taken[f"{name}, bare"], 2)}
        for name in _SEARCHES
    }  # fmt: skip
    return {"searches": found, "search_median_ms": round(statistics.median(taken[name] for name in _SEARCHES), 1),
            "search_slowest_ms": max(taken[name] for name in _SEARCHES)}  # fmt: skip


_Answer = tuple[int, Decimal, list[str]]


def _timed(ask: Callable[[], _Answer], _turn: int) -> _Answer:
    """A stopwatch tells its turn, which is no matter to a search."""
    return ask()


def _answer(unit: UnitOfWork, book_id: str, query: JournalQuery) -> _Answer:
    found = unit.journal.search(book_id, query)
    return found.total, found.amount, [e.entry_id for e in found.rows]


def _bare_answer(unit: UnitOfWork, book_id: str, query: JournalQuery, where: str) -> _Answer:
    """Count and sum, the page's headers, and its lines: right only where every entry has one version and no act."""
    run = unit.session.connection().exec_driver_sql
    # Nothing here comes from a user: the conditions are constants of this module, the ids the store's own.
    source = f"FROM entries JOIN versions USING (entry_id) WHERE entries.book_id = '{book_id}' AND {where}"
    count, amount = run(f"SELECT count(*), sum(total) {source}").one()
    ids = f"SELECT entry_id {source} ORDER BY date DESC, position DESC LIMIT {query.size} OFFSET {_offset(query)}"
    both = "SELECT entries.*, version_id, total FROM entries JOIN versions USING (entry_id)"
    page = run(f"{both} WHERE entry_id IN ({ids}) ORDER BY date DESC, position DESC").all()
    if page:
        versions = ", ".join(f"'{r.version_id}'" for r in page)
        run(f"SELECT * FROM lines WHERE version_id IN ({versions}) ORDER BY version_id, number").all()  # noqa: S608
    return count, Decimal(amount or 0), [r.entry_id for r in page]


def _offset(query: JournalQuery) -> int:
    return (query.page - 1) * query.size


def _same(name: str, found: _Answer, bare: _Answer) -> None:
    if found != bare:
        raise RuntimeError(f"the search {name!r} found {found[:2]}, the bare statement {bare[:2]}")
