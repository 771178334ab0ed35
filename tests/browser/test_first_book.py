"""From a file in the downloads folder to the first prediction, by somebody who has read nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.home import Home
from app.services.access import GENERATED, Who
from app.services.import_ import ImportOptions, import_staged
from app.services.workbench import open_workbench
from storage.records import Staged
from tests.browser.conftest import PASSWORD, PATIENCE, running
from tests.builders import CATALOG, some_entries

pytestmark = pytest.mark.browser
HEAD = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)
_EVENTS = (
    ("HA", "ACHATS", "606100", "ELECTRICITE", "401000", "FOURNISSEURS", "EDF facture", "84,30"),
    ("HA", "ACHATS", "613200", "LOYERS", "401000", "FOURNISSEURS", "Loyer bureau SCI Lenz", "1190,00"),
    ("BQ", "BANQUE", "627000", "FRAIS BANCAIRES", "512000", "BANQUE", "Frais bancaires", "12,50"),
)


def a_fec(months: int = 20, *, broken: bool = True) -> str:
    """A small company's file; with one entry that does not balance."""
    rows, number = [HEAD], 0
    for month in range(months):
        day = f"{2023 + month // 12}{month % 12 + 1:02d}15"
        for journal, name, debit, debit_name, credit, credit_name, text, amount in _EVENTS:
            number += 1
            for account, label, sides in ((debit, debit_name, (amount, "0")), (credit, credit_name, ("0", amount))):
                rows.append(
                    f"{journal}|{name}|{number}|{day}|{account}|{label}|||F{number}|{day}|{text}|{'|'.join(sides)}|||{day}||"
                )
    if broken:
        rows[-1] = rows[-1].replace("|0|12,50|", "|0|12,55|")
    return "\n".join(rows) + "\n"


@pytest.fixture
def fresh(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """A workbench as a new installation has it: the demonstration, and nobody with a login."""
    wb = open_workbench(Home(tmp_path / "home"))
    staged = Staged(book_hint="show", format=GENERATED, reason="", accounts=CATALOG, entries=tuple(some_entries()))
    import_staged(wb, Who.program(), "show", staged, ImportOptions(demo=True))
    wb.close()
    with running(tmp_path) as address:
        context = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}, base_url=address)
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield context.new_page()
        context.close()


def shot(page: Page, name: str) -> None:
    """A picture for the guide, where somebody wants one."""
    if folder := os.environ.get("COUNTERPOINT_SHOTS"):
        page.wait_for_timeout(700)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_from_a_file_to_the_first_prediction(fresh: Page, tmp_path: Path) -> None:
    file = tmp_path / "123456789FEC20241231.txt"
    file.write_text(a_fec())
    fresh.goto("/")
    expect(fresh.get_by_role("heading", name="Start my own book")).to_be_visible()
    fresh.get_by_label("Your name").fill("Nora Lenz")
    fresh.get_by_label("Login").fill("nora")
    fresh.get_by_label("New password").fill(PASSWORD)
    shot(fresh, "1-begin")
    fresh.get_by_role("button", name="Begin").click()
    expect(fresh.get_by_text("You act as Nora Lenz")).to_be_visible()

    fresh.get_by_role("link", name="Import").click()
    fresh.get_by_label("Name of the book").fill("Lenz SARL")
    shot(fresh, "2-book")
    fresh.get_by_role("button", name="Start the book").click()
    expect(fresh.get_by_role("heading", name="Import into Lenz SARL")).to_be_visible()

    fresh.locator('input[type="file"]').set_input_files(str(file))
    expect(fresh.get_by_role("heading", name="59 entries in good order")).to_be_visible()
    expect(fresh.get_by_text("Some rows stay outside")).to_be_visible()
    shot(fresh, "3-preview")
    fresh.get_by_role("button", name="Import 59").click()
    expect(fresh.get_by_text("59 entries came in, 1 problem kept rows outside")).to_be_visible()
    shot(fresh, "4-imported")

    fresh.get_by_role("button", name="Train").click()
    shot(fresh, "5-training")
    fresh.get_by_role("link", name="Predict an entry").click()
    fresh.get_by_label("Description").fill("Loyer bureau SCI Lenz")
    fresh.get_by_label("Amount").fill("1190")
    fresh.keyboard.press("Enter")
    expect(fresh.get_by_role("cell", name="613200")).to_be_visible(timeout=4 * PATIENCE)
    shot(fresh, "6-prediction")
    fresh.get_by_role("button", name="Accept").click()
    expect(fresh.get_by_text("Saved as a draft").first).to_be_visible()

    fresh.get_by_role("link", name="Import").click()
    fresh.locator('input[type="file"]').set_input_files(str(file))
    expect(fresh.get_by_text("This very file was imported")).to_be_visible()
    fresh.get_by_role("button", name="Undo").click()
    fresh.get_by_label("Reason").fill("the wrong year")
    fresh.get_by_role("button", name="Undo the import").click()
    expect(fresh.get_by_text("taken back on")).to_be_visible()
    shot(fresh, "7-undone")
