"""Sessions, tickets and failed attempts: the only rows that are changed and deleted, in tables of their own.

What a browser holds is never stored, only its SHA-256. The functions take ``now`` so that every limit of one
decision is measured at one moment.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage.people import fold_login
from storage.schema_people import sessions, sign_in_attempts, tickets

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
TICKET = timedelta(seconds=60)
FREE_FAILURES = 4  # typing mistakes that cost nothing
FIRST_PAUSE = timedelta(seconds=2)  # after the fifth; doubles with each further one
LONGEST_PAUSE = timedelta(minutes=15)
FORGIVEN = timedelta(hours=24)  # a failure this old counts no more
TOUCH = timedelta(minutes=1)  # how exactly the last use of a session is known


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that holds: whose it is, and whether its last use should be noted."""

    login: str
    stale: bool


class SignInStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, login: str, now: datetime) -> str:
        """A session; returns the token for the browser, 256 random bits."""
        self._sweep(now)
        token = secrets.token_urlsafe(32)
        row = {"token": hidden(token), "login": login, "started": now, "seen": now}
        self._session.execute(sa.insert(sessions), [row])
        return token

    def find(self, token: str, now: datetime) -> SignedIn | None:
        """Whose session this is, unless it ended, was idle for too long or is too old."""
        row = self._session.execute(sa.select(sessions).where(sessions.c.token == hidden(token))).one_or_none()
        if row is None or now - row.seen > IDLE or now - row.started > LONGEST:
            return None
        return SignedIn(row.login, stale=now - row.seen > TOUCH)

    def touch(self, token: str, now: datetime) -> None:
        self._session.execute(sa.update(sessions).where(sessions.c.token == hidden(token)).values(seen=now))

    def end(self, token: str) -> None:
        self._session.execute(sa.delete(sessions).where(sessions.c.token == hidden(token)))

    def end_all(self, login: str) -> None:
        """Sign somebody out everywhere."""
        for table in (sessions, tickets):
            self._session.execute(sa.delete(table).where(table.c.login == login))

    def ticket(self, login: str, nonce: str, now: datetime) -> str:
        """Something that the browser with this nonce may exchange for a session, once and soon."""
        made = secrets.token_urlsafe(32)
        row = {"ticket": hidden(made), "nonce": hidden(nonce), "login": login, "made": now}
        self._session.execute(sa.insert(tickets), [row])
        return made

    def redeem(self, ticket: str, nonce: str, now: datetime) -> str:
        """Whose ticket it was, or nothing; either way it is gone."""
        mine = tickets.c.ticket == hidden(ticket)
        row = self._session.execute(sa.select(tickets).where(mine)).one_or_none()
        self._session.execute(sa.delete(tickets).where(mine))
        if row is None or now - row.made > TICKET or not secrets.compare_digest(row.nonce, hidden(nonce)):
            return ""
        return str(row.login)

    def pause(self, login: str, now: datetime) -> timedelta:
        """How long this login has to wait before its next attempt."""
        row = self._attempts(login)
        if row is None or row.failures <= FREE_FAILURES or now - row.last > FORGIVEN:
            return timedelta(0)
        doublings = min(row.failures - FREE_FAILURES - 1, 16)
        wait = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
        left: timedelta = row.last + wait - now
        return max(timedelta(0), left)

    def failed(self, login: str, now: datetime) -> int:
        """Count one more; returns how many there are now."""
        row, key = self._attempts(login), _key(login)
        if row is None:
            self._session.execute(sa.insert(sign_in_attempts), [{"login": key, "failures": 1, "last": now}])
            return 1
        failures = 1 if now - row.last > FORGIVEN else row.failures + 1
        t = sign_in_attempts
        self._session.execute(sa.update(t).where(t.c.login == key).values(failures=failures, last=now))
        return int(failures)

    def succeeded(self, login: str) -> None:
        t = sign_in_attempts
        self._session.execute(sa.update(t).where(t.c.login == _key(login)).values(failures=0))

    def _attempts(self, login: str) -> sa.Row[tuple[object, ...]] | None:
        t = sign_in_attempts
        return self._session.execute(sa.select(t).where(t.c.login == _key(login))).one_or_none()

    def _sweep(self, now: datetime) -> None:
        """Drop what has no effect any more."""
        ended = sa.or_(sessions.c.seen < now - IDLE, sessions.c.started < now - LONGEST)
        self._session.execute(sa.delete(sessions).where(ended))
        self._session.execute(sa.delete(tickets).where(tickets.c.made < now - TICKET))
        t = sign_in_attempts
        self._session.execute(sa.delete(t).where(t.c.last < now - FORGIVEN))


def hidden(secret: str) -> str:
    """What is stored of a secret of 256 random bits; such a one needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(login: str) -> str:
    """Logins as typed may be endless; nobody needs to read these."""
    return hidden(fold_login(login))
