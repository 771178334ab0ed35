"""The page Import: what a file is taken for, what comes in, what is taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import state
from app.services import batches, import_
from app.services.access import Role
from app.services.import_ import ImportOptions
from app.services.workbench import Workbench
from storage.records import JournalQuery
from tests.app.conftest import ANA, FillBook
from tests.app.pages.conftest import MAIN, PATIENCE, SignIn, said

ROWS = "date,journal,number,description,account,debit,credit\n" + "".join(
    f"2025-03-{n:02d},ER,{n},Rent {n},4210,{n}0,\n2025-03-{n:02d},ER,{n},Rent {n},1600,,{n}0\n" for n in range(1, 6)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Five entries in good order, and one that does not balance."""
    path = tmp_path / "rows.csv"
    broken = "2025-03-09,ER,9,Broken,4210,5,\n2025-03-09,ER,9,Broken,1600,,6\n"
    path.write_text(ROWS + broken)
    return path


def page(wb: Workbench, file: Path | None = None, book: str = "test") -> AppTest:
    """The page with a file read, as the uploader leaves it: AppTest has no uploader."""
    at = AppTest.from_file(MAIN, default_timeout=PATIENCE).run()
    if file is not None:
        found = import_.preview(wb, ANA, book, file, file_name="rows <b>.csv")
        at.session_state[state.PREVIEW.name] = ((book, "1"), found)
    return at.switch_page(state.IMPORT_PAGE).run()


@pytest.fixture(autouse=True)
def kept_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.pages.bring_in.uploader", lambda *_args: None, raising=False)
    monkeypatch.setattr("app.widgets.imports.uploader", lambda *_args: None)


def test_a_file_is_shown_imported_and_taken_back(wb: Workbench, fill: FillBook, sign_in: SignIn, file: Path) -> None:
    fill(wb)
    sign_in("kim", Role.ACCOUNTANT, Role.ADMIN)
    at = page(wb, file)
    assert not at.exception
    text = said(at)
    assert "rows <b>.csv: 5 entries in good order" in text
    assert "New **5**" in text
    assert "Some rows stay outside" in text
    at = at.button(key="import.do").click().run()
    assert not at.exception
    assert "5 entries came in, 1 problem kept rows outside." in at.success[0].value.replace("\\", "")
    newest = batches.batches(wb, ANA, "test")[0]
    assert (newest.new, newest.quarantined, newest.by) == (5, 1, "kim")
    assert [e.row for e in batches.outside(wb, ANA, "test", newest.batch_id)] == [12]
    assert at.button(key=f"import.undo.{newest.batch_id}").label == "Undo"
    batches.undo(wb, ANA, "test", newest.batch_id, "wrong year")  # the browser's test presses the dialog's button
    text = said(page(wb))
    assert "taken back on" in text
    assert "wrong year" in text


def test_the_same_file_again_says_so_and_has_nothing_to_bring(
    wb: Workbench, fill: FillBook, sign_in: SignIn, file: Path
) -> None:
    fill(wb)
    sign_in("kim", Role.ACCOUNTANT)
    import_.import_file(wb, ANA, "test", file)
    at = page(wb, file)
    assert "This very file was imported on" in said(at)
    assert "Already here **5**" in said(at)
    assert at.button(key="import.do").disabled
    assert not [b for b in at.button if (b.key or "").startswith("import.undo.")], "an accountant undoes nothing"


def test_what_looks_alike_comes_in_when_it_is_ticked(
    wb: Workbench, fill: FillBook, sign_in: SignIn, file: Path, tmp_path: Path
) -> None:
    fill(wb)
    sign_in("kim", Role.ACCOUNTANT)
    import_.import_file(wb, ANA, "test", file)
    renumbered = tmp_path / "again.csv"
    renumbered.write_text(ROWS.replace(",ER,", ",ER,7"))
    found = import_.preview(wb, ANA, "test", renumbered)
    assert (found.report.new, found.report.alike) == (0, 5)
    kept = found.report.resembling[1].key
    report = import_.import_staged(wb, ANA, "test", found.staged, replace(ImportOptions(), keep=frozenset({kept})))
    assert (report.new, report.alike) == (1, 4)
    assert "look alike" in said(page(wb, renumbered)).casefold()


def test_who_brings_nothing_in_is_told_so(wb: Workbench, fill: FillBook, sign_in: SignIn) -> None:
    fill(wb)
    sign_in("vera", Role.AUDITOR)
    at = page(wb)
    assert not at.exception
    assert "Importing takes another role." in said(at)
    with wb.reading() as uow:
        assert uow.journal.search(uow.books.get("test").book_id, JournalQuery()).total


def test_flaws_of_form_are_listed_below_what_comes_in(
    wb: Workbench, fill: FillBook, sign_in: SignIn, tmp_path: Path
) -> None:
    fill(wb)
    sign_in("kim", Role.ACCOUNTANT)
    path = tmp_path / "a.txt"
    header = "JournalCode|EcritureNum|EcritureDate|CompteNum|EcritureLib|Debit|Credit\n"
    path.write_text(f"{header}AC|1|20240131|606100||9.50|0,00\nAC|1|20240131|401000|Loyer|0,00|9,50\n")
    at = page(wb, path)
    assert not at.exception
    assert "3 flaws of form, which keep nothing outside" in [e.label for e in at.expander]
    assert not at.button(key="import.do").disabled
