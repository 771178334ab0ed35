"""Users, what they prove themselves with, and which roles they hold in which book. Only appends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import chain, schema
from storage.errors import StorageError
from storage.identity import clean, new_id, new_salt, utc_now
from storage.schema_people import credentials, identities, installation_grants, role_grants, users

PASSWORD, CODE = "password", "code"
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,99}")
_RESERVED = ("system", "nobody", "model", "counterpoint")  # names that records bear when no person acted
_LONGEST_NAME = 200


class BadLogin(StorageError):
    def __init__(self, login: str, why: str) -> None:
        self.login, self.why = login, why
        super().__init__(
            f"{login[:100]!r} cannot be a login: {why}. Use 2 to 100 small letters, digits and . _ @ + -, "
            "beginning with a letter or digit, for example ana.lenz."
        )


class LoginTaken(StorageError):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"There is a user {login!r} already. A login is never given twice; choose another one.")


class IdentityTaken(StorageError):
    def __init__(self, issuer: str, subject: str) -> None:
        self.issuer, self.subject = issuer, subject
        super().__init__(f"There is a user for {subject[:100]!r} of {issuer[:200]!r} already. One person is one user.")


class UnknownUser(StorageError):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(f"There is no user {login!r}. Add one first: counterpoint user add LOGIN --name NAME")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person; ``login`` never changes and is what acts are signed with, ``issuer`` is empty for local ones."""

    user_id: str
    login: str
    name: str
    issuer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """The newest of a user; ``kind`` is PASSWORD or CODE."""

    kind: str
    hash: str
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far a role reaches: calendar years, both included, and until when. None: without limit."""

    first_year: int | None = None
    last_year: int | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A role that somebody holds in a book now; ``by`` gave it."""

    user: User
    role: str
    limits: Limits
    by: str = ""


NO_LIMITS = Limits()


class PeopleStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, login: str, name: str, by: str, issuer: str = "") -> User:
        """A new user without credentials or roles. Raises BadLogin, LoginTaken."""
        login, shown = fold_login(login), " ".join(clean(name).split())[:_LONGEST_NAME]
        if not _LOGIN.fullmatch(login):
            raise BadLogin(login, "it has other characters, or too few or too many")
        if login in _RESERVED:
            raise BadLogin(login, "the program signs with it")
        if self.find(login):
            raise LoginTaken(login)
        user = User(user_id=new_id(), login=login, name=shown or login, issuer=issuer)
        row = {"user_id": user.user_id, "login": login, "name": user.name, "issuer": issuer}
        self._session.execute(sa.insert(users), [{**row, "recorded": utc_now(), "recorded_by": by}])
        return user

    def find(self, login: str) -> User | None:
        row = self._session.execute(sa.select(users).where(users.c.login == fold_login(login))).one_or_none()
        return User(user_id=row.user_id, login=row.login, name=row.name, issuer=row.issuer) if row else None

    def get(self, login: str) -> User:
        """Raises UnknownUser."""
        if found := self.find(login):
            return found
        raise UnknownUser(login)

    def identify(self, user: User, subject: str, by: str) -> None:
        """Note that the user's issuer knows this person as ``subject``. Raises IdentityTaken."""
        if self.identified(user.issuer, subject):
            raise IdentityTaken(user.issuer, subject)
        row = {"identity_id": new_id(), "user_id": user.user_id, "issuer": user.issuer, "subject": subject}
        self._session.execute(sa.insert(identities), [{**row, "recorded": utc_now(), "recorded_by": by}])

    def identified(self, issuer: str, subject: str) -> User | None:
        """Whom a provider means; both are compared exactly as it writes them."""
        t = identities.c
        row = self._session.execute(
            sa.select(users)
            .join(identities, t.user_id == users.c.user_id)
            .where(t.issuer == issuer, t.subject == subject)
        ).one_or_none()
        return User(user_id=row.user_id, login=row.login, name=row.name, issuer=row.issuer) if row else None

    def list(self) -> tuple[User, ...]:
        """Everybody, by login."""
        rows = self._session.execute(sa.select(users).order_by(users.c.login))
        return tuple(User(user_id=r.user_id, login=r.login, name=r.name, issuer=r.issuer) for r in rows)

    def credential(self, user: User) -> Credential | None:
        """What the user has to prove now; None before the first."""
        t = credentials.c
        row = self._session.execute(
            sa.select(credentials).where(t.user_id == user.user_id).order_by(t.number.desc()).limit(1)
        ).one_or_none()
        return Credential(kind=row.kind, hash=row.hash, expires=row.expires) if row else None

    def set_credential(self, user: User, credential: Credential, by: str) -> None:
        """Append; the ones before are void from now on."""
        t = credentials.c
        last = self._session.scalar(sa.select(sa.func.max(t.number)).where(t.user_id == user.user_id)) or 0
        row = {
            "credential_id": new_id(), "user_id": user.user_id, "number": last + 1, "kind": credential.kind,
            "hash": credential.hash, "expires": credential.expires, "recorded": utc_now(), "recorded_by": by,
        }  # fmt: skip
        self._session.execute(sa.insert(credentials), [row])

    def set_role(  # noqa: PLR0913  the fields of one row
        self,
        book_id: str,
        user: User,
        role: str,
        by: str,
        *,
        granted: bool,
        reason: str = "",
        limits: Limits = NO_LIMITS,
    ) -> None:
        """Append a grant, or its end, with a link in the book's chain."""
        now, salt = utc_now(), new_salt()
        row = {
            "grant_id": new_id(), "book_id": book_id, "user_id": user.user_id, "role": role, "granted": granted,
            "first_year": limits.first_year, "last_year": limits.last_year, "expires": limits.expires,
            "reason": clean(reason), "salt": salt, "recorded": now, "recorded_by": by,
        }  # fmt: skip
        content = grant_digest({**row, "login": user.login})
        sequence = chain.append(self._session, book_id, "role_grants", str(row["grant_id"]), content, now)
        self._session.execute(sa.insert(role_grants), [{**row, "sequence": sequence}])

    def roles(self, book_id: str, login: str = "") -> Sequence[Held]:
        """Roles held in a book now, by login; expired ones are left out."""
        t = role_grants.c
        mine = sa.true() if not login else users.c.login == fold_login(login)
        last = (
            sa.select(t.user_id, t.role, sa.func.max(t.sequence).label("sequence"))
            .where(t.book_id == book_id)
            .group_by(t.user_id, t.role)
            .subquery()
        )
        rows = self._session.execute(
            sa.select(role_grants, users.c.login, users.c.name, users.c.issuer)
            .join(last, sa.and_(t.user_id == last.c.user_id, t.role == last.c.role, t.sequence == last.c.sequence))
            .join(users, users.c.user_id == t.user_id)
            .where(t.book_id == book_id, t.granted, mine)
            .order_by(users.c.login, t.role)
        )
        now = utc_now()
        return [
            Held(
                user=User(user_id=r.user_id, login=r.login, name=r.name, issuer=r.issuer),
                role=r.role,
                limits=Limits(first_year=r.first_year, last_year=r.last_year, expires=r.expires),
                by=r.recorded_by,
            )
            for r in rows
            if r.expires is None or r.expires > now
        ]

    def taken_back(self, book_id: str) -> frozenset[tuple[str, str, str]]:
        """Roles that were taken and not given again: whose, which, and who took it."""
        t = role_grants.c
        last = sa.select(sa.func.max(t.sequence)).where(t.book_id == book_id).group_by(t.user_id, t.role)
        rows = self._session.execute(
            sa.select(users.c.login, t.role, t.recorded_by)
            .join(users, users.c.user_id == t.user_id)
            .where(t.book_id == book_id, t.sequence.in_(last), ~t.granted)
        )
        return frozenset((r.login, r.role, r.recorded_by) for r in rows)

    def set_installation(self, user: User, by: str, *, granted: bool, reason: str = "") -> None:
        row = {"grant_id": new_id(), "user_id": user.user_id, "granted": granted, "reason": clean(reason)}
        self._session.execute(sa.insert(installation_grants), [{**row, "recorded": utc_now(), "recorded_by": by}])

    def runs_installation(self, login: str) -> bool:
        """Whether the newest grant about this user, if there is one, gives the right."""
        t = installation_grants.c
        newest = self._session.scalar(
            sa.select(t.granted)
            .join(users, users.c.user_id == t.user_id)
            .where(users.c.login == fold_login(login))
            .order_by(t.recorded.desc(), t.grant_id.desc())
            .limit(1)
        )
        return bool(newest)

    def only_generated(self, book_id: str, format: str, authors: Sequence[str]) -> bool:
        """Whether a book is a demonstration with no batch of another format and no entry begun by anybody else.

        ``authors`` are patterns of LIKE.
        """
        b, e, books = schema.batches.c, schema.entries.c, schema.books.c
        begun = sa.and_(e.batch_id == "", *(~e.recorded_by.like(author) for author in authors))
        demo = sa.select(sa.func.count()).where(books.book_id == book_id, books.demo)
        files = sa.select(sa.func.count()).where(b.book_id == book_id, b.format != format)
        typed = sa.select(sa.func.count()).where(e.book_id == book_id, begun)
        return bool(self._session.scalar(demo)) and not any(self._session.scalar(q) for q in (files, typed))

    def anybody_has(self, kind: str) -> bool:
        """Whether a credential of this kind was ever set."""
        return self._session.scalar(sa.select(sa.func.count()).where(credentials.c.kind == kind)) != 0


def fold_login(login: str) -> str:
    """A login as it is compared and kept."""
    return clean(login).strip().lower()


def grant_digest(row: Mapping[str, object]) -> str:
    """What the chain says of a grant: everything, with the user's login, and the reason as a salted digest."""
    body = {
        k: v.astimezone(UTC) if isinstance(v, datetime) else v  # a database may answer in its own zone
        for k, v in row.items()
        if k not in ("sequence", "salt", "reason")
    }
    return chain.digest({**body, "reason": chain.text_digest(str(row["salt"]), [str(row["reason"])])})
