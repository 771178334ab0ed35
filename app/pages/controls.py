"""Controls: a book's policy, its fiscal years and periods, and changes that wait for a second person."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.services import books, controls, desk
from app.services.access import Right
from app.services.books import BookCard
from app.services.workbench import Workbench
from app.views.accounts import labels
from app.widgets.acts import told
from app.widgets.controls import changes, periods, years_form
from app.widgets.markdown import plain
from app.widgets.policy import policy_form
from app.widgets.with_book import with_book


def page(wb: Workbench, card: BookCard) -> None:
    if not {Right.POLICY, Right.CLOSE, Right.REOPEN} & card.rights:
        st.info(_("The rules of a book are for its admins. Ask one of them."), icon=":material/info:")
        return
    who = state.actor()
    st.header(_("Controls of {book}", book=plain(card.name)), anchor=False)
    told()
    people = desk.names(wb, who, card.name)
    found = controls.changes(wb, who, card.name)
    named = controls.years(wb, who, card.name)
    if any(c.waits for c in found):
        st.subheader(_("Waiting for a second person"), anchor=False)
        changes(wb, card, found, people)
    rules, time = st.tabs([_("Policy"), _("Years and periods")])
    with rules:
        policy_form(wb, card, controls.policy(wb, who, card.name), labels(books.catalog(wb, who, card.name)))
        if not any(c.waits for c in found):
            changes(wb, card, found, people)
    with time:
        st.subheader(_("Periods"), anchor=False)
        periods(wb, card, named, people)
        st.subheader(_("Fiscal years"), anchor=False)
        years_form(wb, card, named)


with_book(page)
