"""An open line of a statement: what the bank says, what it may be already, its proposed entry, and the way on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import books, journal, propose, review, statement_match, statements
from app.services.access import Right
from app.services.books import BookCard
from app.services.errors import BadInput, ForeignCurrency, ModelLoading, ServiceError
from app.services.review import Seen
from app.services.statements import SET_ASIDE_AS, KeptLine, Progress
from app.services.workbench import Workbench
from app.views.accounts import labels
from app.views.numbers import day
from app.views.oneline import accounts_line
from app.views.proposal import ProposalView, proposal_view
from app.views.statements import aside_words, line_fields
from app.views.tables import fields_list
from app.widgets.evidence import analyst, because_cards, candidate_buttons
from app.widgets.markdown import plain
from app.widgets.proposal import Desk, proposal_panel
from app.widgets.statements import attempt, open_line
from engine.errors import BadEvent, BundleDamaged, BundleMismatch
from engine.journal import Line, Proposal
from storage.errors import StorageError

_ASIDE_KIND, _ASIDE_REASON = "statement.aside.kind", "statement.aside.reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Somebody at an open line; ``waiting`` are all lines of its statement that wait, for going to the next."""

    wb: Workbench
    card: BookCard
    progress: Progress
    waiting: Sequence[KeptLine]
    kept: KeptLine

    def neighbour(self, step: int) -> str:
        ids = [x.line_id for x in self.waiting]
        at = ids.index(self.kept.line_id) + step
        return ids[at] if 0 <= at < len(ids) else ""

    def leave(self) -> None:
        """Open the next line, after the last one the one before."""
        open_line(self.neighbour(1) or self.neighbour(-1))


def line_panel(at: At) -> None:
    """Everything about one line that waits."""
    st.subheader(plain(statements.description_of(at.kept)), anchor=False)
    st.html(fields_list(line_fields(at.kept)))
    _alike(at)
    _booked_already(at)
    shown = _proposal(at) if at.progress.ledger else None
    if state.SHEET.get() is None:
        _ways(at)
    if shown:
        _evidence(*shown)


def _alike(at: At) -> None:
    """Another statement has a line of this day and amount; the bank's ids or words say that it is another one."""
    others = statements.alike(at.wb, state.actor(), at.card.name, at.kept.line_id)
    if others:
        what = others[0].line.text or others[0].line.party
        st.warning(
            _("Another statement has a line of the same day and amount: {what}. If it is the same one, set this aside.",
              what=plain(what)),
            icon=":material/content_copy:",
        )  # fmt: skip


def _booked_already(at: At) -> None:
    for entry in statement_match.booked(at.wb, state.actor(), at.card.name, at.kept.line_id)[:3]:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"booked.{entry.entry_id}"):
            st.page_link(
                state.JOURNAL_PAGE, label=plain(_("May be booked already: {what}", what=entry.description)),
                query_params={state.ENTRY: entry.entry_id}, icon=":material/menu_book:",
            )  # fmt: skip
            st.caption(plain(f"{day(entry.date)} · {accounts_line(entry.lines)}"), width="content")
            if Right.CORRECT in at.card.rights and st.button(
                _("This is it"), key=f"statement.match.{entry.entry_id}", icon=":material/join_inner:"
            ):
                at.leave()
                attempt(partial(
                    statement_match.match, at.wb, state.actor(), at.card.name, at.kept.line_id, entry.entry_id
                ))  # fmt: skip


def _proposal(at: At) -> tuple[Proposal, ProposalView, Desk] | None:
    """The proposed entry to accept or to edit; None where there is none yet."""
    seen = state.OF_LINE.get() == at.kept.line_id
    proposal = _answer(at)
    if proposal is None:
        return None
    accounts = books.catalog(at.wb, state.actor(), at.card.name, proposal.event.date)
    document = _document(at)
    desk = Desk(
        wb=at.wb, card=at.card, labels=labels(accounts), names={a.code: a.name for a in accounts},
        # A key pressed twice comes again when the next line is open; nobody has seen its answer yet.
        keep=lambda answer, found: _keep(at, answer, found, document) if seen else None,
    )  # fmt: skip
    background = journal.background(at.wb, state.actor(), at.card.name, [x.entry_id for x in proposal.because])
    view = proposal_view(proposal, state.CHOSEN.get(), desk.names, background)
    with st.container(key="proposal"):
        proposal_panel(desk, proposal, view)
    return proposal, view, desk


def _evidence(proposal: Proposal, view: ProposalView, desk: Desk) -> None:
    reasons, others, figures = st.tabs([_("Because"), _("Candidates"), _("Analyst")])
    with reasons:
        because_cards(view.because)
    with others:
        candidate_buttons(view.candidates)
    with figures:
        analyst(proposal.trace, desk.names)


def _answer(at: At) -> Proposal | None:
    """The proposal on screen where it is of this line, else the answer; None, and why, where there is none yet."""
    known = state.PROPOSAL.get()
    if state.OF_LINE.get() == at.kept.line_id and known is not None:
        return known
    who, rate = state.actor(), str(st.session_state.get(_rate_key(at.kept), ""))
    try:
        with st.spinner(_("Looking for the entry")):
            found = statements.propose_line(at.wb, who, at.card.name, at.kept.line_id, rate=rate, wait=False)
    except ModelLoading as error:
        st.info(plain(messages.sentence(error)), icon=":material/hourglass:")
        return None
    except (BundleDamaged, BundleMismatch):
        event = statements.event_of_line(at.wb, who, at.card.name, at.kept.line_id, rate=rate)
        found = propose.by_hand(at.wb, who, at.card.name, event)
    except ForeignCurrency as error:
        st.info(plain(messages.sentence(error)), icon=":material/currency_exchange:")
        st.text_input(
            _("Rate"), key=_rate_key(at.kept), placeholder=f"1 {at.kept.line.currency} = ? {at.card.currency}"
        )
        return None
    except (BadInput, BadEvent) as error:
        st.warning(plain(messages.sentence(error)), icon=":material/warning:")
        if rate:
            st.text_input(_("Rate"), key=_rate_key(at.kept))
        return None
    state.forget_answer()
    state.PROPOSAL.set(found)
    state.OF_LINE.set(at.kept.line_id)
    return found


def _rate_key(kept: KeptLine) -> str:
    return f"statement.rate.{kept.line_id}"


def _document(at: At) -> str:
    """The document that the entry will name, which a person may change."""
    usual = statements.document_of(at.kept, at.progress.statement)
    key = f"statement.document.{at.kept.line_id}"
    return st.text_input(_("Document"), value=usual, key=key, max_chars=200, placeholder=_("Its number"))


def _keep(at: At, answer: Proposal, found: Sequence[Line], document: str) -> None:
    """Draft the entry, submit it where that was asked for, open the next line; what was typed stays on a refusal."""
    ticket, entry = state.ticket(), tuple(found)
    try:
        if entry not in ticket:
            ticket[entry] = statements.save_line(
                at.wb, state.actor(), at.card.name, at.kept.line_id, answer, entry, document=document
            )
    except (ServiceError, StorageError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    done, refused = _("Saved as a draft: {what}", what=answer.event.description), ""
    if state.STATEMENT_SUBMITS.get() and Right.SUBMIT in at.card.rights:
        try:
            review.submit(at.wb, state.actor(), at.card.name, ticket[entry], Seen(version=2 if answer.bundle else 1))
            done = _("Submitted: {what}", what=answer.event.description)
        except (ServiceError, StorageError) as error:
            refused = _("It was saved as a draft and not submitted: {why}", why=messages.sentence(error))
    at.leave()
    state.DONE.set(done)
    state.REFUSED.set(refused)
    st.rerun()


def _ways(at: At) -> None:
    """Aside, to the line before, to the one after."""
    with st.container(horizontal=True, gap="small"):
        if Right.CORRECT in at.card.rights and st.button(
            _("Set aside"), icon=":material/inventory_2:", shortcut="Z", key="statement.aside"
        ):
            state.REFUSED.clear()
            _aside_dialog(at)
        before, after = at.neighbour(-1), at.neighbour(1)
        st.button(
            _("Previous"), shortcut="P", key="statement.P", type="tertiary", disabled=not before, on_click=open_line,
            args=(before,),
        )  # fmt: skip
        st.button(
            _("Next"), shortcut="N", key="statement.N", type="tertiary", disabled=not after, on_click=open_line,
            args=(after,),
        )  # fmt: skip


def _aside_dialog(at: At) -> None:
    """Asks why; it closes when the line is aside."""

    def form() -> None:
        words = aside_words()
        st.selectbox(_("Why it gets no entry"), SET_ASIDE_AS, format_func=words.__getitem__, key=_ASIDE_KIND)
        st.text_input(_("Reason"), key=_ASIDE_REASON, placeholder=_("Optional"), max_chars=200)
        if refused := state.REFUSED.get():
            st.error(plain(refused), icon=":material/error:")
        st.button(_("Set aside"), type="primary", key="statement.aside.send", on_click=_put_aside, args=(at,))
        if state.DONE.get():
            st.rerun()

    st.dialog(_("Set this line aside"))(form)()


def _put_aside(at: At) -> None:
    kind, reason = (str(st.session_state.get(key) or "") for key in (_ASIDE_KIND, _ASIDE_REASON))
    try:
        statements.set_aside(at.wb, state.actor(), at.card.name, at.kept.line_id, kind=kind, reason=reason)
    except (ServiceError, StorageError) as error:
        state.REFUSED.set(messages.sentence(error))
        return
    at.leave()
    state.DONE.set(_("Set aside."))
