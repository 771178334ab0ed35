"""The sidebar below the rooms: book, acting person, language."""

from __future__ import annotations

import streamlit as st

from app import i18n, state
from app.i18n import _
from app.services import books
from app.services.workbench import Workbench
from app.widgets.links import from_link, to_link


def sidebar(wb: Workbench) -> None:
    """Draw it; choosing another book drops what was typed and proposed for the one before."""
    with st.sidebar:
        cards = books.list_books(wb, state.actor())
        state.CARDS.set(cards)
        names = [card.name for card in cards]
        if names:
            st.selectbox(_("Book"), names, key=state.BOOK.name, bind="query-params", on_change=state.change_book)
            card = state.book(wb)
            if card is not None:
                st.caption(_("You act as {who}", who=state.actor().name))
        _language()


def _language() -> None:
    """The browser's language until another is chosen, by hand or by link."""
    codes = list(i18n.LANGUAGES)
    from_link(state.LANGUAGE, codes)
    chosen = state.language()
    st.selectbox(
        _("Language"),
        codes,
        index=codes.index(chosen),
        format_func=i18n.LANGUAGES.__getitem__,
        key=state.LANGUAGE.name,
    )
    to_link(state.LANGUAGE, default=i18n.nearest(st.context.locale))
