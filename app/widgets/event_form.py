"""The form that describes one event."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import i18n, messages, state
from app.i18n import _
from app.services.books import BookCard, JournalKind
from app.services.errors import BadInput
from app.services.typed import TypedEvent, event_from_text, today
from app.widgets.markdown import plain
from engine.errors import BadEvent

_FIELDS = ("description", "amount", "currency", "date", "journal", "party", "line", "lines")
_DATE_FORMATS = {"en": "DD/MM/YYYY", "de": "DD.MM.YYYY", "fr": "DD/MM/YYYY"}


def event_form(card: BookCard, journals: Sequence[JournalKind]) -> None:
    """Draw it; a sent event waits in the session for its answer. What cannot be read is said at its field."""
    names = {"": _("any")} | {j.journal: f"{j.code} {j.name}".strip() or j.journal for j in journals if j.journal}
    if state.NEW_FORM.get():
        state.empty_form()
        state.NEW_FORM.clear()
    with st.form("predict.form", border=True):
        st.text_input(
            _("Description"), key=state.DESCRIPTION.name, persist_state="session",
            placeholder=_("What happened, in a few words"),
        )  # fmt: skip
        _worry("description")
        amount, currency = st.columns([3, 2])
        with amount:
            st.text_input(_("Amount"), key=state.AMOUNT.name, persist_state="session", placeholder=_example())
        with currency:
            st.selectbox(_("Currency"), [card.currency], key=state.CURRENCY.name, disabled=True)
        _worry("amount", "currency")
        day, journal = st.columns(2)
        with day:
            st.date_input(
                _("Date"), value=today(), key=state.DATE.name, persist_state="session",
                format=_DATE_FORMATS[i18n.language()],
            )  # fmt: skip
        with journal:
            st.selectbox(
                _("Journal"), list(names), key=state.JOURNAL.name, persist_state="session",
                format_func=names.__getitem__,
            )  # fmt: skip
        _worry("date", "journal")
        st.text_input(_("Party"), key=state.PARTY.name, persist_state="session", placeholder=_("Optional"))
        _worry("party", "line", "lines")
        st.form_submit_button(
            _("Predict"), type="primary", icon=":material/bolt:", width="stretch", key="predict.submit", on_click=_send
        )
    _worry(*(field for field in state.WORRIES.get() if field not in _FIELDS))


def refuse(error: BadInput | BadEvent) -> None:
    """Keep the sentence for its field; what was typed stays."""
    state.WORRIES.set({error.field.casefold(): messages.sentence(error)})


def _send() -> None:
    """Read the form before the page is drawn again: the event to answer, or the sentence at its field."""
    state.forget_answer()
    typed = TypedEvent(
        description=state.DESCRIPTION.get(),
        amount=state.AMOUNT.get(),
        date=state.DATE.get(),
        currency=state.CURRENCY.get(),
        journal=state.JOURNAL.get(),
        party=state.PARTY.get(),
    )
    try:
        state.PENDING.set(event_from_text(typed))
    except BadInput as error:
        refuse(error)


def _worry(*fields: str) -> None:
    """The sentence about a field that could not be read, in red below it."""
    for text in (state.WORRIES.get().get(field, "") for field in fields):
        if text:
            st.markdown(f":red[:material/error: {plain(text)}]")


def _example() -> str:
    return "1,190.00" if i18n.language() == "en" else "1.190,00" if i18n.language() == "de" else "1 190,00"
