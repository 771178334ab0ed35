"""Passwords, codes, lockout, personas: real hashes, a real store."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from app.services import people, sign_in
from app.services.access import GENERATED, NotAllowed, Role, Who
from app.services.import_ import ImportOptions, import_staged
from app.services.passwords import WeakPassword, check_strength, new_code
from app.services.people import NewUser
from app.services.sign_in import NewPasswordNeeded, PersonasClosed, SignInPaused, SignInRefused
from app.services.workbench import Workbench
from storage.identity import utc_now
from storage.people import CODE, Credential
from storage.records import Staged
from storage.sign_ins import FREE_FAILURES, SignedIn
from tests.app.conftest import ANA, FillBook
from tests.builders import an_entry

GOOD = "nine small boats"


def add(wb: Workbench, login: str = "ben", secret: str = GOOD) -> str:
    return people.add_user(wb, ANA, NewUser(login=login, name=login.title(), secret=secret))


def session(wb: Workbench, login: str = "ben", secret: str = GOOD, new: str = "") -> str:
    """The whole way: ticket, then token."""
    return sign_in.redeem(wb, sign_in.sign_in(wb, login, secret, nonce="n", new_password=new), nonce="n")


def test_a_password_opens_a_session_that_lasts_until_sign_out(wb: Workbench) -> None:
    add(wb)
    token, other = session(wb), session(wb, " BEN ")
    assert sign_in.who_of(wb, token) == Who(id="ben", name="Ben")
    sign_in.sign_out(wb, token)
    assert sign_in.who_of(wb, token) is None
    assert sign_in.who_of(wb, other) is not None
    assert sign_in.who_of(wb, "") is None


def test_a_session_in_use_is_noted_while_somebody_else_writes(wb: Workbench) -> None:
    add(wb)
    earlier = utc_now() - timedelta(hours=1)
    with wb.writing() as uow:
        token = uow.sign_ins.start("ben", earlier)
    with wb.writing():
        assert sign_in.who_of(wb, token)  # answers though the turn to write is taken
        assert sign_in.who_of(wb, token)
    until = time.monotonic() + 30
    while True:
        with wb.reading() as uow:
            found = uow.sign_ins.find(token, utc_now())
        if found == SignedIn("ben", stale=False):
            return
        assert time.monotonic() < until
        time.sleep(0.05)


def test_unknown_login_and_wrong_password_are_refused_in_the_same_words(wb: Workbench) -> None:
    add(wb)
    said = set()
    for login, secret in (("ben", "another password"), ("nobody.here", GOOD), ("ben", ""), ("", "")):
        with pytest.raises(SignInRefused) as refusal:
            sign_in.sign_in(wb, login, secret, nonce="n")
        said.add(str(refusal.value))
    assert len(said) == 1


@pytest.mark.parametrize("login", ["ben", "nobody.here"])
def test_too_many_failures_pause_a_login_even_for_the_right_password(wb: Workbench, login: str) -> None:
    add(wb)
    for _ in range(FREE_FAILURES + 1):
        with pytest.raises(SignInRefused):
            sign_in.sign_in(wb, login, "wrong wrong wrong", nonce="n")
    with pytest.raises(SignInPaused, match=r"Wait [12] seconds"):
        sign_in.sign_in(wb, login, GOOD, nonce="n")
    add(wb, "ana.lenz")
    assert session(wb, "ana.lenz")
    if login == "ben":
        people.reset(wb, ANA, "ben", GOOD)
        assert session(wb)


def test_a_crowd_that_guesses_at_once_gets_no_more_tries(wb: Workbench) -> None:
    add(wb)

    def guess(n: int) -> type[Exception]:
        with pytest.raises((SignInRefused, SignInPaused)) as refusal:
            sign_in.sign_in(wb, "ben", f"guess number {n}", nonce="n")
        return refusal.type

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(12)))
    assert answers.count(SignInRefused) == FREE_FAILURES + 1


def test_a_code_works_once_and_becomes_a_password(wb: Workbench) -> None:
    code = add(wb, secret="")
    with pytest.raises(NewPasswordNeeded):
        sign_in.sign_in(wb, "ben", code, nonce="n")
    with pytest.raises(WeakPassword):
        sign_in.sign_in(wb, "ben", code, nonce="n", new_password="short")
    assert session(wb, secret=code, new=GOOD)
    with pytest.raises(SignInRefused):
        sign_in.sign_in(wb, "ben", code, nonce="n", new_password=GOOD)
    assert session(wb)


def test_an_old_code_is_none(wb: Workbench) -> None:
    code = add(wb, secret="")
    with wb.writing() as uow:
        ben = uow.people.get("ben")
        made = uow.people.credential(ben)
        assert made is not None
        past = Credential(kind=CODE, hash=made.hash, expires=utc_now() - timedelta(seconds=1))
        uow.people.set_credential(ben, past, "Ana")
    with pytest.raises(SignInRefused):
        sign_in.sign_in(wb, "ben", code, nonce="n", new_password=GOOD)


def test_a_new_password_or_role_ends_every_session(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    add(wb)
    for change in (
        lambda: people.reset(wb, ANA, "ben", GOOD),
        lambda: people.set_role(wb, ANA, "test", "ben", Role.REVIEWER, granted=True, reason="joins"),
        lambda: people.set_role(wb, ANA, "test", "ben", Role.REVIEWER, granted=False, reason="leaves"),
        lambda: people.set_installation(wb, ANA, "ben", granted=True, reason="runs it"),
    ):
        token = session(wb)
        assert sign_in.who_of(wb, token)
        change()
        assert sign_in.who_of(wb, token) is None


def test_an_admin_gives_codes_to_people_of_their_own_books_only(wb: Workbench, fill: FillBook) -> None:
    fill(wb, "one")
    fill(wb, "two")
    for login in ("ben", "adam", "root.user"):
        add(wb, login)
    people.set_role(wb, ANA, "one", "adam", Role.ADMIN, granted=True, reason="admin")
    people.set_role(wb, ANA, "one", "ben", Role.ACCOUNTANT, granted=True, reason="joins")
    adam = Who(id="adam")
    assert people.reset(wb, adam, "ben").count("-") == 3
    people.set_role(wb, ANA, "two", "ben", Role.ACCOUNTANT, granted=True, reason="joins")
    people.set_role(wb, ANA, "one", "root.user", Role.ACCOUNTANT, granted=True, reason="joins")
    people.set_installation(wb, ANA, "root.user", granted=True, reason="runs it")
    for login in ("ben", "root.user"):
        with pytest.raises(NotAllowed):
            people.reset(wb, adam, login)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "fewer than 12"),
        ("x" * 201, "more than 200"),
        ("my name is ben.lenz", "contains the login"),
        ("Password1234", "tried first"),
        ("abababababab", "repeats"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(WeakPassword, match=why) as refusal:
        check_strength(password, "ben.lenz")
    assert password not in str(refusal.value)
    check_strength("Vierzehn Tage Regen", "ben.lenz")
    check_strength(new_code(), "ben.lenz")


def test_personas_enter_on_this_machine_and_only_the_playground(wb: Workbench) -> None:
    staged = Staged(book_hint="demo", format=GENERATED, reason="", accounts=(), entries=(an_entry(),))
    import_staged(wb, Who.program(), "demo", staged, ImportOptions(demo=True))
    with pytest.raises(PersonasClosed):
        sign_in.enter_as(wb, Role.REVIEWER, nonce="n")
    wb.loopback = True
    assert sign_in.personas_open(wb)
    token = sign_in.redeem(wb, sign_in.enter_as(wb, Role.REVIEWER, nonce="n"), nonce="n")
    assert sign_in.who_of(wb, token) == Who.persona(Role.REVIEWER)
    wb.loopback = False
    assert sign_in.who_of(wb, token) is None
    wb.loopback = True
    real = replace(staged, format="fec", entries=(an_entry("Real", entry_id="R1"),))
    import_staged(wb, ANA, "demo", real, ImportOptions())
    assert sign_in.who_of(wb, token) is None
    assert not sign_in.personas_open(wb)


def test_the_first_admin_gets_a_code_until_somebody_has_a_password(wb: Workbench) -> None:
    first, code = people.first_code(wb), people.first_code(wb)
    with pytest.raises(SignInRefused):
        sign_in.sign_in(wb, "admin", first, nonce="n", new_password=GOOD)
    assert sign_in.who_of(wb, session(wb, "admin", code, GOOD)) == Who(id="admin", name="Administrator")
    assert people.first_code(wb) == ""
    add(wb, "ben")
    people.add_user(wb, Who(id="admin"), NewUser(login="carla", name="Carla"))


def test_whoever_added_users_gets_no_first_admin(wb: Workbench) -> None:
    add(wb)
    assert people.first_code(wb) == ""
