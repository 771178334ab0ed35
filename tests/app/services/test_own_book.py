"""The first login at this machine, and a book of one's own."""

from __future__ import annotations

import pytest

from app.services import books, own_book, sign_in
from app.services.access import GENERATED, NotAllowed, Right, Role, Who
from app.services.import_ import ImportOptions, import_staged
from app.services.own_book import BegunAlready
from app.services.passwords import WeakPassword
from app.services.workbench import Workbench
from storage.errors import BookExists
from storage.records import LEDGER_OF_RECORD, Staged
from tests.app.conftest import ANA
from tests.builders import CATALOG, some_entries

GOOD = "nine small boats"


@pytest.fixture
def fresh(wb: Workbench) -> Workbench:
    """A new installation with its demonstration, served to this machine."""
    wb.loopback = True
    staged = Staged(book_hint="demo", format=GENERATED, reason="", accounts=CATALOG, entries=tuple(some_entries(3)))
    import_staged(wb, Who.program(), "demo", staged, ImportOptions(demo=True))
    return wb


def test_the_first_person_signs_in_and_runs_the_installation(fresh: Workbench) -> None:
    assert own_book.may_begin(fresh)
    ticket = own_book.begin(fresh, "nora", "Nora Lenz", GOOD, nonce="n")
    token = sign_in.redeem(fresh, ticket, nonce="n")
    nora = sign_in.who_of(fresh, token)
    assert nora == Who(id="nora", name="Nora Lenz")
    assert own_book.create_book(fresh, nora, "Lenz SARL", "chf", LEDGER_OF_RECORD) == "Lenz SARL"
    card = next(c for c in books.list_books(fresh, nora) if c.name == "Lenz SARL")
    assert card.currency == "CHF"
    assert {Right.IMPORT, Right.APPROVE, Right.TRAIN, Right.INSTALLATION} <= card.rights
    assert not own_book.may_begin(fresh)
    with pytest.raises(BegunAlready):
        own_book.begin(fresh, "eve", "Eve", GOOD, nonce="n")
    assert sign_in.sign_in(fresh, "nora", GOOD, nonce="n")


def test_nobody_begins_from_elsewhere_or_where_somebody_works(fresh: Workbench) -> None:
    fresh.loopback = False
    with pytest.raises(BegunAlready):
        own_book.begin(fresh, "eve", "Eve", GOOD, nonce="n")
    fresh.loopback = True
    own_book.create_book(fresh, ANA, "real", "EUR")
    assert own_book.may_begin(fresh), "an empty book beside it changes nothing"
    with pytest.raises(WeakPassword):
        own_book.begin(fresh, "eve", "Eve", "short", nonce="n")
    with fresh.writing() as uow:
        uow.people.add("ana", "Ana", "op")
    assert not own_book.may_begin(fresh)


def test_a_book_is_made_by_who_runs_the_installation_and_once(fresh: Workbench) -> None:
    with pytest.raises(NotAllowed):
        own_book.create_book(fresh, Who.persona(Role.ADMIN), "mine", "EUR")
    own_book.create_book(fresh, ANA, "mine", "")
    with pytest.raises(BookExists):
        own_book.create_book(fresh, ANA, "mine", "EUR")
