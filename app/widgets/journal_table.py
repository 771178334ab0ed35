"""The journal's table; a click on a row opens the entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import streamlit as st

from app.i18n import _
from app.views.journal import JournalRow

ROW_HEIGHT = 36


def journal_table(rows: Sequence[JournalRow]) -> str:
    """Draw it; returns the id of the entry whose row was just chosen, or nothing."""
    config = st.column_config
    shown = [
        {"day": r.day, "description": r.description, "amount": r.amount, "accounts": r.accounts,
         "journal": r.journal, "state": r.state}
        for r in rows
    ]  # fmt: skip
    event = st.dataframe(
        shown,
        key="journal.table",
        hide_index=True,
        width="stretch",
        row_height=ROW_HEIGHT,
        height=min(ROW_HEIGHT * (len(rows) + 1) + 3, 720),
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "day": config.TextColumn(_("Date"), width=92),
            "description": config.TextColumn(_("Description"), width=230),
            "accounts": config.TextColumn(_("Accounts"), width=340),
            "amount": config.TextColumn(_("Amount"), width=104, alignment="right"),
            "journal": config.TextColumn(_("Journal"), width=66),
            "state": config.TextColumn(_("State"), width=126),
        },
    )
    selected = cast("Any", event).selection.rows
    return rows[selected[0]].entry_id if selected else ""
