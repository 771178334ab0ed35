"""Who may do what. Every use case asks here, and the answer comes from the database each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from app.services.errors import ServiceError
from engine.journal import Entry, Line
from storage import restricted
from storage.errors import UnknownBook, UnknownEntry
from storage.people import Held
from storage.records import Book, Version
from storage.restricted import NOTHING, Restricted
from storage.session import UnitOfWork

T = TypeVar("T", bound=Callable[..., Any])


class Right(StrEnum):
    """What a role may allow; one right a use case."""

    READ = "read"
    IMPORT = "import"
    PREDICT = "predict"
    CORRECT = "correct"
    SUBMIT = "submit"
    CONFIRM = "confirm"
    APPROVE = "approve"
    POST = "post"
    REVERSE = "reverse"
    WITHDRAW_BATCH = "withdraw a batch"
    FORGET = "forget"
    EXPORT = "export"
    CATALOG = "change the catalog"
    CLOSE = "close a period"
    REOPEN = "reopen a period"
    POLICY = "change a policy"
    PEOPLE = "manage people"
    TRAIN = "train"
    RELEASE = "release a model"
    AUDIT = "audit"
    RESTRICTED = "see restricted entries"
    INSTALLATION = "run the installation"  # books, backups, users: not of one book


class Role(StrEnum):
    """What a person is in a book; somebody may be several."""

    ACCOUNTANT = "accountant"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    AUDITOR = "auditor"
    CONFIDANT = "confidant"


_BOOKING = frozenset({Right.READ, Right.IMPORT, Right.PREDICT, Right.CORRECT, Right.SUBMIT, Right.CONFIRM})
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ACCOUNTANT: _BOOKING,
    Role.REVIEWER: _BOOKING | {Right.APPROVE, Right.POST, Right.REVERSE, Right.EXPORT},
    # An admin decides who books and when, and books nothing without a second role.
    Role.ADMIN: frozenset({
        Right.READ, Right.CATALOG, Right.CLOSE, Right.REOPEN, Right.POLICY, Right.PEOPLE, Right.TRAIN, Right.RELEASE,
        Right.FORGET, Right.WITHDRAW_BATCH, Right.IMPORT, Right.EXPORT, Right.AUDIT,
    }),
    Role.AUDITOR: frozenset({Right.READ, Right.AUDIT}),
    # Beside another role: who sees payroll and the like where the book's policy keeps it from others.
    Role.CONFIDANT: frozenset({Right.RESTRICTED}),
}  # fmt: skip
_PERSONA = "demo:"
PERSONAS: dict[Role, str] = {role: f"{_PERSONA}{role}" for role in Role if role is not Role.CONFIDANT}
GENERATED = "generated"  # the format of a batch that no file brought


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody who acts: ``id`` is what the store writes down, ``name`` is what people read.

    ``operator`` is whoever may read the database file anyway. Such a person has every right, but remains one
    person: nobody approves what the same id wrote.
    """

    id: str
    name: str = ""
    operator: bool = False

    @classmethod
    def console(cls, name: str) -> Who:
        """Whoever may read the database file and uses the command line: named after the system's user."""
        return cls(id=name, name=name, operator=True)

    @classmethod
    def program(cls) -> Who:
        """The program itself, where it makes the demo book or ends what somebody started."""
        return cls(id="Counterpoint", name="Counterpoint", operator=True)

    @classmethod
    def persona(cls, role: Role) -> Who:
        """One of the people of the demo book."""
        return cls(id=PERSONAS[role], name=f"demo {role}")


NOBODY = Who(id="")


class NotAllowed(ServiceError):
    """Somebody asked for what none of their roles in this book allows."""

    def __init__(self, who: str, right: Right, book: str) -> None:
        self.who, self.right, self.book = who, right, book
        where = f" in book {book!r}" if book else ""
        super().__init__(
            f"{who or 'Nobody'} may not {right.value}{where}. "
            "Ask an admin of the book for a role that may, or sign in as somebody else."
        )


@dataclass(frozen=True, slots=True)
class Years:
    """The part of a book that somebody may see, by the dates of its entries, but for what is ``restricted``."""

    since: date = date.min
    until: date = date.max
    restricted: Restricted = NOTHING

    def sees(self, entry: Entry, versions: Sequence[Version] = ()) -> bool:
        """Whether an entry, with all that its versions ever said, lies in this part."""
        lines = (entry.lines, *(v.lines for v in versions))
        return entry.date in self and not any(self.restricted.covers(entry.journal, x) for x in lines)

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.since <= day <= self.until

    def joined(self, other: Years) -> Years:
        """From the earlier beginning to the later end."""
        return Years(min(self.since, other.since), max(self.until, other.until))


ALL_YEARS = Years()


def authorise(unit: UnitOfWork, who: Who, book_id: str, right: Right) -> Years:
    """Raise NotAllowed unless a role of ``who`` in this book allows ``right``, as the database says now.

    Returns the part of the book that the right reaches to; that of somebody without limits is `ALL_YEARS`.
    """
    reach = _reach(unit, who, book_id)
    years = reach.get(right)
    if years is None:
        raise NotAllowed(who.name or who.id, right, _name(unit, book_id))
    if Right.RESTRICTED in reach:
        return years
    return replace(years, restricted=unit.policies.current(book_id)[1].restricted)


def within(unit: UnitOfWork, book_id: str, years: Years, entry_ids: Sequence[str]) -> tuple[str, ...]:
    """Those of some entries that lie in the part of a book that somebody may see."""
    if years == ALL_YEARS:
        return tuple(entry_ids)
    seen = restricted.visible(unit.session, book_id, years.restricted, entry_ids)
    return tuple(e for e in entry_ids if e in seen and _day(unit, book_id, e) in years)


def authorise_entry(unit: UnitOfWork, who: Who, book_id: str, right: Right, entry_id: str) -> None:
    """As `authorise`, for an act on one entry: one that ``who`` may not see is an UnknownEntry."""
    if not within(unit, book_id, authorise(unit, who, book_id, right), (entry_id,)):
        raise UnknownEntry(entry_id)


def unrestricted(unit: UnitOfWork, who: Who, book: Book, journal: str, lines: Sequence[Line]) -> None:
    """Raise NotAllowed where these lines would make an entry that ``who`` could not see."""
    if authorise(unit, who, book.book_id, Right.READ).restricted.covers(journal, lines):
        raise NotAllowed(who.name or who.id, Right.RESTRICTED, book.name)


def _day(unit: UnitOfWork, book_id: str, entry_id: str) -> date | None:
    try:
        return unit.reviews.standing(book_id, entry_id).day
    except UnknownEntry:
        return None


def authorise_installation(unit: UnitOfWork, who: Who) -> None:
    """Raise NotAllowed unless ``who`` runs this installation."""
    if not who.operator and not _runs(unit, who):
        raise NotAllowed(who.name or who.id, Right.INSTALLATION, "")


def rights_of(unit: UnitOfWork, who: Who, book_id: str) -> frozenset[Right]:
    """Everything that ``who`` may do in a book now."""
    return frozenset(_reach(unit, who, book_id))


def _reach(unit: UnitOfWork, who: Who, book_id: str) -> dict[Right, Years]:
    """Every right of ``who`` in a book now, with the years it reaches to: the one place where a role gives rights."""
    if who.operator:
        return dict.fromkeys(Right, ALL_YEARS)
    given = [(RIGHTS[Role(h.role)], _years(h)) for h in _held(unit, who, book_id)]
    if _runs(unit, who):
        given.append((RIGHTS[Role.ADMIN] | {Right.INSTALLATION}, ALL_YEARS))
    given.append((persona_rights(unit, who, book_id), ALL_YEARS))
    found: dict[Right, Years] = {}
    for rights, years in given:
        for right in rights:
            found[right] = found[right].joined(years) if right in found else years
    return found


def others_may(unit: UnitOfWork, who: Who, book_id: str, right: Right) -> bool:
    """Whether anybody but ``who`` holds a right in this book: people with a role, and who runs the installation.

    Those from whom ``who`` took such a role count as well: nobody gets rid of the second person that way.
    """
    logins = {u.login for u in unit.people.list()} - {who.id}
    robbed = {
        login for login, role, by in unit.people.taken_back(book_id) if by == who.id and right in RIGHTS[Role(role)]
    }
    return bool(robbed - {who.id}) or any(right in rights_of(unit, Who(id=login), book_id) for login in logins)


def persona_rights(unit: UnitOfWork, who: Who, book_id: str) -> frozenset[Right]:
    """What a persona may do: nothing outside a book where everything was generated or written by personas.

    Nobody had to prove anything to be one, so personas bring no file in and manage no people.
    """
    role = next((r for r, name in PERSONAS.items() if name == who.id), None)
    if role is None or not playground(unit, book_id):
        return frozenset()
    return RIGHTS[role] - {Right.IMPORT, Right.PEOPLE}


def members(unit: UnitOfWork, book_id: str) -> dict[str, str]:
    """Whoever holds a role in a book, login to name; in the demonstration its personas, whose name is empty."""
    personas = dict.fromkeys(PERSONAS.values(), "") if playground(unit, book_id) else {}
    return {**personas, **{h.user.login: h.user.name for h in unit.people.roles(book_id)}}


def playground(unit: UnitOfWork, book_id: str) -> bool:
    """Whether a book is the demonstration and holds no entry of anybody's business."""
    return unit.people.only_generated(book_id, GENERATED, (f"{_PERSONA}%", "demo accountant"))


def find(unit: UnitOfWork, who: Who, book: str, right: Right) -> Book:
    """The book of that name, for somebody who has the right.

    Raises NotAllowed, and UnknownBook, which names the books that ``who`` may read: for those without any role
    a book that exists looks like one that does not.
    """
    found = unit.books.find(book)
    if found is None or not rights_of(unit, who, found.book_id):
        raise UnknownBook(book, [b.name for b in visible(unit, who)])
    authorise(unit, who, found.book_id, right)
    return found


def visible(unit: UnitOfWork, who: Who) -> Sequence[Book]:
    """The books that ``who`` may read; the names of others are not for everybody."""
    return [b for b in unit.books.list() if Right.READ in rights_of(unit, who, b.book_id)]


def _held(unit: UnitOfWork, who: Who, book_id: str) -> Sequence[Held]:
    return unit.people.roles(book_id, who.id) if who.id and book_id else ()


def _runs(unit: UnitOfWork, who: Who) -> bool:
    return bool(who.id) and unit.people.runs_installation(who.id)


def _years(held: Held) -> Years:
    first, last = held.limits.first_year, held.limits.last_year
    return Years(date(first, 1, 1) if first else date.min, date(last, 12, 31) if last else date.max)


def _name(unit: UnitOfWork, book_id: str) -> str:
    return next((b.name for b in unit.books.list() if b.book_id == book_id), "")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a use case asks for; ``right`` is None where it is everybody's or the process's own, ``why`` says so."""

    right: Right | None
    why: str = ""


RULES: dict[str, Rule] = {}


def use_case(right: Right | None, why: str = "") -> Callable[[T], T]:
    """Note which right a use case asks for; a test tries every one of them as every role and as nobody."""

    def note(function: T) -> T:
        RULES[f"{function.__module__}.{function.__qualname__}"] = Rule(right, why)
        return function

    return note
