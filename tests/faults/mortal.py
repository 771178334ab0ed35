"""A program that works on a book until somebody kills it, and says on its standard output what it was promised.

``python -m tests.faults.mortal HOME URL BOOK KIND SEED``: a line ``{"begin": act, "links": n}`` before each
transaction, n being what it adds to the book's chain, and ``{"done": act, ...}`` after its commit.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.home import Home
from app.jobs import write_json
from app.services import review, train
from app.services.access import Who
from app.services.workbench import Workbench
from engine.journal import Line, Side
from storage import imports
from storage.acts import Edit
from storage.identity import new_id
from storage.models import NewModel
from storage.records import MODEL, PERSON, Book, NewEntry, Staged
from storage.session import open_store
from tests.builders import some_entries

ANA, BEN, CEM = (Who.console(name) for name in ("Ana", "Ben", "Cem"))
KINDS = ("imports", "decisions", "promotions")
SIZES = (1, 20, 200, 1500)  # entries of an import
Facts = dict[str, Any]


def say(**words: object) -> None:
    """One line, which the other end has as soon as this returns, whatever happens to this process."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


@dataclass
class Mortal:
    """Work of three kinds on one book; each method is a few transactions."""

    wb: Workbench
    book: Book
    dice: random.Random
    say: Callable[..., None] = say
    models: int = field(default=0, init=False)

    def work(self, kind: str) -> None:
        {"imports": self.imports, "decisions": self.decisions, "promotions": self.promotions}[kind]()

    def imports(self) -> None:
        """A batch of new entries from one to many."""
        tag, size = new_id(), self.dice.choice(SIZES)
        entries = tuple(
            replace(e, entry_id=f"{tag} {e.entry_id}", description=f"{e.description} {tag}") for e in some_entries(size)
        )
        staged = Staged(book_hint="", format="t", reason="t", accounts=(), entries=entries)

        def bring() -> Facts:
            done = self.wb.store.write(lambda u: imports.apply(u, self.book, staged, ANA.id, file_name=tag))
            return {"batch": done.batch_id, "entries": done.new, "lines": done.lines, "debit": str(done.debit)}

        self._act("import", 1, bring)

    def decisions(self) -> None:
        """One entry from its draft to its posting, now and then by way of a correction or a return."""
        entry = self._act("draft", 3, self._draft)["entry"]
        self._decide("submit", 1, entry, lambda seen: review.submit(*self._as(ANA, entry), seen, no_document="none"))
        if self.dice.random() < 0.3:
            edit = Edit(lines=self._lines("4200"))
            self._decide("correct", 2, entry, lambda seen: review.correct(*self._as(BEN, entry), seen, edit))
        if self.dice.random() < 0.3:
            self._decide("return", 1, entry, lambda seen: review.give_back(*self._as(CEM, entry), seen, "4200?"))
            self._decide("submit", 1, entry, lambda seen: review.submit(*self._as(ANA, entry), seen, no_document="x"))
        self._decide("approve", 1, entry, lambda seen: review.approve(*self._as(CEM, entry), seen))
        self._decide("post", 1, entry, lambda seen: review.post(*self._as(CEM, entry), seen))

    def promotions(self) -> None:
        """A run that has ended is settled (the first model of a book goes into use), or a model is released."""
        if self.models and self.dice.random() < 0.5:
            self._act("release", 1, self._release)
        else:
            run = self._run()
            self._act("settle", 0 if self.models else 1, lambda: self._settle(run))
        self.models += 1

    def _act(self, act: str, links: int, does: Callable[[], Facts]) -> Facts:
        self.say(begin=act, links=links)
        facts = does()
        with self.wb.reading() as unit:
            head = unit.journal.head(self.book.book_id)
        self.say(done=act, head=head, **facts)
        return facts

    def _decide(self, act: str, links: int, entry: str, does: Callable[[review.Seen], object]) -> None:
        def both() -> Facts:
            with self.wb.reading() as unit:
                seen = unit.reviews.standing(self.book.book_id, entry).seen
            does(seen)
            return self._standing(entry)

        self._act(act, links, both)

    def _standing(self, entry: str) -> Facts:
        with self.wb.reading() as unit:
            at = unit.reviews.standing(self.book.book_id, entry)
        return {"entry": entry, "state": at.state.value, "version": at.seen.version, "decided": at.seen.decided}

    def _as(self, who: Who, entry: str) -> tuple[Workbench, Who, str, str]:
        return self.wb, who, self.book.name, entry

    def _lines(self, account: str) -> tuple[Line, ...]:
        amount = Decimal(self.dice.randint(1, 500_000)) / 100
        return (
            Line(account=account, side=Side.DEBIT, amount=amount),
            Line(account="0420", side=Side.CREDIT, amount=amount),
        )

    def _draft(self) -> Facts:
        new = NewEntry(description="Miete", date=date(2025, 3, 3), currency="EUR", journal="ER")
        with self.wb.writing() as unit:
            entry = unit.journal.open_entry(self.book.book_id, new, ANA.id)
            unit.journal.add_version(entry, self._lines("4970"), author="model", origin=MODEL)
            unit.journal.add_version(entry, self._lines("4210"), author=ANA.id, origin=PERSON)
        return self._standing(entry)

    def _release(self) -> Facts:
        digest = new_id()
        self._bundle(digest)
        model = NewModel(digest=digest, folder=digest, snapshot_digest="s", metrics={"exact": 0.5}, seconds=1)
        with self.wb.writing() as unit:
            unit.models.add(self.book.book_id, model, ANA.id)
            unit.models.set_champion(self.book.book_id, digest, ANA.id, "better")
        return {"model": digest, "champion": True}

    def _run(self) -> str:
        """What a training leaves when it is done."""
        about = {"book": self.book.name, "book_id": self.book.book_id, "by": ANA.id, "snapshot": "s"}
        run = self.wb.jobs.prepare(about)
        self._bundle(run)
        write_json(self.wb.jobs.folder(run) / "status.json", {"state": "done", "digest": new_id(), "metrics": {}})
        return run

    def _bundle(self, folder: str) -> None:
        """A model whose file is missing counts as broken, and the next one takes its place."""
        path = self.wb.home.bundles / folder
        path.mkdir()
        (path / "bundle.json").write_text("{}")

    def _settle(self, run: str) -> Facts:
        digest = train.settle(self.wb, run).digest
        return {"run": run, "model": digest, "champion": not self.models}


def main(home: str, url: str, book: str, kind: str, seed: str) -> None:
    """Work until the end, which comes from outside."""
    dice = random.Random(seed)
    wb = Workbench(Home(Path(home), url).prepared(), open_store(url))
    if url.startswith("duckdb") and dice.random() < 0.5:  # the file itself is rewritten more often than usual
        with wb.reading() as unit:
            unit.session.execute(sa.text("SET GLOBAL checkpoint_threshold = '32KB'"))
    mortal = Mortal(wb, wb.book(book), dice)
    while True:
        mortal.work(kind)


if __name__ == "__main__":
    main(*sys.argv[1:])
