"""What people do with an open entry, as buttons with their keys; what needs words is asked for in a dialog.

An act runs before the page is drawn again, on what its person had in front of them (`state.SEEN`). Whatever the
store refuses is kept as a sentence and shown, and nothing that was typed is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from app import i18n, messages, state
from app.i18n import _
from app.services import books, review
from app.services.access import Right
from app.services.books import BookCard
from app.services.errors import ServiceError
from app.services.review import DISCARDED_AS, Opened, Seen
from app.services.typed import today
from app.services.workbench import Workbench
from app.views.accounts import labels
from app.views.grid import sheet_of_lines
from app.views.life import discarded_word
from app.widgets.markdown import plain
from storage.errors import StorageError
from storage.refusals import AlreadyDecided

DATE_FORMATS = {"en": "DD/MM/YYYY", "de": "DD.MM.YYYY", "fr": "DD/MM/YYYY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """Somebody at an open entry; ``go_on`` is called after an act that ends the work on it."""

    wb: Workbench
    card: BookCard
    opened: Opened
    go_on: Callable[[], None]

    @property
    def entry_id(self) -> str:
        return self.opened.standing.entry_id

    def field(self, name: str) -> str:
        """The key of a field of this entry."""
        return f"act.{name}.{self.entry_id}"


def look(wb: Workbench, card: BookCard, entry_id: str) -> Opened:
    """Open an entry and note what its reader has in front of them now; while it is edited, what they had then."""
    kept = state.SEEN.get()
    if kept is None or kept[0] != entry_id:
        if kept is not None:
            state.leave_entry()
        kept = None
    opened = review.opened(wb, state.actor(), card.name, entry_id)
    if kept is None or state.CORRECTING.sheet.get() is None:
        state.SEEN.set((entry_id, opened.standing.seen))
    return opened


def told() -> None:
    """What came of the last act: a word in passing, or the sentence of a refusal that stays until the next one."""
    if done := state.DONE.get():
        st.toast(plain(done), icon=":material/check_circle:")
        state.DONE.clear()
    if refused := state.REFUSED.get():
        st.error(plain(refused), icon=":material/error:")


def act_buttons(at: Sitting, *, next_too: bool = False) -> None:
    """One button an act that this person may do next."""
    acts = at.opened.acts
    with st.container(horizontal=True, gap="small"):
        _decide(at, acts, next_too=next_too)
        if "submit" in acts and st.button(
            _("Submit for review"), type="primary", icon=":material/send:", shortcut="S", key=at.field("submit")
        ):
            submit_dialog(at.wb, at.card, at.entry_id, document=at.opened.standing.document)
        if "correct" in acts:
            st.button(
                _("Correct"), icon=":material/edit:", shortcut="E", key=at.field("correct"), on_click=_correct,
                args=(at,),
            )  # fmt: skip
        _with_words(at, acts)
        if "withdraw" in acts:
            st.button(
                _("Take back"), icon=":material/undo:", key=at.field("withdraw"), on_click=run,
                args=(at.entry_id, lambda s: review.withdraw(at.wb, state.actor(), at.card.name, at.entry_id, s),
                      _("Taken back."), None),
            )  # fmt: skip


def run(entry_id: str, work: Callable[[Seen], Any], done: str, go_on: Callable[[], None] | None) -> None:
    """Do an act on what was on screen. A second press of the key does nothing."""
    kept = state.SEEN.get()
    if kept is None or kept[0] != entry_id:
        return
    try:
        work(kept[1])
    except AlreadyDecided as error:
        state.REFUSED.set(messages.sentence(error))
        state.SEEN.clear()  # the entry is read again as it is now
    except (ServiceError, StorageError) as error:
        state.REFUSED.set(messages.sentence(error))
    else:
        state.REFUSED.clear()
        state.DONE.set(done)
        state.SEEN.clear()
        if go_on is not None:
            go_on()


def submit_dialog(wb: Workbench, card: BookCard, entry_id: str, *, document: str) -> None:
    """Ask for the document's number, or why there is none, and submit."""
    st.dialog(_("Submit for review"), icon=":material/send:")(_submit_form)(wb, card, entry_id, document)


def _decide(at: Sitting, acts: tuple[str, ...], *, next_too: bool) -> None:
    """Agree with it: approve, confirm a correction, or post."""
    wb, book, entry = at.wb, at.card.name, at.entry_id
    go_on = at.go_on if next_too else None
    kinds: tuple[tuple[str, str, str, str, Callable[..., object]], ...] = (
        ("confirm", _("Confirm"), _("Confirmed."), "A", review.confirm),
        ("approve", _("Approve"), _("Approved."), "A", review.approve),
        ("post", _("Post"), _("Posted."), "B", review.post),
    )
    for act, label, done, key, use in kinds:
        if act in acts and not (act == "approve" and "confirm" in acts):
            st.button(
                label, type="primary", icon=":material/check:", shortcut=key, key=at.field(act), on_click=run,
                args=(entry, lambda s, use=use: use(wb, state.actor(), book, entry, s), done, go_on),
            )  # fmt: skip


def _with_words(at: Sitting, acts: tuple[str, ...]) -> None:
    """Acts that are explained or dated, each in its dialog."""
    dialogs: tuple[tuple[str, str, str, str | None, Callable[[Sitting], None]], ...] = (
        ("give_back", _("Return"), ":material/reply:", "X", _give_back_form),
        ("move", _("Move"), ":material/event:", "M", _move_form),
        ("reverse", _("Reverse"), ":material/undo:", None, _reverse_form),
        ("discard", _("Discard"), ":material/delete:", "D", _discard_form),
    )
    for act, label, icon, key, form in dialogs:
        if act in acts and st.button(label, icon=icon, shortcut=key, key=at.field(act)):
            state.REFUSED.clear()
            st.dialog(label, icon=icon)(form)(at)


def _correct(at: Sitting) -> None:
    entry = at.opened.detail.entry
    catalog = books.catalog(at.wb, state.actor(), at.card.name, entry.date)
    state.CORRECTING.start(sheet_of_lines(entry.lines, labels(catalog), entry.currency))


def _give_back_form(at: Sitting) -> None:
    st.text_area(_("Reason"), key=at.field("why"), placeholder=_("What should be different?"), persist_state="session")
    _send(
        at, _("Return"), _("Returned."),
        lambda s: review.give_back(at.wb, state.actor(), at.card.name, at.entry_id, s, _typed(at, "why")),
    )  # fmt: skip


def _discard_form(at: Sitting) -> None:
    words = {kind: discarded_word(kind) for kind in DISCARDED_AS}
    st.selectbox(
        _("Why it is not booked"), list(words), key=at.field("as"), format_func=words.__getitem__,
        persist_state="session",
    )  # fmt: skip
    st.text_area(_("Reason"), key=at.field("discarded"), placeholder=_("Optional"), persist_state="session")
    _send(
        at, _("Discard"), _("Discarded."),
        lambda s: review.discard(
            at.wb, state.actor(), at.card.name, at.entry_id, s,
            kind=st.session_state.get(at.field("as"), DISCARDED_AS[0]), reason=_typed(at, "discarded"),
        ),
    )  # fmt: skip


def _move_form(at: Sitting) -> None:
    st.caption(_("The document keeps its date. Without a day it goes to the next open one."))
    st.date_input(
        _("Day"), value=None, key=at.field("day"), format=DATE_FORMATS[i18n.language()], persist_state="session"
    )
    _send(
        at, _("Move"), _("Moved."),
        lambda s: review.move(
            at.wb, state.actor(), at.card.name, at.entry_id, s, st.session_state.get(at.field("day"))
        ),
    )  # fmt: skip


def _reverse_form(at: Sitting) -> None:
    st.caption(_("A reversal is an entry of its own. It is submitted, and passes the same four eyes."))
    st.date_input(
        _("Day"), value=today(), key=at.field("on"), format=DATE_FORMATS[i18n.language()], persist_state="session"
    )
    st.text_area(_("Reason"), key=at.field("reversed"), persist_state="session")
    _send(
        at, _("Reverse"), _("The reversal waits for approval."),
        lambda s: review.reverse(
            at.wb, state.actor(), at.card.name, at.entry_id, s,
            day=st.session_state.get(at.field("on")) or today(), reason=_typed(at, "reversed"),
        ),
    )  # fmt: skip


def _submit_form(wb: Workbench, card: BookCard, entry_id: str, document: str) -> None:
    number, why = f"act.document.{entry_id}", f"act.no_document.{entry_id}"
    st.text_input(
        _("Document"), value=document, key=number, persist_state="session", max_chars=200,
        placeholder=_("Its number"),
    )  # fmt: skip
    st.text_input(
        _("Why there is no document"), key=why, persist_state="session",
        placeholder=_("Only when there is no number"),
    )  # fmt: skip

    party = f"act.party.{entry_id}"
    if _lacks_party(wb, card, entry_id):
        st.text_input(
            _("Party"), key=party, persist_state="session", max_chars=200,
            placeholder=_("Customer, supplier or employee; its account is kept by party"),
        )  # fmt: skip

    def work(seen: Seen) -> None:
        typed = str(st.session_state.get(number, "")).strip()
        review.submit(
            wb, state.actor(), card.name, entry_id, seen, document="" if typed == document else typed,
            no_document=str(st.session_state.get(why, "")), party=str(st.session_state.get(party, "")),
        )  # fmt: skip
        _submitted(entry_id)

    _refused_here()
    st.button(
        _("Submit"), type="primary", key=f"act.submit.send.{entry_id}", on_click=run,
        args=(entry_id, work, _("Submitted. Somebody else approves it."), None),
    )  # fmt: skip
    _close_when_done(entry_id)


def _lacks_party(wb: Workbench, card: BookCard, entry_id: str) -> bool:
    """Whether a line on an account that is kept by party names none."""
    entry = review.opened(wb, state.actor(), card.name, entry_id).detail.entry
    control = {a.code for a in books.catalog(wb, state.actor(), card.name) if a.control}
    return any(x.account in control and not x.party for x in entry.lines)


def _submitted(entry_id: str) -> None:
    """The line below the form of Predict says what became of what was saved there."""
    saved = state.SAVED.get()
    if saved is not None and saved.entry_id == entry_id:
        state.SAVED.set(replace(saved, submitted=True))


def _send(at: Sitting, label: str, done: str, work: Callable[[Seen], object]) -> None:
    """The last button of a dialog; it closes when the act is done or the entry has to be read again."""
    _refused_here()
    st.button(
        label, type="primary", key=at.field(f"send.{label}"), on_click=run, args=(at.entry_id, work, done, at.go_on)
    )
    _close_when_done(at.entry_id)


def _refused_here() -> None:
    if refused := state.REFUSED.get():
        st.error(plain(refused), icon=":material/error:")


def _close_when_done(entry_id: str) -> None:
    kept = state.SEEN.get()
    if kept is None or kept[0] != entry_id:
        st.rerun()


def _typed(at: Sitting, name: str) -> str:
    return str(st.session_state.get(at.field(name)) or "")


def may_comment(card: BookCard) -> bool:
    return Right.SUBMIT in card.rights
