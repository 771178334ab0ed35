"""What people do with an entry: submit, correct, approve, return, post, reverse, and talk about it.

Who may is asked here, from the database; what bookkeeping allows is asked by the store, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from app.services.access import (
    Right,
    Who,
    authorise,
    authorise_entry,
    find,
    members,
    rights_of,
    unrestricted,
    use_case,
    within,
)
from app.services.errors import BadInput
from app.services.propose import with_party
from app.services.rates import carried_over
from app.services.workbench import Workbench
from engine.journal import Entry, State
from storage.acts import DISCARDED_AS, Edit, Look, Seen, Standing
from storage.records import Book, EntryDetail, JournalQuery
from storage.session import UnitOfWork

__all__ = ["DISCARDED_AS", "Edit", "Look", "Opened", "Seen", "Standing"]

T = TypeVar("T")
_QUEUE = 500  # entries that a queue shows; a longer one is worked off in parts

# What may follow in which state, and the right that it takes. Who did what before is asked by the store.
_ACTS: dict[State, dict[str, Right]] = {
    State.DRAFT: {"submit": Right.SUBMIT, "correct": Right.CORRECT, "move": Right.CORRECT, "discard": Right.CORRECT},
    State.RETURNED: {"submit": Right.SUBMIT, "correct": Right.CORRECT, "move": Right.CORRECT, "discard": Right.CORRECT},
    State.SUBMITTED: {
        "approve": Right.APPROVE, "confirm": Right.CONFIRM, "give_back": Right.APPROVE, "correct": Right.APPROVE,
        "withdraw": Right.SUBMIT, "discard": Right.APPROVE,
    },
    State.APPROVED: {
        "post": Right.POST, "withdraw": Right.APPROVE, "give_back": Right.APPROVE, "move": Right.APPROVE,
        "discard": Right.APPROVE,
    },
    State.POSTED: {"reverse": Right.REVERSE},
    State.BOOKED_ELSEWHERE: {"reverse": Right.REVERSE},
    State.REVERSED: {},
    State.DISCARDED: {},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One entry as somebody looks at it: its history, where it stands, what they may do, and what to beware of.

    ``twins`` are other live entries with the same party, document and amount; ``reversal`` is the entry that takes
    this one back; ``four_eyes`` says whether a second person has to approve it.
    """

    detail: EntryDetail
    standing: Standing
    acts: tuple[str, ...]
    twins: tuple[str, ...]
    reversal: str
    four_eyes: bool


@use_case(Right.READ)
def opened(wb: Workbench, who: Who, book: str, entry_id: str) -> Opened:
    """Everything that is asked of one entry before an act. Raises UnknownBook, UnknownEntry, NotAllowed."""
    from app.services import journal

    detail = journal.entry_detail(wb, who, book, entry_id)
    with wb.reading() as uow:
        found = find(uow, who, book, Right.READ)
        standing = uow.reviews.standing(found.book_id, entry_id)
        _id, policy = uow.policies.current(found.book_id)
        accounts = {a.code: a for a in uow.books.catalog(found.book_id)}
        years = authorise(uow, who, found.book_id, Right.READ)
        reversal = uow.reviews.reversal_of(found.book_id, entry_id)
        return Opened(
            detail=detail, standing=standing, acts=_acts(uow, who, found, standing),
            twins=within(uow, found.book_id, years, uow.reviews.twins(found.book_id, entry_id)),
            reversal="".join(within(uow, found.book_id, years, (reversal,) if reversal else ())),
            four_eyes=policy.needs_two(standing.total, detail.entry.lines, accounts),
        )  # fmt: skip


@use_case(Right.READ)
def queue(wb: Workbench, who: Who, book: str, state: State = State.SUBMITTED) -> tuple[Entry, ...]:
    """Entries that wait in a state, the oldest first. Raises UnknownBook, NotAllowed."""
    from app.services import journal

    query = JournalQuery(state=state, newest_first=False, size=_QUEUE)
    return journal.search(wb, who, book, query).rows


@use_case(Right.SUBMIT)
def submit(  # noqa: PLR0913  an act with what was missing
    wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen, *,
    document: str = "", no_document: str = "", party: str = "",
) -> None:  # fmt: skip
    """Ask for approval; a ``document`` number, and the ``party`` of lines that need one, are written down first.

    Raises what the store refuses (`storage.refusals`), UnknownBook, UnknownEntry, NotAllowed.
    """

    def work(uow: UnitOfWork, found: Book) -> None:
        look, at = _look(uow, who, found), seen
        number, named = (" ".join(text.split()) for text in (document, party))
        if number or named:
            lines = uow.journal.entry(found.book_id, entry_id).entry.lines
            catalog = {a.code: a for a in uow.books.catalog(found.book_id)}
            edit = Edit(lines=with_party(lines, named, catalog) if named else lines, document=number or None)
            at = Seen(version=uow.reviews.correct(found, entry_id, edit, who.id, seen, look), decided=seen.decided)
        uow.reviews.submit(found, entry_id, who.id, at, no_document=no_document, look=look)

    _write(wb, who, book, Right.SUBMIT, entry_id, work)


@use_case(Right.CORRECT)
def correct(wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen, edit: Edit) -> int:
    """Give an entry other lines; of a submitted one that takes somebody who may approve. Raises as `submit`."""

    def work(uow: UnitOfWork, found: Book) -> int:
        if uow.reviews.standing(found.book_id, entry_id).state is State.SUBMITTED:
            find(uow, who, book, Right.APPROVE)
        before = uow.journal.entry(found.book_id, entry_id).entry
        whole = replace(edit, lines=carried_over(before.lines, edit.lines, found.currency))
        unrestricted(uow, who, found, before.journal, whole.lines)
        return uow.reviews.correct(found, entry_id, whole, who.id, seen, _look(uow, who, found))

    return _write(wb, who, book, Right.CORRECT, entry_id, work)


@use_case(Right.CORRECT)
def move(wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen, day: date | None = None) -> date:
    """Put an entry on another day, by default the next open one; its document keeps its date. Raises as `submit`."""

    def work(uow: UnitOfWork, found: Book) -> date:
        at = uow.reviews.standing(found.book_id, entry_id)
        if at.state in (State.SUBMITTED, State.APPROVED):
            find(uow, who, book, Right.APPROVE)
        target = day or uow.periods.next_open(found.book_id, at.day)
        uow.reviews.move(found, entry_id, target, who.id, seen)
        return target

    return _write(wb, who, book, Right.CORRECT, entry_id, work)


@use_case(Right.APPROVE)
def approve(wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen, *, opened: bool = True) -> None:
    """Approve a submitted entry; ``opened`` says whether its page was open. Raises as `submit`, and FourEyesNeeded."""

    def work(uow: UnitOfWork, found: Book) -> None:
        uow.reviews.approve(found, entry_id, who.id, seen, _look(uow, who, found, opened=opened))

    _write(wb, who, book, Right.APPROVE, entry_id, work)


@use_case(Right.CONFIRM)
def confirm(wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen) -> None:
    """Agree with a reviewer's correction. Raises as `approve`, and NothingToConfirm."""

    def work(uow: UnitOfWork, found: Book) -> None:
        uow.reviews.confirm(found, entry_id, who.id, seen, _look(uow, who, found))

    _write(wb, who, book, Right.CONFIRM, entry_id, work)


@use_case(Right.APPROVE)
def give_back(wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen, reason: str) -> None:
    """Return an entry with a reason. Raises as `submit`, and ReasonMissing."""

    def work(uow: UnitOfWork, found: Book) -> None:
        uow.reviews.give_back(found, entry_id, who.id, seen, reason)

    _write(wb, who, book, Right.APPROVE, entry_id, work)


@use_case(Right.SUBMIT)
def withdraw(wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen) -> None:
    """Take back one's own submission or approval. Raises as `submit`, NotYours, AlreadyExported."""

    def work(uow: UnitOfWork, found: Book) -> None:
        uow.reviews.withdraw(found, entry_id, who.id, seen)

    _write(wb, who, book, Right.SUBMIT, entry_id, work)


@use_case(Right.CORRECT)
def discard(  # noqa: PLR0913  an act with its two reasons
    wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen, *, kind: str, reason: str = ""
) -> None:
    """End an entry that is not to be booked; ``kind`` is one of DISCARDED_AS. Raises as `submit`."""

    def work(uow: UnitOfWork, found: Book) -> None:
        if uow.reviews.standing(found.book_id, entry_id).state in (State.SUBMITTED, State.APPROVED):
            find(uow, who, book, Right.APPROVE)
        uow.reviews.discard(found, entry_id, who.id, seen, kind=kind, reason=reason)

    _write(wb, who, book, Right.CORRECT, entry_id, work)


@use_case(Right.POST)
def post(wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen) -> str:
    """Book an approved entry for good; returns its number as people say it. Raises as `submit`."""

    def work(uow: UnitOfWork, found: Book) -> str:
        detail = uow.reviews.post(found, entry_id, who.id, seen, _look(uow, who, found)).detail
        return " ".join(str(detail[k]) for k in ("fiscal_year", "journal", "number") if detail[k])

    return _write(wb, who, book, Right.POST, entry_id, work)


@use_case(Right.REVERSE)
def reverse(  # noqa: PLR0913  an act with its day and reason
    wb: Workbench, who: Who, book: str, entry_id: str, seen: Seen, *, day: date, reason: str
) -> str:
    """Submit the entry that takes a posted one back; returns its id. Raises as `submit`, AlreadyReversed."""

    def work(uow: UnitOfWork, found: Book) -> str:
        made = uow.reviews.reverse(found, entry_id, who.id, day, reason, seen)
        fresh = uow.reviews.standing(found.book_id, made).seen
        uow.reviews.submit(found, made, who.id, fresh, no_document=reason, look=_look(uow, who, found))
        return made

    return _write(wb, who, book, Right.REVERSE, entry_id, work)


@use_case(Right.SUBMIT)
def comment(wb: Workbench, who: Who, book: str, entry_id: str, text: str) -> None:
    """Say something about an entry. Raises UnknownBook, UnknownEntry, NotAllowed, ReasonMissing."""
    _write(wb, who, book, Right.SUBMIT, entry_id, lambda uow, found: uow.reviews.comment(found, entry_id, who.id, text))


@use_case(Right.SUBMIT)
def assign(wb: Workbench, who: Who, book: str, entry_id: str, to: str) -> None:
    """Ask somebody with a role in the book to look at an entry; an empty ``to`` takes it back.

    Raises as `comment`, and BadInput for somebody without a role.
    """

    def work(uow: UnitOfWork, found: Book) -> None:
        people = members(uow, found.book_id)
        if to and to not in people:
            others = ", ".join(sorted(people)) or "nobody yet"
            raise BadInput("Person", to, "this person has no role in the book", f"Who has one: {others}.")
        uow.reviews.assign(found, entry_id, who.id, to)

    _write(wb, who, book, Right.SUBMIT, entry_id, work)


def _write(wb: Workbench, who: Who, book: str, right: Right, entry_id: str, work: Callable[[UnitOfWork, Book], T]) -> T:
    """One transaction: the right to act on this entry, then the act; run again when another process was faster."""

    def checked(uow: UnitOfWork) -> T:
        found = find(uow, who, book, right)
        authorise_entry(uow, who, found.book_id, right, entry_id)
        return work(uow, found)

    return wb.store.write(checked)


def _look(uow: UnitOfWork, who: Who, book: Book, *, opened: bool = True) -> Look:
    """People who may approve may also book into softly closed periods."""
    return Look(opened=opened, bulk=not opened, soft_exempt=Right.APPROVE in rights_of(uow, who, book.book_id))


def _acts(uow: UnitOfWork, who: Who, book: Book, at: Standing) -> tuple[str, ...]:
    """What this person may do next, as far as state, rights and the four eyes say; the store has the last word."""
    rights = rights_of(uow, who, book.book_id)
    allowed = [act for act, right in _ACTS[at.state].items() if right in rights]
    return tuple(act for act in allowed if uow.reviews.may(book, at, act, who.id))
