"""The page Review, as each role: what waits, the open entry, and one act after another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from app import state
from app.services import propose, review
from app.services.access import Role, Who
from app.services.errors import BadInput
from app.services.propose import TypedEvent, event_from_text
from app.services.review import Edit, Seen
from app.services.workbench import Workbench
from engine.journal import State
from tests.app.conftest import ANA, FillBook
from tests.app.pages.conftest import JOURNAL, PATIENCE, SignIn, said
from tests.app.pages.conftest import MAIN as ENTRY
from tests.builders import a_line

BEN, KIM = Who(id="ben"), Who(id="kim")
REVIEW = state.REVIEW_PAGE


@pytest.fixture
def book(wb: Workbench, fill: FillBook, sign_in: SignIn) -> str:
    """A book with kim, an accountant, and ben, a reviewer, who is signed in."""
    fill(wb)
    sign_in("kim", Role.ACCOUNTANT)
    sign_in("ben", Role.REVIEWER)
    return "test"


def page(name: str = REVIEW, **query: str) -> AppTest:
    at = AppTest.from_file(ENTRY, default_timeout=PATIENCE)
    at.run()
    for key, value in query.items():
        at.query_params[key] = value
    return at.switch_page(name).run()


def submitted(wb: Workbench, text: str, amount: str, by: Who = KIM) -> str:
    event = event_from_text(TypedEvent(description=text, amount=amount, journal="ER", party="Lenz"))
    proposal = propose.by_hand(wb, by, "test", event)
    lines = [a_line(f"D 4210 {amount}"), a_line(f"C 1600 {amount} Lenz")]
    entry = propose.save(wb, by, "test", proposal, proposal.event, lines, document=f"R {text}")
    review.submit(wb, by, "test", entry, Seen(version=1))
    return entry


def stands(wb: Workbench, entry: str) -> State:
    return review.opened(wb, ANA, "test", entry).standing.state


def key(at: AppTest, act: str, entry: str) -> AppTest:
    return at.button(key=f"act.{act}.{entry}").click().run()


def acts(at: AppTest, entry: str) -> set[str]:
    """The acts that are offered on an entry."""
    keys = [b.key.split(".") for b in at.button if b.key]
    return {k[1] for k in keys if k[0] == "act" and k[-1] == entry} - {"comment"}


def test_the_largest_comes_first_and_approving_opens_the_next(wb: Workbench, book: str) -> None:
    small, large = submitted(wb, "klein", "10.00"), submitted(wb, "groß", "900.00")
    at = page()
    assert not at.exception
    assert "2 entries wait for approval" in said(at)
    assert at.header[0].value == "groß"
    assert acts(at, large) == {"approve", "correct", "give_back", "discard"}
    at = key(at, "approve", large)
    assert not at.exception
    assert stands(wb, large) is State.APPROVED
    assert at.header[0].value == "klein"
    at = key(at, "approve", small)
    assert "Nothing waits for approval" in said(at)


def test_what_was_approved_is_posted_from_its_heap(wb: Workbench, book: str) -> None:
    entry = submitted(wb, "Miete", "10.00")
    review.approve(wb, BEN, "test", entry, review.opened(wb, BEN, "test", entry).standing.seen)
    at = page()
    at.segmented_control[0].select("approved").run()
    assert "1 entry is approved and not posted yet." in said(at)
    at = key(at, "post", entry)
    assert not at.exception
    assert stands(wb, entry) is State.POSTED
    assert "Nothing waits to be posted" in said(at)


def test_own_work_is_visible_but_says_who_has_to_approve(wb: Workbench, book: str) -> None:
    entry = submitted(wb, "Miete", "10.00", by=BEN)
    at = page()
    assert "You wrote it, so somebody else has to approve it." in said(at)
    assert "approve" not in acts(at, entry)


def test_who_comes_second_is_told_and_sees_the_entry_as_it_is(wb: Workbench, book: str) -> None:
    entry = submitted(wb, "Miete", "10.00")
    at = page()
    edit = Edit(lines=(a_line("D 4970 10.00"), a_line("C 1600 10.00 Lenz")))
    review.correct(wb, ANA, "test", entry, review.opened(wb, ANA, "test", entry).standing.seen, edit)
    at = key(at, "approve", entry)
    assert not at.exception
    assert "Ana was faster a moment ago" in said(at)
    assert stands(wb, entry) is State.SUBMITTED
    at = key(at, "approve", entry) if "approve" in acts(at, entry) else key(at, "confirm", entry)
    assert stands(wb, entry) is State.APPROVED


def test_returning_takes_a_reason(wb: Workbench, book: str) -> None:
    entry = submitted(wb, "Miete", "10.00")
    at = key(page(), "give_back", entry)
    at.text_area(key=f"act.why.{entry}").input("other account")
    at = at.button(key=f"act.send.Return.{entry}").click().run()
    assert not at.exception
    assert stands(wb, entry) is State.RETURNED
    last = review.opened(wb, ANA, "test", entry).detail.decisions[-1]
    assert (last.by, last.reason) == ("ben", "other account")


def test_a_refused_act_is_a_sentence_and_nothing_happens(wb: Workbench, book: str) -> None:
    entry = submitted(wb, "Miete", "10.00")
    at = key(page(), "give_back", entry)
    at = at.button(key=f"act.send.Return.{entry}").click().run()
    assert not at.exception
    assert "Say in a few words why" in said(at)
    assert stands(wb, entry) is State.SUBMITTED


def test_a_correction_waits_for_another_person(wb: Workbench, book: str) -> None:
    entry = submitted(wb, "Miete", "10.00")
    at = key(page(), "correct", entry)
    cells = {0: {"account": "4970 Bank charges"}, 1: {"party": "Lenz AG"}}
    at.session_state["correct.grid.1"] = {"edited_rows": cells, "added_rows": [], "deleted_rows": []}
    at.text_input(key=f"act.document.{entry}").input(" R 7  b ")
    at = at.button(key=f"act.save.{entry}").click().run()
    assert not at.exception
    opened = review.opened(wb, ANA, "test", entry)
    assert [(x.account, x.party) for x in opened.detail.entry.lines] == [("4970", ""), ("1600", "Lenz AG")]
    assert opened.standing.document == "R 7 b"
    assert "somebody else has to approve it" in said(at)
    assert "What changed" in said(at)


def test_an_accountant_confirms_what_a_reviewer_corrected(wb: Workbench, book: str, sign_in: SignIn) -> None:
    entry = submitted(wb, "Miete", "10.00")
    edit = Edit(lines=(a_line("D 4970 10.00"), a_line("C 1600 10.00 Lenz")))
    review.correct(wb, BEN, "test", entry, review.opened(wb, BEN, "test", entry).standing.seen, edit)
    sign_in("kim", Role.ACCOUNTANT)
    at = page()
    assert "confirm" in acts(at, entry)
    at = key(at, "confirm", entry)
    assert not at.exception
    assert stands(wb, entry) is State.APPROVED


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_who_reviews_nothing_is_told_so(wb: Workbench, book: str, sign_in: SignIn, role: Role) -> None:
    entry = submitted(wb, "Miete", "10.00")
    sign_in("vera", role)
    at = page()
    assert not at.exception
    assert "Reviewing takes another role." in said(at)
    assert not acts(at, entry)


def test_an_entry_is_posted_and_reversed_from_its_page(wb: Workbench, book: str) -> None:
    entry = submitted(wb, "Miete", "10.00")
    at = page(JOURNAL, entry=entry)
    for act in ("approve", "post"):
        at = key(at, act, entry)
        assert not at.exception
    assert stands(wb, entry) is State.POSTED
    at = key(at, "reverse", entry)
    at.text_area(key=f"act.reversed.{entry}").input("booked twice")
    at = at.button(key=f"act.send.Reverse.{entry}").click().run()
    assert not at.exception
    opened = review.opened(wb, ANA, "test", entry)
    assert review.opened(wb, ANA, "test", opened.reversal).standing.reverses == entry
    assert "reverse" not in acts(at, entry)


def test_an_auditor_reads_an_entry_and_may_do_nothing(wb: Workbench, book: str, sign_in: SignIn) -> None:
    entry = submitted(wb, "Miete", "10.00")
    sign_in("vera", Role.AUDITOR)
    at = page(JOURNAL, entry=entry)
    assert at.header[0].value == "Miete"
    assert acts(at, entry) == set()


def test_a_draft_is_submitted_from_its_page_with_a_document(wb: Workbench, book: str, sign_in: SignIn) -> None:
    event = replace(event_from_text(TypedEvent(description="Gebühr", amount="9")))
    proposal = propose.by_hand(wb, KIM, "test", event)
    entry = propose.save(wb, KIM, "test", proposal, proposal.event, [a_line("D 4970 9"), a_line("C 1200 9")])
    sign_in("kim", Role.ACCOUNTANT)
    at = key(page(JOURNAL, entry=entry), "submit", entry)
    at = at.button(key=f"act.submit.send.{entry}").click().run()
    assert "There is no document number." in said(at)
    at = key(at, "submit", entry)
    at.text_input(key=f"act.document.{entry}").input("K 7")
    at = at.button(key=f"act.submit.send.{entry}").click().run()
    assert not at.exception
    assert stands(wb, entry) is State.SUBMITTED
    assert review.opened(wb, ANA, "test", entry).standing.document == "K 7"


def test_a_comment_stays_with_the_entry(wb: Workbench, book: str) -> None:
    entry = submitted(wb, "Miete", "10.00")
    at = page()
    at.text_input(key=f"act.comment.{entry}").input("please look")
    at = at.button(key=f"act.comment.send.{entry}").click().run()
    assert not at.exception
    assert review.opened(wb, ANA, "test", entry).detail.decisions[-1].reason == "please look"


def test_who_is_asked_to_look_finds_the_entry_first(wb: Workbench, book: str, sign_in: SignIn) -> None:
    small, large = submitted(wb, "klein", "10.00"), submitted(wb, "groß", "900.00")
    at = page(entry=small)
    assert at.header[0].value == "klein"
    at = at.selectbox(key=f"act.assign.{small}").select("ben").run()
    assert not at.exception
    assert review.opened(wb, ANA, "test", small).detail.decisions[-1].detail == {"to": "ben"}
    assert "for you" in said(at)
    sign_in("ben", Role.REVIEWER)
    assert page().header[0].value == "klein"
    sign_in("lea", Role.REVIEWER)
    at = page()
    assert at.header[0].value == "groß"
    assert at.selectbox(key=f"act.assign.{large}").value == ""


def test_only_people_of_the_book_are_asked(wb: Workbench, book: str) -> None:
    entry = submitted(wb, "Miete", "10.00")
    with pytest.raises(BadInput, match="this person has no role in the book"):
        review.assign(wb, BEN, "test", entry, "eve")
