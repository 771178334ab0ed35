"""People: who holds which role in the book, and the ways to give one, take one back and help somebody in."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.services import people
from app.services.access import Right
from app.services.books import BookCard
from app.services.workbench import Workbench
from app.views.people import people_table, role_words
from app.widgets.acts import told
from app.widgets.markdown import plain
from app.widgets.people import add_form, code_once, grant_form, reset_form, take_back_form, waiting
from app.widgets.with_book import with_book


def page(wb: Workbench, card: BookCard) -> None:
    st.header(_("People of {book}", book=plain(card.name)), anchor=False)
    who = state.actor()
    held = people.people_of(wb, who, card.name)
    told()
    code_once()
    if held:
        st.html(people_table(held))
    else:
        st.info(_("Nobody has a role in this book yet."), icon=":material/info:")
    waiting(wb, card)
    words = role_words()
    st.caption(" · ".join(f"{name}: {can}" for name, can in words.values()))
    users = {u.login: f"{u.name} ({u.login})" for u in people.logins(wb, who, card.name)}
    left, right = st.columns(2, gap="large")
    with left:
        grant_form(wb, card, users)
        take_back_form(wb, card, held)
    with right:
        reset_form(wb, {h.user.login: users[h.user.login] for h in held})
        if Right.INSTALLATION in card.rights:
            add_form(wb)


with_book(page)
