"""Signing in and out, done by a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.browser


def cookies_of(page: Page) -> dict[str, tuple[bool, str]]:
    """Ours by the middle of their names, with what scripts and other sites may do with them."""
    return {
        c["name"].split("_")[1]: (bool(c.get("httpOnly")), str(c.get("sameSite")))
        for c in page.context.cookies()
        if c["name"].startswith("counterpoint_")
    }


def test_one_click_enters_the_demo_book_at_the_page_asked_for(visitor: Page) -> None:
    visitor.goto("/journal?q=miete")
    visitor.get_by_role("button", name="Enter as accountant").click()
    expect(visitor.get_by_text("You act as demo accountant")).to_be_visible()
    expect(visitor.get_by_role("textbox", name="Search")).to_have_value("miete")
    expect(visitor.get_by_label("Book")).to_have_count(1)
    expect(visitor.get_by_role("link", name="People")).to_have_count(0)
    assert cookies_of(visitor) == {"browser": (True, "Strict"), "session": (True, "Lax")}
    assert "counterpoint_" not in visitor.evaluate("document.cookie")

    visitor.get_by_role("button", name="Sign out").click()
    expect(visitor.get_by_role("button", name="Enter as accountant")).to_be_visible()
    assert "session" not in cookies_of(visitor)


def test_a_wrong_password_is_a_sentence_and_the_right_one_opens(visitor: Page) -> None:
    visitor.goto("/")
    visitor.get_by_label("Login").fill("vera")
    visitor.get_by_label("Password or one-time code").fill("not hers at all")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_text("do not belong together")).to_be_visible()
    visitor.get_by_label("Password or one-time code").fill(PASSWORD)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_text("You act as Vera")).to_be_visible()
    expect(visitor.get_by_role("heading", name="No book yet")).to_be_visible()


def test_a_role_given_on_the_page_ends_sessions_and_opens_the_book(page: Page) -> None:
    context = page.context.browser.new_context(base_url=page.url)  # type: ignore[union-attr]
    hers = context.new_page()
    sign_in(hers, "vera", at=page.url)
    page.goto("/people")
    expect(page.get_by_role("heading", name="People of test")).to_be_visible()
    page.get_by_label("Reason").first.fill("joins the team")
    page.get_by_role("combobox", name="Person").first.click()
    page.get_by_role("option", name="Vera (vera)").click()
    page.get_by_role("button", name="Give role").click()
    expect(page.get_by_role("cell", name="Vera", exact=True)).to_be_visible()
    hers.reload()
    expect(hers.get_by_label("Password or one-time code")).to_be_visible()
    sign_in(hers, "vera", at=page.url.replace("/people", "/"))
    expect(hers.get_by_label("Description")).to_be_visible()
    context.close()
