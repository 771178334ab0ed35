"""Import: drop a file, see what it was taken for, bring it in; earlier imports, and a book of one's own."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.services import desk
from app.services.access import Right
from app.services.books import BookCard
from app.services.workbench import Workbench
from app.widgets.acts import told
from app.widgets.imports import earlier, new_book, preview, summary, uploader
from app.widgets.markdown import plain


def page(wb: Workbench, card: BookCard | None) -> None:
    told()
    st.header(_("Import into {book}", book=plain(card.name)) if card else _("Import"), anchor=False)
    if card is None or any(Right.INSTALLATION in c.rights for c in state.CARDS.get()):
        new_book(wb, opened=card is None or card.demo)
    if card is None:
        return
    if card.demo:
        st.caption(_("This is the demonstration. Start a book of your own to bring your ledger in."))
        return
    if Right.IMPORT not in card.rights:
        st.info(_("Importing takes another role. Ask an admin of the book for it."), icon=":material/info:")
        return
    people = desk.names(wb, state.actor(), card.name)
    brought = state.IMPORTED.get()
    if brought is not None and brought[0] == card.name:
        summary(wb, card, brought[1])
    uploader(wb, card)
    found = state.PREVIEW.get()
    if found is not None and found[0][0] == card.name:
        preview(wb, card, found[1], people)
    earlier(wb, card, people)


page(state.workbench(), state.book())
