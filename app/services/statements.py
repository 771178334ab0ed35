"""From the lines of bank statements to entries: each line is an event whose bank line is known.

Which account of the book a bank's account is, is asked once and remembered. A line waits until an entry is drafted for
it, until it is matched with one that is there already, or until it is set aside with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.services import propose
from app.services.access import Right, Who, authorise, find, unrestricted, use_case
from app.services.errors import BadInput, ServiceError
from app.services.statement_access import bank_line, is_open, ledger_of, seen, seen_line
from app.services.typed import LONGEST_DESCRIPTION, LONGEST_FIELD, TypedEvent, event_from_text
from app.services.workbench import Workbench
from engine.journal import Account, AccountType, Event, Line, Proposal, Side
from engine.text import normalise
from storage import statement_search
from storage.identity import fold
from storage.records import Book
from storage.statement_records import KeptLine, KeptStatement, LineState, Proof, proofs
from storage.statements import PROPOSED, REOPENED, SET_ASIDE

__all__ = ["BankAccount", "KeptLine", "KeptStatement", "LineState", "Progress", "Proof"]

SET_ASIDE_AS = ("transfer counterpart", "duplicate", "not ours", "booked elsewhere", "other")
_BANK_WORDS = ("bank", "banque", "giro", "postfinance", "konto", "checking", "current account")


class BankLineChanged(ServiceError):
    """An entry that moves the bank account by another amount than its statement line says."""

    def __init__(self, ledger: str, found: Decimal, wanted: Decimal) -> None:
        self.ledger, self.found, self.wanted = ledger, found, wanted
        super().__init__(
            f"The entry changes account {ledger} by {found:,.2f}, and the statement says {wanted:,.2f}. "
            "Put the bank's line back as it was; the other lines are yours."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """An account of a bank; ``ledger`` is the book's own account, empty until chosen, ``guess`` one that may be it."""

    account: str
    currency: str
    ledger: str = ""
    guess: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the work on a statement is. It is done when nothing waits and its balances agree."""

    statement: KeptStatement
    ledger: str
    counts: Mapping[LineState, int]
    proof: Proof

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return self.counts.get(LineState.WAITING, 0)

    @property
    def dealt_with(self) -> int:
        return self.total - self.waiting

    @property
    def done(self) -> bool:
        return not self.waiting and self.proof.difference == 0


@use_case(Right.READ)
def listed(wb: Workbench, who: Who, book: str) -> tuple[Progress, ...]:
    """Every statement that ``who`` may see, by account and day. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        found = find(uow, who, book, Right.READ)
        years = authorise(uow, who, found.book_id, Right.READ)
        ledgers = uow.statements.ledgers(found.book_id)
        kept = uow.statements.list(found.book_id)
        counts, proved = uow.statements.counts(found.book_id, years.restricted), proofs(kept)
    return tuple(
        Progress(
            statement=s, ledger=ledgers.get(s.account, ""), proof=proved[s.statement_id],
            counts=counts.get(s.statement_id, Counter()),
        )
        for s in kept if is_open(years, ledgers.get(s.account, "")) and (s.first in years or s.last in years)
    )  # fmt: skip


@use_case(Right.READ)
def lines(wb: Workbench, who: Who, book: str, statement_id: str) -> tuple[KeptLine, ...]:
    """The lines of one statement that ``who`` may see, in its order. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        found = find(uow, who, book, Right.READ)
        years = authorise(uow, who, found.book_id, Right.READ)
        return seen(uow, found, years, uow.statements.lines(found.book_id, statement_id))


@use_case(Right.READ)
def alike(wb: Workbench, who: Who, book: str, line_id: str) -> tuple[KeptLine, ...]:
    """Lines of other statements with the account, day and amount of this one. Raises UnknownBook, UnknownLine."""
    with wb.reading() as uow:
        found = find(uow, who, book, Right.READ)
        years = authorise(uow, who, found.book_id, Right.READ)
        kept = uow.statements.alike(found.book_id, seen_line(uow, who, found, line_id))
        return seen(uow, found, years, kept)


@use_case(Right.READ)
def accounts(wb: Workbench, who: Who, book: str) -> tuple[BankAccount, ...]:
    """The accounts that statements came of, with those of the book they are. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        found = find(uow, who, book, Right.READ)
        years = authorise(uow, who, found.book_id, Right.READ)
        ledgers = uow.statements.ledgers(found.book_id)
        currencies = {s.account: s.currency for s in uow.statements.list(found.book_id)}
        catalog = uow.books.catalog(found.book_id)
    return tuple(
        BankAccount(
            account=account, currency=currency, ledger=ledgers.get(account, ""),
            guess=ledgers.get(account, "") or guessed(account, catalog, set(ledgers.values())),
        )
        for account, currency in currencies.items() if is_open(years, ledgers.get(account, ""))
    )  # fmt: skip


@use_case(Right.CORRECT)
def set_ledger(wb: Workbench, who: Who, book: str, account: str, ledger: str) -> None:
    """Say which account of the book a bank's account is, from now on. Raises UnknownBook, NotAllowed, BadInput."""
    with wb.writing() as uow:
        found = find(uow, who, book, Right.CORRECT)
        if account not in {s.account for s in uow.statements.list(found.book_id)}:
            raise BadInput("Account", account, "no statement is of this account", "Choose one that has statements.")
        if ledger not in {a.code for a in uow.books.catalog(found.book_id)}:
            raise BadInput("Account", ledger, "the catalog has no account of this code", "Choose one that it has.")
        unrestricted(uow, who, found, "", [bank_line(ledger, Decimal(1))])
        uow.statements.set_ledger(found.book_id, account, ledger, who.id)


@use_case(Right.PREDICT)
def propose_line(wb: Workbench, who: Who, book: str, line_id: str, *, rate: str = "", wait: bool = True) -> Proposal:
    """What `propose.propose` answers for a line, its bank line fixed; ``rate`` for an account in another currency.

    Raises as that does, and UnknownLine, NoLedgerAccount.
    """
    event = event_of_line(wb, who, book, line_id, rate=rate)
    return propose.propose(wb, who, book, event, wait=wait)


@use_case(Right.PREDICT)
def event_of_line(wb: Workbench, who: Who, book: str, line_id: str, *, rate: str = "") -> Event:
    """The event that a line is, with its bank line. Raises UnknownBook, UnknownLine, NotAllowed, NoLedgerAccount."""
    with wb.reading() as uow:
        found = find(uow, who, book, Right.PREDICT)
        kept = seen_line(uow, who, found, line_id)
        ledger = ledger_of(uow, found, kept)
        journal = statement_search.usual_journal(uow.session, found.book_id, ledger)
        if journal not in {j.journal for j in uow.books.journals(found.book_id)}:
            journal = ""
    x = kept.line
    typed = TypedEvent(
        description=description_of(kept), amount=abs(x.amount), date=x.booked, currency=x.currency or found.currency,
        party=x.party[:LONGEST_FIELD], rate=rate, lines=(bank_line(ledger, x.amount),),
    )  # fmt: skip
    return replace(event_from_text(typed), journal=journal)


@use_case(Right.CORRECT)
def save_line(  # noqa: PLR0913  as `propose.save`, for a line
    wb: Workbench, who: Who, book: str, line_id: str, proposal: Proposal, lines: Sequence[Line], *, document: str = ""
) -> str:
    """Draft the entry of a line and link both, in one transaction; returns the entry's id.

    Raises as `propose.save` does, and UnknownLine, NoLedgerAccount, LineTaken, BankLineChanged; nothing is stored then.
    """
    with wb.writing() as uow:
        found = find(uow, who, book, Right.CORRECT)
        kept = seen_line(uow, who, found, line_id)
        _check_bank_line(found, kept, ledger_of(uow, found, kept), proposal, lines)
        entry_id = propose.keep(uow, who, book, proposal, proposal.event, lines, document=document)
        uow.statements.note(found.book_id, line_id, PROPOSED, who.id, entry_id=entry_id)
    return entry_id


@use_case(Right.CORRECT)
def set_aside(wb: Workbench, who: Who, book: str, line_id: str, *, kind: str, reason: str = "") -> None:
    """Say that a line gets no entry of its own; ``kind`` is one of SET_ASIDE_AS.

    Raises UnknownLine, LineTaken, BadInput, UnknownBook, NotAllowed.
    """
    said = " ".join(reason.split())[:LONGEST_FIELD]
    with wb.writing() as uow:
        found = find(uow, who, book, Right.CORRECT)
        if kind not in SET_ASIDE_AS:
            raise BadInput("Reason", kind, f"it is none of {', '.join(SET_ASIDE_AS)}", "Choose one of them.")
        if kind == "other" and not said:
            raise BadInput("Reason", "", "it is empty", "Say in a few words why the line gets no entry.")
        seen_line(uow, who, found, line_id)
        text = kind if not said else said if kind == "other" else f"{kind}: {said}"
        uow.statements.note(found.book_id, line_id, SET_ASIDE, who.id, reason=text)


@use_case(Right.CORRECT)
def reopen(wb: Workbench, who: Who, book: str, line_id: str) -> None:
    """Let a line that was set aside, or matched by mistake, wait again. Its draft, where it has one, stays.

    Raises UnknownLine, LineTaken, UnknownBook, NotAllowed.
    """
    with wb.writing() as uow:
        found = find(uow, who, book, Right.CORRECT)
        seen_line(uow, who, found, line_id)
        uow.statements.note(found.book_id, line_id, REOPENED, who.id)


def description_of(kept: KeptLine) -> str:
    """The words of a line: its text, and the party where the text says nothing."""
    x = kept.line
    for said in (x.text, f"{x.party} {x.text}".strip(), f"Bank {kept.account} {x.text}".strip()):
        if normalise(said) and any(c.isalpha() for c in said):
            return said[:LONGEST_DESCRIPTION].strip()
    return f"Bank {kept.account}"[:LONGEST_DESCRIPTION]


def document_of(kept: KeptLine, statement: KeptStatement | None) -> str:
    """What an entry of this line may name as its document: the bank's reference, or the statement."""
    x = kept.line
    number = statement.number if statement else ""
    return (x.reference or number or x.end_to_end or f"{kept.account} {x.booked.isoformat()}")[:LONGEST_FIELD]


def guessed(account: str, catalog: Sequence[Account], taken: Collection[str]) -> str:
    """The account of the catalog that a bank's account may be: by the end of its number in the name, else by name."""
    free = [a for a in catalog if a.code not in taken and a.type in (AccountType.ASSET, AccountType.UNKNOWN)]
    digits = "".join(c for c in account if c.isdigit())
    if len(digits) >= 4:
        for length in (8, 6, 4):
            named = [a for a in free if digits[-length:] in "".join(c for c in a.name if c.isalnum())]
            if len(named) == 1:
                return named[0].code
    named = [a for a in free if any(w in fold(a.name) for w in _BANK_WORDS)]
    return named[0].code if len(named) == 1 else ""


def _check_bank_line(book: Book, kept: KeptLine, ledger: str, proposal: Proposal, lines: Sequence[Line]) -> None:
    """Whatever else a person changed, the account of the bank moves by what the bank says."""
    wanted = kept.line.amount
    if kept.line.currency not in ("", book.currency):  # the rate made the amount
        wanted = proposal.event.amount if wanted > 0 else -proposal.event.amount
    mine = [x.amount if x.side is Side.DEBIT else -x.amount for x in lines if x.account == ledger]
    if (found := sum(mine, Decimal(0))) != wanted:
        raise BankLineChanged(ledger, found, wanted)
