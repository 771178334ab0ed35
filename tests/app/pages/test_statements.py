"""The page Statements: progress and proof, one line after the other, the account asked once, lines set aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from app import state
from app.services import review, statements
from app.services.access import Role
from app.services.statement_import import bring_in
from app.services.statements import KeptLine, LineState
from app.services.workbench import Workbench
from engine.journal import State
from storage.records import Staged
from storage.statement_records import Balance, Statement, StatementLine
from tests.app.conftest import ANA, FillBook
from tests.app.pages.conftest import MAIN, PATIENCE, Open, SignIn, describe, said, table
from tests.builders import A_DAY, an_entry

PAGE = state.STATEMENTS_PAGE
IBAN = "DE02120300000000202051"
LINES = (("-1190", "Miete Büro 3", "Lager GmbH"), ("119", "Rechnung *12*", "Ida Lenz"), ("-4", "Bankgebühr", ""))


def bring(wb: Workbench, *, closing: str = "", lines: Sequence[tuple[str, str, str]] = LINES) -> None:
    made = [
        StatementLine(
            booked=A_DAY + timedelta(days=n), amount=Decimal(amount), currency="EUR", text=text, party=party,
            reference=f"B-{n}",
        )
        for n, (amount, text, party) in enumerate(lines)
    ]  # fmt: skip
    total = sum((x.amount for x in made), Decimal(2000))
    one = Statement(
        account=IBAN, currency="EUR", number="7", lines=tuple(made), opening=Balance(day=A_DAY, amount=Decimal(2000)),
        closing=Balance(day=A_DAY + timedelta(days=9), amount=Decimal(closing or total)),
    )  # fmt: skip
    bring_in(wb, ANA, "test", Staged(
        book_hint="x", format="mt940", reason="Made by a test.", accounts=(), entries=(), statements=(one,),
    ))  # fmt: skip


@pytest.fixture
def book(wb: Workbench, fill: FillBook) -> str:
    """A book without a model, its bank account known, and a statement of three lines."""
    fill(wb)
    bring(wb)
    statements.set_ledger(wb, ANA, "test", IBAN, "1200")
    return "test"


def lines(wb: Workbench) -> tuple[KeptLine, ...]:
    (p,) = statements.listed(wb, ANA, "test")
    return statements.lines(wb, ANA, "test", p.statement.statement_id)


def states(wb: Workbench) -> list[LineState]:
    return [x.state for x in lines(wb)]


def test_without_a_statement_the_page_says_how_to_get_one(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    at = opened(PAGE)
    assert not at.exception
    assert "Import a file of your bank (CAMT.053, MT940, OFX or CSV) into test." in said(at)
    assert [x.proto.label for x in at.get("page_link")] == ["Import"]


def test_the_first_line_is_proposed_with_its_bank_line(wb: Workbench, book: str, opened: Open) -> None:
    at = opened(PAGE)
    assert not at.exception
    assert "The balance proves to 925.00" in said(at).replace("\xa0", " ")
    assert "3 lines wait" in said(at)
    assert at.selectbox(key="statement").options == ["\u20260000202051 · 7 · 3 Mar 2025 \u2013 12 Mar 2025"]
    assert at.subheader[0].value == "Miete Büro 3"
    assert "1200" in table(at)
    assert at.text_input(key=f"statement.document.{lines(wb)[0].line_id}").value == "B-0"


def test_accepting_drafts_the_entry_and_opens_the_next_line(wb: Workbench, book: str, opened: Open) -> None:
    at = opened(PAGE)
    for _ in range(3):
        at = at.button(key="predict.accept").click().run()
        assert not at.exception
    assert states(wb) == [LineState.PROPOSED] * 3
    assert "Every line is dealt with and the balances agree." in said(at)
    kept = lines(wb)[0]
    opened_entry = review.opened(wb, ANA, "test", kept.entry_id)
    assert opened_entry.standing.state is State.DRAFT
    assert opened_entry.standing.document == "B-0"


def test_what_is_accepted_can_be_submitted_at_once(wb: Workbench, book: str, opened: Open) -> None:
    at = opened(PAGE)
    at = at.toggle(key="statement.submits").set_value(True).run()
    at = at.button(key="predict.accept").click().run()
    assert not at.exception
    entry = lines(wb)[0].entry_id
    standing = review.opened(wb, ANA, "test", entry).standing
    assert (standing.state is State.SUBMITTED) is ("not submitted" not in said(at))
    assert standing.last_by == ("carla" if standing.state is State.SUBMITTED else "")


def test_an_edited_entry_may_not_change_what_the_bank_says(wb: Workbench, book: str, opened: Open) -> None:
    at = opened(PAGE)
    at = at.button(key="predict.edit").click().run()
    key = f"predict.grid.{at.session_state['predict.grid.turn']}"
    at.session_state[key] = {
        "edited_rows": {0: {"debit": "7.00"}, 1: {"credit": "7.00"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    at = at.run()
    at = at.button(key="predict.save").click().run()
    assert not at.exception
    assert "Put the bank's line back" in said(at)
    assert states(wb)[0] is LineState.WAITING


def test_a_press_that_comes_twice_accepts_nothing_unseen(wb: Workbench, book: str, opened: Open) -> None:
    at = opened(PAGE)
    first = lines(wb)[0]
    statements.set_aside(wb, ANA, "test", first.line_id, kind="not ours")  # the line is gone when the key is pressed
    at = at.button(key="predict.accept").click().run()
    assert not at.exception
    assert states(wb) == [LineState.SET_ASIDE, LineState.WAITING, LineState.WAITING]
    assert at.subheader[0].value.replace("\\", "") == "Rechnung *12*"


def test_a_line_is_set_aside_in_a_dialog_and_comes_back(wb: Workbench, book: str, opened: Open) -> None:
    at = opened(PAGE)
    at = at.button(key="statement.aside").click().run()
    at.selectbox(key="statement.aside.kind").set_value("not ours")
    at = at.button(key="statement.aside.send").click().run()
    assert not at.exception
    assert states(wb)[0] is LineState.SET_ASIDE
    at = at.segmented_control(key="statement.shows").set_value("done").run()
    assert "set aside: not ours" in said(at)
    at = at.button(key=f"statement.back.{lines(wb)[0].line_id}").click().run()
    assert states(wb)[0] is LineState.WAITING


def test_going_on_and_back_keeps_nothing_of_another_line(wb: Workbench, book: str, opened: Open) -> None:
    at = opened(PAGE)
    at = at.button(key="statement.N").click().run()
    assert at.subheader[0].value.replace("\\", "") == "Rechnung *12*"
    assert "119.00" in table(at)
    at = at.button(key="statement.P").click().run()
    assert "1,190.00" in table(at)
    assert at.button(key="statement.P").disabled


def test_the_account_is_asked_once(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    bring(wb)
    at = opened(PAGE)
    assert f"Which account of the book is {IBAN}?" in said(at)
    assert not table(at)
    assert at.selectbox(key=f"statement.ledger.{IBAN}").value == "1200"
    at = at.button(key="statement.ledger.set").click().run()
    assert not at.exception
    assert table(at)
    assert statements.listed(wb, ANA, "test")[0].ledger == "1200"


def test_what_may_be_booked_already_is_offered_and_matched(wb: Workbench, fill: FillBook, opened: Open) -> None:
    there = an_entry("Miete im März", "D 4210 1190", "C 1200 1190", entry_id="R", date=A_DAY)
    fill(wb, entries=[there])
    bring(wb)
    statements.set_ledger(wb, ANA, "test", IBAN, "1200")
    at = opened(PAGE)
    assert "May be booked already: Miete im März" in [x.proto.label.replace("\\", "") for x in at.get("page_link")]
    at = at.button(key="statement.match").click().run()
    assert not at.exception
    assert states(wb) == [LineState.MATCHED, LineState.WAITING, LineState.WAITING]


def test_a_difference_is_said(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    bring(wb, closing="900")
    assert "miss the closing balance of 900.00 EUR by -25.00 EUR" in said(opened(PAGE)).replace("\xa0", " ")


def test_the_answer_of_a_line_does_not_stay_on_predict(wb: Workbench, book: str, opened: Open) -> None:
    at = opened(PAGE)
    assert table(at)
    at = at.switch_page(state.PREDICT_PAGE).run()
    assert not at.exception
    assert not table(at)
    at = describe(at, "Miete Büro", "500")
    assert "500.00" in table(at)
    at = at.switch_page(PAGE).run()
    assert "1,190.00" in table(at)


def test_the_model_answers_for_a_line(trained: Workbench, opened: Open) -> None:
    bring(trained)
    statements.set_ledger(trained, ANA, "test", IBAN, "1200")
    at = opened(PAGE)
    assert not at.exception
    assert "%" in said(at) or any("%" in b.proto.body for b in at.get("badge"))
    at = at.button(key="predict.accept").click().run()
    assert not at.exception
    assert states(trained)[0] is LineState.PROPOSED


def test_after_the_last_line_the_next_statement_is_one_key_away(wb: Workbench, book: str, opened: Open) -> None:
    bring(wb, lines=[("-7", "Porto", "Post")])
    at = opened(PAGE)
    first = str(at.selectbox(key="statement").value)
    for _ in range(len(statements.lines(wb, ANA, "test", first))):
        at = at.button(key="predict.accept").click().run()
    assert "Nothing of this statement waits" in said(at)
    at = at.button(key="statement.following").click().run()
    assert not at.exception
    assert at.selectbox(key="statement").value != first
    assert len(set(at.selectbox(key="statement").options)) == 2
    assert table(at)


def test_an_auditor_sees_and_books_nothing(wb: Workbench, book: str, sign_in: SignIn) -> None:
    sign_in("otto", Role.AUDITOR)
    at = AppTest.from_file(MAIN, default_timeout=PATIENCE)
    at.run()
    at = at.switch_page(PAGE).run()
    assert not at.exception
    assert "Booking takes another role" in said(at)
    assert "predict.accept" not in {b.key for b in at.button}
