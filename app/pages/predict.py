"""Predict: describe an event, read the proposed entry, accept or correct it."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.services import books, journal, propose
from app.services.access import Right
from app.services.books import BookCard
from app.services.errors import BadInput, ModelLoading
from app.services.workbench import Workbench
from app.views.accounts import labels
from app.views.proposal import ProposalView, proposal_view
from app.widgets.acts import submit_dialog, told
from app.widgets.empty import import_first
from app.widgets.event_form import event_form, refuse
from app.widgets.evidence import analyst, because_cards, candidate_buttons
from app.widgets.focus import put_focus
from app.widgets.markdown import plain
from app.widgets.model_status import model_status
from app.widgets.proposal import Desk, proposal_panel
from app.widgets.with_book import with_book
from engine.errors import BadEvent, BundleDamaged, BundleMismatch
from engine.journal import Event, Proposal


def page(wb: Workbench, card: BookCard) -> None:
    if Right.PREDICT not in card.rights:  # the first room of everybody, but not everybody's
        st.switch_page(state.JOURNAL_PAGE)
    if state.OF_LINE.get():  # the answer on screen belongs to a bank's line
        state.forget_answer()
    left, right = st.columns([5, 8], gap="large")
    with left:
        st.subheader(_("New event"), anchor=False)
        event_form(card, books.journals(wb, state.actor(), card.name))
        model_status(wb, card)
        _saved_line(wb, card)
    with right, st.container(key="entry"):
        proposal = _answer(wb, card)
        if proposal is not None:
            desk = _desk(wb, card, proposal.event)
            view = proposal_view(proposal, state.CHOSEN.get(), desk.names, _background(wb, card, proposal))
            proposal_panel(desk, proposal, view)
            _evidence(proposal, view, desk)
    if proposal is not None:
        with left:
            candidate_buttons(view.candidates)
    put_focus()


def _answer(wb: Workbench, card: BookCard) -> Proposal | None:
    """The proposal on screen: the one we have, or the answer to the event that waits for one."""
    pending = state.PENDING.get()
    if pending is not None:
        model = books.model_state(wb, state.actor(), card.name).state
        if model in ("training", "loading"):
            return _waiting(wb, card, pending)
        state.PENDING.clear()  # whatever comes of it, it is not tried again and again
        try:
            with st.spinner(_("Looking for the entry")):
                state.PROPOSAL.set(_proposal(wb, card, pending, repaired=model == "failed"))
                state.FOCUS.set(state.ON_ANSWER)
        except ModelLoading:
            state.PENDING.set(pending)
            return _waiting(wb, card, pending)
        except (BadInput, BadEvent) as error:
            refuse(error)
            st.rerun()  # the form above was drawn before the sentence was known
    proposal = state.PROPOSAL.get()
    if proposal is None:
        _empty(card)
    return proposal


def _proposal(wb: Workbench, card: BookCard, event: Event, *, repaired: bool) -> Proposal:
    """The model's answer; a start by hand where the model cannot be read, which the warning beside says.

    A model that failed is tried once more, and waited for, because its folder may have been `repaired`.
    """
    try:
        return propose.propose(wb, state.actor(), card.name, event, wait=repaired)
    except (BundleDamaged, BundleMismatch):
        return propose.by_hand(wb, state.actor(), card.name, event)


def _evidence(proposal: Proposal, view: ProposalView, desk: Desk) -> None:
    because, figures = st.tabs([_("Because"), _("Analyst")])
    with because:
        because_cards(view.because)
    with figures:
        analyst(proposal.trace, desk.names)


def _desk(wb: Workbench, card: BookCard, event: Event) -> Desk:
    accounts = books.catalog(wb, state.actor(), card.name, event.date)
    return Desk(wb=wb, card=card, labels=labels(accounts), names={a.code: a.name for a in accounts})


def _background(wb: Workbench, card: BookCard, proposal: Proposal) -> journal.Background:
    return journal.background(wb, state.actor(), card.name, [x.entry_id for x in proposal.because])


def _saved_line(wb: Workbench, card: BookCard) -> None:
    """What was saved last, with the way to it."""
    saved = state.SAVED.get()
    if saved is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            ":green[:material/check_circle:] "
            + _("Saved as a draft: {what}, {amount}", what=plain(saved.description), amount=plain(saved.amount)),
            width="content",
        )
        st.page_link(
            state.JOURNAL_PAGE, label=_("Open in the journal"), icon=":material/arrow_forward:",
            query_params={state.ENTRY: saved.entry_id},
        )  # fmt: skip
    _dated(saved)
    _submit(wb, card, saved)


def _submit(wb: Workbench, card: BookCard, saved: state.Saved) -> None:
    """The way on for what was saved last."""
    told()
    if saved.submitted:
        st.caption(_("Submitted. It is in the queue of Review now."))
    elif Right.SUBMIT in card.rights and st.button(
        _("Submit for review"), icon=":material/send:", shortcut="Alt+S", key="predict.submit_saved"
    ):
        state.SEEN.set((saved.entry_id, saved.seen))
        state.REFUSED.clear()
        submit_dialog(wb, card, saved.entry_id, document=saved.document)


def _dated(saved: state.Saved) -> None:
    if saved.dated:
        st.caption(_("No date was given, so it carries today's: {day}.", day=plain(saved.dated)))


def _waiting(wb: Workbench, card: BookCard, event: Event) -> Proposal | None:
    """The event waits for the model; whoever can't may begin from the accounts alone."""
    st.subheader(plain(event.description), anchor=False)
    st.info(
        _("Your event is kept. It is answered by itself as soon as the model is ready."), icon=":material/hourglass:"
    )
    if st.button(_("Start by hand"), icon=":material/edit:", shortcut="H", key="predict.by_hand"):
        state.PENDING.clear()
        state.PROPOSAL.set(propose.by_hand(wb, state.actor(), card.name, event))
        state.FOCUS.set(state.ON_ANSWER)
        st.rerun()
    return None


def _empty(card: BookCard) -> None:
    if not card.accounts:
        import_first(
            _(
                "Book {book} has no accounts yet. Import a ledger or a list of accounts, and the first proposal can be "
                "made.",
                book=card.name,
            )
        )
        return
    st.subheader(_("The proposed entry appears here"), anchor=False)
    st.caption(_("Describe an event and give its total amount; the rest is optional. Enter sends the form."))
    st.caption(_("Then: A accepts, E edits, X shows the next candidate, 1 to 5 pick one."))


with_book(page)
