"""Search and filters of the journal. Each is a query parameter, so a search can be sent as a link."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import i18n, messages, state
from app.i18n import _
from app.services.books import JournalKind
from app.services.errors import BadInput
from app.views.journal import state_word
from app.views.search import Reading, readings
from app.widgets.links import from_link, to_link
from app.widgets.markdown import plain
from engine.journal import State
from storage.records import JournalQuery

PAGE_SIZE = 25
_DATE_FORMATS = {"en": "DD/MM/YYYY", "de": "DD.MM.YYYY", "fr": "DD/MM/YYYY"}


def search_form(journals: Sequence[JournalKind]) -> tuple[JournalQuery, ...]:
    """Draw it; the queries to try in turn, or none and a sentence when an amount cannot be read."""
    st.text_input(
        _("Search"), key=state.TEXT.name, bind="query-params", icon=":material/search:", live=True,
        placeholder=_("Words, a document number, or an amount such as 1190 or 500..900"), on_change=_first_page,
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        _filters(journals)
    try:
        return tuple(_query(reading) for reading in readings(state.TEXT.get()))
    except BadInput as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return ()


def _query(reading: Reading) -> JournalQuery:
    return JournalQuery(
        text=reading.text, amount_from=reading.low, amount_to=reading.high,
        account=state.ACCOUNT.get().strip(), journal=state.FILTER_JOURNAL.get() or "",
        state=State(state.STATE.get()) if state.STATE.get() else None,
        since=state.SINCE.get(), until=state.UNTIL.get(), page=state.PAGE.get(), size=PAGE_SIZE,
    )  # fmt: skip


def _filters(journals: Sequence[JournalKind]) -> None:
    names = {j.journal: f"{j.code} {j.name}".strip() or j.journal for j in journals if j.journal}
    # Labels are made now, in this session's language, because Streamlit asks for them later as well.
    names = {"": _("all"), **names}
    states = {"": _("all"), **{s.value: state_word(s) for s in State}}
    from_link(state.FILTER_JOURNAL, names)
    from_link(state.STATE, states)
    day_format = _DATE_FORMATS[i18n.language()]
    st.text_input(_("Account"), key=state.ACCOUNT.name, bind="query-params", width=130, on_change=_first_page)
    st.selectbox(
        _("Journal"), list(names), key=state.FILTER_JOURNAL.name, width=200, format_func=names.__getitem__,
        on_change=_first_page,
    )  # fmt: skip
    st.selectbox(
        _("State"), list(states), key=state.STATE.name, width=190, format_func=states.__getitem__,
        on_change=_first_page,
    )  # fmt: skip
    st.date_input(
        _("From"), value=None, key=state.SINCE.name, bind="query-params", width=160, format=day_format,
        on_change=_first_page,
    )  # fmt: skip
    st.date_input(
        _("Until"), value=None, key=state.UNTIL.name, bind="query-params", width=160, format=day_format,
        on_change=_first_page,
    )  # fmt: skip
    to_link(state.FILTER_JOURNAL)
    to_link(state.STATE)


def _first_page() -> None:
    """Another search starts at its first page."""
    state.PAGE.set(1)
