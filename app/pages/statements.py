"""Statements: the lines that a bank sent, each proposed as an entry whose bank line is known."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import state
from app.i18n import _
from app.services import statements
from app.services.access import Right
from app.services.books import BookCard
from app.services.statements import KeptLine, LineState, Progress
from app.services.workbench import Workbench
from app.views.statements import waiting_count
from app.widgets.acts import told
from app.widgets.empty import import_first
from app.widgets.focus import put_focus
from app.widgets.markdown import plain
from app.widgets.model_status import model_status
from app.widgets.statement_line import At, line_panel
from app.widgets.statements import (
    choose_statement,
    dealt_with,
    ledger,
    line_list,
    match_button,
    open_statement,
    progress,
)
from app.widgets.with_book import with_book


def page(wb: Workbench, card: BookCard) -> None:
    found = statements.listed(wb, state.actor(), card.name)
    if not found:
        _empty(card)
        return
    left, right = st.columns([5, 8], gap="large")
    with left:
        chosen = choose_statement(found)
        progress(chosen)
        ledger(wb, card, chosen)
    lines = statements.lines(wb, state.actor(), card.name, chosen.statement.statement_id)
    waiting = [x for x in lines if x.state is LineState.WAITING]
    with left:
        shows = _which()
        if shows == "waiting":
            _queue(wb, card, chosen, waiting)
    with right, st.container(key="entry"):
        told()
        if shows == "waiting":
            _open_line(wb, card, chosen, waiting, found)
        else:
            dealt_with(wb, card, [x for x in lines if x.state is not LineState.WAITING])
    put_focus()


def _which() -> str:
    words = {"waiting": _("Waiting"), "done": _("Dealt with")}
    chosen = st.segmented_control(
        _("Show"), list(words), default="waiting", key=state.STATEMENT_SHOWS.name, format_func=words.__getitem__,
        label_visibility="collapsed",
    )  # fmt: skip
    return chosen or "waiting"


def _queue(wb: Workbench, card: BookCard, p: Progress, waiting: Sequence[KeptLine]) -> None:
    if Right.PREDICT in card.rights:
        model_status(wb, card)
    if not waiting:
        return
    st.caption(plain(waiting_count(len(waiting))))
    line_list(waiting, _opened(waiting).line_id)
    if Right.SUBMIT in card.rights:
        st.toggle(
            _("Submit what I accept for review at once"), key=state.STATEMENT_SUBMITS.name, persist_state="session"
        )
    match_button(wb, card, p)


def _open_line(
    wb: Workbench, card: BookCard, p: Progress, waiting: Sequence[KeptLine], found: Sequence[Progress]
) -> None:
    if not waiting:
        _done(p, found)
    elif Right.PREDICT not in card.rights:
        st.info(_("Booking takes another role. Ask an admin of the book for it."), icon=":material/info:")
    else:
        line_panel(At(wb=wb, card=card, progress=p, waiting=waiting, kept=_opened(waiting)))


def _opened(waiting: Sequence[KeptLine]) -> KeptLine:
    """The line that is open, while it waits; else the first that does."""
    return next((x for x in waiting if x.line_id == state.STATEMENT_LINE.get()), waiting[0])


def _done(p: Progress, found: Sequence[Progress]) -> None:
    st.subheader(_("Nothing of this statement waits"), anchor=False)
    if p.done:
        st.markdown(":green[:material/check_circle: " + _("Every line is dealt with and the balances agree.") + "]")
    else:
        st.caption(_("Every line is dealt with. What the balances say stands beside."))
    following = next((other for other in found if other.waiting), None)
    if following:
        st.button(
            _("Go on with the next statement"), icon=":material/arrow_forward:", shortcut="N",
            key="statement.following", on_click=open_statement, args=(following.statement.statement_id,),
        )  # fmt: skip


def _empty(card: BookCard) -> None:
    st.subheader(_("No bank statement yet"), anchor=False)
    import_first(
        _(
            "Import a file of your bank (CAMT.053, MT940, OFX or CSV) into {book}. Its lines then wait here for their "
            "entries.",
            book=card.name,
        ),
        icon="account_balance",
    )


with_book(page)
