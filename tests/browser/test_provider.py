"""Signing in with an identity provider: the whole round trip, with a real provider, server and browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from playwright.sync_api import Browser, Page, expect

from app.home import Home
from app.services.workbench import open_workbench
from tests.app.conftest import put
from tests.browser.conftest import PATIENCE, running
from tests.builders import CATALOG, some_entries
from tests.providers import CLIENT, SECRET, Provider

pytestmark = pytest.mark.browser

COOKIE_SECRET = "a long secret that signs cookies of this test"
VERA: dict[str, Any] = {
    "sub": "0815",
    "preferred_username": "Vera.Lenz",
    "name": "Vera Lenz",
    "groups": ["bookkeepers", "choir"],
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    one = Provider()
    with one.serving():
        yield one


@pytest.fixture(scope="module")
def address(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A workbench with the books "test" and "other" that lets the provider's people in."""
    folder = tmp_path_factory.mktemp("provider")
    wb = open_workbench(Home(folder / "home"))
    for book in ("test", "other"):
        put(wb, book, some_entries(3), CATALOG)
    with wb.writing() as uow:
        uow.people.add("ben", "Ben", "Ana")
    wb.close()
    (folder / "home" / "secrets.toml").write_text(f"""
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"

[sign_in]
name = "Example House"
create_users = true
roles_claim = "groups"

[sign_in.roles]
bookkeepers = ["test:accountant"]
leads = ["test:accountant", "test:reviewer", "other:emperor", "nowhere:reviewer"]
""")
    with running(folder) as address:
        yield address


@pytest.fixture(autouse=True)
def right(provider: Provider) -> None:
    """The provider vouches for Vera, and does it well."""
    provider.claims, provider.wrong, provider.signs_with = dict(VERA), {}, None


@pytest.fixture
def visitor(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}, base_url=address)
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield context.new_page()
    context.close()


def enter(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign in with Example House").click()


def test_a_person_of_the_provider_comes_in_with_the_roles_of_the_claim(visitor: Page, provider: Provider) -> None:
    enter(visitor)
    expect(visitor.get_by_text("You act as Vera Lenz")).to_be_visible()
    expect(visitor.get_by_label("Description")).to_be_visible()
    names = {c["name"] for c in visitor.context.cookies()}
    assert any(n.startswith("counterpoint_session_") for n in names)
    assert not any(n.startswith("_streamlit_user") for n in names)

    visitor.get_by_role("button", name="Sign out").click()
    expect(visitor.get_by_role("button", name="Sign in with Example House")).to_be_visible()
    visitor.reload()
    expect(visitor.get_by_role("button", name="Sign in with Example House")).to_be_visible()

    provider.claims["groups"] = []
    enter(visitor)
    expect(visitor.get_by_text("You act as Vera Lenz")).to_be_visible()
    expect(visitor.get_by_role("heading", name="No book yet")).to_be_visible()


def test_the_provider_s_person_does_not_become_a_local_one_of_the_same_login(visitor: Page, provider: Provider) -> None:
    provider.claims |= {"sub": "4711", "preferred_username": "ben"}
    enter(visitor)
    expect(visitor.get_by_text("belongs to another user of this workbench")).to_be_visible()
    assert not any(c["name"].startswith("counterpoint_session_") for c in visitor.context.cookies())


def vouched(address: str) -> bool:
    """Whether a round trip ends with the cookie that Streamlit gives those for whom the provider vouched."""
    claims = {"provider": "default", "exp": int(time.time()) + 100}
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(COOKIE_SECRET))
    with httpx.Client(base_url=address, follow_redirects=True, timeout=30) as browser:
        assert browser.get("/auth/login", params={"provider": token}).status_code == 200
        return "_streamlit_user" in browser.cookies


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "of another sign-in"},
        {"aud": "another program"},
        {"aud": ["another program", "a third one"]},
        {"iss": "http://127.0.0.1:1"},
        {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
    ],
    ids=["nonce", "audience", "audiences", "issuer", "expired"],
)
def test_a_token_for_somebody_else_or_of_another_time_is_refused(
    address: str, provider: Provider, wrong: dict[str, Any]
) -> None:
    assert vouched(address)
    provider.wrong = wrong
    assert not vouched(address)


def test_a_token_of_another_key_is_refused(address: str, provider: Provider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    assert not vouched(address)
