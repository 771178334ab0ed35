"""What becomes of the claims that an identity provider vouched for."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.services import people, provider, sign_in
from app.services.access import Role, Who
from app.services.errors import BadInput
from app.services.people import NewUser
from app.services.provider import LoginOfAnother, NotKnownHere, ProviderAnswerOld, ProviderSettings
from app.services.sign_in import SignInRefused
from app.services.workbench import Workbench
from storage import audit
from storage.identity import utc_now
from storage.people import BadLogin, IdentityTaken
from storage.schema_people import role_grants
from tests.app.conftest import ANA, FillBook

ISSUER, NONCE = "https://id.example.com", "n" * 40
KNOWN = ProviderSettings(
    name="Example House", create_users=True, roles_claim="groups", client_id="cp",
    roles={
        "bookkeepers": ("test:accountant",), "leads": ("test:accountant", "test:reviewer"),
        "odd": ("test:emperor", "nowhere:reviewer", "test:auditor"),
    },
)  # fmt: skip


def claims(*groups: str, **other: Any) -> dict[str, Any]:
    now = utc_now().timestamp()
    base = {"iss": ISSUER, "sub": "0815", "aud": "cp", "iat": now, "exp": now + 300, "provider": "default"}
    return {**base, "preferred_username": "Vera.Lenz", "name": "Vera Lenz", "groups": list(groups), **other}


def enter(wb: Workbench, said: dict[str, Any], known: ProviderSettings = KNOWN) -> str:
    """The token of the session that the ticket is good for."""
    return sign_in.redeem(wb, provider.enter(wb, known, said, nonce=NONCE), nonce=NONCE)


def roles(wb: Workbench, login: str = "vera.lenz") -> set[str]:
    return {h.role for h in people.people_of(wb, ANA, "test") if h.user.login == login}


def test_somebody_new_gets_a_user_and_comes_in_by_a_ticket(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    for _again in range(2):
        assert sign_in.who_of(wb, enter(wb, claims("bookkeepers"))) == Who(id="vera.lenz", name="Vera Lenz")
    assert roles(wb) == {"accountant"}
    with wb.reading() as uow:
        assert [(u.login, u.issuer) for u in uow.people.list()] == [("vera.lenz", ISSUER)]
    with pytest.raises(SignInRefused):
        sign_in.sign_in(wb, "vera.lenz", "", nonce=NONCE)
    with pytest.raises(BadInput, match="another service"):
        people.reset(wb, ANA, "vera.lenz")


def test_a_person_is_known_by_issuer_and_subject_and_not_by_a_name(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    enter(wb, claims("bookkeepers"))
    renamed = enter(wb, claims("bookkeepers", preferred_username="vera.kim"))
    assert sign_in.who_of(wb, renamed) == Who(id="vera.lenz", name="Vera Lenz")
    for other in ({"sub": "0816"}, {"iss": "https://elsewhere.example.com"}):
        with pytest.raises(LoginOfAnother):
            enter(wb, claims("leads", **other))


def test_nobody_becomes_a_local_user_of_the_same_login(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    people.add_user(wb, ANA, NewUser(login="vera.lenz", name="Vera", secret="seven green kettles"))
    with pytest.raises(LoginOfAnother):
        enter(wb, claims("leads"))
    assert roles(wb) == set()


def test_where_users_are_not_made_only_those_who_were_added_come_in(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    closed = ProviderSettings(client_id="cp")
    with pytest.raises(NotKnownHere, match="0815"):
        enter(wb, claims(), closed)
    vera = NewUser(login="vera", name="Vera", issuer=ISSUER, subject="0815")
    assert people.add_user(wb, ANA, vera) == ""
    assert sign_in.who_of(wb, enter(wb, claims("leads"), closed)) == Who(id="vera", name="Vera")
    assert roles(wb, "vera") == set()
    with pytest.raises(IdentityTaken):
        people.add_user(wb, ANA, NewUser(login="other", name="", issuer=ISSUER, subject="0815"))
    with pytest.raises(BadInput):
        people.add_user(wb, ANA, NewUser(login="other", name="", issuer=ISSUER))


def test_roles_follow_the_claim_and_are_written_down(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)
    first = enter(wb, claims("leads"))
    assert roles(wb) == {"accountant", "reviewer"}
    assert sign_in.who_of(wb, first) is not None
    second = enter(wb, claims("bookkeepers"))
    assert roles(wb) == {"accountant"}
    assert sign_in.who_of(wb, first) is None
    enter(wb, claims("bookkeepers"))
    assert sign_in.who_of(wb, second) is not None
    without = claims()
    del without["groups"]
    enter(wb, without)
    assert roles(wb) == set()
    with wb.reading() as uow:
        rows = uow.session.execute(sa.select(role_grants).order_by(role_grants.c.sequence)).all()
        assert {(r.reason, r.recorded_by) for r in rows} == {("from the identity provider", "identity provider")}
        assert [(r.role, r.granted) for r in rows] == [
            ("accountant", True), ("reviewer", True), ("reviewer", False), ("accountant", False),
        ]  # fmt: skip
        assert audit.verify(uow.session, book.book_id) is None


def test_what_people_here_gave_or_took_stays_so(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    enter(wb, claims("leads"))
    people.set_role(wb, ANA, "test", "vera.lenz", Role.REVIEWER, granted=False, reason="on leave")
    people.set_role(wb, ANA, "test", "vera.lenz", Role.ADMIN, granted=True, reason="helps out")
    enter(wb, claims("leads"))
    assert roles(wb) == {"accountant", "admin"}
    enter(wb, claims())
    assert roles(wb) == {"admin"}


def test_unknown_roles_are_ignored_and_the_log_says_so(
    wb: Workbench, fill: FillBook, caplog: pytest.LogCaptureFixture
) -> None:
    fill(wb)
    with caplog.at_level(logging.INFO, "app.services.provider"):
        enter(wb, claims("odd", "choir"))
    assert roles(wb) == set()
    told = "\n".join(r.getMessage() for r in caplog.records)
    for name in ("'choir'", "'test:emperor'", "'nowhere:reviewer'", "'test:auditor'"):
        assert name in told


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another"}, {"aud": ["another"]}, {"aud": None}, {"sub": ""}, {"iss": None}, {"iat": None},
        {"iat": (utc_now() - timedelta(hours=6)).timestamp()}, {"iat": (utc_now() + timedelta(hours=1)).timestamp()},
        {"exp": (utc_now() - timedelta(minutes=1)).timestamp()}, {"exp": "soon"}, {"provider": "another"},
    ],
)  # fmt: skip
def test_claims_of_another_program_or_time_open_nothing(wb: Workbench, wrong: dict[str, Any]) -> None:
    said = {k: v for k, v in claims("leads", **wrong).items() if v is not None}
    with pytest.raises(ProviderAnswerOld):
        enter(wb, said)
    with wb.reading() as uow:
        assert uow.people.list() == ()


def test_a_login_comes_from_the_first_claim_that_may_name_one(wb: Workbench) -> None:
    no_name = claims(preferred_username="", email="Vera@Example.com")
    assert sign_in.who_of(wb, enter(wb, no_name)) == Who(id="vera@example.com", name="Vera Lenz")
    unverified = claims(preferred_username="", email="boss@example.com", email_verified=False, sub="s-1")
    assert sign_in.who_of(wb, enter(wb, unverified)) == Who(id="s-1", name="Vera Lenz")
    with pytest.raises(BadLogin):
        enter(wb, claims(preferred_username="identity provider", sub="s-2"))


def test_settings_come_from_the_secrets() -> None:
    auth = {"client_id": "cp", "redirect_uri": "x", "house": {"client_id": "other"}}
    assert provider.settings({}) is None
    assert provider.settings({"sign_in": {"name": "x"}}) is None
    assert provider.settings({"auth": auth}) == ProviderSettings(client_id="cp")
    own = {"provider": "house", "roles_claim": "groups", "roles": {"leads": "b:reviewer", "all": ["b:accountant"]}}
    assert provider.settings({"auth": auth, "sign_in": own}) == ProviderSettings(
        provider="house", client_id="other", roles_claim="groups",
        roles={"leads": ("b:reviewer",), "all": ("b:accountant",)},
    )  # fmt: skip


@pytest.mark.parametrize("wrong", [{"create_user": True}, {"create_users": "no"}, {"roles": ["a"]}])
def test_a_setting_that_there_is_not_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=next(iter(wrong))):
        provider.settings({"auth": {"client_id": "cp"}, "sign_in": wrong})
