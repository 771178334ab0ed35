"""The entry point of the pages: Streamlit's ASGI app with the workbench's life, sign-in and a health route.

Started by `counterpoint run`; `streamlit run app/asgi.py` works as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit import config
from streamlit.starlette import App

from app import commands, cookies
from app.guard import Guard
from app.services import first_start, train
from app.services.workbench import Workbench, open_workbench
from app.serving import LOOPBACK
from app.sign_in_routes import ROUTES
from storage.errors import StorageError


@asynccontextmanager
async def lifespan(_app: App) -> AsyncIterator[dict[str, Any]]:
    """Own the database while the server runs; everything slow goes on in the background."""
    wb = await asyncio.to_thread(open_workbench)
    wb.url = address()
    wb.loopback = config.get_option("server.address") in LOOPBACK
    server = await asyncio.to_thread(commands.serve, wb)
    train.resume(wb)
    first_start.in_background(wb)
    try:
        yield {"workbench": wb}
    finally:
        if server is not None:
            await asyncio.to_thread(server.close)
        await asyncio.to_thread(wb.close)


async def health(_request: Request) -> JSONResponse:
    """200 while the database answers, 503 with its sentence when it does not."""
    try:
        await asyncio.to_thread(_ask_database, open_workbench())
    except StorageError as error:
        return JSONResponse({"status": "failed", "error": str(error)}, status_code=503)
    return JSONResponse({"status": "ok"})


def address() -> str:
    """Where people find the pages."""
    host = config.get_option("server.address") or "localhost"
    shown = "localhost" if host in ("0.0.0.0", "::", "127.0.0.1") else host  # noqa: S104  compared, not bound
    return f"http://{shown}:{config.get_option('server.port')}"


def _ask_database(wb: Workbench) -> None:
    with wb.reading() as uow:
        uow.books.list()


app = App(
    Path(__file__).parent / "entry" / "main.py",
    lifespan=lifespan,
    routes=[Route("/health", health), *ROUTES],
    middleware=[Middleware(Guard), Middleware(cookies.KnowBrowsers)],
)
