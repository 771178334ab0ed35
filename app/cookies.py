"""The two cookies of a browser: which browser it is, and which session it holds.

Both are out of reach of scripts. The first is set with every page that is asked for without it and never crosses
from another site (SameSite=Strict), so a ticket that is bound to it is of no use in any other browser. Names carry the
port, because browsers send the cookies of one port of a machine to all others.
"""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

_SHORTEST_NONCE = 32
_PROVIDERS = "_streamlit_user"  # with tokens and parts in cookies whose names go on


def browser_cookie() -> str:
    return f"counterpoint_browser_{config.get_option('server.port')}"


def session_cookie() -> str:
    return f"counterpoint_session_{config.get_option('server.port')}"


class KnowBrowsers:
    """ASGI middleware: gives every browser that asks for a page a random name to bind tickets to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _new(HTTPConnection(scope)):
            await self._app(scope, receive, send)
            return

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = Response()
                put(cookie, browser_cookie(), secrets.token_urlsafe(32), Request(scope), same_site="strict")
                MutableHeaders(scope=message).append("set-cookie", cookie.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, named)


def nonce_of(connection: HTTPConnection) -> str:
    """The name that this browser was given; empty before."""
    return connection.cookies.get(browser_cookie(), "")


def put(
    response: Response, name: str, value: str, request: HTTPConnection, same_site: Literal["lax", "strict"] = "lax"
) -> None:
    """Set a cookie that scripts can't read, that ends with the browser, and that stays on https where it came by it."""
    response.set_cookie(name, value, httponly=True, samesite=same_site, secure=_encrypted(request), path="/")


def forget_provider(request: HTTPConnection, response: Response) -> None:
    """Drop what Streamlit keeps of an identity provider's answer for weeks: it has done its part."""
    for name in request.cookies:
        if name.startswith(_PROVIDERS):
            response.delete_cookie(name, path="/", httponly=True, samesite="lax")


def local(host: str, forwarded: str = "") -> bool:
    """Whether somebody at this machine asks, by the name in the address bar and without a proxy in between."""
    name = urlsplit(f"//{host}").hostname or ""
    if forwarded or not name:
        return False
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def own_path(page: str) -> str:
    """The page asked for, if it is one of this server's; else the first one."""
    try:
        parts = urlsplit(page)
    except ValueError:
        return "/"
    plain = page.isprintable() and "\\" not in page and page.startswith("/") and not page.startswith("//")
    return page if plain and not parts.netloc and not parts.scheme else "/"


def _encrypted(request: HTTPConnection) -> bool:
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))


def _new(request: HTTPConnection) -> bool:
    """Whether somebody opens a page for the first time; what pages load by themselves asks for no HTML."""
    return "text/html" in request.headers.get("accept", "") and len(nonce_of(request)) < _SHORTEST_NONCE
