"""What an accountant does first, done by a browser: describe, correct, save, find again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.grids import ROW, until_pressed, until_shown

pytestmark = pytest.mark.browser


def test_a_description_becomes_a_corrected_entry_in_the_journal(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_label("Description")).to_be_focused()
    page.get_by_label("Description").fill("Miete Büro Browser 4711")
    page.get_by_label("Amount").fill("1.190,00")
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Accept")).to_be_enabled()
    expect(page.locator(".cp-entry tfoot")).to_contain_text("balanced")
    expect(page.get_by_text(re.compile(r"(sure|likely) · [<>]? ?\d+%"))).to_be_visible()
    expect(page.get_by_label("Amount")).not_to_be_focused()

    page.keyboard.press("e")
    _choose_account(page, row=1, words="bank ch")
    expect(page.get_by_text("edited by you")).to_be_visible()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_test_id("stToast")).to_contain_text("Miete Büro Browser 4711")
    expect(page.get_by_label("Description")).to_be_focused()
    page.get_by_role("link", name="Open in the journal").click()
    expect(page.get_by_role("heading", name="Miete Büro Browser 4711")).to_be_visible()
    expect(page.locator(".cp-wide td.changed")).to_have_text("4970 Bank charges")
    expect(page.locator(".cp-life li")).to_have_count(2)

    page.get_by_role("button", name="All entries").click()
    page.get_by_role("textbox", name="Search").fill("browser 4711")
    expect(page.get_by_text("1 entry, 1,190.00 EUR in all")).to_be_visible()
    heading = page.get_by_role("heading", name="Miete Büro Browser 4711")
    until_shown(page, page.locator(".st-key-list canvas").first, (150, 54), heading)
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_a_link_to_an_entry_opens_with_its_frame_and_one_key_accepts(page: Page) -> None:
    page.goto("/?lang=de")
    page.get_by_label("Beschreibung").fill("Kontoführung 4712")
    page.get_by_label("Betrag").fill("12,90")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Übernehmen")).to_be_enabled()
    saved = page.get_by_role("link", name="Im Journal öffnen")
    until_pressed(page, "a", saved)  # an impatient second press saves nothing twice
    saved.click()
    expect(page.get_by_role("heading", name="Kontoführung 4712")).to_be_visible()

    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_role("heading", name="Kontoführung 4712")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Predict|Vorschlagen"))).to_be_visible()
    page.goto("/journal?q=4712")
    expect(page.get_by_text("1 entry, 12.90 EUR in all")).to_be_visible()


def test_a_phone_shows_every_column_of_the_grid(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    page.get_by_label("Description").fill("Miete Büro 5")
    page.get_by_label("Amount").fill("1190")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Accept")).to_be_in_viewport()
    page.get_by_role("button", name="Edit").click()
    grid = page.locator(".st-key-grid canvas").first
    expect(grid).to_be_visible()
    scroller = page.locator(".st-key-grid .dvn-scroller").first
    assert scroller.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def _choose_account(page: Page, row: int, words: str) -> None:
    """Open the account cell of a row, filter by words, take the first."""
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    field = page.locator("#portal input").first
    until_shown(page, page.locator(".st-key-grid canvas").first, (60, ROW * (row + 0.5)), field, key="Enter")
    expect(field).to_be_focused()
    field.press_sequentially(words)
    expect(page.locator("#portal").get_by_text("4970 Bank charges")).to_be_visible()
    page.keyboard.press("Enter")
