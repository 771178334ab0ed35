"""The journal's table; its descriptions are buttons that open the entry.

The table is a canvas that no keyboard can press, so the same entries stand in a box that opens by typing.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import state
from app.i18n import _
from app.views.journal import JournalRow
from app.widgets.markdown import plain

ROW_HEIGHT = 36


def journal_table(rows: Sequence[JournalRow], found: str) -> str:
    """Draw it under the sentence that says how many were `found`; returns the id of the entry to open, or nothing."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(plain(found), width="content")
        typed = st.selectbox(
            _("Open an entry"), range(len(rows)), index=None, key="journal.open", width=330,
            format_func=[f"{r.day}  {r.description}  {r.amount}" for r in rows].__getitem__,
            label_visibility="collapsed", placeholder=_("Open an entry: type words, day or amount"),
        )  # fmt: skip
    _table(rows)
    clicked = st.session_state.get(state.OPENED)
    chosen = clicked.row if clicked is not None else typed
    return rows[chosen].entry_id if chosen is not None else ""


def _table(rows: Sequence[JournalRow]) -> None:
    config = st.column_config
    st.dataframe(
        [
            {
                "day": r.day, "description": r.description, "amount": r.amount,
                "accounts": r.accounts, "journal": r.journal, "state": r.state,
            }
            for r in rows
        ],
        key="journal.table",
        hide_index=True,
        width="stretch",
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (len(rows) + 1) + 3,
        column_config={
            "day": config.TextColumn(_("Date"), width=92),
            "description": config.ButtonColumn(
                _("Description"), width=240, type="tertiary", alignment="left", key=state.OPENED
            ),
            "accounts": config.TextColumn(_("Accounts"), width=340),
            "amount": config.TextColumn(_("Amount"), width=104, alignment="right"),
            "journal": config.TextColumn(_("Journal"), width=66),
            "state": config.TextColumn(_("State"), width=126),
        },
    )  # fmt: skip
