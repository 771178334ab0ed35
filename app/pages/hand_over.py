"""Export: what is posted and not handed over yet, as a file for another program; and what went out before."""

from __future__ import annotations

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import desk, export
from app.services.access import Right
from app.services.books import BookCard
from app.services.errors import ServiceError
from app.services.export import FORMATS, NothingToExport, Option, Prepared, Wanted
from app.services.workbench import Workbench
from app.views import exports as views
from app.widgets.acts import told
from app.widgets.markdown import plain
from app.widgets.with_book import with_book
from storage.errors import StorageError

_REFUSED = (ServiceError, StorageError, OSError)
SHOWN = 20  # exports that are listed


def page(wb: Workbench, card: BookCard) -> None:
    told()
    st.header(_("Export from {book}", book=plain(card.name)), anchor=False)
    if Right.EXPORT not in card.rights:
        st.info(_("Exporting takes another role. Ask an admin of the book for it."), icon=":material/info:")
        return
    _waiting(wb, card)
    _earlier(wb, card)


def _waiting(wb: Workbench, card: BookCard) -> None:
    titles = {name: f.title for name, f in FORMATS.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(_("Format"), list(titles), format_func=titles.__getitem__, key="export.format", width=320)
        wanted = _wanted(wb, card)
    settings = _settings(chosen)
    try:
        made = export.prepare(wb, state.actor(), card.name, chosen, wanted, settings)
    except NothingToExport as error:
        st.info(plain(messages.sentence(error)), icon=":material/info:")
        return
    except _REFUSED as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    with st.container(border=True):
        st.subheader(plain(views.title(made)), anchor=False)
        st.caption(plain(views.about(made, card.currency)))
        if made.notes:
            st.dataframe(views.notes(made), hide_index=True, width="stretch")
        st.download_button(
            _("Download and mark as exported"), made.data, file_name=made.export.file_name, type="primary",
            icon=":material/download:", key="export.take", on_click=_take, args=(wb, card, made),
        )  # fmt: skip


def _wanted(wb: Workbench, card: BookCard) -> Wanted:
    """What waits, or the entries of an earlier export, for another program or because they were lost there."""
    earlier = {e.export_id: e for e in export.exports(wb, state.actor(), card.name)[:SHOWN]}
    if not earlier:
        return Wanted()

    def called(export_id: str) -> str:
        return views.once_more(earlier[export_id]) if export_id else _("What waits")

    return Wanted(of=st.selectbox(_("Entries"), ["", *earlier], format_func=called, key="export.of", width=320))


def _settings(chosen: str) -> dict[str, str]:
    """What may be chosen for a format, each with what the format's program expects unless somebody says otherwise."""
    options, found = FORMATS[chosen].options, dict[str, str]()
    if not options:
        return found
    with st.expander(_("Settings of the file"), icon=":material/tune:", key=f"export.settings.{chosen}"):
        columns = st.columns(3)
        for n, o in enumerate(options):
            with columns[n % len(columns)]:
                found[o.name] = _setting(chosen, o)
    return found


def _setting(chosen: str, o: Option) -> str:
    key = f"export.{chosen}.{o.name}"
    if o.choices:
        return st.selectbox(views.option_word(o.name), o.choices, format_func=views.choice_word, key=key)
    return st.text_input(views.option_word(o.name), placeholder=o.example, key=key, max_chars=80).strip()


def _take(wb: Workbench, card: BookCard, made: Prepared) -> None:
    """The browser has the bytes; whoever loses them gets the same again from the list."""
    try:
        export.taken(wb, state.actor(), card.name, made)
    except _REFUSED as error:
        state.REFUSED.set(messages.sentence(error))
    else:
        state.REFUSED.clear()
        state.DONE.set(_("Marked as exported."))


def _earlier(wb: Workbench, card: BookCard) -> None:
    found = export.exports(wb, state.actor(), card.name)
    if not found:
        return
    people = desk.names(wb, state.actor(), card.name)
    st.subheader(_("Exports so far"), anchor=False)
    for one in found[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"export.{one.export_id}"):
            st.markdown(plain(views.export_line(one, people)), width="content")
            if st.button(_("Again"), icon=":material/refresh:", type="tertiary", key=f"export.again.{one.export_id}"):
                _again(wb, card, one.export_id)


def _again(wb: Workbench, card: BookCard, export_id: str) -> None:
    try:
        found, data = export.again(wb, state.actor(), card.name, export_id)
    except _REFUSED as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    st.download_button(
        _("Download again"), data, file_name=found.file_name, icon=":material/download:", on_click="ignore",
        key=f"export.file.{export_id}",
    )  # fmt: skip


with_book(page)
