"""The routes behind signing in, asked as browsers ask: whose ticket it is, where it leads, what the cookie may do."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app import cookies
from app.services import sign_in
from app.services.access import GENERATED, Role, Who
from app.services.import_ import ImportOptions, import_staged
from app.services.workbench import Workbench
from app.sign_in_routes import ROUTES, SESSION, SIGN_OUT
from storage.identity import utc_now
from storage.records import Staged
from tests.builders import an_entry


async def page(_request: Request) -> Response:
    return HTMLResponse("<p>a page</p>")


@pytest.fixture
def server(wb: Workbench) -> Starlette:
    wb.loopback = True
    with wb.writing() as uow:
        uow.people.add("ana", "Ana", "op")
    return Starlette(routes=[Route("/", page), *ROUTES], middleware=[Middleware(cookies.KnowBrowsers)])


def a_browser(server: Starlette, base: str = "http://localhost:8501") -> TestClient:
    """A browser that has opened a page, and so has a name."""
    browser = TestClient(server, base_url=base, follow_redirects=False)
    browser.get("/", headers={"accept": "text/html"})
    return browser


@pytest.fixture
def browser(server: Starlette) -> TestClient:
    return a_browser(server)


def ticket(wb: Workbench, browser: TestClient, login: str = "ana") -> str:
    with wb.writing() as uow:
        return uow.sign_ins.ticket(login, browser.cookies[cookies.browser_cookie()], utc_now())


def test_a_page_names_a_browser_once_and_other_requests_do_not(server: Starlette) -> None:
    browser = TestClient(server)
    assert browser.get("/", headers={"accept": "image/png"}).headers.get("set-cookie") is None
    given = browser.get("/", headers={"accept": "text/html"}).headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=strict" in given
    assert browser.get("/", headers={"accept": "text/html"}).headers.get("set-cookie") is None


def test_a_ticket_becomes_a_cookie_that_no_script_reads(wb: Workbench, browser: TestClient) -> None:
    answer = browser.post(SESSION, data={"ticket": ticket(wb, browser), "page": "/journal?q=rent"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/journal?q=rent")
    given = answer.headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=lax" in given
    assert "Secure" not in given
    assert sign_in.who_of(wb, browser.cookies[cookies.session_cookie()]) == Who(id="ana", name="Ana")


def test_over_https_the_cookie_stays_there(wb: Workbench, server: Starlette) -> None:
    browser = a_browser(server, "https://books.example.com")
    assert "Secure" in browser.post(SESSION, data={"ticket": ticket(wb, browser)}).headers["set-cookie"]


def test_nobody_is_signed_in_with_a_ticket_of_another_browser(
    wb: Workbench, browser: TestClient, server: Starlette
) -> None:
    """What another site would do that makes a visitor's browser send the other's own ticket."""
    stolen = ticket(wb, browser)
    victim, nameless = a_browser(server), TestClient(server, follow_redirects=False)
    for other in (victim, nameless):
        answer = other.post(SESSION, data={"ticket": stolen})
        assert answer.status_code == 303
        assert cookies.session_cookie() not in other.cookies
    assert browser.post(SESSION, data={"ticket": stolen}).headers.get("set-cookie") is None


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example/x", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nb"]
)
def test_the_way_on_never_leaves_the_server(wb: Workbench, browser: TestClient, elsewhere: str) -> None:
    answer = browser.post(SESSION, data={"ticket": ticket(wb, browser), "page": elsewhere})
    assert answer.headers["location"] == "/"


def test_a_form_that_is_none_is_refused(browser: TestClient) -> None:
    assert browser.post(SESSION, data={"ticket": "x" * 20_000}).status_code == 413
    assert browser.post(SESSION).status_code == 303
    assert browser.get(SESSION).status_code == 405
    assert browser.get(SIGN_OUT).status_code == 405


def test_signing_out_ends_the_session_and_the_cookie(wb: Workbench, browser: TestClient) -> None:
    browser.post(SESSION, data={"ticket": ticket(wb, browser)})
    token = browser.cookies[cookies.session_cookie()]
    answer = browser.post(SIGN_OUT)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert cookies.session_cookie() not in browser.cookies
    assert sign_in.who_of(wb, token) is None


def test_signing_in_again_ends_the_session_before(wb: Workbench, browser: TestClient) -> None:
    tokens = []
    for _ in range(2):
        browser.post(SESSION, data={"ticket": ticket(wb, browser)})
        tokens.append(browser.cookies[cookies.session_cookie()])
    assert [sign_in.who_of(wb, t) is not None for t in tokens] == [False, True]


@pytest.mark.parametrize(
    ("base", "headers", "entered"),
    [
        ("http://localhost:8501", {}, True),
        ("http://127.0.0.1:8501", {}, True),
        ("http://books.example.com", {}, False),
        ("http://localhost:8501", {"x-forwarded-for": "203.0.113.9"}, False),
    ],
)
def test_a_persona_enters_at_this_machine_and_not_through_a_proxy(
    wb: Workbench, server: Starlette, base: str, headers: dict[str, str], entered: bool
) -> None:
    staged = Staged(book_hint="demo", format=GENERATED, reason="", accounts=(), entries=(an_entry(),))
    import_staged(wb, Who.program(), "demo", staged, ImportOptions(demo=True))
    browser = a_browser(server, base)
    made = sign_in.enter_as(wb, Role.ACCOUNTANT, nonce=browser.cookies[cookies.browser_cookie()])
    browser.post(SESSION, data={"ticket": made}, headers=headers)
    assert (cookies.session_cookie() in browser.cookies) is entered
