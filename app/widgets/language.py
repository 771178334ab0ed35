"""Which language the pages speak: the browser's until another is chosen, by hand or by link."""

from __future__ import annotations

import streamlit as st

from app import i18n, state
from app.i18n import _
from app.widgets.links import from_link, to_link


def language_choice() -> None:
    codes = list(i18n.LANGUAGES)
    from_link(state.LANGUAGE, codes)
    chosen = state.language()
    st.selectbox(
        _("Language"),
        codes,
        index=codes.index(chosen),
        format_func=i18n.LANGUAGES.__getitem__,
        key=state.LANGUAGE.name,
    )
    to_link(state.LANGUAGE, default=i18n.nearest(st.context.locale))
