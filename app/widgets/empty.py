"""A page that has nothing to show yet: why, and the way to the page where that begins."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.widgets.markdown import plain


def import_first(why: str, icon: str = "info") -> None:
    """Say what is missing, with a link to the page Import.."""
    st.info(plain(why), icon=f":material/{icon}:")
    st.page_link(state.IMPORT_PAGE, label=_("Import"), icon=":material/upload_file:")
