"""Signing in and out: from a login and a password, or from a persona's door, to a session of a browser.

A page cannot set a cookie that scripts are unable to read. So a page that has checked a password gets a ticket,
and a route of the server exchanges it for the cookie. The ticket serves the browser that asked, once, for a minute.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from math import ceil

from app import background
from app.services import passwords
from app.services.access import PERSONAS, Role, Who, playground, use_case
from app.services.errors import ServiceError
from app.services.workbench import Workbench
from storage.identity import utc_now
from storage.people import CODE, PASSWORD, Credential, User, fold_login
from storage.session import UnitOfWork

_log = logging.getLogger(__name__)
_EVERYBODY = "whoever signs in is nobody yet"
_touching: set[str] = set()
_touching_lock = threading.Lock()
_LONGEST = 500  # characters that are read of a login or nonce


class SignInRefused(ServiceError):
    """Login and password do not belong together; which of them is wrong is not said."""

    def __init__(self) -> None:
        super().__init__("This login and password do not belong together. Try again, or ask an admin for a new code.")


class SignInPaused(ServiceError):
    """Too many attempts failed, so the next one has to wait."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = ceil(wait.total_seconds())
        super().__init__(
            f"Signing in failed too often. Wait {self.seconds} seconds, then try again; "
            "an admin can give you a new code meanwhile."
        )


class NewPasswordNeeded(ServiceError):
    """A one-time code is right and has to be replaced by a password."""

    def __init__(self) -> None:
        super().__init__("The code is right. It works once: choose a password of your own to go on.")


class PersonasClosed(ServiceError):
    """The people of the demo book were asked for where they may not be."""

    def __init__(self) -> None:
        super().__init__(
            "The people of the demo book work on this machine only, and only while the book holds nothing but "
            "generated entries. Sign in with your own login."
        )


@use_case(None, _EVERYBODY)
def sign_in(wb: Workbench, login: str, secret: str, *, nonce: str, new_password: str = "") -> str:
    """Check a password, or a one-time code with the password that replaces it; returns a ticket.

    Raises SignInRefused, SignInPaused, NewPasswordNeeded, WeakPassword. An unknown login is answered like a
    wrong password, after the same time.
    """
    login, secret = fold_login(login[:_LONGEST]), secret[: passwords.LONGEST + 1]
    now = utc_now()
    with wb.writing() as uow:
        wait = uow.sign_ins.pause(login, now)
        if not wait:
            uow.sign_ins.failed(login, now)  # counted before the slow check, or many could be tried at once
        user = uow.people.find(login)
        credential = uow.people.credential(user) if user else None
    if wait:
        raise SignInPaused(wait)
    usable = credential is not None and (credential.expires is None or credential.expires > now)
    if not passwords.matches(credential.hash if credential and usable else "", secret) or not user or not credential:
        _log.warning("a sign-in failed")
        raise SignInRefused
    code = credential.kind == CODE
    if code:
        _forgive(wb, login)
        if not new_password:
            raise NewPasswordNeeded
        passwords.check_strength(new_password, login)
    replacement = passwords.hashed(new_password) if code else ""
    with wb.writing() as uow:
        if uow.people.credential(user) != credential:  # somebody was faster with the same code, or it was reset
            raise SignInRefused
        if code:
            uow.people.set_credential(user, Credential(kind=PASSWORD, hash=replacement), login)
            uow.sign_ins.end_all(login)
        uow.sign_ins.succeeded(login)
        return uow.sign_ins.ticket(login, nonce[:_LONGEST], utc_now())


@use_case(None, "the demo book is open to whoever sits at this machine")
def enter_as(wb: Workbench, role: Role, *, nonce: str) -> str:
    """A ticket for a persona of the demo book; raises PersonasClosed, for a role without a persona too."""
    with wb.writing() as uow:
        if role not in PERSONAS or not _personas(wb, uow):
            raise PersonasClosed
        return uow.sign_ins.ticket(PERSONAS[role], nonce[:_LONGEST], utc_now())


@use_case(None, _EVERYBODY)
def personas_open(wb: Workbench) -> bool:
    """Whether the doors of the demo book may be shown."""
    with wb.reading() as uow:
        return _personas(wb, uow)


@use_case(None, _EVERYBODY)
def redeem(wb: Workbench, ticket: str, *, nonce: str, former: str = "", here: bool = True) -> str:
    """The token of a new session for a good ticket of this browser; nothing for any other.

    ``former`` is the browser's session so far, which ends. A persona must be ``here``, at this machine.
    """
    now = utc_now()
    with wb.writing() as uow:
        login = uow.sign_ins.redeem(ticket, nonce, now) if nonce else ""
        if not login or (login in PERSONAS.values() and not here):
            return ""
        uow.sign_ins.end(former)
        return uow.sign_ins.start(login, now)


@use_case(None, _EVERYBODY)
def who_of(wb: Workbench, token: str) -> Who | None:
    """Who a browser's token stands for now; None when the session ended, or the person is no user any more."""
    if not token:
        return None
    now = utc_now()
    with wb.reading() as uow:
        found = uow.sign_ins.find(token, now)
        who = _who(wb, uow, found.login) if found else None
    if who and found and found.stale:
        _touch_later(wb, token)
    return who


@use_case(None, "a session belongs to whoever holds its token")
def sign_out(wb: Workbench, token: str) -> None:
    """End this session; the same person's others go on."""
    with wb.writing() as uow:
        uow.sign_ins.end(token)


def _touch_later(wb: Workbench, token: str) -> None:
    """Note that a session is in use, without making the page wait for a long import that is being written."""
    with _touching_lock:
        if token in _touching:
            return
        _touching.add(token)

    def touch() -> None:
        try:
            with wb.writing() as uow:
                uow.sign_ins.touch(token, utc_now())
        finally:
            with _touching_lock:
                _touching.discard(token)

    background.start("session-in-use", touch)


def _forgive(wb: Workbench, login: str) -> None:
    with wb.writing() as uow:
        uow.sign_ins.succeeded(login)


def _who(wb: Workbench, uow: UnitOfWork, login: str) -> Who | None:
    role = next((r for r, name in PERSONAS.items() if name == login), None)
    if role is not None:
        return Who.persona(role) if _personas(wb, uow) else None
    user: User | None = uow.people.find(login)
    return Who(id=user.login, name=user.name) if user else None


def _personas(wb: Workbench, uow: UnitOfWork) -> bool:
    return wb.loopback and any(b.demo and playground(uow, b.book_id) for b in uow.books.list())
