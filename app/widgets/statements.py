"""A statement with its progress and proof, which account it is of, and the list of its lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from app import messages, state
from app.i18n import _, ngettext
from app.services import books, statement_match, statements
from app.services.access import Right
from app.services.books import BookCard
from app.services.errors import ServiceError
from app.services.statements import KeptLine, LineState, Progress
from app.services.workbench import Workbench
from app.views.accounts import labels
from app.views.statements import line_rows, progress_text, proof_views, state_text, statement_labels
from app.widgets.markdown import plain
from storage.errors import StorageError

SHOWN = 8  # lines of the list around the open one
_MARKS = {
    "good": ":green[:material/check_circle: {}]",
    "bad": ":orange[:material/warning: {}]",
    "open": ":gray[:material/help: {}]",
}


def choose_statement(found: Sequence[Progress]) -> Progress:
    """The box of statements; the first with lines that wait before anybody has chosen."""
    by_id = {p.statement.statement_id: p for p in found}
    if state.STATEMENT.get() not in by_id:
        first = next((p for p in found if p.waiting), found[0])
        state.STATEMENT.set(first.statement.statement_id)
    chosen = st.selectbox(
        _("Statement"), list(by_id), key=state.STATEMENT.name, format_func=statement_labels(found).__getitem__,
        on_change=leave_line, persist_state="session",
    )  # fmt: skip
    return by_id[chosen]


def progress(p: Progress) -> None:
    """How many lines are dealt with, and what the balances prove."""
    st.progress(p.dealt_with / p.total if p.total else 1.0, text=plain(progress_text(p)))
    for proof in proof_views(p):
        st.markdown(_MARKS[proof.tone].format(plain(proof.text)))


def ledger(wb: Workbench, card: BookCard, p: Progress) -> None:
    """Which account of the book this is: asked once, remembered, and changed where it is named."""
    catalog = labels(books.catalog(wb, state.actor(), card.name))
    if p.ledger:
        with st.popover(plain(_("Booked on {account}", account=catalog.get(p.ledger, p.ledger))), type="tertiary"):
            _choose_ledger(wb, card, p, catalog)
        return
    st.info(
        _("Which account of the book is {account}? It is asked once.", account=plain(p.statement.account)),
        icon=":material/account_balance:",
    )
    _choose_ledger(wb, card, p, catalog)


def _choose_ledger(wb: Workbench, card: BookCard, p: Progress, catalog: dict[str, str]) -> None:
    if Right.CORRECT not in card.rights:
        return
    own = next(a for a in statements.accounts(wb, state.actor(), card.name) if a.account == p.statement.account)
    codes = list(catalog)
    chosen = st.selectbox(
        _("Account of the book"), codes, index=codes.index(own.guess) if own.guess in codes else None,
        key=f"statement.ledger.{own.account}", format_func=catalog.__getitem__, placeholder=_("choose"),
    )  # fmt: skip
    if st.button(
        _("Use this account"), type="secondary" if p.ledger else "primary", key="statement.ledger.set",
        disabled=chosen is None or chosen == p.ledger,
    ):  # fmt: skip
        attempt(lambda: statements.set_ledger(wb, state.actor(), card.name, own.account, str(chosen)))


def match_button(wb: Workbench, card: BookCard, p: Progress) -> None:
    """What an import of the journal brought already needs no second entry."""
    if Right.CORRECT not in card.rights or not p.waiting or not p.ledger:
        return
    if st.button(
        _("Match what is booked already"), icon=":material/join_inner:", key="statement.match", type="tertiary",
        help=_("Lines whose day and amount one entry on this account has, and no other one."),
    ):  # fmt: skip

        def work() -> None:
            n = statement_match.match_certain(wb, state.actor(), card.name, p.statement.statement_id)
            state.DONE.set(ngettext("{n} line was booked already.", "{n} lines were booked already.", n))

        leave_line()
        attempt(work)


def line_list(lines: Sequence[KeptLine], opened: str) -> None:
    """Buttons around the open line; the list of what waits."""
    ids = [x.line_id for x in lines]
    first = max(0, min(ids.index(opened) - SHOWN // 2, len(ids) - SHOWN)) if opened in ids else 0
    with st.container(key="queue", gap="xsmall"):
        for row in line_rows(lines[first : first + SHOWN]):
            mark = ":material/radio_button_checked:" if row.line_id == opened else ":material/radio_button_unchecked:"
            st.button(
                plain(row.title), key=f"statement.open.{row.line_id}", width="stretch", icon=mark, wrap=True,
                on_click=open_line, args=(row.line_id,),
            )  # fmt: skip
            st.caption(plain(row.about))
    if len(ids) > SHOWN:
        last = min(len(ids), first + SHOWN)
        st.caption(plain(_("{first} to {last} of {n}", first=first + 1, last=last, n=len(ids))))


def dealt_with(wb: Workbench, card: BookCard, lines: Sequence[KeptLine]) -> None:
    """Lines that do not wait any more, each with the way to its entry or back."""
    if not lines:
        st.caption(_("Nothing of this statement was dealt with yet."))
    for kept, row in zip(lines, line_rows(lines), strict=True):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{plain(row.title)}**")
            st.caption(plain(f"{row.about} · {state_text(kept)}"))
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                if kept.entry_id and kept.state is not LineState.SET_ASIDE:
                    st.page_link(
                        state.JOURNAL_PAGE, label=_("Open in the journal"), icon=":material/arrow_forward:",
                        query_params={state.ENTRY: kept.entry_id},
                    )  # fmt: skip
                back = kept.state is LineState.SET_ASIDE or (kept.state is LineState.MATCHED and not kept.reason)
                if (
                    back
                    and Right.CORRECT in card.rights
                    and st.button(
                        _("Let it wait again"),
                        type="tertiary",
                        icon=":material/undo:",
                        key=f"statement.back.{kept.line_id}",
                    )
                ):
                    _reopen(wb, card, kept)


def _reopen(wb: Workbench, card: BookCard, kept: KeptLine) -> None:
    attempt(lambda: statements.reopen(wb, state.actor(), card.name, kept.line_id))


def open_line(line_id: str) -> None:
    """Open a line; what was proposed for another one is dropped."""
    state.forget_answer()
    state.STATEMENT_LINE.set(line_id)
    state.REFUSED.clear()
    state.FOCUS.set(state.ON_ANSWER)


def leave_line() -> None:
    open_line("")


def open_statement(statement_id: str) -> None:
    """Go on with another statement."""
    state.STATEMENT.set(statement_id)
    leave_line()


def attempt(work: Callable[[], object]) -> None:
    """Do something and draw the page again; what is refused is said on it."""
    try:
        work()
    except (ServiceError, StorageError) as error:
        state.REFUSED.set(messages.sentence(error))
    else:
        state.REFUSED.clear()
    st.rerun()
