"""The entry as an editable grid. Cells live in text, so that money stays exact; the views do the sums."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.i18n import _
from app.views import grid
from app.views.accounts import options
from app.views.grid import ACCOUNT, CREDIT, DEBIT, Sheet

REMOVE = "remove"
ROW_HEIGHT = 38


def entry_grid(sheet: Sheet) -> Sheet:
    """Draw the grid; returns the sheet with everything typed so far.

    The grid keeps its identity while its rows stay the same, so cells that are shared out anew do not
    take the cursor away; adding or removing a row folds what was typed into the sheet and starts a new grid.
    """
    now = grid.with_edits(sheet, _edits())
    rows = grid.cells(now)
    st.data_editor(
        [{**row, REMOVE: ":material/close:"} for row in rows],
        key=state.grid_key(),
        num_rows="fixed",
        hide_index=True,
        width="stretch",
        row_height=ROW_HEIGHT,
        column_order=[ACCOUNT, DEBIT, CREDIT, REMOVE],
        column_config=_columns(options(now.catalog, [row[ACCOUNT] for row in rows])),
    )
    clicked = st.session_state.get(state.REMOVE_LINE)
    if clicked is not None:
        _restart(grid.without_line(now, clicked.row))
    if st.button(_("Add line"), icon=":material/add:", type="tertiary", key="predict.add_line"):
        _restart(grid.with_line(now))
    return now


def _columns(choices: list[str]) -> dict[str, Any]:
    """Widths in pixels: without them the credit column slides out of sight."""
    config = st.column_config
    return {
        ACCOUNT: config.SelectboxColumn(_("Account"), options=choices, width=280),
        DEBIT: config.TextColumn(_("Debit"), width=110, alignment="right"),
        CREDIT: config.TextColumn(_("Credit"), width=110, alignment="right"),
        REMOVE: config.ButtonColumn("", width=48, type="tertiary", help=_("Remove this line"), key=state.REMOVE_LINE),
    }


def _edits() -> dict[int, dict[str, object]]:
    """What the grid of this turn has collected, by row and column."""
    found: dict[str, dict[int, dict[str, object]]] = st.session_state.get(state.grid_key()) or {}
    return found.get("edited_rows", {})


def _restart(sheet: Sheet) -> None:
    state.SHEET.set(sheet)
    state.next_grid()
    st.rerun()
