"""Models: train a new one, see which there are, put one into use, and go back."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.services import desk, models
from app.services.access import Right
from app.services.books import BookCard
from app.services.workbench import Workbench
from app.widgets.acts import told
from app.widgets.markdown import plain
from app.widgets.models import history, listed, release_form, training
from app.widgets.with_book import with_book


def page(wb: Workbench, card: BookCard) -> None:
    if not {Right.TRAIN, Right.RELEASE, Right.AUDIT} & card.rights:
        st.info(_("Models are for admins and auditors. Ask an admin of the book."), icon=":material/info:")
        return
    st.header(_("Models of {book}", book=plain(card.name)), anchor=False)
    told()
    people = desk.names(wb, state.actor(), card.name)
    found = models.models(wb, state.actor(), card.name)
    training(wb, card, found)
    listed(found, people)
    if Right.RELEASE in card.rights:
        release_form(wb, card, found)
    history(found, people)


with_book(page)
