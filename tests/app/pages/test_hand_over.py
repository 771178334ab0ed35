"""The page Export: what waits, what was taken, and to whom it says nothing."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from app import state
from app.services import export, propose, review
from app.services.access import Role
from app.services.propose import TypedEvent, event_from_text
from app.services.review import Seen
from app.services.workbench import Workbench
from tests.app.conftest import ANA, FillBook
from tests.app.pages.conftest import MAIN, PATIENCE, SignIn, said
from tests.app.pages.test_review import BEN
from tests.builders import a_line


def page() -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=PATIENCE).run().switch_page(state.EXPORT_PAGE).run()


def posted(wb: Workbench) -> None:
    proposal = propose.by_hand(
        wb, BEN, "test", event_from_text(TypedEvent(description="Rent", amount="10", journal="ER"))
    )
    lines = [a_line("D 4210 10"), a_line("C 1600 10 Lenz")]
    entry = propose.save(wb, BEN, "test", proposal, proposal.event, lines, document="R 1")
    review.submit(wb, BEN, "test", entry, Seen(version=1))
    for act in (review.approve, review.post):
        act(wb, ANA, "test", entry, review.opened(wb, ANA, "test", entry).standing.seen)


def test_what_waits_is_offered_and_what_was_taken_is_listed(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    sign_in("ben", Role.REVIEWER)
    at = page()
    assert not at.exception
    assert "Nothing waits." in said(at)
    posted(wb)
    at = page()
    assert "1 entry waits to go out" in said(at)
    assert at.get("download_button")
    export.taken(wb, BEN, "test", export.prepare(wb, BEN, "test", "fec"))
    at = page()
    assert "Nothing waits." in said(at)
    assert "· FEC ·" in said(at)
    assert "1 entry" in said(at)
    (again,) = [b for b in at.button if (b.key or "").startswith("export.again.")]
    at = again.click().run()
    assert not at.exception
    assert at.get("download_button")


def test_an_accountant_hands_nothing_over(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    sign_in("kim", Role.ACCOUNTANT)
    at = page()
    assert "Exporting takes another role." in said(at)
    assert not at.get("download_button")


def test_settings_shape_the_file_and_a_bad_one_is_told(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    sign_in("ben", Role.REVIEWER)
    posted(wb)
    at = page()
    at.text_input(key="export.fec.siren").input("12").run()
    assert "The setting SIREN cannot be “12”" in at.error[0].value
    assert not at.get("download_button")
    at.text_input(key="export.fec.siren").input("123456789").run()
    assert "123456789FEC" in said(at)
    assert not at.error
    at.selectbox(key="export.format").select("xero").run()
    at.selectbox(key="export.xero.layout").select("xlsx").run()
    assert not at.exception
    assert "xero.xlsx" in said(at)
    assert "1 entry has documents" in str(at.dataframe[0].value)


def test_an_earlier_export_goes_out_once_more_in_another_format(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    sign_in("ben", Role.REVIEWER)
    posted(wb)
    done = export.taken(wb, BEN, "test", export.prepare(wb, BEN, "test", "fec"))
    at = page()
    at.selectbox(key="export.of").select(done.export_id).run()
    at.selectbox(key="export.format").select("odoo").run()
    assert not at.exception
    assert "1 entry goes out once more" in said(at)
    assert at.get("download_button")
