"""The frame around every page: looks, rooms, book, language, and the one place where errors end."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import i18n, state
from app.i18n import _
from app.widgets.frame import frame
from app.widgets.sidebar import sidebar
from app.widgets.style import style

ICON = str(Path(__file__).parent / "static" / "icon.svg")

st.set_page_config(page_title="Counterpoint", page_icon=ICON, layout="wide")
i18n.language_from(state.language)

page = st.navigation(
    {
        _("Work"): [
            st.Page("pages/predict.py", title=_("Predict"), icon=":material/bolt:", default=True),
            st.Page("pages/journal.py", title=_("Journal"), icon=":material/menu_book:"),
        ]
    }
)
style()
with frame():
    sidebar(state.workbench())
    page.run()
