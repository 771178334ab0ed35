from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage import audit, schema_people
from storage.identity import utc_now
from storage.people import PASSWORD, BadLogin, Credential, Limits, LoginTaken, UnknownUser
from storage.records import Book
from storage.session import Store
from tests.databases import behind_the_store


def test_a_login_is_folded_given_once_and_made_of_plain_characters(store: Store) -> None:
    with store.unit_of_work() as unit:
        ana = unit.people.add(" Ana.Lenz ", "Ana  Lenz", "op")
        assert (ana.login, ana.name) == ("ana.lenz", "Ana Lenz")
        assert unit.people.get("ANA.LENZ") == ana
        with pytest.raises(LoginTaken):
            unit.people.add("ana.lenz", "Another", "op")
        for bad in ("", "a", "demo:accountant", "model b1", "system", "ana lenz", "x" * 101, "änne"):
            with pytest.raises(BadLogin):
                unit.people.add(bad, "", "op")
        with pytest.raises(UnknownUser):
            unit.people.get("ben")


def test_only_the_newest_credential_counts_and_the_old_ones_are_kept(store: Store) -> None:
    with store.unit_of_work() as unit:
        ana = unit.people.add("ana", "Ana", "op")
        assert unit.people.credential(ana) is None
        for hashed in ("one", "two"):
            unit.people.set_credential(ana, Credential(kind=PASSWORD, hash=hashed), "op")
        assert unit.people.credential(ana) == Credential(kind=PASSWORD, hash="two")
        assert unit.session.scalar(sa.select(sa.func.count()).select_from(schema_people.credentials)) == 2


def test_roles_are_those_of_the_newest_grant_of_each(store: Store, book: Book) -> None:
    soon, past = utc_now() + timedelta(days=1), utc_now() - timedelta(days=1)
    with store.unit_of_work() as unit:
        ana, ben = (unit.people.add(name, "", "op") for name in ("ana", "ben"))
        unit.people.set_role(book.book_id, ana, "reviewer", "op", granted=True)
        unit.people.set_role(book.book_id, ana, "accountant", "op", granted=True)
        unit.people.set_role(book.book_id, ana, "reviewer", "op", granted=False, reason="moved")
        unit.people.set_role(book.book_id, ben, "auditor", "op", granted=True, limits=Limits(first_year=2024))
        unit.people.set_role(book.book_id, ben, "auditor", "op", granted=True, limits=Limits(expires=soon))
    with store.unit_of_work(read_only=True) as unit:
        assert [(h.user.login, h.role) for h in unit.people.roles(book.book_id)] == [
            ("ana", "accountant"), ("ben", "auditor"),
        ]  # fmt: skip
        assert [h.limits for h in unit.people.roles(book.book_id, "ben")] == [Limits(expires=soon)]
        assert not unit.people.roles("another book", "ana")
    with store.unit_of_work() as unit:
        unit.people.set_role(book.book_id, ben, "auditor", "op", granted=True, limits=Limits(expires=past))
        assert not unit.people.roles(book.book_id, "ben")


def test_a_grant_changed_behind_the_store_s_back_is_found(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        ana = unit.people.add("ana", "", "op")
        unit.people.set_role(
            book.book_id, ana, "auditor", "op", granted=True, reason="audit", limits=Limits(expires=utc_now())
        )
        assert audit.verify(unit.session, book.book_id) is None
    with behind_the_store(store) as session:
        for column, value in (("role", "reviewer"), ("expires", utc_now()), ("reason", "other"), ("salt", "x")):
            before = session.execute(sa.select(schema_people.role_grants.c[column])).scalar_one()
            change = sa.update(schema_people.role_grants)
            session.execute(change.values({column: value}))
            broken = audit.verify(session, book.book_id)
            assert broken is not None, column
            assert broken.record == "role_grants"
            session.execute(change.values({column: before}))
        assert audit.verify(session, book.book_id) is None


def test_two_logins_that_changed_places_are_found(store: Store, book: Book) -> None:
    with store.unit_of_work() as unit:
        for login, role in (("ana", "accountant"), ("ben", "reviewer")):
            unit.people.set_role(book.book_id, unit.people.add(login, "", "op"), role, "op", granted=True)
    with behind_the_store(store) as session:
        column = schema_people.users.c.login
        for before, after in (("ana", "x"), ("ben", "ana"), ("x", "ben")):
            session.execute(sa.update(schema_people.users).where(column == before).values(login=after))
        broken = audit.verify(session, book.book_id)
        assert broken is not None
        assert broken.record == "role_grants"
        assert "'ben'" in broken.found


def test_the_installation_is_run_by_whoever_was_granted_it_last(store: Store) -> None:
    with store.unit_of_work() as unit:
        ana = unit.people.add("ana", "", "op")
        assert not unit.people.runs_installation("ana")
        for granted in (True, False, True):
            unit.people.set_installation(ana, "op", granted=granted)
            assert unit.people.runs_installation("ana") is granted
        assert not unit.people.runs_installation("ben")
