"""The page Evidence: an auditor checks the chain, takes an anchor and the year's file; others are told whom to ask."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from app import state
from app.services import verify
from app.services.access import Role
from app.services.audit import audit_years, audit_zip
from app.services.workbench import Workbench
from storage.anchors import AnchorUnreadable
from tests.app.conftest import ANA, FillBook
from tests.app.pages.conftest import MAIN, PATIENCE, SignIn, said
from tests.databases import behind_the_store


def page() -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=PATIENCE).run().switch_page(state.EVIDENCE_PAGE).run()


def test_an_auditor_checks_and_takes_everything_along(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    sign_in("otto", Role.AUDITOR)
    at = page()
    assert not at.exception
    at = at.button(key="evidence.check").click().run()
    assert "The chain is whole" in at.success[0].value
    assert "No anchor holds" in said(at)
    at = at.button(key="evidence.anchor.take").click().run()
    at = at.button(key="evidence.check").click().run()
    assert "Unchanged since the anchor of" in said(at)
    at = at.button(key="evidence.audit.make").click().run()
    assert not at.exception
    assert "Every check holds" in at.success[-1].value
    assert len(at.get("download_button")) == 2


def test_a_change_behind_the_program_is_shown(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    with behind_the_store(wb.store) as session:
        session.execute(sa.text("UPDATE lines SET amount = amount + 1"))
    sign_in("otto", Role.AUDITOR)
    at = page().button(key="evidence.check").click().run()
    assert not at.exception
    assert "Something does not fit" in at.error[0].value
    assert len(at.dataframe[0].value) >= 1


def test_an_accountant_is_told_whom_to_ask(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    sign_in("kim", Role.ACCOUNTANT)
    at = page()
    assert "Evidence is for auditors and admins" in said(at)
    assert not at.get("download_button")
    assert not any(b.key == "evidence.check" for b in at.button)


def test_the_archive_holds_what_the_folder_would(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    year = audit_years(wb, ANA, "test")[0]
    made = audit_zip(wb, ANA, "test", year.label)
    with zipfile.ZipFile(io.BytesIO(made.data)) as packed:
        assert packed.testzip() is None
        names = {Path(n).name for n in packed.namelist() if not n.endswith("/")}
        (folder,) = {Path(n).parts[0] for n in packed.namelist()}
    assert {"manifest.json", "README.md", "process.md"} <= names
    assert len(names) == made.report.files
    assert made.file_name == f"{folder}.zip" == f"audit-test-{year.label}.zip"


def test_an_anchor_that_was_kept_is_held_against_the_book(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    name, data = verify.anchor_file(wb, ANA, "test")
    for kept in wb.home.anchors.rglob("*.json"):
        kept.unlink()
    assert not verify.verify(wb, ANA, "test").report.anchors
    (anchor,) = verify.verify_with(wb, ANA, "test", {name: data}).report.anchors
    assert not anchor.why
    with behind_the_store(wb.store) as session:
        session.execute(sa.text("UPDATE chain SET hash = 'x'"))
    assert not verify.verify_with(wb, ANA, "test", {name: data}).whole
    with pytest.raises(AnchorUnreadable, match=r"mine\.json is no anchor"):
        verify.verify_with(wb, ANA, "test", {"mine.json": data.replace(b"1", b"2")})
