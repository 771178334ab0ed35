from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.i18n import speaking
from app.views.journal import entry_view, journal_view, kind_word, state_word
from engine.journal import (
    IMPORTED,
    Entry,
    Kind,
    Line,
    State,
)
from storage.records import MODEL, PERSON, Decision, EntryDetail, SearchResult, Version
from tests.app.views.made import NAMES
from tests.builders import a_line, an_entry

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RENT = an_entry().lines
OTHER = (a_line("D 4970 1000.00"), *RENT[1:])


def a_version(number: int, origin: str, lines: tuple[Line, ...] = RENT, author: str = "Ana") -> Version:
    return Version(
        version_id=f"V{number}", number=number, author=author, origin=origin,
        recorded=NOON + timedelta(minutes=number), lines=lines,
    )  # fmt: skip


def a_detail(*versions: Version, decisions: tuple[Decision, ...] = (), entry: Entry | None = None) -> EntryDetail:
    return EntryDetail(
        entry=entry or an_entry(state=State.DRAFT, recorded=NOON), source_key="", file="",
        versions=versions or (a_version(1, IMPORTED),), decisions=decisions,
    )  # fmt: skip


def a_page(*entries: Entry, total: int | None = None) -> SearchResult:
    amount = sum((e.total for e in entries), Decimal(0))
    return SearchResult(rows=entries, total=len(entries) if total is None else total, amount=amount, page=1, size=25)


def test_a_row_is_an_entry_on_one_line() -> None:
    row = journal_view(a_page(an_entry(journal="ER Eingangsrechnungen")), NAMES, "EUR").rows[0]
    assert (row.day, row.description, row.journal, row.amount) == ("3 Mar 2025", "Miete Büro März", "ER", "1,190.00")
    assert (row.accounts, row.state) == ("4210 Rent 1,000 + 1576 190 → 1600", "booked elsewhere")


def test_a_journal_without_a_code_is_written_out() -> None:
    assert (
        journal_view(a_page(an_entry(journal="Purchases abroad")), NAMES, "EUR").rows[0].journal == "Purchases abroad"
    )


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (25, 1), (26, 2), (51, 3)])
def test_pages_hold_every_entry(total: int, pages: int) -> None:
    assert journal_view(a_page(an_entry(), total=total), NAMES, "EUR").pages == pages


def test_the_count_says_how_many_and_how_much() -> None:
    assert journal_view(a_page(an_entry()), NAMES, "EUR").found == "1 entry, 1,190.00\u00a0EUR in all"
    with speaking("fr"):
        assert journal_view(a_page(an_entry(), total=2), NAMES, "EUR").found.startswith("2 écritures, ")


def test_each_step_shows_what_became_of_the_lines() -> None:
    model, ana = a_version(1, MODEL, author="model 0123"), a_version(2, PERSON, OTHER, author="ana")
    ben = a_version(3, PERSON, RENT, author="ben")
    view = entry_view(a_detail(model, ana, ben), NAMES, {"ana": "Ana Lenz"})
    assert [(s.before, s.after) for s in view.steps] == [
        ("Model proposed", "Ana Lenz saved"), ("Ana Lenz saved", "ben saved"),
    ]  # fmt: skip
    assert view.steps[0].pairs[0].cells == frozenset({"account"})
    assert [v.number for v in view.versions] == [1, 2, 3]
    assert view.written == "ben"


def test_versions_with_the_same_lines_make_no_step() -> None:
    assert entry_view(a_detail(a_version(1, MODEL), a_version(2, PERSON)), NAMES).steps == ()
    assert entry_view(a_detail(), NAMES).written == "an import"


def test_the_header_leaves_out_what_is_not_known() -> None:
    entry = an_entry(party="Lenz", kind=Kind.ACCRUAL, number="17", state=State.DRAFT)
    names = [name for name, _value in entry_view(a_detail(entry=entry), NAMES).fields]
    assert names == ["Date", "Amount", "Journal", "Party", "Kind", "Number"]


def test_a_life_is_told_in_order() -> None:
    approved = Decision(
        decision_id="D1", sequence=9, act="approved", by="Ben", recorded=NOON + timedelta(hours=1), reason="agreed"
    )
    life = entry_view(
        a_detail(a_version(1, MODEL, author="model 0123"), a_version(2, PERSON), decisions=(approved,)), NAMES
    ).life
    assert [(e.who, e.what) for e in life] == [
        ("model 0123", "proposed by the model: 4210 Rent 1,000 + 1576 190 → 1600"),
        ("Ana", "kept as proposed"),
        ("Ben", "approved: agreed"),
    ]
    assert life[0].when == "1 Mar 2026, 12:01 UTC"


def test_a_correction_shows_what_it_became() -> None:
    life = entry_view(a_detail(a_version(1, MODEL), a_version(2, PERSON, OTHER)), NAMES).life
    assert life[1].what == "written by a person: 4970 Bank charges 1,000 + 1576 190 → 1600"


def test_an_entry_without_words_has_a_title() -> None:
    assert entry_view(a_detail(entry=replace(an_entry(), description=" ")), NAMES).title == "no description"


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_state_and_kind_has_a_word(language: str) -> None:
    with speaking(language):
        assert len({state_word(s) for s in State}) == len(State)
        assert len({kind_word(k) for k in Kind}) == len(Kind)


@pytest.mark.parametrize(
    ("act", "detail", "what"),
    [
        ("posted", {"fiscal_year": "2025", "journal": "ER Eingang", "number": 7}, "posted: no. 2025/ER/7"),
        ("discarded", {"as": "not ours"}, "discarded: not ours"),
        ("approved", {"opened": True, "bulk": False}, "approved: with the entry open"),
        ("confirmed", {"opened": False, "bulk": True}, "confirmed: as one of many"),
        ("submitted", {"no_document": "cash"}, "submitted: without a document: cash"),
        ("submitted", {"corrected": True}, "submitted: as a reviewer corrected it"),
        ("assigned", {"to": "ben"}, "assigned: to Ben"),
        ("withdrawn", {}, "withdrawn"),
    ],
)
def test_an_act_says_what_its_record_says(act: str, detail: dict[str, object], what: str) -> None:
    done = Decision(decision_id="D1", sequence=9, act=act, by="demo:reviewer", recorded=NOON, detail=detail)
    life = entry_view(a_detail(decisions=(done,)), NAMES, {"ben": "Ben"}).life
    assert (life[0].who, life[0].what) == ("demo reviewer", what)


def test_a_new_document_is_no_new_proposal() -> None:
    life = entry_view(a_detail(a_version(1, MODEL), a_version(2, PERSON), a_version(3, PERSON)), NAMES).life
    assert [e.what for e in life[1:]] == ["kept as proposed", "kept the lines, changed date or document"]
