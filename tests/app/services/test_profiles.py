"""A table that leaves something open: looked at, answered, kept, and read without a question the next time."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services import profiles
from app.services.access import NotAllowed, Who
from app.services.import_ import ImportOptions, import_file, preview
from app.services.workbench import Workbench
from storage.errors import ImportRefused, UnknownBook
from tests.app.conftest import ANA

TILL = "Tag;Beleg;Konto;Wert;Zweck\n03/04/2024;7;1000;12,00;Kasse\n03/04/2024;7;3200;-12,00;Kasse\n"


@pytest.fixture
def till(tmp_path: Path) -> Path:
    path = tmp_path / "till.csv"
    path.write_text(TILL)
    return path


@pytest.fixture
def shop(wb: Workbench) -> str:
    with wb.writing() as uow:
        uow.books.create("shop", "EUR", by=ANA.id)
    return "shop"


ANSWER = {
    "name": "Old till",
    "columns": {"date": "Tag", "number": "Beleg", "account": "Konto", "amount": "Wert", "label": "Zweck"},
    "date_order": {"date": "mdy"},
}


def test_an_answer_is_kept_for_the_next_file_of_this_header(wb: Workbench, shop: str, till: Path) -> None:
    asked = profiles.look(wb, ANA, shop, till, {"columns": ANSWER["columns"]})
    assert asked.question is not None
    assert (asked.question.option, asked.question.role) == ("date_order", "date")
    assert asked.question.choices == ("dmy", "mdy")
    assert asked.rows[0] == (2, ("03/04/2024", "7", "1000", "12,00", "Kasse"))
    answered = profiles.look(wb, ANA, shop, till, ANSWER)
    assert answered.question is None
    profiles.save(wb, ANA, shop, answered.mapping.to_json())
    seen = preview(wb, ANA, shop, till)
    assert seen.staged.entries[0].date.isoformat() == "2024-03-04"
    assert "the saved mapping 'Old till'" in seen.staged.reason


def test_a_saved_mapping_is_used_by_name_for_another_header(wb: Workbench, shop: str, till: Path) -> None:
    profiles.save(wb, ANA, shop, ANSWER)
    till.write_text("Kasse der Filiale\nNr;" + TILL.replace("\n03", "\n1;03"))
    report = import_file(wb, ANA, shop, till, ImportOptions(profile="Old till"))
    assert (report.new, report.quarantined) == (1, ())
    assert "the mapping 'Old till' that was chosen" in report.reason
    till.write_text(TILL.replace("Wert", "Betrag"))
    with pytest.raises(ImportRefused, match="'Wert'"):
        import_file(wb, ANA, shop, till, ImportOptions(profile="Old till"))


def test_a_withdrawn_mapping_is_no_longer_known(wb: Workbench, shop: str) -> None:
    profiles.save(wb, ANA, shop, ANSWER)
    assert [p.name for p in profiles.saved(wb, ANA, shop)] == ["Old till"]
    profiles.withdraw(wb, ANA, shop, "Old till")
    assert profiles.saved(wb, ANA, shop) == ()
    with pytest.raises(profiles.UnknownProfile):
        profiles.withdraw(wb, ANA, shop, "Old till")


def test_a_mapping_that_means_nothing_is_refused(wb: Workbench, shop: str) -> None:
    with pytest.raises(profiles.MappingRefused, match="It knows"):
        profiles.save(wb, ANA, shop, {**ANSWER, "colour": "red"})
    with pytest.raises((NotAllowed, UnknownBook)):
        profiles.save(wb, Who(id="nobody", name="Nobody"), shop, ANSWER)
