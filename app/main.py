"""The frame around every page: looks, rooms, book, language, and the one place where errors end."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app import i18n, state
from app.i18n import _
from app.services import books, desk
from app.services.access import Right
from app.services.books import BookCard
from app.widgets.frame import frame
from app.widgets.sidebar import sidebar
from app.widgets.sign_in import sign_in_page
from app.widgets.style import style

_REVIEWS = {Right.APPROVE, Right.CONFIRM}
_CONTROLS = {Right.POLICY, Right.CLOSE, Right.REOPEN}
ICON = str(Path(__file__).parent / "static" / "icon.svg")  # a Material icon would be fetched from a font server


def draw() -> None:
    """Draw the chosen page; called for every run of every session."""
    st.set_page_config(page_title="Counterpoint", page_icon=ICON, layout="wide")
    i18n.language_from(state.language)
    style()
    with frame():
        wb, who = state.workbench(), state.signed_in()
        state.CARDS.set(books.list_books(wb, who) if who else [])
        state.choose_made_book()
        page = st.navigation(_rooms(), position="sidebar" if who else "hidden")
        if who is None:  # the page asked for stays in the address bar and is shown after signing in
            sign_in_page(wb)
            return
        sidebar()
        page.run()


def _rooms() -> dict[str, list[StreamlitPage]]:
    """Every room, so that every link opens; the menu shows those in which the signed-in person can do something."""
    card = state.book()
    predicts = card is None or Right.PREDICT in card.rights
    return {
        _("Work"): [
            st.Page(
                state.PREDICT_PAGE,
                title=_("Predict"),
                icon=":material/bolt:",
                default=True,
                visibility="visible" if predicts else "hidden",
            ),
            st.Page(
                state.STATEMENTS_PAGE,
                title=_("Statements"),
                icon=":material/account_balance:",
                visibility="visible" if predicts else "hidden",
            ),
            st.Page(
                state.REVIEW_PAGE,
                title=_review_title(card),
                icon=":material/fact_check:",
                visibility="visible" if card is not None and _REVIEWS & card.rights else "hidden",
            ),
            st.Page(state.JOURNAL_PAGE, title=_("Journal"), icon=":material/menu_book:"),
        ],
        _("Book"): [
            st.Page(
                state.IMPORT_PAGE,
                title=_("Import"),
                icon=":material/upload_file:",
                url_path="import",
                visibility="visible" if card is None or Right.IMPORT in card.rights or _begins() else "hidden",
            ),
            st.Page(
                state.EXPORT_PAGE,
                title=_("Export"),
                icon=":material/ios_share:",
                url_path="export",
                visibility="visible" if card is not None and Right.EXPORT in card.rights else "hidden",
            ),
            st.Page(
                state.CONTROLS_PAGE,
                title=_("Controls"),
                icon=":material/rule:",
                visibility="visible" if card is not None and _CONTROLS & card.rights else "hidden",
            ),
            st.Page(
                state.PEOPLE_PAGE,
                title=_("People"),
                icon=":material/group:",
                visibility="visible" if card is not None and Right.PEOPLE in card.rights else "hidden",
            ),
        ],
    }


def _begins() -> bool:
    """Whether the signed-in person may make books."""
    return any(Right.INSTALLATION in c.rights for c in state.CARDS.get())


def _review_title(card: BookCard | None) -> str:
    """With how many entries wait, for those who may do something about it."""
    waiting = desk.count(state.workbench(), state.actor(), card.name) if card and _REVIEWS & card.rights else 0
    return _("Review ({n})", n=waiting) if waiting else _("Review")
