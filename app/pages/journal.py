"""Journal: search and filter what is booked, open an entry, see how it came to be."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import streamlit as st

from app import state
from app.i18n import _
from app.services import books, journal
from app.services.books import BookCard
from app.services.workbench import Workbench
from app.views.journal import journal_view
from app.widgets.acts import Sitting, act_buttons, look, told
from app.widgets.empty import import_first
from app.widgets.entry import entry_body, entry_head, entry_story, read
from app.widgets.journal_kinds import journal_kinds
from app.widgets.journal_table import journal_table
from app.widgets.search_form import search_form
from app.widgets.with_book import with_book
from storage.records import SearchResult


def page(wb: Workbench, card: BookCard) -> None:
    names = {a.code: a.name for a in books.catalog(wb, state.actor(), card.name)}
    opened = st.query_params.get(state.ENTRY)
    if opened:
        _entry(wb, card, opened)
    else:
        _search(wb, card, names)


def _search(wb: Workbench, card: BookCard, names: Mapping[str, str]) -> None:
    st.header(_("Journal"), anchor=False)
    if not card.entries:
        import_first(_("Nothing is booked yet. Save a proposal on Predict, or import a ledger."))
        return
    journals = books.journals(wb, state.actor(), card.name)
    queries = search_form(journals)
    journal_kinds(wb, card, journals)
    if not queries:
        return
    pages = (journal.search(wb, state.actor(), card.name, query) for query in queries)
    empty = SearchResult(rows=(), total=0, amount=Decimal(0), page=1, size=queries[0].size)
    view = journal_view(next((p for p in pages if p.total), empty), names, card.currency)
    if not view.rows:
        st.info(_("Nothing matches. Take a filter away or search for fewer words."), icon=":material/search_off:")
        return
    with st.container(key="list"):
        chosen = journal_table(view.rows, view.found)
    if view.pages > 1:
        st.pagination(view.pages, key=state.PAGE.name, bind="query-params")
    if chosen:
        st.query_params[state.ENTRY] = chosen
        st.rerun()


def _entry(wb: Workbench, card: BookCard, entry_id: str) -> None:
    if st.button(_("All entries"), icon=":material/arrow_back:", type="tertiary", key="journal.back"):
        state.leave_entry()
        del st.query_params[state.ENTRY]
        st.rerun()
    at = Sitting(wb=wb, card=card, opened=look(wb, card, entry_id), go_on=_stay)
    told()
    seen = read(at)
    entry_head(at, seen)
    entry_body(at, seen)
    if state.CORRECTING.sheet.get() is None:
        act_buttons(at)
    entry_story(at, seen)


def _stay() -> None:
    """After an act the entry is shown as it is then."""


with_book(page)
