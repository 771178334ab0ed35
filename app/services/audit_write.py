"""Writes the audit file of a fiscal year, table by table, and counts what it writes a second time."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.services import audit_process
from app.services.access import Who
from app.services.audit_file import Folder
from app.services.audit_process import Facts
from app.services.audit_report import AuditReport, Check, readme, year_json
from app.services.verify import Verdict, verdict
from app.services.workbench import Workbench
from engine.journal import AccountType
from storage import anchors, evidence_checks
from storage.anchors import Anchor
from storage.balances import RESULT, Balance, trial_balance
from storage.evidence import TABLES, Cell, Scope, plain
from storage.identity import utc_now
from storage.records import Book
from storage.rows import plain_money
from storage.session import UnitOfWork

Progress = Callable[[str], None]
_ZERO = Decimal(0)
_BALANCES = ("account", "name", "before", "entered", "opening", "debit", "credit", "closing")


@dataclass(slots=True)
class _Tally:
    """Adds the lines up while they are written, so that the trial balance is held against the very rows of the file."""

    entered: dict[str, Decimal] = field(default_factory=dict)
    moved: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    uneven: dict[str, Decimal] = field(default_factory=dict)

    def watch(self, names: Sequence[str], rows: Iterator[list[Cell]]) -> Iterator[list[Cell]]:
        wanted = [names.index(name) for name in ("counts", "entry_id", "account", "side", "amount", "opens")]
        for row in rows:
            counts, entry, account, side, amount, opens = (row[n] for n in wanted)
            if counts == "yes" and isinstance(amount, Decimal):
                signed = amount if side == "D" else -amount
                self._balance(str(entry), signed)
                if opens == "yes":
                    self.entered[str(account)] = self.entered.get(str(account), _ZERO) + signed
                else:
                    debit, credit = self.moved.get(str(account), (_ZERO, _ZERO))
                    self.moved[str(account)] = (debit + amount, credit) if side == "D" else (debit, credit + amount)
            yield row

    def departs(self, rows: Sequence[Balance]) -> list[str]:
        """Accounts of a trial balance that are not the sum of the lines that were watched."""
        entered = {b.account: b.entered for b in rows if b.entered}
        moved = {b.account: (b.debit, b.credit) for b in rows if b.debit or b.credit}
        tallied = {a: x for a, x in self.moved.items() if any(x)}
        off = {a for a in {*moved, *tallied} if moved.get(a) != tallied.get(a)}
        off |= {a for a in {*entered, *self.entered} if entered.get(a, 0) != self.entered.get(a, 0)}
        return sorted(off)

    def _balance(self, entry: str, signed: Decimal) -> None:
        left = self.uneven.pop(entry, _ZERO) + signed
        if left:
            self.uneven[entry] = left


@dataclass(slots=True)
class Writing:
    """One audit file while it is written."""

    wb: Workbench
    uow: UnitOfWork
    who: Who
    book: Book
    scope: Scope
    folder: Folder
    progress: Progress
    tally: _Tally = field(default_factory=_Tally)
    rows: dict[str, int] = field(default_factory=dict)

    def written(self, out: Path) -> AuditReport:
        anchor = anchors.take(self.uow.session, self.book.book_id, f"audit file of {self.scope.year.label}")
        for table in TABLES:
            self.progress(table.name.replace("_", " "))
            names, rows = table.rows(self.scope)
            rows = self.tally.watch(names, rows) if table.name == "lines" else rows
            self.rows[table.name] = self.folder.table(table.name, table.says, names, rows)
        checks = [*self._population(), *self._balances(), self._numbers(), self._bundles()]
        self.progress("chain and anchors")
        proof = verdict(self.uow, self.who, self.book, self.wb.home.anchors)
        checks.append(self._proof(proof, anchor))
        self._words(checks)
        manifest = self.folder.manifest(self._about(anchor, checks))
        return AuditReport(
            book=self.book.name, path=out, year=self.scope.year, entries=self.rows["entries"],
            files=len(self.folder.parts) + 1, manifest=manifest, anchor=anchor, checks=tuple(checks),
        )  # fmt: skip

    def _population(self) -> Iterator[Check]:
        rows = list(evidence_checks.population(self.scope))
        names = ("state", "kind", "counts", "entries", "total")
        self.folder.table("population", "How many entries of the year stand where, with their sum.", names, rows)
        counted = sum(int(str(r[3])) for r in rows)
        yield Check(
            name="entries.csv has every entry of the population", holds=counted == self.rows["entries"],
            found=f"{self.rows['entries']} rows, {counted} counted",
        )  # fmt: skip
        self.rows["corrections"] = self.folder.table(
            "corrections", "An entry whose lines are not those that a model proposed, both in words.",
            ("entry_id", "state", "model", "probability", "proposed", "version", "author", "kept"),
            evidence_checks.corrections(self.scope),
        )  # fmt: skip
        self.rows["acceptances"] = self.folder.table(
            "acceptances", "An approval that was given without opening the entry, or to many at once.",
            ("link", "entry_id", "version", "act", "by", "recorded", "opened", "bulk"),
            evidence_checks.acceptances(self.scope),
        )  # fmt: skip

    def _balances(self) -> Iterator[Check]:
        s = self.scope
        rows = trial_balance(s.session, s.book_id, s.year, s.restricted)
        catalog = self.uow.books.catalog(s.book_id)
        named = {a.code: a.name for a in catalog} | {RESULT: "Result of earlier years that no account has"}
        self.folder.table(
            "trial_balance", "An account in the year: opening + debit - credit = closing, in book currency.",
            _BALANCES, (_row(b, named) for b in rows),
        )  # fmt: skip
        uneven = self.tally.uneven
        yield Check(
            name="Every entry that counts balances", holds=not uneven,
            found=f"{len(uneven)} do not: {', '.join(sorted(uneven)[:5])}" if uneven else "All of them do",
        )  # fmt: skip
        off = self.tally.departs(rows)
        yield Check(
            name="The trial balance is the sum of the rows of lines.csv that count", holds=not off,
            found=f"It is not on {', '.join(off[:5])}" if off else f"{len(rows)} accounts",
        )  # fmt: skip
        total = plain_money(sum((b.closing for b in rows), _ZERO))
        yield Check(name="All closing balances add up to nothing", holds=total == 0, found=f"They add up to {total:f}")
        yield _continued(rows, {a.code for a in catalog if a.type is AccountType.EQUITY})

    def _numbers(self) -> Check:
        found = evidence_checks.numbers(self.scope)
        rows: list[list[Cell]] = [
            [n.fiscal_year, n.journal, n.count, n.last, ", ".join(map(str, n.missing))] for n in found
        ]
        header = ("fiscal_year", "journal", "numbers", "last", "missing")
        self.folder.table("numbers", "The numbers that posting gave in a journal, with those missing.", header, rows)
        gaps = [n for n in found if n.missing]
        return Check(
            name="Numbers run without a gap", holds=not gaps,
            found="; ".join(f"{n.journal or 'no journal'} lacks {n.missing[0]}" for n in gaps[:5])
            or f"{sum(n.count for n in found)} numbers in {len(found)} journals",
        )  # fmt: skip

    def _bundles(self) -> Check:
        """A model that lines which count rest on has to be kept as long as the book."""
        uses = evidence_checks.cited(self.scope)
        known = {m.digest: m for m in self.uow.models.list(self.book.book_id)}
        rows: list[list[Cell]] = []
        for digest, entries in sorted(uses.items()):
            folder = known[digest].folder if digest in known else ""
            kept = bool(folder) and (self.wb.home.bundles / folder).is_dir()
            rows.append([digest, folder, entries, "yes" if kept else "no"])
        header = ("digest", "folder", "entries", "kept")
        self.folder.table("bundles", "A model on which entries that count rest, and whether it is kept.", header, rows)
        gone = [str(r[0]) or "one that is not named" for r in rows if r[3] == "no"]
        return Check(
            name="Every model that entries rest on is kept", holds=not gone,
            found=f"Gone: {', '.join(gone)}" if gone else f"{len(rows)} models",
        )  # fmt: skip

    def _proof(self, proof: Verdict, anchor: Anchor) -> Check:
        self.folder.document("verify.json", "What counterpoint verify says of the whole book.", proof.to_json())
        self.folder.document("anchor.json", "Where the chain stood when this was read.", anchor.to_json())
        rows: list[list[Cell]] = [
            [a.anchor.made.isoformat(), a.anchor.sequence, a.anchor.hash, a.anchor.reason, a.why]
            for a in proof.report.anchors
        ]
        header = ("made", "link", "hash", "reason", "contradicts")
        self.folder.table("anchors", "An anchor of the book that the home keeps.", header, rows)
        return Check(
            name="The chain is whole and agrees with its anchors", holds=proof.whole, found=" ".join(proof.sentences())
        )

    def _words(self, checks: Sequence[Check]) -> None:
        text = audit_process.description(self._facts())
        self.folder.text("process.md", "How the book is kept, in sentences that follow its own rules.", text)
        about = "The files of this folder, and what was checked."
        self.folder.text("README.md", about, readme(self.book, self.scope.year, checks, self.folder))

    def _facts(self) -> Facts:
        uow, book, year = self.uow, self.book, self.scope.year
        states: dict[str, int] = {}
        for row in evidence_checks.population(self.scope):
            states[str(row[0])] = states.get(str(row[0]), 0) + int(str(row[3]))
        return Facts(
            book=book, year=year, policy=uow.policies.current(book.book_id)[1],
            policies=evidence_checks.policies(self.scope), states=states, held=uow.people.roles(book.book_id),
            models=uow.models.list(book.book_id), cited=evidence_checks.cited(self.scope),
            locks=uow.periods.locks(book.book_id), waiting=uow.changes.waiting(book.book_id),
            unopened=self.rows["acceptances"], left_out=self.scope.left_out(),
        )  # fmt: skip

    def _about(self, anchor: Anchor, checks: Sequence[Check]) -> dict[str, Any]:
        return {
            "book": self.book.name, "book_id": self.book.book_id, "currency": self.book.currency,
            "purpose": self.book.purpose, "year": year_json(self.scope.year), "made": utc_now().isoformat(),
            "by": self.who.id, "release": importlib.metadata.version("counterpoint"),
            "entries_left_out": self.scope.left_out(), "anchor": anchor.to_json(),
            "checks": [c.to_json() for c in checks],
        }  # fmt: skip


def _continued(rows: Sequence[Balance], equity: Collection[str]) -> Check:
    """Opening entries beside what the year before left; the result may have gone to equity between the two."""
    name = "Opening entries say what the year before left"
    both = {b.account: b.entered - b.before for b in rows if b.before is not None and b.entered is not None}
    if not both:
        return Check(name=name, holds=True, found="Only one of the two is in the book")
    off = sorted(account for account, by in both.items() if by)
    if all(a == RESULT or a in equity for a in off) and not sum(both.values()):
        found = "They differ by the result, which went to equity" if off else f"{len(both)} accounts"
        return Check(name=name, holds=True, found=found)
    shown = ", ".join(a or "the result" for a in off[:5]) + (f" and {len(off) - 5} more" if len(off) > 5 else "")
    return Check(name=name, holds=False, found=f"They differ on {shown}")


def _row(b: Balance, named: Mapping[str, str]) -> list[Cell]:
    amounts = (b.before, b.entered, b.opening, b.debit, b.credit, b.closing)
    return [b.account, named.get(b.account, ""), *(plain(x) for x in amounts)]
