"""The parts of the page Import: a file, what it was taken for, what stays outside, and earlier imports."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import batches, import_, own_book, statement_import
from app.services.access import Right
from app.services.books import BookCard
from app.services.errors import ServiceError
from app.services.import_ import ImportOptions, ImportReport, Preview
from app.services.workbench import Workbench
from app.views import imports as views
from app.widgets.markdown import plain
from app.widgets.model_status import model_status
from engine.errors import EngineError
from storage.errors import StorageError
from storage.records import FEEDER, LEDGER_OF_RECORD

_REFUSED = (ServiceError, StorageError, EngineError, OSError)
_ENDINGS = {".zip", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".xml", ".jsonl", ".gnucash", ".sie", ".se", ".si"}


def new_book(wb: Workbench, *, opened: bool) -> None:
    """A form for a book of one's own."""
    purposes = {
        FEEDER: _("prepares entries for another package"),
        LEDGER_OF_RECORD: _("is itself the book of record"),
    }
    with st.expander(_("Start my own book"), icon=":material/add:", expanded=opened), st.form("import.book"):
        left, right = st.columns([3, 1])
        with left:
            name = st.text_input(_("Name of the book"), key="import.book.name", max_chars=100)
        with right:
            currency = st.text_input(_("Currency"), value="EUR", key="import.book.currency", max_chars=3)
        purpose = st.radio(_("This book"), list(purposes), format_func=purposes.__getitem__, key="import.book.purpose")
        sent = st.form_submit_button(
            _("Start the book"), type="primary", icon=":material/check:", key="import.book.add"
        )
    if not sent:
        return
    try:
        made = own_book.create_book(wb, state.actor(), name, currency, purpose)
    except _REFUSED as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    state.change_book()
    state.MADE_BOOK.set(made)  # the sidebar's choice may only be changed before it is drawn
    st.rerun()


def uploader(wb: Workbench, card: BookCard) -> None:
    """Take a file and read it once; what was read is kept until it is imported or another file comes."""
    file = st.file_uploader(
        _("A ledger, a chart of accounts or a bank statement"), key=f"import.file.{state.IMPORT_TURN.get()}",
        help=_("FEC, SIE, DATEV, SAF-T, XAF, CAMT.053, MT940, OFX, CSV, Excel and more; also zipped."),
    )  # fmt: skip
    if file is None:
        if state.PREVIEW.get():
            state.PREVIEW.clear()
        return
    kept = state.PREVIEW.get()
    if kept is not None and kept[0] == (card.name, file.file_id):
        return
    state.PREVIEW.clear()
    with st.spinner(_("Reading {name}", name=plain(file.name))), tempfile.TemporaryDirectory() as folder:
        # The name is somebody else's: its ending is a hint for readers, the rest is only shown.
        ending = Path(file.name).suffix.lower()
        path = Path(folder) / f"file{ending if ending in _ENDINGS else ''}"
        path.write_bytes(file.getbuffer())
        try:
            found = import_.preview(wb, state.actor(), card.name, path, file_name=file.name)
        except _REFUSED as error:
            st.error(plain(messages.sentence(error).replace(path.name, file.name)), icon=":material/error:")
            return
    state.PREVIEW.set(((card.name, file.file_id), found))


def preview(wb: Workbench, card: BookCard, found: Preview, people: Mapping[str, str]) -> None:
    """What the file is, what its import would do, and the button that does it."""
    report = found.report
    with st.container(border=True):
        if report.statements:
            st.subheader(plain(found.file_name), anchor=False)
            for text in report.statements.sentences()[:-2]:
                st.markdown(plain(text))
        else:
            st.subheader(plain(views.title(report, found.file_name)), anchor=False)
            st.markdown(plain(report.reason))
            _figures(report, card)
        if report.before:
            st.info(plain(views.came_before(report.before, people)), icon=":material/history:")
        for line in views.journal_lines(report.special):
            st.caption(plain(line))
        _problems(report)
        _warnings(report)
        keep = _alike(found)
        if found.staged.entries:
            with st.expander(_("The first entries"), icon=":material/table_rows:", expanded=True):
                st.dataframe(views.examples(found.staged), hide_index=True, width="stretch")
        _import_button(wb, card, found, keep)


def _figures(report: ImportReport, card: BookCard) -> None:
    with st.container(horizontal=True, gap="medium"):
        for fact in views.facts(report, card.currency):
            st.markdown(f"{plain(fact.name)} **{plain(fact.value)}**", width="content")


def _problems(report: ImportReport) -> None:
    if not report.quarantined:
        return
    st.warning(_("Some rows stay outside. Mend them in the source and import the file again."), icon=":material/block:")
    rows = views.problems(report.quarantined)
    st.dataframe(rows, hide_index=True, width="stretch")


def _warnings(report: ImportReport) -> None:
    """What comes in all the same."""
    if report.warnings:
        with st.expander(views.warned(report.warnings), icon=":material/rule:"):
            st.dataframe(views.problems(report.warnings), hide_index=True, width="stretch")


def _alike(found: Preview) -> frozenset[str]:
    """The boxes of entries that look like ones that are here; the keys that were ticked."""
    rows = views.alike(found.staged, found.report.resembling)
    if not rows:
        return frozenset()
    st.caption(_("These look like entries that are here. Tick what is meant to come in all the same."))
    config = {views.KEEP: st.column_config.CheckboxColumn(_("Bring in"), width=80)}
    edited = st.data_editor(
        rows, key=f"import.keep.{state.IMPORT_TURN.get()}", hide_index=True, width="stretch", column_config=config,
        disabled=[name for name in rows[0] if name != views.KEEP],
    )  # fmt: skip
    ticked = [bool(row[views.KEEP]) for row in edited]
    return frozenset(r.key for r, on in zip(found.report.resembling, ticked, strict=False) if on)


def _import_button(wb: Workbench, card: BookCard, found: Preview, keep: frozenset[str]) -> None:
    coming = (found.report.statements.new if found.report.statements else found.report.new) + len(keep)
    only_accounts = found.report.accounts and not coming
    label = _("Import the accounts") if only_accounts else _("Import {n}", n=coming)
    if not st.button(
        plain(label),
        type="primary",
        icon=":material/download:",
        key="import.do",
        disabled=not coming and not only_accounts,
    ):
        return
    with st.spinner(_("Importing")):
        try:
            report = _done(wb, card, found, keep)
        except _REFUSED as error:
            st.error(plain(messages.sentence(error)), icon=":material/error:")
            return
    state.PREVIEW.clear()
    state.IMPORT_TURN.set(state.IMPORT_TURN.get() + 1)
    state.IMPORTED.set((card.name, report))
    st.rerun()


def _done(wb: Workbench, card: BookCard, found: Preview, keep: frozenset[str]) -> ImportReport:
    who, staged = state.actor(), found.staged
    if staged.statements:
        return import_.of_statements(statement_import.bring_in(wb, who, card.name, staged, file_name=found.file_name))
    return import_.import_staged(wb, who, card.name, staged, ImportOptions(keep=keep), file_name=found.file_name)


def summary(wb: Workbench, card: BookCard, report: ImportReport) -> None:
    """What came in, and what to do next."""
    if report.statements:
        st.success(plain(report.statements.sentences()[-1]), icon=":material/check_circle:")
        st.page_link(state.STATEMENTS_PAGE, label=_("Work off the statement"), icon=":material/account_balance:")
        return
    st.success(plain(views.done(report)), icon=":material/check_circle:")
    model_status(wb, card)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(state.JOURNAL_PAGE, label=_("Look at the journal"), icon=":material/menu_book:")
        st.page_link(state.PREDICT_PAGE, label=_("Predict an entry"), icon=":material/bolt:")


def earlier(wb: Workbench, card: BookCard, people: Mapping[str, str]) -> None:
    """The imports so far; one that nobody built on can be taken back."""
    found = batches.batches(wb, state.actor(), card.name)
    if not found:
        return
    st.subheader(_("Imports so far"), anchor=False)
    for b in found[:20]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"import.batch.{b.batch_id}"):
            st.markdown(plain(views.batch_title(b, people)), width="content")
            if about := views.batch_about(b, people):
                st.caption(plain(about), width="content")
            may = Right.WITHDRAW_BATCH in card.rights and not b.undone_by
            if may and st.button(_("Undo"), icon=":material/undo:", type="tertiary", key=f"import.undo.{b.batch_id}"):
                st.dialog(_("Take this import back"), icon=":material/undo:")(_undo_form)(wb, card, b)


def _undo_form(wb: Workbench, card: BookCard, batch: batches.Batch) -> None:
    st.caption(_("Its entries leave the book; accounts stay. The file can be imported again."))
    reason = st.text_input(_("Reason"), key=f"import.undo.why.{batch.batch_id}")
    if not st.button(_("Undo the import"), type="primary", key=f"import.undo.send.{batch.batch_id}"):
        return
    try:
        batches.undo(wb, state.actor(), card.name, batch.batch_id, reason)
    except _REFUSED as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    state.IMPORTED.clear()
    state.DONE.set(_("The import was taken back."))
    st.rerun()
