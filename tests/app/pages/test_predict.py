"""Predict under AppTest. The grid's cells are typed through the session, AppTest has no hands for them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.services import journal, propose, train
from app.services.typed import today
from app.services.workbench import Workbench
from app.views.proposal import lines_of
from engine.errors import BadEvent, TooLittleHistory
from engine.journal import State
from storage.records import JournalQuery
from tests.app.conftest import ANA, FillBook
from tests.app.pages.conftest import Open, describe, grid_key, said, table
from tests.builders import some_entries


def test_without_a_book_the_page_says_how_to_begin(wb: Workbench, opened: Open) -> None:
    at = opened()
    assert not at.exception
    assert "Import a ledger to begin." in said(at)
    assert [x.proto.label for x in at.get("page_link")] == ["Import"]


def test_a_book_without_a_model_answers_by_hand_and_never_surely(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    at = opened()
    assert "This book has no model yet." in said(at)
    describe(at, "Miete Büro April", "1.190,00")
    assert not at.exception
    assert "a start by hand" in said(at)
    assert "1,190.00" in table(at)
    assert "%" not in "".join(b.label for b in at.button)


def test_the_form_asks_for_two_fields_and_says_what_is_wrong_at_the_field(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "", "1190")
    assert "Description: it is empty" in said(at)
    describe(at, "Miete", "viel")
    assert "this is not a number" in said(at)
    assert at.text_input(key="predict.description").value == "Miete"
    describe(at, "Miete", "1190")
    assert "this is not a number" not in said(at)
    assert table(at)


@pytest.mark.parametrize("amount", ["0", "-5", "1.190", "12,345,6"])
def test_an_amount_that_cannot_be_booked_keeps_the_page(trained: Workbench, opened: Open, amount: str) -> None:
    at = describe(opened(), "Miete", amount)
    assert not at.exception
    assert "Amount" in said(at)
    assert not table(at)


def test_a_proposal_is_shown_with_number_sources_candidates_and_reasons(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "Miete Büro 9", "1190")
    assert not at.exception
    words = said(at)
    assert "%" in words
    assert "not checked: split of amounts" in words
    assert "4210" in table(at)
    assert "balanced" in table(at)
    assert at.button(key="predict.candidate.1").label.count("%") == 1
    assert "like this" in words


def test_every_candidate_can_be_opened_and_balances(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "Ware Lieferung", "238")
    keys = [b.key for b in at.button if b.key and b.key.startswith("predict.candidate.")]
    assert 1 <= len(keys) <= 5
    for key in keys:
        at.button(key=key).click().run()
        assert not at.exception
        assert "balanced" in table(at)


def test_not_this_shows_the_next_candidate_and_says_when_there_is_none(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "Ware Lieferung", "238")
    for _candidate in at.session_state["predict.proposal"].candidates:
        assert "That was the last candidate." not in said(at)
        at.button(key="predict.not_this").click().run()
    assert "That was the last candidate." in said(at)


def test_accepting_saves_a_draft_with_the_model_s_version_and_the_person_s(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "Miete Büro 77", "1190")
    at.button(key="predict.accept").click().run()
    assert not at.exception
    assert "Saved as a draft: Miete Büro 77" in said(at)
    assert at.text_input(key="predict.description").value == ""
    assert not table(at)
    found = journal.search(trained, ANA, "test", JournalQuery(text="Büro 77")).rows[0]
    detail = journal.entry_detail(trained, ANA, "test", found.entry_id)
    assert found.state is State.DRAFT
    assert [v.origin for v in detail.versions] == ["model", "person"]
    assert detail.versions[0].lines == detail.versions[1].lines


def test_a_missing_date_becomes_today_s_and_that_is_said(trained: Workbench, opened: Open) -> None:
    at = opened()
    assert at.date_input(key="predict.date").value == today()
    at.date_input(key="predict.date").set_value(None)
    describe(at, "Miete Büro 79", "1190")
    at.button(key="predict.accept").click().run()
    assert not at.exception
    assert "No date was given, so it carries today's" in said(at)
    assert journal.search(trained, ANA, "test", JournalQuery(text="Büro 79")).rows[0].date == today()


def test_a_run_that_was_cut_off_after_saving_saves_nothing_twice(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "Miete Büro 80", "1190")
    proposal = at.session_state["predict.proposal"]
    lines = lines_of(proposal.candidates[0])
    saved = propose.save(trained, ANA, "test", proposal, proposal.event, lines)
    at.session_state["predict.ticket"] = {lines: saved}  # what the first run had noted when the second press ended it
    at.button(key="predict.accept").click().run()
    assert not at.exception
    assert "Saved as a draft" in said(at)
    assert not table(at)
    assert journal.search(trained, ANA, "test", JournalQuery(text="Büro 80")).total == 1


def test_an_edited_account_is_what_gets_saved(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "Miete Büro 78", "1190")
    at.button(key="predict.edit").click().run()
    at.session_state[grid_key(at)] = {"edited_rows": {0: {"account": "4970 Bank charges"}}}
    at.run()
    assert "edited by you" in said(at)
    assert at.button(key="predict.candidate.1").disabled
    at.button(key="predict.save").click().run()
    assert not at.exception
    found = journal.search(trained, ANA, "test", JournalQuery(text="Büro 78")).rows[0]
    proposed, booked = journal.entry_detail(trained, ANA, "test", found.entry_id).versions
    assert booked.lines[0].account == "4970"
    assert proposed.lines[0].account != "4970"
    assert booked.lines[0].amount == proposed.lines[0].amount


def test_an_entry_that_does_not_balance_cannot_be_saved_and_says_why(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "Kontoführung", "12,90")
    at.button(key="predict.edit").click().run()
    rows = len(at.session_state["predict.sheet"].rows)
    at.session_state[grid_key(at)] = {"edited_rows": {rows - 1: {"credit": "10"}}}
    at.run()
    assert "2.90 missing on the credit side" in said(at)
    assert at.button(key="predict.save").disabled


def test_lines_can_be_added_and_the_edit_discarded(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "Kontoführung", "12,90")
    at.button(key="predict.edit").click().run()
    rows = len(at.session_state["predict.sheet"].rows)
    at.button(key="predict.add_line").click().run()
    assert len(at.session_state["predict.sheet"].rows) == rows + 1
    at.button(key="predict.undo").click().run()
    assert not at.exception
    assert "edited by you" not in said(at)
    assert table(at)


def test_an_event_waits_for_the_model_and_is_answered_by_itself(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    run = train.start(wb, ANA, "test", "tiny")
    at = describe(opened(), "Miete Büro April", "1190")
    assert not at.exception
    assert "Your event is kept." in said(at)
    assert not table(at)
    train.wait(wb, ANA, run)
    wb.predictor("test")
    at.run()
    assert "Your event is kept." not in said(at)
    assert "1,190.00" in table(at)


def test_whoever_cannot_wait_starts_by_hand(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    run = train.start(wb, ANA, "test", "tiny")
    at = describe(opened(), "Miete Büro April", "1190")
    at.button(key="predict.by_hand").click().run()
    assert not at.exception
    assert "a start by hand" in said(at)
    train.cancel(wb, ANA, run)


def test_a_book_without_a_model_is_trained_by_a_button(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    at = opened()
    at.button(key="predict.train").click().run()
    assert not at.exception
    assert wb.model_state("test").state == "training"
    assert not [b for b in at.button if b.key == "predict.train"]
    train.cancel(wb, ANA, train.running(wb, "test"))


def test_too_little_history_is_said_beside_the_button(
    wb: Workbench, fill: FillBook, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise TooLittleHistory("test", 1, 2)

    fill(wb, entries=some_entries(1))
    monkeypatch.setattr("app.services.train.start", refuse)
    at = opened()
    at.button(key="predict.train").click().run()
    assert "has 1 entries to learn from" in said(at)


def test_what_belongs_to_no_field_is_said_under_the_form(
    trained: Workbench, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise BadEvent("Event", "Miete", "no entry can be proposed with the accounts that are open", "Open an account.")

    monkeypatch.setattr("app.services.propose.propose", refuse)
    at = describe(opened(), "Miete", "1190")
    assert not at.exception
    assert "no entry can be proposed with the accounts that are open" in said(at)


def test_another_book_starts_with_an_empty_form_and_no_answer(trained: Workbench, fill: FillBook, opened: Open) -> None:
    fill(trained, "other")
    at = opened()
    describe(at, "Miete Büro 55", "1190")
    at.button(key="predict.accept").click().run()
    assert "Saved as a draft" in said(at)
    at.selectbox(key="predict.journal").select("ER")
    describe(at, "Miete Büro 56", "1190")
    assert table(at)
    at.selectbox(key="book").select("other").run()
    assert not at.exception
    assert not table(at)
    assert "Saved as a draft" not in said(at)
    assert [at.text_input(key=f"predict.{x}").value for x in ("description", "amount", "party")] == ["", "", ""]
    assert at.selectbox(key="predict.journal").value == ""


def test_the_currency_follows_the_book(trained: Workbench, opened: Open) -> None:
    with trained.writing() as uow:
        uow.books.create("tokyo", "JPY")
    at = opened()
    at.selectbox(key="book").select("tokyo").run()
    assert not at.exception
    assert at.selectbox(key="predict.currency").value == "JPY"


def test_a_damaged_model_is_named_and_the_work_goes_on(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    report = train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny"))
    (wb.home.bundles / report.job / "bundle.json").write_text("{}")
    at = describe(opened(), "Miete Büro April", "1190")
    while wb.model_state("test").state == "loading":
        at.run()
    at.run()
    assert not at.exception
    assert "The model of this book could not be used." in said(at)
    assert "a start by hand" in said(at)


def test_bad_luck_becomes_a_sentence_and_not_a_traceback(
    trained: Workbench, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.books.catalog", lambda *_args: 1 / 0)
    at = describe(opened(), "Miete", "1190")
    assert not at.exception
    assert "This page could not be shown (ZeroDivisionError). Nothing was changed." in said(at)


def test_the_page_speaks_the_chosen_language(trained: Workbench, opened: Open) -> None:
    at = opened(lang="de")
    assert at.subheader[0].value == "Neuer Vorgang"
    describe(at, "Miete Büro", "1190")
    assert "1.190,00" in table(at)
    at.selectbox(key="lang").select("fr").run()
    assert "équilibrée" in table(at)


def test_long_and_odd_texts_are_proposed_or_refused_in_words(trained: Workbench, opened: Open) -> None:
    at = opened()
    for text in ("🧾 Beleg 🚀", "حساب الإيجار", "`**miete**` $x$ :red[a]"):
        describe(at, text, "5")
        assert not at.exception
        assert table(at), text
    describe(at, "x" * 10_000, "5")
    assert "characters" in said(at)


def test_the_book_of_the_link_is_opened(trained: Workbench, fill: FillBook, opened: Open) -> None:
    fill(trained, "Aaa & Söhne")
    assert opened(book="Aaa & Söhne").selectbox(key="book").value == "Aaa & Söhne"


def test_amounts_stay_exact_from_form_to_journal(trained: Workbench, opened: Open) -> None:
    at = describe(opened(), "Kontoführung exakt", "1234567890123456,78")
    at.button(key="predict.accept").click().run()
    found = journal.search(trained, ANA, "test", JournalQuery(text="exakt")).rows[0]
    assert found.total == Decimal("1234567890123456.78")
