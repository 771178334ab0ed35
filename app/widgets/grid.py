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
    choices = options(now.catalog, [(r.account.split(" ", 1)[0], r.account) for r in now.rows if r.account])
    st.data_editor(
        [{**row, REMOVE: ":material/close:"} for row in _base(sheet, now)],
        key=state.grid_key(),
        num_rows="fixed",
        hide_index=True,
        width="stretch",
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (len(now.rows) + 1) + 3,
        column_order=[ACCOUNT, DEBIT, CREDIT, REMOVE],
        column_config=_columns(choices, now),
    )
    if st.button(_("Add line"), icon=":material/add:", type="tertiary", key="predict.add_line"):
        _restart(grid.with_line(now))
    return now


def _columns(choices: list[str], now: Sheet) -> dict[str, Any]:
    config = st.column_config
    return {
        ACCOUNT: config.SelectboxColumn(_("Account"), options=choices, width=270, required=False),
        DEBIT: config.TextColumn(_("Debit"), width=110, alignment="right"),
        CREDIT: config.TextColumn(_("Credit"), width=110, alignment="right"),
        REMOVE: config.ButtonColumn(
            "", width=44, type="tertiary", help=_("Remove this line"), key="predict.remove_line",
            on_click=lambda: _remove(now),
        ),
    }  # fmt: skip


def _base(sheet: Sheet, now: Sheet) -> list[dict[str, str]]:
    """What lies under the edits: a cell typed in this grid keeps its first text, the others follow the sums."""
    first, latest, edits = grid.cells(sheet), grid.cells(now), _edits()
    return [
        {column: (old if column in edits.get(i, {}) else new)[column] for column in new}
        for i, (old, new) in enumerate(zip(first, latest, strict=True))
    ]


def _edits() -> dict[int, dict[str, object]]:
    found: dict[str, dict[int, dict[str, object]]] = st.session_state.get(state.grid_key()) or {}
    return found.get("edited_rows", {})


def _remove(now: Sheet) -> None:
    raise NotImplementedError


def _restart(sheet: Sheet) -> None:
    state.SHEET.set(sheet)
    state.next_grid()
    st.rerun()
