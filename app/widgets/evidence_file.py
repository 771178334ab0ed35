"""The parts of the page Evidence: a look at the chain, an anchor to keep elsewhere, and the audit file of a year."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import audit, verify
from app.services.books import BookCard
from app.services.errors import ServiceError
from app.services.workbench import Workbench
from app.views import evidence as views
from app.views.controls import year_title
from app.widgets.markdown import plain
from storage.errors import StorageError

T = TypeVar("T")


def chain(wb: Workbench, card: BookCard) -> None:
    """Walk the chain when asked, and say what was found."""
    st.subheader(_("The chain"), anchor=False)
    st.caption(
        _(
            "Every booking and every decision carries the hash of the one before. A change behind the program's "
            "back breaks the chain, and anchors kept elsewhere show even a chain that was written anew."
        )
    )
    brought = st.file_uploader(
        _("Anchors that you kept"), type="json", accept_multiple_files=True, key="evidence.anchors",
        help=_("The book is held against them as well."),
    )  # fmt: skip
    if st.button(_("Check the book now"), type="primary", icon=":material/verified:", key="evidence.check"):
        with st.spinner(_("Walking the chain")):
            kept = {b.name: b.getvalue() for b in brought}
            found = _tried(lambda: verify.verify_with(wb, state.actor(), card.name, kept))
        state.VERDICT.set((card.name, found) if found else None)
    known = state.VERDICT.get()
    if known is None or known[0] != card.name:
        return
    verdict = known[1]
    if verdict.whole:
        st.success(plain(views.looked_at(verdict)), icon=":material/check_circle:")
    else:
        st.error(plain(views.looked_at(verdict)), icon=":material/error:")
    for text in views.proven(verdict):
        st.markdown(plain(text))
    if faults := views.faults(verdict):
        st.dataframe(faults, hide_index=True, width="stretch")


def anchor(wb: Workbench, card: BookCard) -> None:
    """Where the chain stands, as a file for a place that nobody who keeps the book can write to."""
    st.subheader(_("Anchor"), anchor=False)
    st.caption(_("Keep it where nobody who keeps the book can change it, for example with the tax adviser. "
                 "A later check against it proves that nothing before it was altered."))  # fmt: skip
    if st.button(_("Take an anchor"), icon=":material/anchor:", key="evidence.anchor.take"):
        taken = _tried(lambda: verify.anchor_file(wb, state.actor(), card.name))
        state.ANCHOR.set((card.name, taken) if taken else None)
    known = state.ANCHOR.get()
    if known is not None and known[0] == card.name:
        name, data = known[1]
        st.download_button(
            _("Download the anchor"), data, file_name=name, mime="application/json", on_click="ignore",
            icon=":material/download:", key="evidence.anchor.file",
        )  # fmt: skip


def audit_file(wb: Workbench, card: BookCard) -> None:
    """A year's entries, acts and checks as one archive."""
    st.subheader(_("Audit file"), anchor=False)
    years = {y.label: y for y in audit.audit_years(wb, state.actor(), card.name)}
    if not years:
        st.caption(_("The book has no entries yet. Import a ledger or post an entry first."))
        return
    st.caption(
        _(
            "Entries with all their versions, who decided what and when, the trial balance and what was checked, "
            "as tables with their digests. It is written in English. That it was made is noted in the book."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        label = st.selectbox(
            _("Fiscal year"), list(years), format_func=lambda y: year_title(years[y]), key="evidence.year", width=330
        )
        asked = st.button(_("Make the audit file"), icon=":material/folder_zip:", key="evidence.audit.make")
    if asked:
        made = _made(wb, card, label)
        state.AUDIT_FILE.set((card.name, made) if made else None)
    known = state.AUDIT_FILE.get()
    if known is not None and known[0] == card.name and known[1].report.year.label == label:
        _shown(known[1])


def _made(wb: Workbench, card: BookCard, year: str) -> audit.AuditZip | None:
    with st.status(_("Writing the audit file"), expanded=False) as status:
        made = _tried(
            lambda: audit.audit_zip(wb, state.actor(), card.name, year, lambda text: status.update(label=plain(text)))
        )
        label = _("The audit file is ready.") if made else _("The audit file was not written.")
        status.update(label=label, state="complete" if made else "error")
    return made


def _shown(made: audit.AuditZip) -> None:
    report = made.report
    if report.holds:
        st.success(plain(views.written(report)), icon=":material/check_circle:")
    else:
        st.error(plain(views.written(report)), icon=":material/error:")
    st.dataframe(views.checks(report), hide_index=True, width="stretch")
    st.download_button(
        _("Download {file}", file=made.file_name), made.data, file_name=made.file_name, mime="application/zip",
        on_click="ignore", type="primary", icon=":material/download:", key="evidence.audit.file",
    )  # fmt: skip
    st.caption(_("SHA-256 of its manifest:"))
    st.code(report.manifest, language=None, wrap_lines=True)


def _tried(act: Callable[[], T]) -> T | None:
    """What came of it, or nothing and the reason on the page."""
    try:
        return act()
    except (ServiceError, StorageError, OSError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return None
