"""What stands before every request: whose name it was sent to, where it comes from, and what the browser may do.

Streamlit accepts any Host header unless it is told the names, so a page that rebinds its own name to 127.0.0.1 could
open a session on the workbench of whoever reads it. And before it refuses a strange origin it asks an outside server
for this machine's address. Both end here, and nothing is asked outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Streamlit's own page needs inline scripts and eval; what counts is that nothing is sent or fetched elsewhere.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """ASGI middleware, outermost. Names of hosts come from ``server.allowedHosts``, or from the address it serves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        why = refusal(scope)
        if not why:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": why})
        else:
            await PlainTextResponse(why, status_code=403)(scope, receive, _with_headers(send))


def refusal(scope: Scope) -> str:
    """Why a request is not answered, as a sentence; empty for one that is."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not known(host, hosts()):
        return "The workbench does not answer under this name; name it in server.allowedHosts."
    origin = headers.get("origin")
    if origin is None or (scope["type"] == "http" and scope["method"] in _SAFE):
        return ""
    if _place(origin) == host.lower() or origin in (config.get_option("server.corsAllowedOrigins") or ()):
        return ""
    return "The request comes from another site; name its origin in server.corsAllowedOrigins."


def hosts() -> tuple[str, ...]:
    """The names that requests may be sent to; empty where any is right, because a network is served."""
    named = config.get_option("server.allowedHosts")
    if named:
        return tuple(named)
    address = config.get_option("server.address")
    return tuple(LOOPBACK) if not address or address in LOOPBACK else ()


def known(host: str, names: Iterable[str]) -> bool:
    """Whether a Host header is one of ``names``, whatever its port; ``*.example.com`` stands for all below it."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    wanted = [n.lower() for n in names]
    if not wanted or "*" in wanted:
        return bool(name)
    return any(name == n or (n.startswith("*.") and name.endswith(n[1:])) for n in wanted)


def _place(origin: str) -> str:
    return urlsplit(origin).netloc.lower()


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
