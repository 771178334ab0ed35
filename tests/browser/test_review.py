"""The longest path, done by a browser: an accountant books and submits, a reviewer approves, posts and reverses."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.grids import until_shown

pytestmark = pytest.mark.browser


def test_two_people_take_an_entry_from_its_description_to_its_reversal(visitor: Page) -> None:
    page = visitor
    page.goto("/")
    _enter(page, "accountant")
    page.get_by_label("Description").fill("Miete Büro 4713")
    page.get_by_label("Amount").fill("1190")
    page.get_by_label("Party").fill("Lenz")
    page.get_by_label("Document", exact=True).fill("R 4713")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Accept")).to_be_enabled()
    expect(page.get_by_label("Amount")).not_to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_text("Saved as a draft: Miete Büro 4713, 1,190.00 EUR")).to_be_visible()
    expect(page.get_by_label("Description")).to_be_focused()
    page.keyboard.press("Alt+s")  # reaches the button from inside a field too
    page.get_by_role("dialog").get_by_role("button", name="Submit").click()
    expect(page.get_by_text("It is in the queue of Review now.")).to_be_visible()
    expect(page.get_by_role("link", name="Review (1)")).to_be_visible()

    page.get_by_role("link", name="Review (1)").click()
    expect(page.get_by_role("heading", name="Miete Büro 4713")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Enter as reviewer")).to_be_visible()

    _enter(page, "reviewer")
    page.get_by_role("link", name="Review (1)").click()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits for approval")).to_be_visible()
    page.get_by_role("radio", name="To post").click()
    expect(page.get_by_role("button", name="Post", exact=False).last).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_text("Nothing waits to be posted")).to_be_visible()

    page.goto("/journal?q=4713")
    until_shown(page, page.locator(".st-key-list canvas").first, (150, 54), page.locator(".cp-life"))
    expect(page.locator(".cp-life")).to_contain_text(re.compile(r"posted: no\. \d{4}(/\w+)?/1"))
    page.get_by_role("button", name="Reverse").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("booked twice")
    dialog.get_by_role("button", name="Reverse").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("link", name="Its reversal").click()
    expect(page.get_by_role("link", name="The entry that it takes back")).to_be_visible()
    expect(page.get_by_text("so somebody else has to approve it.")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def _enter(page: Page, role: str) -> None:
    """Through a door of the demonstration."""
    page.get_by_role("button", name=f"Enter as {role}").click()
    expect(page.get_by_text(f"You act as demo {role}")).to_be_visible()
