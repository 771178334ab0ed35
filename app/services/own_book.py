"""The first steps of somebody who begins: a login of their own, and a book of their own."""

from __future__ import annotations

from app.services import passwords
from app.services.access import Right, Role, Who, authorise_installation, use_case
from app.services.errors import ServiceError
from app.services.sign_in import personas_open
from app.services.workbench import Workbench
from storage.identity import utc_now
from storage.people import PASSWORD, Credential
from storage.records import FEEDER
from storage.session import UnitOfWork

_FIRST = (Role.ACCOUNTANT, Role.REVIEWER)  # an installation's runner is an admin of every book already
_REASON = "began this book"


class BegunAlready(ServiceError):
    """Somebody has a login here already, so that nobody may make the first one any more."""

    def __init__(self) -> None:
        super().__init__(
            "This installation has its first user already. Sign in with your login, or ask whoever runs it for one."
        )


@use_case(None, "the sign-in page asks it for whoever stands before it")
def may_begin(wb: Workbench) -> bool:
    """Whether the person at this machine may make the first login: nobody has one, and only the demo book is there."""
    with wb.reading() as uow:
        nobody = not uow.people.list()
    return nobody and personas_open(wb)


@use_case(None, "the first person at this machine makes the first login, as long as there is none")
def begin(wb: Workbench, login: str, name: str, password: str, *, nonce: str) -> str:
    """Add the first user, who runs the installation from now on; returns a ticket for signing in.

    Raises BegunAlready, BadLogin, WeakPassword.
    """
    if not may_begin(wb):
        raise BegunAlready
    passwords.check_strength(password, login)
    hashed = passwords.hashed(password)

    def work(uow: UnitOfWork) -> str:
        if uow.people.list():
            raise BegunAlready
        user = uow.people.add(login, name or login, login)
        uow.people.set_installation(user, user.login, granted=True, reason="the first user of this installation")
        uow.people.set_credential(user, Credential(kind=PASSWORD, hash=hashed), user.login)
        return uow.sign_ins.ticket(user.login, nonce[:200], utc_now())

    return wb.store.write(work)


@use_case(Right.INSTALLATION)
def create_book(wb: Workbench, who: Who, name: str, currency: str, purpose: str = FEEDER) -> str:
    """Make an empty book; who makes it books and reviews in it until others are there. Returns its name.

    Raises NotAllowed, BadBook, BookExists, BadInput for a currency.
    """
    from app.services.typed import read_currency

    def work(uow: UnitOfWork) -> str:
        authorise_installation(uow, who)
        book = uow.books.create(name, read_currency(currency) or "EUR", purpose=purpose, by=who.id)
        if user := uow.people.find(who.id):
            for role in _FIRST:
                uow.people.set_role(book.book_id, user, role, who.id, granted=True, reason=_REASON)
        return book.name

    return wb.store.write(work)
