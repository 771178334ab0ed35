"""Evidence: is the book still what its chain says, where does the chain stand, and the audit file of a year."""

from __future__ import annotations

import streamlit as st

from app.i18n import _
from app.services.access import Right
from app.services.books import BookCard
from app.services.workbench import Workbench
from app.widgets.evidence_file import anchor, audit_file, chain
from app.widgets.markdown import plain
from app.widgets.with_book import with_book


def page(wb: Workbench, card: BookCard) -> None:
    if Right.AUDIT not in card.rights:
        st.info(_("Evidence is for auditors and admins. Ask an admin of the book."), icon=":material/info:")
        return
    st.header(_("Evidence of {book}", book=plain(card.name)), anchor=False)
    chain(wb, card)
    anchor(wb, card)
    audit_file(wb, card)


with_book(page)
