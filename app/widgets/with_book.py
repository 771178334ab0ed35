"""The beginning of every page: the workbench and the chosen book, or how to get a first one."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app import state
from app.i18n import _
from app.services.books import BookCard
from app.services.workbench import Workbench
from app.widgets.empty import import_first


def with_book(draw: Callable[[Workbench, BookCard], None]) -> None:
    """Draw a page for the chosen book; without any book say how to begin."""
    wb = state.workbench()
    card = state.book()
    if card is None:
        st.header(_("No book yet"), anchor=False)
        import_first(_("Import a ledger to begin."))
        return
    draw(wb, card)
