"""What each journal is for, and the form that changes it with a reason."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import books
from app.services.access import Right
from app.services.books import BookCard, JournalKind
from app.services.errors import ServiceError
from app.services.workbench import Workbench
from app.views.journal import journal_line, kind_word
from app.widgets.markdown import plain
from engine.journal import Kind
from storage.errors import StorageError


def journal_kinds(wb: Workbench, card: BookCard, journals: Sequence[JournalKind]) -> None:
    """Draw them folded away; nothing for a book without journals."""
    if not journals:
        return
    with st.expander(_("Journals and what they are for"), icon=":material/folder_open:"):
        st.caption(_("Opening, closing, reversal and off-book entries never teach the model. A change holds at once."))
        st.markdown("\n".join(f"- {plain(journal_line(j))}" for j in journals))
        if Right.CATALOG in card.rights:
            _form(wb, card, journals)


def _form(wb: Workbench, card: BookCard, journals: Sequence[JournalKind]) -> None:
    names = {j.journal: j.journal for j in journals}
    words = {k.value: kind_word(k) for k in Kind}
    with st.form("journal.kinds", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        journal = st.selectbox(_("Journal"), list(names), key="journal.kinds.journal", width=220)
        kind = st.selectbox(
            _("Kind"), list(words), key="journal.kinds.kind", width=180, format_func=words.__getitem__
        )  # fmt: skip
        reason = st.text_input(_("Reason"), key="journal.kinds.reason")
        sent = st.form_submit_button(_("Change"), icon=":material/check:", key="journal.kinds.save")
    if not sent:
        return
    try:
        books.set_journal_kind(wb, state.actor(), card.name, journal, kind, reason=reason)
    except (ServiceError, StorageError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    st.toast(_("{journal} is now: {kind}", journal=plain(journal), kind=words[kind]), icon=":material/check_circle:")
    st.rerun()
