"""The frame around every page: looks, rooms, book, language, and the one place where errors end."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import i18n, state
from app.i18n import _
from app.widgets.frame import frame
from app.widgets.sidebar import sidebar
from app.widgets.style import style

ICON = str(Path(__file__).parent / "static" / "icon.svg")  # a Material icon would be fetched from a font server


def draw() -> None:
    """Draw the chosen page; called for every run of every session."""
    st.set_page_config(page_title="Counterpoint", page_icon=ICON, layout="wide")
    i18n.language_from(state.language)
    page = st.navigation(
        {
            _("Work"): [
                st.Page(state.PREDICT_PAGE, title=_("Predict"), icon=":material/bolt:", default=True),
                st.Page(state.JOURNAL_PAGE, title=_("Journal"), icon=":material/menu_book:"),
            ]
        }
    )
    style()
    with frame():
        sidebar(state.workbench())
        page.run()
