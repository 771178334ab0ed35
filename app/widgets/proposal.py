"""The proposed entry: to read and accept with one key, or to edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import propose
from app.services.books import BookCard
from app.services.errors import ServiceError
from app.services.review import Seen
from app.services.typed import today
from app.services.workbench import Workbench
from app.views import grid
from app.views.balance import Balance, balance_of
from app.views.exchange import exchange_line
from app.views.numbers import day, money
from app.views.proposal import ProposalView, lines_of
from app.views.tables import entry_table
from app.widgets.grid import entry_grid, typed_so_far
from app.widgets.markdown import plain
from engine.journal import Line, Proposal, Status
from storage.errors import StorageError

COLOURS: dict[Status, Literal["green", "blue", "orange"]] = {
    Status.SURE: "green",
    Status.LIKELY: "blue",
    Status.NOT_SURE: "orange",
}
ICONS = {Status.SURE: ":material/check:", Status.LIKELY: ":material/check:", Status.NOT_SURE: ":material/help:"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the widgets of one answer need: where to save, for whom, and the catalog's labels and names.

    ``keep`` saves the lines of an answer that is no event of Predict's form.
    """

    wb: Workbench
    card: BookCard
    labels: Mapping[str, str]
    names: Mapping[str, str]
    keep: Callable[[Proposal, Sequence[Line]], None] | None = None


def proposal_panel(desk: Desk, proposal: Proposal, view: ProposalView) -> None:
    """Headline, the entry, its balance and the three acts."""
    sheet = state.SHEET.get()
    st.subheader(plain(view.title), anchor=False)
    _origin(view, edited=sheet is not None and grid.changed(typed_so_far(sheet)))
    if proposal.event.exchange:
        st.caption(plain(exchange_line(proposal.event)))
    if sheet is None:
        _reading(desk, proposal, view)
    else:
        _editing(desk, proposal, sheet)


def _origin(view: ProposalView, *, edited: bool) -> None:
    """How sure, from which sources, what was not checked; none of it holds once a person changed the entry."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if edited:
            st.badge(_("edited by you"), color="gray", icon=":material/edit:")
            return
        st.badge(plain(view.status_text), color=COLOURS[view.status], icon=ICONS[view.status])
        about = " · ".join(part for part in (view.sources, view.not_checked) if part)
        if about:
            st.caption(plain(about), width="content")


def _reading(desk: Desk, proposal: Proposal, view: ProposalView) -> None:
    candidate = proposal.candidates[state.CHOSEN.get()]
    lines = lines_of(candidate)
    balance = balance_of(lines, currency=proposal.event.currency)
    st.html(entry_table(view.lines, balance))
    with st.container(horizontal=True, gap="small"):
        accept = st.button(
            _("Accept"), type="primary", icon=":material/check:", shortcut="A", key="predict.accept",
            disabled=not balance.ok,
        )  # fmt: skip
        edit = st.button(_("Edit"), icon=":material/edit:", shortcut="E", key="predict.edit")
        other = st.button(_("Not this"), icon=":material/close:", shortcut="X", key="predict.not_this")
    if accept:
        _save(desk, proposal, lines)
    if edit:
        state.PREDICTING.start(grid.sheet_of(candidate.lines, desk.labels, proposal.event.currency))
        st.rerun()
    if other:
        _next_candidate(proposal)


def _editing(desk: Desk, proposal: Proposal, sheet: grid.Sheet) -> None:
    with st.container(key="grid"):
        entry_grid(sheet)
    read = grid.read(typed_so_far(sheet))
    balance = balance_of(read.lines, read.problems, proposal.event.currency)
    balance_line(balance)
    with st.container(horizontal=True, gap="small"):
        save = st.button(
            _("Save"), type="primary", icon=":material/check:", key="predict.save", disabled=not balance.ok
        )
        back = st.button(_("Discard changes"), icon=":material/undo:", key="predict.undo")
        differs = proposal.event.exchange is not None and not balance.ok and not read.problems
        if differs and st.button(_("Book the difference"), icon=":material/balance:", key="predict.difference"):
            _book_difference(desk, sheet, read.lines)
    if save:
        _save(desk, proposal, read.lines)
    if back:
        state.SHEET.clear()
        st.rerun()


def _book_difference(desk: Desk, sheet: grid.Sheet, lines: Sequence[Line]) -> None:
    """One line more, on the account that the book's policy names; without one it is said which is missing."""
    try:
        whole = propose.book_difference(desk.wb, state.actor(), desk.card.name, lines)
    except (ServiceError, StorageError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    state.PREDICTING.start(grid.sheet_as_typed(whole, sheet.catalog, sheet.currency))
    st.rerun()


def balance_line(balance: Balance) -> None:
    """Both totals in one line of text; what is missing in red, and why saving is off."""
    totals = _(
        "Debit {debit} · Credit {credit}", debit=f"**{plain(balance.debit)}**", credit=f"**{plain(balance.credit)}**"
    )
    if balance.ok:
        st.markdown(f"{totals} · :green[:material/check: {plain(balance.text)}]")
    else:
        st.markdown(f"{totals} · :red[:material/error: {plain(balance.reason)}]")


def _next_candidate(proposal: Proposal) -> None:
    """Show the next candidate; after the last one the entry is opened for editing by nobody but the person."""
    following = state.CHOSEN.get() + 1
    if following < len(proposal.candidates):
        state.CHOSEN.set(following)
        st.rerun()
    st.info(_("That was the last candidate. Edit this one, or describe the event in other words."))


def _save(desk: Desk, proposal: Proposal, lines: Sequence[Line]) -> None:
    """Store both versions; on a refusal the sentence is shown and everything typed stays."""
    if desk.keep:
        desk.keep(proposal, lines)
        return
    event = proposal.event
    ticket, entry = state.ticket(), tuple(lines)
    try:
        if entry not in ticket:
            ticket[entry] = propose.save(
                desk.wb, state.actor(), desk.card.name, proposal, event, entry, document=state.DOCUMENT.get()
            )
    except (ServiceError, StorageError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    # A second press of the key ends this run at the next touch of session or page; the ticket above tells the run
    # that follows what was saved already.
    state.SAVED.set(
        state.Saved(
            entry_id=ticket[entry],
            description=event.description,
            amount=money(event.amount, event.currency, unit=True),
            dated="" if event.date else day(today()),
            document=state.DOCUMENT.get().strip(),
            seen=Seen(version=2 if proposal.bundle else 1),
        )
    )
    state.forget_answer()
    state.NEW_FORM.set(True)
    state.FOCUS.set(state.ON_FORM)
    st.toast(_("Saved as a draft: {what}", what=plain(event.description)), icon=":material/check_circle:")
    st.rerun()
