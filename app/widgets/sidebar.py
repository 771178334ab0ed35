"""The sidebar below the rooms: book, acting person, language, the way out."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.services import controls
from app.views.controls import one_person
from app.widgets.language import language_choice
from app.widgets.markdown import plain
from app.widgets.sign_in import sign_out_button


def sidebar() -> None:
    """Draw it; choosing another book drops what was typed and proposed for the one before."""
    who = state.actor()
    with st.sidebar:
        names = [card.name for card in state.CARDS.get()]
        if names:
            st.selectbox(_("Book"), names, key=state.BOOK.name, bind="query-params", on_change=state.change_book)
        _one_person()
        st.caption(_("You act as {who}", who=plain(who.name)))
        language_choice()
        sign_out_button()


def _one_person() -> None:
    """A book without four eyes says so on every page."""
    card = state.book()
    if card is None:
        return
    if said := one_person(controls.policy(state.workbench(), state.actor(), card.name)):
        st.caption(f":material/person_alert: {plain(said)}")
