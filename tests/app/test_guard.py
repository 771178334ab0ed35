"""Requests as a hostile page would send them, through the real ASGI callable."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send
from streamlit import config

from app.guard import HEADERS, Guard, known

HERE = "localhost:8501"


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """A server behind the guard that takes everything."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await PlainTextResponse("books")(scope, receive, send)


def sent(kind: str = "http", method: str = "GET", **headers: str) -> list[Message]:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": f"{kind}.request"}

    scope: dict[str, Any] = {
        "type": kind, "method": method, "path": "/", "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip
    with ThreadPoolExecutor(1) as alone:  # a test in this process may have left a loop running in its main thread
        alone.submit(lambda: asyncio.run(Guard(answer)(scope, receive, send))).result()
    return messages


@pytest.fixture
def option(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set options of the server for one test."""
    values: dict[str, object] = {
        "server.address": "localhost",
        "server.allowedHosts": [],
        "server.corsAllowedOrigins": [],
    }
    monkeypatch.setattr(config, "get_option", lambda name: values[name])
    return values


@pytest.mark.parametrize("host", [HERE, "127.0.0.1:8501", "[::1]:8501", "LOCALHOST."])
def test_this_machine_is_answered(option: Any, host: str) -> None:
    start = sent(host=host)[0]
    assert start["status"] == 200
    assert {k.decode() for k, _ in start["headers"]} >= {name.lower() for name in HEADERS}
    assert sent("websocket", host=host, origin=f"http://{host}")[0]["type"] == "websocket.accept"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8501", "", "127.0.0.1@evil.example", "[::1"])
def test_a_rebound_name_is_refused(option: Any, host: str) -> None:
    """The page's own name points at this machine, so its origin and host agree; only the name gives it away."""
    assert sent(host=host)[0]["status"] == 403
    assert sent("websocket", host=host, origin=f"http://{host}")[0]["type"] == "websocket.close"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9999", "http://localhost"])
def test_another_site_opens_no_session_and_posts_nothing(option: Any, origin: str) -> None:
    assert sent("websocket", host=HERE, origin=origin)[0]["type"] == "websocket.close"
    assert sent(method="POST", host=HERE, origin=origin)[0]["status"] == 403
    assert sent(method="GET", host=HERE, origin=origin)[0]["status"] == 200  # a link; the browser shows it nothing


def test_a_proxy_names_itself(option: Any) -> None:
    option["server.allowedHosts"] = ["books.example.com"]
    option["server.corsAllowedOrigins"] = ["https://portal.example.com"]
    assert sent("websocket", host="books.example.com", origin="https://books.example.com")[0]["type"].endswith("accept")
    assert sent("websocket", host="books.example.com", origin="https://portal.example.com")[0]["type"].endswith(
        "accept"
    )
    assert sent(host=HERE)[0]["status"] == 403


def test_a_network_may_use_any_name_but_no_other_origin(option: Any) -> None:
    option["server.address"] = "0.0.0.0"  # noqa: S104  told, not bound
    assert sent(host="desk-7.lan:8501")[0]["status"] == 200
    assert sent("websocket", host="desk-7.lan", origin="http://evil.example")[0]["type"] == "websocket.close"


def test_a_star_stands_for_what_is_below() -> None:
    assert known("a.example.com:1", ["*.example.com"])
    assert not known("example.com.evil.org", ["*.example.com"])


def test_the_workbench_is_behind_it() -> None:
    from app.asgi import app

    assert "Guard" in [getattr(m.cls, "__name__", "") for m in app._user_middleware]
