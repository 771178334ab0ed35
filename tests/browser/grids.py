"""Keys and clicks that fall between two drawings of a page are lost; here they are given again."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

ROW = 38  # pixels of a row of the correction grid, its header included
TRIES = 10  # a click that falls between two drawings of a page is lost, for a person as for a test
MOMENT = 4_000  # milliseconds until a click has shown what it does


def until_shown(page: Page, grid: Locator, at: tuple[float, float], shown: Locator, key: str = "") -> None:
    """Click the place ``at`` of a grid (and press a key) until what the click opens is there."""

    def act() -> None:
        expect(grid.or_(shown).first).to_be_visible()
        if shown.is_visible():
            return
        grid.click(position={"x": at[0], "y": at[1]}, force=True)  # a scroller lies over the canvas
        if key:
            page.keyboard.press(key)

    _until(page, act, shown)


def until_pressed(page: Page, key: str, shown: Locator) -> None:
    """Press a key twice, as somebody impatient does, until what it opens is there."""

    def act() -> None:
        page.keyboard.press(key)
        page.keyboard.press(key)

    _until(page, act, shown)


def _until(page: Page, act: Callable[[], None], shown: Locator) -> None:
    for _ in range(TRIES):
        expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
        act()
        try:
            expect(shown).to_be_visible(timeout=MOMENT)
        except AssertionError:
            continue
        return
    expect(shown).to_be_visible()
