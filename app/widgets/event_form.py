"""The form that describes one event."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import i18n, messages, state
from app.i18n import _
from app.services.books import BookCard, JournalKind
from app.services.errors import BadInput
from app.services.typed import LONGEST_FIELD, TypedEvent, event_from_text, today
from app.widgets.markdown import plain
from engine.errors import BadEvent

_FIELDS = ("description", "amount", "currency", "rate", "date", "journal", "party", "line", "lines")
_USUAL = "EUR USD GBP CHF SEK NOK DKK PLN CZK JPY CNY CAD AUD INR TRY KWD".split()
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
            st.selectbox(
                _("Currency"), list(dict.fromkeys((card.currency, *_USUAL))), key=state.CURRENCY.name,
                persist_state="session", accept_new_options=True,
            )  # fmt: skip
        _worry("amount", "currency")
        if state.CURRENCY.get() not in ("", card.currency):
            _rate(card)
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
        party, document = st.columns(2)
        with party:
            st.text_input(_("Party"), key=state.PARTY.name, persist_state="session", placeholder=_("Optional"))
        with document:
            st.text_input(
                _("Document"), key=state.DOCUMENT.name, persist_state="session", placeholder=_("Its number"),
                max_chars=LONGEST_FIELD,
            )  # fmt: skip
        _worry("party", "line", "lines")
        st.form_submit_button(
            _("Predict"),
            type="primary",
            icon=":material/bolt:",
            width="stretch",
            key="predict.submit",
            on_click=_send,
            args=(card.currency,),
        )
    _worry(*(field for field in state.WORRIES.get() if field not in _FIELDS))


def _rate(card: BookCard) -> None:
    """What one unit of the event's currency is worth; asked for once that is known not to be the book's own."""
    example = _("1 {currency} in {own}", currency=state.CURRENCY.get(), own=card.currency)
    rate, day = st.columns(2)
    with rate:
        st.text_input(_("Rate"), key=state.RATE.name, persist_state="session", placeholder=example)
    with day:
        st.date_input(
            _("Date of the rate"), value=None, key=state.RATE_DATE.name, persist_state="session",
            format=_DATE_FORMATS[i18n.language()],
        )  # fmt: skip
    st.text_input(
        _("Source of the rate"), key=state.RATE_SOURCE.name, persist_state="session",
        placeholder=_("Who published it, for example ECB"),
    )  # fmt: skip
    _worry("rate")


def refuse(error: BadInput | BadEvent) -> None:
    """Keep the sentence for its field; what was typed stays."""
    state.WORRIES.set({error.field.casefold(): messages.sentence(error)})


def _send(own: str) -> None:
    """Read the form before the page is drawn again: the event to answer, or the sentence at its field."""
    state.forget_answer()
    foreign = state.CURRENCY.get() not in ("", own)  # a rate that is left from an event before counts for nothing
    typed = TypedEvent(
        description=state.DESCRIPTION.get(),
        amount=state.AMOUNT.get(),
        date=state.DATE.get(),
        currency=state.CURRENCY.get(),
        journal=state.JOURNAL.get(),
        party=state.PARTY.get(),
        rate=state.RATE.get() if foreign else "",
        rate_date=state.RATE_DATE.get() if foreign else None,
        rate_source=state.RATE_SOURCE.get() if foreign else "",
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
