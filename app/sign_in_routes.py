"""The two routes that set and clear the session's cookie, which no page can do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from app import cookies
from app.services import sign_in
from app.services.workbench import open_workbench

SESSION, SIGN_OUT = "/session", "/sign-out"
_LONGEST_FORM = 10_000  # bytes: a ticket and a page's address


def posting(route: str, fields: Mapping[str, str]) -> str:
    """A script with which the browser itself sends a form, because only an answer to the browser can set a cookie.

    The page to show afterwards is what the address bar says. Fields are our own tokens, written as JSON.
    """
    return f"""<script>(function () {{
        const form = document.createElement('form');
        const fields = {{...{json.dumps(dict(fields))}, page: location.pathname + location.search}};
        form.method = 'post'; form.action = {json.dumps(route)}; form.hidden = true;
        for (const [name, value] of Object.entries(fields)) {{
            const field = document.createElement('input');
            field.name = name; field.value = value; form.append(field);
        }}
        document.body.append(form); form.submit();
    }})()</script>"""


async def begin(request: Request) -> Response:
    """Exchange the ticket of this browser for a session and show the page asked for; a bad one shows sign-in again."""
    if not _small(request):
        return PlainTextResponse("The form is too large.", status_code=413)
    async with request.form(max_files=0, max_fields=4) as form:
        ticket, page = str(form.get("ticket", "")), str(form.get("page", "/"))
    wb = open_workbench()
    here = cookies.local(request.headers.get("host", ""), request.headers.get("x-forwarded-for", ""))
    nonce, former = cookies.nonce_of(request), request.cookies.get(cookies.session_cookie(), "")
    token = await asyncio.to_thread(sign_in.redeem, wb, ticket, nonce=nonce, former=former, here=here)
    answer = RedirectResponse(cookies.own_path(page), status_code=303)
    cookies.forget_provider(request, answer)
    if token:
        cookies.put(answer, cookies.session_cookie(), token, request)
    return answer


async def end(request: Request) -> Response:
    """End the session of this browser. The cookie comes with requests of this site only, so nobody else can ask."""
    token = request.cookies.get(cookies.session_cookie(), "")
    await asyncio.to_thread(sign_in.sign_out, open_workbench(), token)
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(cookies.session_cookie(), path="/", httponly=True, samesite="lax")
    return answer


def _small(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdigit() and int(length) <= _LONGEST_FORM


ROUTES = [Route(SESSION, begin, methods=["POST"]), Route(SIGN_OUT, end, methods=["POST"])]
