"""From a typed event to a proposal, and from an edited proposal to a draft in the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from app.services.access import Right, Who, find, unrestricted, use_case
from app.services.errors import NoModelYet, OtherBook
from app.services.rates import in_book_currency, whole, with_difference, with_originals
from app.services.typed import TypedEvent, event_from_text, read_description, today
from app.services.untrained import by_hand as start_by_hand
from app.services.workbench import Workbench
from engine.explain.records import Explanation
from engine.journal import Account, Event, Line, Proposal
from storage.records import MODEL, PERSON, Book, NewEntry
from storage.rules import Setting, check_entry
from storage.session import UnitOfWork

__all__ = ["Answered", "TypedEvent", "by_hand", "event_from_text", "propose", "save", "why"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Proposal):
    """A proposal that knows up to which link of the book's chain the memory reached that it was made from."""

    memory: int


@use_case(Right.PREDICT)
def propose(wb: Workbench, who: Who, book: str, event: Event, *, explain: bool = True, wait: bool = True) -> Proposal:
    """Ranked candidates; the first balances.

    A book without a model gets an honest "not sure" whose ``bundle`` is empty. Raises UnknownBook,
    UnknownJournal, NotAllowed, NoAccounts, BadInput, EngineError, and ModelLoading when told not to wait.
    """
    found, event, accounts = _prepared(wb, who, book, event)
    try:
        loaded = wb.loaded(book, wait=wait)
    except NoModelYet:
        return _by_hand(wb, found, event, accounts)
    with wb.predictors.turns, loaded.lock:
        proposal = loaded.predictor.predict([event], accounts, explain=explain)[0]
        return Answered(memory=loaded.head, **{f.name: getattr(proposal, f.name) for f in fields(proposal)})


@use_case(Right.PREDICT)
def why(wb: Workbench, who: Who, book: str, event: Event, candidate: int = 0) -> Explanation:
    """What speaks for one of the candidates that `propose` gives; raises as it does, and NoModelYet."""
    from engine.explain.why import explain

    _found, event, accounts = _prepared(wb, who, book, event)
    loaded = wb.loaded(book)
    with wb.predictors.turns, loaded.lock:
        return explain(loaded.predictor, event, candidate, accounts)


@use_case(Right.PREDICT)
def by_hand(wb: Workbench, who: Who, book: str, event: Event) -> Proposal:
    """A balanced start without the model, for a book whose model cannot be read. Raises as `propose`."""
    found, event, accounts = _prepared(wb, who, book, event)
    return _by_hand(wb, found, event, accounts)


@use_case(Right.CORRECT)
def save(  # noqa: PLR0913  the proposal, what a person made of it, and its document
    wb: Workbench, who: Who, book: str, proposal: Proposal, event: Event, lines: Sequence[Line], *, document: str = ""
) -> str:
    """Store the model's version, then the person's; the entry stays a draft. Without a date it carries today's.

    Returns the entry id. Raises NotAllowed, OtherBook, NotBalanced, AccountUnusable, AmountRefused, UnknownBook,
    UnknownJournal; nothing is stored then.
    """
    with wb.writing() as uow:
        return keep(uow, who, book, proposal, event, lines, document=document)


def keep(  # noqa: PLR0913  as `save`
    uow: UnitOfWork, who: Who, book: str, proposal: Proposal, event: Event, lines: Sequence[Line], *, document: str = ""
) -> str:
    """As `save`, in a transaction that goes on."""
    description = read_description(event.description)
    day = event.date or today()
    found = find(uow, who, book, Right.CORRECT)
    event = in_book_currency(event, found.name, found.currency)
    policy = uow.policies.current(found.book_id)[1]
    if proposal.bundle and proposal.bundle not in {m.digest for m in uow.models.list(found.book_id)}:
        raise OtherBook(book)
    catalog = {a.code: a for a in uow.books.catalog(found.book_id)}
    check_entry(lines, Setting(
        catalog=catalog, day=day, places=found.minor_units, currency=found.currency,
        parties=False,  # a draft may lack what its submission asks for
    ))  # fmt: skip
    new = NewEntry(
        description=description,
        date=day,
        currency=found.currency,
        journal=uow.books.journal_named(found.book_id, event.journal).journal if event.journal else "",
        party=event.party,
        document=" ".join(document.split()),
    )
    unrestricted(uow, who, found, new.journal, lines)
    entry_id = uow.journal.open_entry(found.book_id, new, who.id)
    if proposal.bundle:
        proposed: Sequence[Line] = [
            Line(account=x.account, side=x.side, amount=x.amount, party=x.party, tax_code=x.tax_code)
            for x in proposal.candidates[0].lines
        ]
        author = f"model {proposal.bundle[:12]}"
        proposed = with_originals(with_party(proposed, event.party, catalog), event.exchange, policy)
        uow.journal.add_version(entry_id, proposed, author=author, origin=MODEL, lineage=lineage(proposal))
    kept = with_originals(with_party(lines, event.party, catalog), event.exchange, policy)
    uow.journal.add_version(entry_id, kept, author=who.id, origin=PERSON)
    return entry_id


@use_case(Right.CORRECT)
def book_difference(wb: Workbench, who: Who, book: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of an event in another currency, balanced on the account that the book names for differences.

    Raises UnknownBook, NotAllowed, NoDifferenceAccount.
    """
    with wb.reading() as uow:
        found = find(uow, who, book, Right.CORRECT)
        policy = uow.policies.current(found.book_id)[1]
    return with_difference(lines, found.name, found.currency, policy)


def with_party(lines: Sequence[Line], party: str, catalog: Mapping[str, Account]) -> tuple[Line, ...]:
    """Lines on accounts that are kept by party name this one where they name none."""
    return tuple(
        replace(x, party=party) if not x.party and x.account in catalog and catalog[x.account].control else x
        for x in lines
    )


def lineage(proposal: Proposal) -> dict[str, Any]:
    """What has to be known later about where a model's version came from.

    ``memory`` is the link of the book's chain up to which the model's memory reached; ``lines`` are those of the
    first candidate with their probabilities and, where the network wrote them, the gate's weight of memory.
    """
    gates = {(t.account, t.side): round(t.gate, 6) for t in proposal.trace}
    best = proposal.candidates[0]
    return {
        "bundle": proposal.bundle,
        "memory": proposal.memory if isinstance(proposal, Answered) else None,
        "status": proposal.status.value,
        "probability": round(proposal.probability, 6),
        "set_probability": round(best.set_probability, 6),
        "because": [b.entry_id for b in proposal.because],
        "lines": [
            {
                "account": x.account,
                "side": x.side.letter,
                "probability": round(x.probability, 6),
                "gate": gates.get((x.account, x.side)),
            }
            for x in best.lines
        ],
        "candidates": [
            {
                "probability": round(c.probability, 6),
                "set_probability": round(c.set_probability, 6),
                "lines": [[x.account, x.side.letter, f"{x.amount:f}"] for x in c.lines],
            }
            for c in proposal.candidates
        ],
    }


def _prepared(wb: Workbench, who: Who, book: str, event: Event) -> tuple[Book, Event, tuple[Account, ...]]:
    """The book, the event in its words, and the accounts open on the event's day."""
    with wb.reading() as uow:
        found = find(uow, who, book, Right.PREDICT)
        accounts = uow.books.catalog(found.book_id, event.date or today())
        journal = uow.books.journal_named(found.book_id, event.journal).journal if event.journal else ""
    event = in_book_currency(event, found.name, found.currency)
    whole(event.amount, found.currency)
    return found, replace(event, journal=journal), accounts


def _by_hand(wb: Workbench, book: Book, event: Event, accounts: Sequence[Account]) -> Proposal:
    with wb.reading() as uow:
        history = uow.journal.teaching(book.book_id)
    return start_by_hand(book.name, event, accounts, history)
