"""Passwords and one-time codes: how they are checked, hashed and made."""

from __future__ import annotations

import secrets
import threading
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.services.errors import BadInput

SHORTEST = 12  # the sentences below say these numbers too, in every language
LONGEST = 200  # nobody types more, and hashing an endless one would be an attack
COMMON = frozenset(
    """
    123456789012 1234567890123 password1234 password12345 passwordpassword qwertyuiop12 qwertyuiop123
    qwertzuiop12 qwertzuiop123 azertyuiop12 azertyuiop123 administrator1 administrator counterpoint counterpoint1
    counterpoint12 letmeinletmein welcomewelcome iloveyouiloveyou passwort1234 passwort12345 passwortpasswort
    motdepasse12 motdepasse123 motdepasse1234 abcdefghijkl abcdefghijklm abcd12345678 buchhaltung1 buchhaltung12
    buchhaltung123 comptabilite comptabilite1 accounting123 accounting1234 geheimgeheim correcthorsebatterystaple
""".split()
)  # what is tried first; a longer list would be another download
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read aloud
_turns = threading.BoundedSemaphore(4)  # each check takes 64 MiB; a crowd of them waits
_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106, section 4


class WeakPassword(BadInput):
    """A password that others would guess."""

    def __init__(self, why: str) -> None:
        super().__init__("Password", "", why, f"Choose another one of {SHORTEST} characters or more.")


def check_strength(password: str, login: str) -> None:
    """Raise WeakPassword for one that is short, well known, monotonous, or made of the login."""
    plain = "".join(password.split()).casefold()
    if len(password) < SHORTEST:
        raise WeakPassword("it has fewer than 12 characters")
    if len(password) > LONGEST:
        raise WeakPassword("it has more than 200 characters")
    if login.casefold() in plain:
        raise WeakPassword("it contains the login")
    if plain in COMMON:
        raise WeakPassword("it is one of those that are tried first")
    if len(set(plain)) < 5:
        raise WeakPassword("it repeats a few characters")


def hashed(secret: str) -> str:
    """An argon2id hash with its own salt and parameters; takes some hundredths of a second on purpose."""
    return _hasher.hash(secret)


def matches(stored: str, secret: str) -> bool:
    """Whether the secret is the one that was hashed; without a stored hash the answer takes as long."""
    try:
        with _turns:
            _hasher.verify(stored or _nobodys(), secret)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return bool(stored)


def new_code() -> str:
    """A one-time code of 100 bits, in groups that can be read aloud."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(20))
    return "-".join(letters[i : i + 5] for i in range(0, 20, 5))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
