"""Imports through the use case: real files, a real store."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from app.services.errors import NothingToImport
from app.services.import_ import ImportOptions, import_file
from app.services.workbench import Workbench
from engine.demo import write_book
from engine.journal import Kind
from storage.errors import BadBook, ImportRefused, UnknownBook
from storage.profiles import UnknownProfile
from tests.app.conftest import ANA
from tests.builders import a_snapshot, an_entry, some_entries


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return write_book(a_snapshot(), tmp_path / "ledger")


def test_a_folder_becomes_a_book(wb: Workbench, ledger: Path) -> None:
    heard: list[str] = []
    report = import_file(wb, ANA, "shop", ledger, progress=heard.append)
    assert (report.entries, report.new, report.known, report.alike, report.created_book) == (24, 24, 0, 0, True)
    assert report.accounts == 13
    assert report.debit == report.credit == sum((e.total for e in some_entries()), Decimal(0))
    assert heard[0] == "reading ledger"
    with wb.reading() as uow:
        book = uow.books.get("shop")
        assert (book.currency, book.demo, book.created_by) == ("EUR", False, "Ana")
        assert len(uow.journal.teaching(book.book_id)) == 24
    again = import_file(wb, ANA, "shop", ledger)
    assert again.sentences()[-1] == "0 new, 24 already here"
    assert (again.created_book, again.debit) == (False, Decimal(0))


def test_a_zip_is_the_same_ledger(wb: Workbench, ledger: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ledger.zip", "w") as out:
        for file in ledger.iterdir():
            out.write(file, file.name)
    import_file(wb, ANA, "shop", ledger)
    assert import_file(wb, ANA, "shop", tmp_path / "ledger.zip").sentences()[-1] == "0 new, 24 already here"


def test_the_book_takes_the_currency_of_its_entries(wb: Workbench, tmp_path: Path) -> None:
    entries = [an_entry(entry_id=f"E{i}", currency="SEK") for i in range(3)]
    import_file(wb, ANA, "affär", write_book(a_snapshot(*entries), tmp_path / "ledger"))
    assert wb.book("affär").currency == "SEK"


def test_a_dry_run_leaves_no_trace(wb: Workbench, ledger: Path) -> None:
    report = import_file(wb, ANA, "shop", ledger, ImportOptions(dry_run=True))
    assert (report.new, report.created_book, report.dry_run) == (24, True, True)
    assert "would be created" in " ".join(report.sentences())
    with pytest.raises(UnknownBook):
        wb.book("shop")


def test_what_is_wrong_is_counted_and_shown(wb: Workbench, ledger: Path) -> None:
    with (ledger / "entries.jsonl").open("a") as file:
        file.write("this is no JSON\n" * 30)
    report = import_file(wb, ANA, "shop", ledger)
    assert (report.new, len(report.quarantined)) == (24, 30)
    assert "30 problems kept rows outside:" in report.sentences()
    assert any("10 more" in line for line in report.sentences())
    assert len(report.to_json()["quarantined"]) == 30


def test_nothing_good_makes_no_book(wb: Workbench, tmp_path: Path) -> None:
    (tmp_path / "entries.jsonl").write_text('{"entry_id": "1"}\n')
    with pytest.raises(NothingToImport, match="no entry in it is in good order"):
        import_file(wb, ANA, "shop", tmp_path / "entries.jsonl")
    with pytest.raises(NothingToImport, match="no such file"):
        import_file(wb, ANA, "shop", tmp_path / "missing.csv")
    with pytest.raises(ImportRefused):
        import_file(wb, ANA, "shop", tmp_path / "entries.jsonl", ImportOptions(format="magic"))
    with pytest.raises(UnknownProfile, match="no saved profile"):
        import_file(wb, ANA, "shop", tmp_path / "entries.jsonl", ImportOptions(profile="mine"))
    with wb.reading() as uow:
        assert uow.books.list() == ()


def test_a_book_needs_a_name(wb: Workbench, ledger: Path) -> None:
    with pytest.raises(BadBook):
        import_file(wb, ANA, " ", ledger)


@pytest.mark.parametrize("name", ["fec_food_fr", "fec_juice_fr", "fec_restaurant_fr"])
def test_real_raw_files_go_in_whole_and_once(wb: Workbench, shared_ledgers: Path, name: str) -> None:
    for raw in sorted((shared_ledgers / name / "raw").iterdir()):
        report = import_file(wb, ANA, name, raw)
        assert report.new == report.entries > 0
        assert report.debit == report.credit
        assert import_file(wb, ANA, name, raw).sentences()[-1].startswith(f"0 new, {report.entries} already here")
    with wb.reading() as uow:
        kinds = {e.kind for e in uow.journal.current(wb.book(name).book_id)}
        taught = {e.kind for e in uow.journal.teaching(wb.book(name).book_id)}
    assert Kind.NORMAL in kinds
    assert not taught & {Kind.OPENING, Kind.CLOSING}


def test_a_journal_taken_for_an_opening_is_named_with_the_way_to_change_it(wb: Workbench, tmp_path: Path) -> None:
    opening = an_entry("A nouveau", entry_id="O1", journal="AN", date=some_entries(1)[0].date)
    path = write_book(a_snapshot(opening, *some_entries(6)), tmp_path / "opened")
    said = "\n".join(import_file(wb, ANA, "shop", path).sentences())
    assert "Journal 'AN' was taken for opening: " in said
    assert "counterpoint journals shop JOURNAL KIND --reason WHY" in said
    assert "JOURNAL KIND" not in "\n".join(import_file(wb, ANA, "dry", path, ImportOptions(dry_run=True)).sentences())


def test_flaws_of_form_are_told_and_keep_nothing_outside(wb: Workbench, tmp_path: Path) -> None:
    header = "JournalCode|EcritureNum|EcritureDate|CompteNum|EcritureLib|Debit|Credit\n"
    path = tmp_path / "a.txt"
    path.write_text(f"{header}AC|1|20240131|606100||9.50|0,00\nAC|1|20240131|401000|Loyer|0,00|9,50\n")
    report = import_file(wb, ANA, "shop", path, ImportOptions(dry_run=True))
    assert report.new == 1
    assert [(w["row"], w["column"]) for w in report.to_json()["warnings"]] == [
        (1, ""), (2, "EcritureLib"), (2, "Debit"),
    ]  # fmt: skip
    assert any("row 2, Debit: '9.50' has a point" in text for text in report.sentences())
    path.write_text(path.read_text().replace("||", "|Loyer|").replace("9.50", "9,50"))
    assert "EcritureLib" not in str(import_file(wb, ANA, "shop", path).to_json()["warnings"])
