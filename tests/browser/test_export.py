"""A file leaves the house by a click, and is marked as gone only then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.home import Home
from app.services import people
from app.services.access import Role
from app.services.people import NewUser
from app.services.workbench import open_workbench
from tests.app.conftest import ANA, put
from tests.app.pages.test_hand_over import posted
from tests.app.pages.test_review import BEN
from tests.browser.conftest import PASSWORD, PATIENCE, everyone, running, sign_in
from tests.builders import CATALOG, some_entries

pytestmark = pytest.mark.browser


@pytest.fixture
def waiting(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """A workbench with one posted entry that waits to go out; Ana has signed in."""
    wb = open_workbench(Home(tmp_path / "home"))
    put(wb, "test", some_entries(20), CATALOG)
    everyone(wb)
    people.add_user(wb, ANA, NewUser(login=BEN.id, name="Ben", secret=PASSWORD))
    people.set_role(wb, ANA, "test", BEN.id, Role.REVIEWER, granted=True, reason="books the rent")
    posted(wb)
    wb.close()
    with running(tmp_path) as address:
        context = chromium.new_context(locale="en-GB", viewport={"width": 390, "height": 844}, base_url=address)
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        visitor = context.new_page()
        sign_in(visitor, "ana", at="/export?book=test")
        yield visitor
        context.close()


def test_a_click_hands_the_file_over_and_marks_it(waiting: Page, tmp_path: Path) -> None:
    page = waiting
    expect(page.get_by_text("1 entry waits to go out")).to_be_visible()
    with page.expect_download() as first:
        page.get_by_role("button", name="Download and mark as exported").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    data = first.value.path().read_bytes()
    assert data.startswith(b"JournalCode\tJournalLib")
    page.get_by_role("button", name="Again").click()
    with page.expect_download() as second:
        page.get_by_role("button", name="Download again").click()
    assert second.value.path().read_bytes() == data
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, "the page is wider than a telephone"
