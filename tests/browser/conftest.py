"""The real workbench in a process of its own, and Debian's Chromium looking at it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.home import Home
from app.services import people, train
from app.services.access import GENERATED, Role, Who
from app.services.import_ import ImportOptions, import_staged
from app.services.people import NewUser
from app.services.workbench import Workbench, open_workbench
from storage.records import Staged
from tests.app.conftest import ANA, put
from tests.builders import CATALOG, some_entries

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PASSWORD = "nine small boats"
PATIENCE = 60_000  # milliseconds; two busy cores may load a model meanwhile


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running workbench whose book "test" has a model."""
    folder = tmp_path_factory.mktemp("browser")
    wb = open_workbench(Home(folder / "home"))
    put(wb, "test", some_entries(40), CATALOG)
    train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny"))
    everyone(wb)
    wb.predictor("test")  # a model that is still being read would hold the database file after `close`
    wb.close()
    with running(folder) as address:
        yield address


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """`counterpoint run` on the home below ``folder``, at a port of its own; gives its address."""
    log = folder / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "run", "--port", "0", "--no-browser"],
            cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "COUNTERPOINT_HOME": str(folder / "home"), "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            yield _address(server, log)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("there is no Chromium on this machine; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: Browser, served: str) -> Iterator[Page]:
    """A browser in English that nobody has signed in with."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}, base_url=served)
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(visitor: Page) -> Page:
    """A browser in which Ana, who may do everything in the book "test", has signed in."""
    sign_in(visitor, "ana")
    return visitor


def everyone(wb: Workbench) -> None:
    """Ana with every role in the book "test", Vera with none, and a demonstration beside it."""
    staged = Staged(
        book_hint="show", format=GENERATED, reason="", accounts=CATALOG, entries=tuple(some_entries()),
    )  # fmt: skip
    import_staged(wb, Who.program(), "show", staged, ImportOptions(demo=True))
    for login in ("ana", "vera"):
        people.add_user(wb, ANA, NewUser(login=login, name=login.title(), secret=PASSWORD))
    for role in (Role.ACCOUNTANT, Role.REVIEWER, Role.ADMIN):
        people.set_role(wb, ANA, "test", "ana", role, granted=True, reason="tries everything")


def sign_in(page: Page, login: str, password: str = PASSWORD, at: str = "/") -> None:
    """Through the form, as people do; ends on the page asked for."""
    page.goto(at)
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password or one-time code").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"You act as {login.title()}")).to_be_visible()


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """What the server says about itself, once it answers there."""
    while server.poll() is None:
        found = re.search(r"http://[^\s]+", log.read_text())
        if found and _answers(found[0]):
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"the workbench ended before it could be opened:\n{log.read_text()}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except OSError:
        return False
