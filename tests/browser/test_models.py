"""An admin puts a second model into use and goes back, in a real browser on real models."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.home import Home
from app.services import models, train
from app.services.workbench import open_workbench
from tests.app.conftest import ANA, put
from tests.browser.conftest import PATIENCE, everyone, running, sign_in
from tests.builders import CATALOG, some_entries

pytestmark = pytest.mark.browser


@pytest.fixture
def two_models(chromium: Browser, tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    """The page Models of a book with two models that the operator trained; Ana, its only admin, has signed in."""
    made = tmp_path / "made"
    wb = open_workbench(Home(made))
    put(wb, "test", some_entries(40), CATALOG)
    everyone(wb)
    for profile in ("tiny", "quick"):
        train.wait(wb, ANA, train.start(wb, ANA, "test", profile))
    found = models.models(wb, ANA, "test")
    assert [m.champion for m in found.models] == [True, False]
    wb.close()
    # What loads the model in the background may hold the file a moment longer.
    shutil.copytree(made, tmp_path / "home", ignore=shutil.ignore_patterns("socket"))
    with running(tmp_path) as address:
        context = chromium.new_context(locale="en-GB", viewport={"width": 390, "height": 844}, base_url=address)
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page = context.new_page()
        sign_in(page, "ana", at="/models?book=test")
        yield page, [m.digest[:12] for m in found.models]
        context.close()


def test_a_model_is_put_into_use_and_gone_back_from(two_models: tuple[Page, list[str]]) -> None:
    page, (first, second) = two_models
    expect(page.get_by_text(f"put {first} into use. first model of the book")).to_be_visible()
    page.get_by_label("Reason").fill("knows more texts")
    page.get_by_role("textbox", name="What you accept").fill("tried on ten invoices")
    page.get_by_role("button", name="Put into use").click()
    expect(
        page.get_by_text(f"put {second} into use. knows more texts; accepted: tried on ten invoices")
    ).to_be_visible()
    page.get_by_role("button", name="Go back to the model before").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("worse on rent")
    dialog.get_by_role("button", name="Go back").click()
    expect(page.get_by_text(f"went back to {first}. worse on rent")).to_be_visible()
    expect(page.get_by_role("button", name="Go back to the model before")).to_have_count(0)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, "the page is wider than a telephone"
