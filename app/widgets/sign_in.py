"""Signing in: the doors of the demo book, the form, and the script that hands a ticket to the server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st

from app import cookies, messages, state
from app.i18n import _
from app.services import own_book, sign_in
from app.services.access import Role
from app.services.errors import ServiceError
from app.services.sign_in import NewPasswordNeeded
from app.services.workbench import Workbench
from app.sign_in_routes import SESSION, SIGN_OUT, posting
from app.widgets.language import language_choice
from app.widgets.markdown import plain
from app.widgets.provider import provider_door
from storage.errors import StorageError


def sign_in_page(wb: Workbench) -> None:
    """Draw it in place of whatever page was asked for, which is shown after signing in."""
    _left, middle, _right = st.columns([1, 2, 1])
    with middle:
        st.header(state.PRODUCT, anchor=False)
        if not _nonce():
            st.warning(_("Signing in needs cookies. Allow them for this address, then reload the page."))
            return
        if _here() and sign_in.personas_open(wb):
            _doors(wb)
        provider_door(wb, _nonce(), _exchange)
        if _here() and own_book.may_begin(wb):
            _first_login(wb)
        else:
            _form(wb)
        language_choice()


def sign_out_button() -> None:
    if st.button(_("Sign out"), icon=":material/logout:", type="tertiary", key="sign_out"):
        st.html(posting(SIGN_OUT, {}), unsafe_allow_javascript=True)


def _doors(wb: Workbench) -> None:
    """The people of the demo book, one click each."""
    st.subheader(_("Look around in the demo book"), anchor=False)
    doors = {
        Role.ACCOUNTANT: (_("Enter as accountant"), _("Describe events, correct proposals, submit entries.")),
        Role.REVIEWER: (_("Enter as reviewer"), _("Also approve or return what others submitted, and post it.")),
        Role.ADMIN: (_("Enter as admin"), _("Look after catalog, periods, policy and models; book nothing.")),
        Role.AUDITOR: (_("Enter as auditor"), _("Read everything, change nothing.")),
    }
    for role, (label, can) in doors.items():
        door, words = st.columns([2, 3], vertical_alignment="center")
        with door:
            kind: Literal["primary", "secondary"] = "primary" if role is Role.ACCOUNTANT else "secondary"
            entered = st.button(label, key=f"sign_in.{role}", width="stretch", type=kind)
        with words:
            st.caption(can)
        if entered:
            _exchange(partial(sign_in.enter_as, wb, role, nonce=_nonce()))


def _first_login(wb: Workbench) -> None:
    """Where nobody has a login yet, the person at this machine makes the first one."""
    st.subheader(_("Start my own book"), anchor=False)
    st.caption(_("Choose a login and a password. You run this installation then, and add others later."))
    with st.form("sign_in.first"):
        name = st.text_input(_("Your name"), key="sign_in.first.name", autocomplete="name", max_chars=100)
        st.text_input(_("Login"), key=state.LOGIN.name, autocomplete="username", max_chars=100)
        st.text_input(
            _("New password"), key=state.NEW_SECRET.name, type="password", autocomplete="new-password",
            placeholder=_("12 characters or more"),
        )  # fmt: skip
        sent = st.form_submit_button(_("Begin"), type="primary", key="sign_in.first.send", width="stretch")
    if sent:
        login, password = state.LOGIN.get(), state.NEW_SECRET.get()
        _exchange(lambda: own_book.begin(wb, login, name, password, nonce=_nonce()))


def _form(wb: Workbench) -> None:
    st.subheader(_("Sign in"), anchor=False)
    choosing = state.CHOOSING.get()
    with st.form("sign_in.form"):
        st.text_input(_("Login"), key=state.LOGIN.name, autocomplete="username", max_chars=100)
        st.text_input(
            _("Password or one-time code"), key=state.SECRET.name, type="password", autocomplete="current-password"
        )
        if choosing:
            st.info(_("The code is right. It works once: choose a password of your own, 12 characters or more."))
            st.text_input(_("New password"), key=state.NEW_SECRET.name, type="password", autocomplete="new-password")
        sent = st.form_submit_button(_("Sign in"), type="primary", key="sign_in.send", width="stretch")
    st.caption(_("No login yet? Ask an admin of your book, or on this machine: counterpoint user add LOGIN"))
    if sent:
        login, secret, new = state.LOGIN.get(), state.SECRET.get(), state.NEW_SECRET.get()
        _exchange(lambda: sign_in.sign_in(wb, login, secret, nonce=_nonce(), new_password=new))


def _exchange(ticket: Callable[[], str]) -> None:
    """Send the ticket off, or say why there is none; an empty one goes nowhere."""
    try:
        made = ticket()
    except NewPasswordNeeded:
        state.CHOOSING.set(True)
        st.rerun()
    except (ServiceError, StorageError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    if made:
        st.html(posting(SESSION, {"ticket": made}), unsafe_allow_javascript=True)


def _nonce() -> str:
    return str(st.context.cookies.get(cookies.browser_cookie(), ""))


def _here() -> bool:
    """Whether the browser is on this machine, as far as the address bar tells."""
    headers = st.context.headers
    return cookies.local(headers.get("Host", "") or "", headers.get("X-Forwarded-For", "") or "")
