"""Predict for events in another currency, under AppTest."""

from __future__ import annotations

from decimal import Decimal

from app.services.workbench import Workbench
from engine.journal import Side, State
from storage.policy import Policy
from storage.records import JournalQuery
from tests.app.pages.conftest import Open, describe, grid_key, said, table


def test_another_currency_asks_for_its_rate_and_keeps_the_original(trained: Workbench, opened: Open) -> None:
    at = opened()
    assert at.selectbox(key="predict.currency").value == "EUR"
    assert "predict.rate" not in [x.key for x in at.text_input]
    describe(at, "Miete", "100 USD")
    assert "it says USD while the currency is EUR" in said(at)
    at.selectbox(key="predict.currency").select("USD")
    describe(at, "Miete", "100")
    assert "Give a rate" in said(at)
    assert not table(at)
    at.text_input(key="predict.rate").input("1 USD = 0,92 EUR")
    at.text_input(key="predict.rate_source").input("ECB")
    describe(at, "Miete", "100")
    assert not at.exception
    assert "100.00 USD at 0.92 (ECB" in said(at)
    assert "92.00" in table(at)
    at.button(key="predict.accept").click().run()
    with trained.reading() as uow:
        (entry,) = uow.journal.search(uow.books.get("test").book_id, JournalQuery(state=State.DRAFT)).rows
    assert entry.total == Decimal("92.00")
    debits = [x.original_amount for x in entry.lines if x.side is Side.DEBIT]
    assert sum(x for x in debits if x) == Decimal("100.00")
    assert {(x.original_currency, x.rate_source) for x in entry.lines} == {("USD", "ECB")}


def test_a_difference_of_the_exchange_goes_to_the_account_that_the_book_names(trained: Workbench, opened: Open) -> None:
    at = opened()
    at.selectbox(key="predict.currency").select("USD")
    describe(at, "Miete", "100")  # asks for a rate, and shows where it goes
    at.text_input(key="predict.rate").input("0.92")
    describe(at, "Miete", "100")
    at.button(key="predict.edit").click().run()
    assert "predict.difference" not in [b.key for b in at.button]
    sides = [row.side for row in at.session_state["predict.sheet"].rows]
    assert sides.count(Side.CREDIT) == 1
    at.session_state[grid_key(at)] = {"edited_rows": {sides.index(Side.CREDIT): {"credit": "91.50"}}}
    at.run()
    at.button(key="predict.difference").click().run()
    assert "exchange_gain_account" in said(at)
    with trained.writing() as uow:
        book_id = uow.books.get("test").book_id
        uow.policies.put(book_id, Policy(exchange_gain_account="8400"), "Ana", "gains are sales here")
    at.button(key="predict.difference").click().run()
    at.button(key="predict.save").click().run()
    assert not at.exception
    with trained.reading() as uow:
        (entry,) = uow.journal.search(uow.books.get("test").book_id, JournalQuery(state=State.DRAFT)).rows
    (gain,) = [x for x in entry.lines if x.account == "8400"]
    assert (gain.side, gain.amount, gain.original_amount) == (Side.CREDIT, Decimal("0.50"), None)
    assert entry.difference == 0
