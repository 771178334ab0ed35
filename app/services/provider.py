"""Signing in with an identity provider: from the claims that it vouched for to a ticket of our own.

Streamlit and Authlib do the round trip and check the provider's signature, issuer, nonce and expiry. What they
leave behind is a cookie that would hold for weeks, so its claims are taken once and only while they are fresh.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.services.access import Role, use_case
from app.services.errors import BadInput, ServiceError
from app.services.workbench import Workbench
from storage.identity import utc_now
from storage.people import LoginTaken, User
from storage.records import Book
from storage.session import UnitOfWork

PROVIDER = "identity provider"  # signs what a claim did; no login can be called so
REASON = "from the identity provider"
FRESH = timedelta(minutes=5)  # how long after the provider vouched for somebody that may be used
_SKEW = timedelta(minutes=1)  # how far its clock may be ahead
_LONGEST = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """What is done with what the provider says; the table `[sign_in]` of the secrets."""

    name: str = "single sign-on"  # what the button names
    provider: str = "default"  # which one of the table `[auth]`; 'default' is the one described there itself
    login_claims: tuple[str, ...] = ("preferred_username", "email")  # a new user's login is the first of these
    create_users: bool = False  # whether somebody whom the provider knows becomes a user here
    roles_claim: str = ""  # the claim that lists groups or roles, for example groups; none: roles are given here
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # its values, each with a list of BOOK:ROLE
    client_id: str = ""  # taken from `[auth]`


class ProviderAnswerOld(ServiceError):
    """What the provider said was for another program, or too long ago."""

    def __init__(self) -> None:
        super().__init__("The provider's answer is too old or not meant for this workbench. Sign in once more.")


class NotKnownHere(ServiceError):
    """The provider knows somebody who is no user here."""

    def __init__(self, name: str, subject: str) -> None:
        self.name, self.subject = name, subject
        super().__init__(
            f"{name} knows you as {subject[:100]!r}, but you are no user of this workbench. "
            "Ask whoever runs it to add you."
        )


class LoginOfAnother(ServiceError):
    """Somebody else has the login that a provider's person would get."""

    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            f"The login {login!r} belongs to another user of this workbench, and users are never merged. "
            "Ask whoever runs it to add you under another login."
        )


def settings(secrets: Mapping[str, Any]) -> ProviderSettings | None:
    """The settings in Streamlit's secrets; None where no provider is configured.

    Raises BadInput for a field that there is none of or that is of another kind.
    """
    auth, own = secrets.get("auth"), secrets.get("sign_in", {})
    if not isinstance(auth, Mapping) or not isinstance(own, Mapping):
        return None
    for key, value in own.items():
        if key not in _KINDS or not isinstance(value, _KINDS[key]):
            what = ", ".join(_KINDS)
            raise BadInput(
                "[sign_in]", f"{key} = {value!r}"[:100], "this is no setting or not of its kind", f"Use {what}."
            )
    given: dict[str, Any] = dict(own)
    given["roles"] = {str(k): _texts(v) for k, v in dict(own.get("roles", {})).items()}
    if "login_claims" in own:
        given["login_claims"] = _texts(own["login_claims"])
    section = auth.get(own.get("provider", "default"), auth)
    return ProviderSettings(**given, client_id=str(section.get("client_id", "")))


@use_case(None, "whoever signs in is nobody yet; the provider vouched for the claims")
def enter(wb: Workbench, known: ProviderSettings, claims: Mapping[str, Any], *, nonce: str) -> str:
    """A ticket for the person whom fresh claims are about, after their roles were brought up to date.

    Raises ProviderAnswerOld, NotKnownHere, LoginOfAnother, BadLogin.
    """
    issuer, subject = (str(claims.get(name, ""))[:_LONGEST] for name in ("iss", "sub"))
    if not issuer or not subject or not _fresh(known, claims):
        raise ProviderAnswerOld

    def work(uow: UnitOfWork) -> str:
        user = uow.people.identified(issuer, subject) or _new(uow, known, claims)
        if known.roles_claim and _follow(uow, known, claims, user):
            uow.sign_ins.end_all(user.login)
        return uow.sign_ins.ticket(user.login, nonce[:_LONGEST], utc_now())

    return wb.store.write(work)


def _fresh(known: ProviderSettings, claims: Mapping[str, Any]) -> bool:
    """Whether the provider said this just now, to this client."""
    now, audience = utc_now(), claims.get("aud")
    mine = known.client_id in (audience if isinstance(audience, (list, tuple)) else [audience])
    try:
        issued, ends = (datetime.fromtimestamp(float(claims[name]), UTC) for name in ("iat", "exp"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return False
    right = claims.get("provider", known.provider) == known.provider
    return mine and right and now - FRESH < issued < now + _SKEW and now < ends


def _new(uow: UnitOfWork, known: ProviderSettings, claims: Mapping[str, Any]) -> User:
    """A user for somebody who was never here; a local user of the same login stays who they are."""
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    if not known.create_users:
        _log.warning("the identity provider vouched for %r, who is no user here", subject)
        raise NotKnownHere(known.name, subject)
    usable = (c for c in known.login_claims if c != "email" or claims.get("email_verified") is not False)
    login = next((str(claims[c]) for c in usable if claims.get(c)), subject)
    try:
        user = uow.people.add(login, str(claims.get("name") or login), PROVIDER, issuer)
    except LoginTaken as error:
        raise LoginOfAnother(error.login) from None
    uow.people.identify(user, subject, PROVIDER)
    return user


def _follow(uow: UnitOfWork, known: ProviderSettings, claims: Mapping[str, Any], user: User) -> bool:
    """Give the roles that the claim has and take those that came from it before; says whether any changed.

    A role that people here gave stays, and one that they took back is not given again.
    """
    books, changed = uow.books.list(), False
    wanted = _wanted(known, claims, books)
    for book in books:
        held = {h.role: h.by for h in uow.people.roles(book.book_id, user.login)}
        taken = {
            role for login, role, by in uow.people.taken_back(book.book_id) if login == user.login and by != PROVIDER
        }
        asked = {role for name, role in wanted if name == book.name}
        gone = {role for role, by in held.items() if by == PROVIDER} - asked
        for role, granted in [(r, True) for r in sorted(asked - set(held) - taken)] + [
            (r, False) for r in sorted(gone)
        ]:
            uow.people.set_role(book.book_id, user, role, PROVIDER, granted=granted, reason=REASON)
            changed = True
    return changed


def _wanted(known: ProviderSettings, claims: Mapping[str, Any], books: Sequence[Book]) -> set[tuple[str, str]]:
    """Book and role of each value of the claim that the settings map to ones there are."""
    found, names = set(), {b.name for b in books}
    for value in _texts(claims.get(known.roles_claim, ())):
        if value not in known.roles:
            _log.info("the provider's role %r is in no mapping and was ignored", value)
        for text in known.roles.get(value, ()):
            book, _colon, role = text.rpartition(":")
            if book in names and role in tuple(Role) and role != Role.AUDITOR:
                found.add((book, role))
            else:
                _log.warning("the mapping %r of the provider's role %r was ignored: no such book or role", text, value)
    return found


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(v) for v in value) if isinstance(value, (list, tuple)) else ()


_KINDS: dict[str, type | tuple[type, ...]] = {
    "name": str, "provider": str, "login_claims": (str, list, tuple), "create_users": bool, "roles_claim": str,
    "roles": Mapping,
}  # fmt: skip
