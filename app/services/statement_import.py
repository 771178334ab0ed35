"""Bring the bank statements of a file into a book, and say what came, what was here, and what the balances prove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.services.access import Right, Who, find, use_case
from app.services.workbench import Workbench
from engine.journal import money_text
from storage.records import RowError, Staged
from storage.session import UnitOfWork
from storage.statement_records import Proof, Statement, proofs
from storage.statements import Brought, StatementFile

SHOWN = 20  # rows and differences that the report for people names


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementResult:
    """One statement of a file: ``proof`` is None where nothing was kept, because it was here already or is empty."""

    statement: Statement
    new: int
    known: int
    proof: Proof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReport:
    """What a file of bank statements brought, or would bring when ``dry_run``."""

    book: str
    format: str
    reason: str
    results: tuple[StatementResult, ...]
    quarantined: tuple[RowError, ...]
    dry_run: bool

    @property
    def new(self) -> int:
        return sum(r.new for r in self.results)

    @property
    def known(self) -> int:
        return sum(r.known for r in self.results)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The bank's accounts, each once, in the order of the file."""
        return tuple(dict.fromkeys(r.statement.account for r in self.results))

    def to_json(self) -> dict[str, Any]:
        """The document of ``import --json`` for a file of statements; programs rely on its keys."""
        return {
            "book": self.book, "format": self.format, "reason": self.reason, "new": self.new, "known": self.known,
            "statements": [_document(r) for r in self.results],
            "quarantined": [
                {"row": e.row, "column": e.column, "value": e.value, "why": e.why, "remedy": e.remedy}
                for e in self.quarantined
            ],
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """The report for people; the last line counts what is new and what was here."""
        accounts = ", ".join(self.accounts)
        lines = sum(len(r.statement.lines) for r in self.results)
        out = [self.reason, f"{len(self.results)} statements of {accounts} with {lines} lines."]
        wrong = [text for r in self.results if (text := _wrong(r))]
        out += wrong[:SHOWN]
        if len(wrong) > SHOWN:
            out.append(f"and {len(wrong) - SHOWN} more statements whose balances do not agree.")
        if self.quarantined:
            out.append(f"{len(self.quarantined)} problems kept rows outside:")
            out += [f"  {e}" for e in self.quarantined[:SHOWN]]
        would = "would wait" if self.dry_run else "wait"
        out.append(f"The new lines {would} on the page Statements for their entries.")
        out.append(f"{self.new} new, {self.known} already here")
        return out


@use_case(Right.IMPORT)
def bring_in(
    wb: Workbench, who: Who, book: str, staged: Staged, *, file_name: str = "", dry_run: bool = False
) -> StatementReport:
    """Keep the statements of a staged file in one transaction; a dry run writes nothing.

    The book has to be there, because a statement says nothing of its accounts. Raises UnknownBook, NotAllowed.
    """
    if dry_run:
        with wb.reading() as uow:
            found = find(uow, who, book, Right.IMPORT)
            return _report(book, staged, uow.statements.plan(found.book_id, staged.statements), dry_run=True)
    file = StatementFile(
        name=file_name, sha256=staged.file_sha256, format=staged.format, reason=staged.reason, by=who.id
    )

    def work(uow: UnitOfWork) -> StatementReport:
        found = find(uow, who, book, Right.IMPORT)
        brought = uow.statements.bring_in(found.book_id, staged.statements, file)
        return _report(book, staged, brought, dry_run=False, proved=proofs(uow.statements.list(found.book_id)))

    return wb.store.write(work)


def _report(
    book: str, staged: Staged, brought: Sequence[Brought], *, dry_run: bool, proved: dict[str, Proof] | None = None
) -> StatementReport:
    results = tuple(
        StatementResult(
            statement=b.statement,
            new=b.new,
            known=b.known,
            proof=(proved or {}).get(b.statement_id) or _own(b.statement),
        )
        for b in brought
    )
    return StatementReport(
        book=book, format=staged.format, reason=staged.reason, results=results, quarantined=staged.errors,
        dry_run=dry_run,
    )  # fmt: skip


def _own(s: Statement) -> Proof:
    """What a statement proves by itself, before anything is known of the ones around it."""
    return Proof(difference=s.difference)


def _document(r: StatementResult) -> dict[str, Any]:
    s = r.statement
    return {
        "account": s.account, "currency": s.currency, "number": s.number,
        "opening": _text(s.opening.amount if s.opening else None),
        "closing": _text(s.closing.amount if s.closing else None),
        "lines": len(s.lines), "new": r.new, "known": r.known,
        "difference": _text(r.proof.difference if r.proof else None), "gap": _text(r.proof.gap if r.proof else None),
    }  # fmt: skip


def _wrong(r: StatementResult) -> str:
    """What does not agree in a statement, as a sentence; empty where nothing is wrong."""
    name = f"Statement {r.statement.number or '(no number)'} of {r.statement.account}"
    if r.proof and r.proof.difference:
        return f"{name}: opening balance and lines differ from the closing balance by {r.proof.difference:,.2f}."
    if r.proof and r.proof.gap and r.proof.before and r.proof.before.closing:
        closed = r.proof.before.closing
        return (
            f"{name}: it begins {r.proof.gap:,.2f} away from where the one before ended on {closed.day}, "
            f"{closed.amount:,.2f}. A statement between them may be missing."
        )
    return ""


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else money_text(amount)
