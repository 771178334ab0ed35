"""Users and their roles, changed by whoever may: the admins of a book, and those who run the installation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from datetime import date as day

from app.services import passwords
from app.services.access import NotAllowed, Right, Role, Who, authorise_installation, find, rights_of, use_case
from app.services.controls import ROLE, Change, propose, record
from app.services.errors import BadInput
from app.services.workbench import Workbench
from storage.control import NewChange
from storage.identity import utc_now
from storage.people import CODE, PASSWORD, Credential, Held, Limits, User
from storage.session import UnitOfWork

__all__ = ["Held", "Limits", "NewUser", "Reach", "User"]

CODE_HOLDS = timedelta(hours=24)
FIRST_ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far an auditor's role reaches: calendar years, both included, and the last day it holds."""

    first_year: int
    last_year: int
    last_day: day


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A person to add; ``secret`` is a password, or empty for a one-time code that is made.

    Somebody who signs in with a provider has the provider's ``issuer`` and ``subject`` instead.
    """

    login: str
    name: str
    secret: str = ""
    issuer: str = ""
    subject: str = ""


@use_case(Right.INSTALLATION)
def add_user(wb: Workbench, who: Who, new: NewUser) -> str:
    """Add a person; returns the one-time code, empty when a password was given or a provider is asked for it.

    Raises NotAllowed, BadLogin, LoginTaken, IdentityTaken, WeakPassword, BadInput.
    """
    with wb.reading() as uow:
        authorise_installation(uow, who)
    if new.issuer or new.subject:
        return _add_identified(wb, who, new)
    code, credential = _credential(new.login, new.secret)
    with wb.writing() as uow:
        authorise_installation(uow, who)
        uow.people.set_credential(uow.people.add(new.login, new.name, who.id), credential, who.id)
    return code


@use_case(Right.PEOPLE)
def reset(wb: Workbench, who: Who, login: str, secret: str = "") -> str:
    """Give a person a new password, or a one-time code that is returned, and end all sessions of theirs.

    Allowed for who runs the installation, and for an admin of every book in which the person has a role, because
    whoever holds the code is that person until it is used; not for another admin, whose word would then be worth
    nothing as a second one. Raises NotAllowed, UnknownUser, WeakPassword, BadInput
    for somebody who signs in elsewhere.
    """
    with wb.reading() as uow:
        _may_reset(uow, who, login)
        issuer = uow.people.get(login).issuer
    if issuer:
        raise BadInput("Login", login, "this person signs in with another service", "Reset the password there.")
    code, credential = _credential(login, secret)
    with wb.writing() as uow:
        _may_reset(uow, who, login)
        user = uow.people.get(login)
        uow.people.set_credential(user, credential, who.id)
        uow.sign_ins.end_all(user.login)
        uow.sign_ins.succeeded(user.login)
    return code


@use_case(Right.PEOPLE)
def people_of(wb: Workbench, who: Who, book: str) -> Sequence[Held]:
    """The roles that people hold in a book now; raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.people.roles(find(uow, who, book, Right.PEOPLE).book_id)


@use_case(Right.PEOPLE)
def logins(wb: Workbench, who: Who, book: str) -> Sequence[User]:
    """Everybody who could be given a role in a book; raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        find(uow, who, book, Right.PEOPLE)
        return uow.people.list()


@use_case(Right.PEOPLE)
def set_role(  # noqa: PLR0913  who, whose, where, what, and why
    wb: Workbench,
    who: Who,
    book: str,
    login: str,
    role: Role,
    *,
    granted: bool,
    reason: str,
    reach: Reach | None = None,
) -> Change:
    """Give a role or take it back, for a reason; when it holds, the person's sessions end.

    A role that is given waits for another person who may confirm it, where there is one; the operator's holds at
    once. One that is taken back ends at once. An auditor's role needs a `Reach`.
    Raises NotAllowed, UnknownBook, UnknownUser, BadInput.
    """
    why = " ".join(reason.split())
    if not why:
        raise BadInput("Reason", "", "it is empty", "Say in a few words why, for those who look at the book later.")
    limits = _limits(role, reach) if granted else Limits()

    def work(uow: UnitOfWork) -> Change:
        found = find(uow, who, book, Right.PEOPLE)
        user = uow.people.get(login)
        held = next((h for h in uow.people.roles(found.book_id, user.login) if h.role == role), None)
        if not granted and held is None:
            raise BadInput("Role", role, "this person does not have it in this book", "There is nothing to do.")
        new = NewChange(
            subject=ROLE, key=f"{user.login}: {role}", reason=why,
            before=_grant(user, role, held.limits if held else Limits(), granted=held is not None),
            after=_grant(user, role, limits, granted=granted),
        )  # fmt: skip
        at_once = who.operator or not granted
        return record(uow, who, found, new) if at_once else propose(uow, who, found, Right.PEOPLE, new)

    return wb.store.write(work)


@use_case(Right.INSTALLATION)
def set_installation(wb: Workbench, who: Who, login: str, *, granted: bool, reason: str) -> None:
    """Let somebody run the installation, or no more. Raises NotAllowed, UnknownUser."""
    with wb.writing() as uow:
        authorise_installation(uow, who)
        user = uow.people.get(login)
        uow.people.set_installation(user, who.id, granted=granted, reason=reason)
        uow.sign_ins.end_all(user.login)


@use_case(None, "the process offers its first user a code, on its own terminal")
def first_code(wb: Workbench) -> str:
    """A one-time code for the first admin, while nobody ever had a password; empty afterwards.

    Each call makes the code of the call before void.
    """
    with wb.reading() as uow:
        if uow.people.anybody_has(PASSWORD) or any(u.login != FIRST_ADMIN for u in uow.people.list()):
            return ""
    code, credential = _credential(FIRST_ADMIN, "")
    me = Who.program()
    with wb.writing() as uow:
        user = uow.people.find(FIRST_ADMIN)
        if user is None:
            user = uow.people.add(FIRST_ADMIN, "Administrator", me.id)
            uow.people.set_installation(user, me.id, granted=True, reason="first admin of this installation")
        uow.people.set_credential(user, credential, me.id)
    return code


@use_case(None, "the terminal asks whether to say how somebody is added")
def nobody(wb: Workbench) -> bool:
    """Whether there is no user at all."""
    with wb.reading() as uow:
        return not uow.people.list()


@use_case(None, "the process asks whether anybody has to sign in")
def only_the_demo(wb: Workbench) -> bool:
    """Whether there is no book but the demonstration."""
    with wb.reading() as uow:
        return all(b.demo for b in uow.books.list())


def _credential(login: str, secret: str) -> tuple[str, Credential]:
    """A password's, or that of a code which is made; hashed before anybody waits for the write lock."""
    if secret:
        passwords.check_strength(secret, login)
        return "", Credential(kind=PASSWORD, hash=passwords.hashed(secret))
    code = passwords.new_code()
    return code, Credential(kind=CODE, hash=passwords.hashed(code), expires=utc_now() + CODE_HOLDS)


def _may_reset(uow: UnitOfWork, who: Who, login: str) -> None:
    if who.operator or (who.id and uow.people.runs_installation(who.id)):
        return
    books = [b for b in uow.books.list() if uow.people.roles(b.book_id, login)]
    mine = all(Right.PEOPLE in rights_of(uow, who, b.book_id) for b in books)
    admin = any(h.role == Role.ADMIN for b in books for h in uow.people.roles(b.book_id, login))
    other_admin = admin and login != who.id
    if not books or not mine or other_admin or uow.people.runs_installation(login):
        raise NotAllowed(who.name or who.id, Right.PEOPLE, "")


def _add_identified(wb: Workbench, who: Who, new: NewUser) -> str:
    if not new.issuer or not new.subject or new.secret:
        why = "a person of a provider has an issuer and a subject, and no password here"
        raise BadInput("Provider", f"{new.issuer} {new.subject}".strip(), why, "Give both, and nothing else.")
    with wb.writing() as uow:
        authorise_installation(uow, who)
        uow.people.identify(uow.people.add(new.login, new.name, who.id, new.issuer), new.subject, who.id)
    return ""


def _grant(user: User, role: Role, limits: Limits, *, granted: bool) -> dict[str, object]:
    """A grant as a change writes it down; limits only where there are some."""
    ends = limits.expires.astimezone(UTC).isoformat() if limits.expires else None
    named = {"first_year": limits.first_year, "last_year": limits.last_year, "expires": ends}
    return {
        "login": user.login, "role": role.value, "granted": granted, **{k: v for k, v in named.items() if v},
    }  # fmt: skip


def _limits(role: Role, reach: Reach | None) -> Limits:
    if role is not Role.AUDITOR:
        return Limits()
    if reach is None:
        raise BadInput("Years", "", "an auditor's role names years and a last day", "Give both.")
    if not 1900 <= reach.first_year <= reach.last_year <= 9999:
        years = f"{reach.first_year}-{reach.last_year}"
        raise BadInput("Years", years, "these are not years in order", "Write them like 2024-2025.")
    ends = datetime.combine(reach.last_day, time.max, UTC)
    if ends < utc_now():
        raise BadInput("Last day", f"{reach.last_day}", "it is over", "Choose a day to come.")
    return Limits(first_year=reach.first_year, last_year=reach.last_year, expires=ends)
