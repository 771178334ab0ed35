"""Kills programs in the middle of their work, and asks the book afterwards whether every promise was kept."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.home import Home
from app.services import train
from app.services.workbench import Workbench
from storage import audit, schema, schema_control
from storage.records import Book
from storage.session import UnitOfWork, open_store
from tests.builders import CATALOG
from tests.faults.mortal import KINDS, Mortal

ROOT = Path(__file__).resolve().parents[2]
STARTS = 0.15  # share of kills that may come while the program still starts
_PATIENCE = 60.0  # seconds for one line of the program that is to be killed


@dataclass
class Said:
    """What a killed program said: its last acknowledged head, what it was promised, and the act it was in."""

    head: int
    done: list[dict[str, Any]] = field(default_factory=list)
    begun: dict[str, Any] | None = None

    def add(self, line: str) -> None:
        if not line.endswith("\n"):
            return
        words = json.loads(line)
        if "begin" in words:
            self.begun = words
        else:
            self.begun, self.head = None, words["head"]
            self.done.append(words)


@dataclass
class Tally:
    """What a series of kills came to. ``kept`` acts were committed although their program could not say so any more."""

    kills: int = 0
    acts: int = 0
    amid: int = 0
    kept: int = 0
    entries: int = 0

    def figures(self) -> dict[str, int]:
        return dict(vars(self))


@dataclass
class Place:
    """Where one series of kills happens."""

    home: Path
    url: str
    tally: Tally = field(default_factory=Tally)

    def opened(self) -> Workbench:
        return Workbench(Home(self.home, self.url).prepared(), open_store(self.url))

    def kill(self, kind: str, dice: random.Random) -> None:
        """One program dies at one random moment; then the book is asked, and work goes on in it."""
        wb = self.opened()
        book, head = begin(wb)
        wb.close()
        said = self._doomed(kind, dice, book, head, lambda program: program.kill())
        wb = self.opened()
        try:
            self.check(wb, book, said)
        finally:
            wb.close()

    def check(self, wb: Workbench, book: Book, said: Said) -> None:
        self.tally.kills += 1
        self.tally.acts += len(said.done)
        self.tally.amid += said.begun is not None
        self.tally.kept += kept(wb, book, said)
        goes_on(wb, book)
        with wb.reading() as unit:
            assert audit.examine(unit.session, book.book_id).faults == ()
            self.tally.entries += unit.journal.count(book.book_id)

    def _doomed(
        self, kind: str, dice: random.Random, book: Book, head: int, end: Callable[[subprocess.Popen[str]], None]
    ) -> Said:
        """Start a program, let it work for a random while, end it; what it had said until then."""
        said, seed = Said(head), str(dice.random())
        with subprocess.Popen(
            [sys.executable, "-m", "tests.faults.mortal", str(self.home), self.url, book.name, kind, seed],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        ) as program:  # fmt: skip
            assert program.stdout is not None
            assert program.stderr is not None
            try:
                if dice.random() < STARTS:
                    time.sleep(dice.uniform(0, 1.5))
                else:
                    for line in _until(program, dice.randint(1, 6)):
                        said.add(line)
                    time.sleep(dice.uniform(0, 0.15))
                assert program.poll() is None, program.stderr.read()
                end(program)
            finally:
                program.kill()
            for line in program.stdout:
                said.add(line)
        return said


def _until(program: subprocess.Popen[str], acts: int) -> list[str]:
    """The lines of a program up to so many acknowledged acts."""
    assert program.stdout is not None
    assert program.stderr is not None
    lines: list[str] = []
    until = time.monotonic() + _PATIENCE
    while sum('"done"' in line for line in lines) < acts:
        line = program.stdout.readline()
        assert line, program.stderr.read()
        assert time.monotonic() < until
        lines.append(line)
    return lines


def begin(wb: Workbench) -> tuple[Book, int]:
    """A new book with a catalog, and where its chain stands."""
    with wb.writing() as unit:
        book = unit.books.create(f"Book {len(unit.books.list()) + 1}", by="Ana")
        unit.books.put_accounts(book.book_id, CATALOG, "Ana")
        return book, unit.journal.head(book.book_id)


def goes_on(wb: Workbench, book: Book) -> None:
    """Every kind of work succeeds; nothing of it is acknowledged to anybody."""
    mortal = Mortal(wb, book, random.Random(0), say=lambda **_: None)
    mortal.models = 1
    for kind in KINDS:
        mortal.work(kind)


def kept(wb: Workbench, book: Book, said: Said) -> bool:
    """Raise AssertionError for a promise that was broken; whether the act that nobody acknowledged was committed."""
    with wb.writing():
        pass  # a server may still be busy with the last wish of the dead
    with wb.reading() as unit:
        assert audit.examine(unit.session, book.book_id).faults == ()
        more = unit.journal.head(book.book_id) - said.head
        assert more in (0, said.begun["links"] if said.begun else 0), (more, said.begun)
        _whole(unit, book)
        for act in said.done:
            _stands(unit, book, act, latest=act is _last_of(said, act), begun=said.begun)
        if settled := [x for x in said.done if x.get("champion")]:
            champion = unit.models.champion(book.book_id)
            assert champion is not None
            assert more or champion.digest == settled[-1]["model"]
    _settles(wb, book)
    return bool(more)


def _last_of(said: Said, act: dict[str, Any]) -> dict[str, Any]:
    return [x for x in said.done if x.get("entry") == act.get("entry")][-1]


def _stands(unit: UnitOfWork, book: Book, act: dict[str, Any], *, latest: bool, begun: dict[str, Any] | None) -> None:
    """One acknowledged act is in the book, as it was acknowledged."""
    if act["done"] == "import":
        entries = sa.select(schema.entries.c.entry_id).where(schema.entries.c.batch_id == act["batch"])
        lines = sa.select(sa.func.count(), sa.func.sum(sa.case((_LINES.side == "D", _LINES.amount), else_=0)))
        found = unit.session.execute(lines.where(_LINES.entry_id.in_(entries))).one()
        assert unit.session.scalar(sa.select(sa.func.count()).select_from(entries.subquery())) == act["entries"]
        assert (found[0], found[1]) == (act["lines"], Decimal(act["debit"]))
    elif "model" in act:
        assert [m.digest for m in unit.models.list(book.book_id)].count(act["model"]) == 1
    else:
        detail = unit.journal.entry(book.book_id, act["entry"])
        assert any(d.sequence == act["decided"] for d in detail.decisions) or not act["decided"]
        assert len(detail.versions) >= act["version"]
        at = unit.reviews.standing(book.book_id, act["entry"])
        if latest and begun is None:
            assert (at.state.value, at.seen.version, at.seen.decided) == (act["state"], act["version"], act["decided"])


_LINES = schema.lines.c


def _whole(unit: UnitOfWork, book: Book) -> None:
    """No half entry: a version has lines and a header has a version, a batch has the entries that it counts."""
    e, v, b = schema.entries.c, schema.versions.c, schema.batches.c

    def count(query: sa.Select[Any]) -> int:
        return unit.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0

    mine = (
        sa.select(e.entry_id).where(e.book_id == book.book_id),
        sa.select(v.version_id).where(v.book_id == book.book_id),
    )
    assert count(mine[0].where(~sa.exists().where(v.entry_id == e.entry_id))) == 0
    assert count(mine[1].where(~sa.exists().where(_LINES.version_id == v.version_id))) == 0
    assert count(mine[1].where(~sa.exists().where(e.entry_id == v.entry_id))) == 0
    lines = sa.select(_LINES.version_id).where(_LINES.book_id == book.book_id)
    assert count(lines.where(~sa.exists().where(v.version_id == _LINES.version_id))) == 0
    for batch_id, new in unit.session.execute(sa.select(b.batch_id, b.new).where(b.book_id == book.book_id)).all():
        assert count(mine[0].where(e.batch_id == batch_id)) == new
    posted = sa.select(schema.decisions.c.entry_id).where(
        schema.decisions.c.book_id == book.book_id, schema.decisions.c.act == "posted"
    )
    assert count(posted) == count(sa.select(schema_control.postings.c.entry_id).where(
        schema_control.postings.c.book_id == book.book_id
    ))  # fmt: skip


def _settles(wb: Workbench, book: Book) -> None:
    """Runs whose settling was cut off are settled now, each model once, and the book has one in use."""
    train.settle_all(wb)
    mine = [run for run in wb.jobs.names() if wb.jobs.about(run)["book"] == book.name]
    runs = [run for run in mine if (wb.jobs.folder(run) / "status.json").exists()]  # the kill may come before its end
    with wb.reading() as unit:
        models = unit.models.list(book.book_id)
        assert all([m.folder for m in models].count(run) == 1 for run in runs)
        assert sum(m.champion for m in models) == bool(models)
    assert all((wb.jobs.folder(run) / "settled.json").exists() for run in runs)
