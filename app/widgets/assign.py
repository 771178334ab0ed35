"""Asking somebody to look at an entry."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import review
from app.services.errors import ServiceError
from app.views.life import asked_for, person
from app.widgets.acts import Sitting
from storage.errors import StorageError

_NOBODY = ""


def assign(at: Sitting, people: Mapping[str, str]) -> None:
    """Choose who is to look at the entry; it comes first in that person's queue."""
    now = asked_for(at.opened.detail)
    choices = [_NOBODY, *sorted({*people, now} - {_NOBODY}, key=lambda p: person(p, people).casefold())]
    key = at.field("assign")
    st.selectbox(
        _("To be looked at by"), choices, index=choices.index(now), key=key, width=280,
        format_func=lambda login: person(login, people) if login else _("anybody"),
        on_change=_ask, args=(at, key),
    )  # fmt: skip


def _ask(at: Sitting, key: str) -> None:
    try:
        review.assign(at.wb, state.actor(), at.card.name, at.entry_id, str(st.session_state[key] or _NOBODY))
    except (ServiceError, StorageError) as error:
        state.REFUSED.set(messages.sentence(error))
    else:
        state.REFUSED.clear()
