"""The entry as an editable grid. Cells live in text, so that money stays exact; the views do the sums."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.i18n import _
from app.state import Editing
from app.views import grid
from app.views.accounts import options
from app.views.grid import ACCOUNT, CREDIT, DEBIT, PARTY, Sheet
from app.widgets.markdown import plain

ROW_HEIGHT = 38


def typed_so_far(sheet: Sheet, editing: Editing = state.PREDICTING) -> Sheet:
    """The sheet with what the grid on screen has collected."""
    return grid.with_edits(sheet, _edits(editing))


def entry_grid(sheet: Sheet, editing: Editing = state.PREDICTING, *, parties: bool = False) -> None:
    """Draw the grid; with a column of ``parties`` where a line has one already, or where asked for.

    It keeps its identity while its rows stay the same, so cells that are shared out anew do not take the
    cursor away; adding or removing a row folds what was typed into the sheet and starts a new grid.
    """
    now = typed_so_far(sheet, editing)
    rows = grid.cells(now)
    st.data_editor(
        grid.cells_under(sheet, _edits(editing)),
        key=editing.key,
        num_rows="fixed",
        placeholder=_("choose"),
        hide_index=True,
        width="stretch",
        row_height=ROW_HEIGHT,
        column_order=[ACCOUNT, DEBIT, CREDIT, *([PARTY] if parties or now.by_party else [])],
        column_config=_columns(options(now.catalog, [row[ACCOUNT] for row in rows])),
    )
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Add line"), icon=":material/add:", type="tertiary", key=f"{editing.name}.add_line"):
            _restart(editing, grid.with_line(now))
        chosen = st.menu_button(
            _("Remove line"), list(range(len(rows))), icon=":material/remove:", type="tertiary",
            key=f"{editing.name}.remove_line", format_func=lambda i: plain(f"{i + 1}  {rows[i][ACCOUNT]}"),
        )  # fmt: skip
    if chosen is not None:
        _restart(editing, grid.without_line(now, chosen))


def _columns(choices: list[str]) -> dict[str, Any]:
    """Widths in pixels, 350 in all: without them the credit column slides out of sight on a phone."""
    config = st.column_config
    return {
        ACCOUNT: config.SelectboxColumn(_("Account"), options=choices, width=170),
        DEBIT: config.TextColumn(_("Debit"), width=90, alignment="right"),
        CREDIT: config.TextColumn(_("Credit"), width=90, alignment="right"),
        PARTY: config.TextColumn(_("Party"), width=150, max_chars=200),
    }


def _edits(editing: Editing) -> dict[int, dict[str, object]]:
    """What the grid of this turn has collected, by row and column."""
    found: dict[str, dict[int, dict[str, object]]] = st.session_state.get(editing.key) or {}
    return found.get("edited_rows", {})


def _restart(editing: Editing, sheet: Sheet) -> None:
    editing.start(sheet)
    st.rerun()
