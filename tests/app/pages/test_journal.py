from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from app.services import journal, propose
from app.services.typed import TypedEvent, event_from_text
from app.services.workbench import Workbench
from app.views.proposal import lines_of
from engine.journal import Entry
from storage.records import JournalQuery
from tests.app.conftest import ANA, FillBook
from tests.app.pages.conftest import JOURNAL, Open, said
from tests.builders import A_DAY, an_entry


def rows(at: AppTest) -> list[str]:
    """The descriptions in the table."""
    return list(at.dataframe[0].value["description"]) if at.dataframe else []


def html(at: AppTest) -> str:
    return "".join(e.proto.body for e in at.get("html"))


def test_an_empty_book_says_what_to_do(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb, entries=())
    at = opened(JOURNAL)
    assert not at.exception
    assert "Nothing is booked yet." in said(at)


def test_without_a_book_the_page_says_how_to_begin(wb: Workbench, opened: Open) -> None:
    at = opened(JOURNAL)
    assert "Import a ledger to begin." in said(at)
    assert [x.proto.label for x in at.get("page_link")] == ["Import"]


def test_the_newest_entries_come_first_on_pages_of_25(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb, entries=_numbered(30))
    at = opened(JOURNAL)
    assert not at.exception
    assert rows(at)[0] == "Rechnung 29"
    assert len(rows(at)) == 25
    assert "30 entries" in said(at)


def test_a_row_shows_the_entry_in_one_line(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    at = opened(JOURNAL)
    assert "4210 Rent 1,000 + 1576 190 → 1600" in list(at.dataframe[0].value["accounts"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "kontoführung 3"}, ["Kontoführung 3"]),
        ({"q": "238"}, ["Zahlung Lieferant 2", "Rechnung an Kunde 2", "Ware Lieferung 2"]),
        ({"q": "12..13", "until": "2025-03-08"}, ["Kontoführung 1"]),
        ({"account": "4970", "since": "2025-03-20"}, ["Kontoführung 4"]),
        ({"journal": "BK", "q": "miete"}, []),
        ({"state": "draft", "lang": "de"}, []),
    ],
)
def test_a_search_is_a_link(
    wb: Workbench, fill: FillBook, opened: Open, query: dict[str, str], found: list[str]
) -> None:
    fill(wb)
    at = opened(JOURNAL, **query)
    assert not at.exception
    assert rows(at) == found
    if not found:
        assert "Nothing matches." in said(at) or "Nichts passt." in said(at)


def test_a_range_that_is_none_is_refused_at_the_field(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    at = opened(JOURNAL, q="a..b")
    assert not at.exception
    assert "this is not a number" in said(at)


def test_an_entry_opens_by_link_and_tells_its_life(trained: Workbench, opened: Open) -> None:
    entry_id = _saved(trained)
    at = opened(JOURNAL, entry=entry_id)
    assert not at.exception
    assert at.header[0].value == "Miete Büro 99"
    assert "Changed cells are marked." in said(at)
    page = html(at)
    assert "Model proposed" in page
    assert "Ana saved" in page
    assert ' changed">4970 Bank charges' in page
    assert page.index("proposed by the model") < page.index("written by a person")


def test_typing_opens_an_entry_without_a_mouse(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    at = opened(JOURNAL, q="kontoführung 3")
    box = at.selectbox(key="journal.open")
    assert box.options == ["17 Mar 2025  Kontoführung 3  12.90"]
    box.select_index(0).run()
    assert not at.exception
    assert at.header[0].value == "Kontoführung 3"


def test_a_journal_s_kind_is_changed_with_a_reason(wb: Workbench, fill: FillBook, opened: Open) -> None:
    book = fill(wb)
    at = opened(JOURNAL)
    assert "BK: normal (proposed), 9 entries" in said(at)
    at.selectbox(key="journal.kinds.journal").select("BK")
    at.selectbox(key="journal.kinds.kind").select("opening")
    at.button(key="journal.kinds.save").click().run()
    assert "Reason: it is empty" in said(at)
    at.text_input(key="journal.kinds.reason").input("it opens the year")
    at.button(key="journal.kinds.save").click().run()
    assert not at.exception
    assert "BK: opening (confirmed), 9 entries. it opens the year" in said(at)
    with wb.reading() as uow:
        assert len(uow.journal.teaching(book.book_id)) == 15


def test_the_way_back_shows_the_list_again(trained: Workbench, opened: Open) -> None:
    at = opened(JOURNAL, entry=_saved(trained))
    at.button(key="journal.back").click().run()
    assert not at.exception
    assert rows(at)[0] == "Miete Büro 99"


def test_an_entry_that_is_not_there_is_a_sentence(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    at = opened(JOURNAL, entry="nowhere")
    assert not at.exception
    assert "There is no such entry in this book." in said(at)


def test_the_journal_speaks_french(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb)
    at = opened(JOURNAL, lang="fr")
    assert "24 écritures" in said(at)


def _saved(wb: Workbench) -> str:
    """A rent whose first account a person changed."""
    event = event_from_text(TypedEvent(description="Miete Büro 99", amount="1190"))
    proposal = propose.propose(wb, ANA, "test", event)
    first, *others = lines_of(proposal.candidates[0])
    lines = (replace(first, account="4970"), *others)
    entry_id = propose.save(wb, ANA, "test", proposal, proposal.event, lines)
    assert journal.search(wb, ANA, "test", JournalQuery(text="Büro 99")).total == 1
    return entry_id


def _numbered(count: int) -> tuple[Entry, ...]:
    return tuple(
        an_entry(f"Rechnung {i}", entry_id=f"E{i}", date=A_DAY + timedelta(days=i), position=i) for i in range(count)
    )
