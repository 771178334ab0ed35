"""The way in through an identity provider, where Streamlit's secrets describe one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.runtime.secrets import secrets_singleton

from app import messages
from app.i18n import _
from app.services import provider
from app.services.errors import BadInput
from app.services.provider import ProviderAnswerOld
from app.services.workbench import Workbench
from app.widgets.markdown import plain


def provider_door(wb: Workbench, nonce: str, exchange: Callable[[Callable[[], str]], None]) -> None:
    """The button, and after the round trip the ``exchange`` of what the provider said."""
    if not secrets_singleton.load_if_toml_exists():
        return
    try:
        known = provider.settings(st.secrets.to_dict())
    except BadInput as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    if known is None:
        return
    if st.user.get("is_logged_in"):
        enter = partial(provider.enter, wb, known, st.user.to_dict(), nonce=nonce)
        exchange(partial(_unless_old, enter))
    if st.button(
        _("Sign in with {name}", name=plain(known.name)), key="sign_in.provider", type="primary", width="stretch",
        icon=":material/key:",
    ):  # fmt: skip
        st.login(known.provider)


def _unless_old(enter: Callable[[], str]) -> str:
    """No ticket for what was said a while ago: the button stands below."""
    try:
        return enter()
    except ProviderAnswerOld:
        return ""
