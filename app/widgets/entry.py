"""An open entry: what it is, its lines, what changed on the way, where it came from, who said what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import books, controls, desk, explain, review
from app.services.errors import ServiceError
from app.services.explain import Origin
from app.views import grid
from app.views.balance import balance_of
from app.views.journal import EntryView, entry_view
from app.views.lineage import LineageView, lineage_view
from app.views.review import entry_lines, sure_badge, warnings
from app.views.tables import entry_table, fields_list, timeline, versions_table
from app.widgets.acts import Sitting, may_comment, run
from app.widgets.assign import assign
from app.widgets.grid import entry_grid, typed_so_far
from app.widgets.markdown import plain
from app.widgets.proposal import balance_line
from engine.journal import State
from storage.errors import StorageError

_COLOURS = {
    State.SUBMITTED: "blue", State.APPROVED: "green", State.POSTED: "green", State.RETURNED: "orange",
    State.DISCARDED: "gray", State.REVERSED: "gray",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of an entry to show it: account names, what people are called, where it came from."""

    names: Mapping[str, str]
    people: Mapping[str, str]
    origin: Origin
    view: EntryView


def read(at: Sitting) -> Read:
    who, book = state.actor(), at.card.name
    names = {a.code: a.name for a in books.catalog(at.wb, who, book)}
    people = desk.names(at.wb, who, book)
    return Read(
        names=names, people=people, origin=explain.origin(at.wb, who, book, at.entry_id),
        view=entry_view(at.opened.detail, names, people),
    )  # fmt: skip


def entry_head(at: Sitting, seen: Read) -> None:
    """Title, state, how sure the model was, and what to beware of."""
    standing = at.opened.standing
    st.header(plain(seen.view.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(plain(seen.view.state), color=_COLOURS.get(standing.state, "gray"))  # type: ignore[arg-type]
        model = seen.origin.model
        sure = model.lineage.get("probability") if model else None
        if model or standing.state is not State.BOOKED_ELSEWHERE:
            st.badge(plain(sure_badge(float(str(sure)) if sure is not None else None)), color="gray")
    locks = controls.locks(at.wb, state.actor(), at.card.name)
    for warned in warnings(at.opened, at.card.rights, locks, state.actor().id):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":orange[:material/warning: {plain(warned.text)}]", width="content")
            for number, other in enumerate(warned.entries[:3], start=1):
                _link(other, _("Entry {n}", n=number))
    _relatives(at)


def entry_body(at: Sitting, seen: Read) -> None:
    """The lines to read, or the grid while they are corrected."""
    sheet = state.CORRECTING.sheet.get()
    st.html(fields_list(seen.view.fields))
    if sheet is not None:
        _editing(at, sheet)
        return
    entry = at.opened.detail.entry
    balance = balance_of(entry.lines, currency=entry.currency)
    st.html(entry_table(entry_lines(entry, seen.names, seen.origin), balance))


def entry_story(at: Sitting, seen: Read) -> None:
    """What changed, where it came from, and its life with comments."""
    view = seen.view
    if view.steps:
        st.subheader(_("What changed"), anchor=False)
        st.caption(_("Changed cells are marked."))
        for step in view.steps:
            st.html(versions_table(step.pairs, step.before, step.after))
    elif len(view.versions) > 1:
        st.caption(_("All versions have the same lines."))
    told = lineage_view(seen.origin, seen.people)
    if told.model:
        _lineage(told)
    st.subheader(_("How it came to be"), anchor=False)
    st.html(timeline(view.life))
    if may_comment(at.card):
        assign(at, seen.people)
        _comment(at)


def _lineage(told: LineageView) -> None:
    st.subheader(_("Where it came from"), anchor=False)
    st.markdown(plain(told.model))
    if told.memory:
        st.caption(plain(told.memory))
    with st.container(gap="xsmall", key="neighbours"):
        for one in told.neighbours[:5]:
            st.page_link(state.JOURNAL_PAGE, label=plain(one.text), query_params={state.ENTRY: one.entry_id})
    if told.lines:
        st.caption(plain(" · ".join(told.lines)))
    if told.people:
        st.caption(plain(" · ".join(told.people)))


def _relatives(at: Sitting) -> None:
    """The entry that takes this one back, or the one that this takes back."""
    if at.opened.reversal:
        _link(at.opened.reversal, _("Its reversal"))
    if at.opened.standing.reverses:
        _link(at.opened.standing.reverses, _("The entry that it takes back"))


def _link(entry_id: str, label: str) -> None:
    st.page_link(state.JOURNAL_PAGE, label=label, icon=":material/arrow_forward:", query_params={state.ENTRY: entry_id})


def _editing(at: Sitting, sheet: grid.Sheet) -> None:
    with st.container(key="grid"):
        entry_grid(sheet, state.CORRECTING, parties=True)
    document = st.text_input(
        _("Document"), value=at.opened.standing.document, key=at.field("document"), max_chars=200,
        placeholder=_("Its number"),
    )  # fmt: skip
    now = grid.read(typed_so_far(sheet, state.CORRECTING))
    balance = balance_of(now.lines, now.problems, sheet.currency)
    balance_line(balance)

    def work(seen: review.Seen) -> None:
        # Read again: a cell may have been left by the very click on the button.
        typed = grid.read(typed_so_far(sheet, state.CORRECTING))
        number = " ".join(str(st.session_state.get(at.field("document"), document)).split())
        edit = review.Edit(lines=typed.lines, document=None if number == at.opened.standing.document else number)
        review.correct(at.wb, state.actor(), at.card.name, at.entry_id, seen, edit)

    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Save"), type="primary", icon=":material/check:", key=at.field("save"), disabled=not balance.ok,
            on_click=run, args=(at.entry_id, work, _("Corrected."), state.CORRECTING.stop),
        )  # fmt: skip
        st.button(_("Discard changes"), icon=":material/undo:", key=at.field("undo"), on_click=state.CORRECTING.stop)


def _comment(at: Sitting) -> None:
    with st.form(at.field("comment.form"), border=False, clear_on_submit=True):
        text = st.text_input(_("Comment"), key=at.field("comment"), placeholder=_("Say something about this entry"))
        sent = st.form_submit_button(_("Comment"), icon=":material/comment:", key=at.field("comment.send"))
    if not sent:
        return
    try:
        review.comment(at.wb, state.actor(), at.card.name, at.entry_id, text)
    except (ServiceError, StorageError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    st.rerun()
