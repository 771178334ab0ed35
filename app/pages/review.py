"""Review: what waits for approval, the open entry with its reasons, and one key for each decision."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import state
from app.i18n import _
from app.services import desk
from app.services.access import Right
from app.services.books import BookCard
from app.services.desk import Waiting
from app.services.workbench import Workbench
from app.views.review import QueueRow, queue_count, queue_rows
from app.widgets.acts import Sitting, act_buttons, look, told
from app.widgets.entry import entry_body, entry_head, entry_story, read
from app.widgets.focus import put_focus
from app.widgets.markdown import plain
from app.widgets.with_book import with_book
from engine.journal import State

SHOWN = 8  # entries of the queue beside the open one


def page(wb: Workbench, card: BookCard) -> None:
    if not {Right.APPROVE, Right.CONFIRM} & card.rights:
        st.info(_("Reviewing takes another role. Ask an admin of the book for it."), icon=":material/info:")
        return
    heap = _heap()
    waiting = desk.waiting_entries(wb, state.actor(), card.name, heap)
    ids = tuple(w.entry.entry_id for w in waiting)
    opened = _opened(ids)
    told()
    left, right = st.columns([4, 9], gap="large")
    with left:
        _queue(wb, card, waiting, opened, heap)
    with right, st.container(key="entry"):
        if opened:
            _entry(wb, card, opened, ids)
        else:
            _empty(heap)
    put_focus()


def _heap() -> State:
    """Which entries are shown; those to approve, or those to post."""
    words = {State.SUBMITTED.value: _("To approve"), State.APPROVED.value: _("To post")}
    chosen = st.segmented_control(
        _("Show"), list(words), default=State.SUBMITTED.value, key=state.HEAP.name, format_func=words.__getitem__,
        label_visibility="collapsed", on_change=_leave,
    )  # fmt: skip
    return State(chosen or State.SUBMITTED)


def _opened(ids: Sequence[str]) -> str:
    """The entry of the link while it waits, else the first one; empty when none does."""
    asked = st.query_params.get(state.ENTRY, "")
    opened = asked if asked in ids else ids[0] if ids else ""
    if opened and opened != asked:
        st.query_params[state.ENTRY] = opened
    return opened


def _queue(wb: Workbench, card: BookCard, waiting: Sequence[Waiting], opened: str, heap: State) -> None:
    if not waiting:
        return
    st.caption(plain(queue_count(len(waiting), heap)))
    ids = [w.entry.entry_id for w in waiting]
    first = max(0, min(ids.index(opened) - SHOWN // 2, len(ids) - SHOWN))
    people = desk.names(wb, state.actor(), card.name)
    rows = queue_rows(waiting[first : first + SHOWN], state.actor().id, people)
    with st.container(key="queue", gap="xsmall"):
        for row in rows:
            _row(row, opened=row.entry_id == opened)
    if len(ids) > SHOWN:
        st.caption(plain(_("{first} to {last} of {n}", first=first + 1, last=first + len(rows), n=len(ids))))


def _row(row: QueueRow, *, opened: bool) -> None:
    mark = ":material/radio_button_checked:" if opened else ":material/radio_button_unchecked:"
    st.button(
        plain(f"{row.title} · {row.amount}"), key=f"review.open.{row.entry_id}", width="stretch", icon=mark,
        on_click=_go, args=(row.entry_id,), wrap=True,
    )  # fmt: skip
    st.caption(plain(" · ".join((*row.chips, row.about))))


def _entry(wb: Workbench, card: BookCard, entry_id: str, ids: Sequence[str]) -> None:
    after = _neighbour(ids, entry_id, 1) or _neighbour(ids, entry_id, -1)
    at = Sitting(wb=wb, card=card, opened=look(wb, card, entry_id), go_on=lambda: _go(after))
    seen = read(at)
    entry_head(at, seen)
    entry_body(at, seen)
    if state.CORRECTING.sheet.get() is None:
        act_buttons(at, next_too=True)
        with st.container(horizontal=True, gap="small"):
            for label, key, step in ((_("Previous"), "P", -1), (_("Next"), "N", 1)):
                other = _neighbour(ids, entry_id, step)
                st.button(
                    label, shortcut=key, key=f"review.{key}.{entry_id}", type="tertiary", disabled=not other,
                    on_click=_go, args=(other,),
                )  # fmt: skip
    entry_story(at, seen)


def _neighbour(ids: Sequence[str], entry_id: str, step: int) -> str:
    at = ids.index(entry_id) + step
    return ids[at] if 0 <= at < len(ids) else ""


def _go(entry_id: str) -> None:
    """Open another entry; without one the page opens what waits then."""
    state.leave_entry()
    if entry_id:
        st.query_params[state.ENTRY] = entry_id
    else:
        st.query_params.pop(state.ENTRY, None)
    state.FOCUS.set(state.ON_ANSWER)


def _leave() -> None:
    _go("")


def _empty(heap: State) -> None:
    if heap is State.APPROVED:
        st.subheader(_("Nothing waits to be posted"), anchor=False)
        st.caption(_("What you approve appears here until it is posted under its number."))
        return
    st.subheader(_("Nothing waits for approval"), anchor=False)
    st.caption(_("An accountant saves an entry on Predict and submits it; then it appears here."))
    st.page_link(state.JOURNAL_PAGE, label=_("Look at the journal"), icon=":material/menu_book:")


with_book(page)
