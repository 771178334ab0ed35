"""Proposals without a model, and saving what a person made of a proposal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.services.errors import BadInput, ForeignCurrency, NoAccounts, OtherBook
from app.services.journal import JournalQuery, entry_detail, search
from app.services.propose import by_hand, propose, save
from app.services.workbench import Workbench
from engine.journal import Account, AccountType, Event, Line, Proposal, Side, State, Status
from storage.errors import UnknownBook, UnknownJournal
from storage.models import NewModel
from storage.refusals import AccountUnusable, AmountRefused, NotBalanced
from tests.app.conftest import ANA, FillBook
from tests.builders import CATALOG, a_line, an_entry, an_event, some_entries


def difference(proposal: Proposal) -> Decimal:
    lines = proposal.candidates[0].lines
    return sum((x.amount if x.side is Side.DEBIT else -x.amount for x in lines), Decimal(0))


def accounts_of(proposal: Proposal) -> list[str]:
    return [x.account for x in proposal.candidates[0].lines]


def test_a_book_without_history_is_honestly_not_sure(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=())
    proposal = propose(wb, ANA, "test", an_event(journal=""))
    assert (proposal.status, proposal.probability, proposal.bundle) == (Status.NOT_SURE, 0.0, "")
    assert difference(proposal) == 0
    assert {x.side for x in proposal.candidates[0].lines} == set(Side)


def test_a_catalog_of_one_account_still_balances(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=(), accounts=[Account(code="1")])
    proposal = propose(wb, ANA, "test", an_event(journal=""))
    assert accounts_of(proposal) == ["1", "1"]
    assert difference(proposal) == 0


def test_a_book_without_accounts_says_what_to_do(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=(), accounts=())
    with pytest.raises(NoAccounts, match="Import a ledger"):
        propose(wb, ANA, "test", an_event(journal=""))


def test_a_few_entries_are_offered_again_with_the_new_amount(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=some_entries(3))
    proposal = propose(wb, ANA, "test", an_event("Miete Büro Mai", "595.00", date=date(2025, 6, 1)))
    assert [(x.account, x.amount) for x in proposal.candidates[0].lines] == [
        ("4210", Decimal("500.00")),
        ("1576", Decimal("95.00")),
        ("1600", Decimal("595.00")),
    ]
    assert proposal.status is Status.NOT_SURE
    assert proposal.candidates[0].shares.memory == 1.0


def test_the_usual_pair_is_one_that_history_knows(wb: Workbench, fill: FillBook) -> None:
    sales = [an_entry(f"Verkauf {i}", "D 1400 10.00", "C 8400 10.00", entry_id=f"S{i}") for i in range(3)]
    fees = [an_entry(f"Gebühr {i}", "D 4970 5.00", "C 1200 5.00", entry_id=f"F{i}") for i in range(2)]
    payments = [an_entry(f"Zahlung {i}", "D 1600 7.00", "C 1200 7.00", entry_id=f"P{i}") for i in range(2)]
    fill(wb, entries=(*sales, *fees, *payments))  # most used: 1400 in debit, 1200 in credit, never together
    proposal = propose(wb, ANA, "test", an_event("Unbekanntes", "80.00"))
    assert accounts_of(proposal) == ["1400", "8400"]
    assert proposal.candidates[0].shares.memory == 1.0
    blank = propose(wb, ANA, "test", an_event("Unbekanntes", "80.00", lines=(a_line("D 4970 0"), a_line("D 4210 30"))))
    assert {x.account: x.amount for x in blank.candidates[0].lines if x.side is Side.DEBIT} == {"4970": 50, "4210": 30}
    known = propose(wb, ANA, "test", an_event("Unbekanntes", "80.00", lines=(a_line("D 4970 80.00"),)))
    assert accounts_of(known) == ["4970", "1200"]


def test_without_history_no_source_is_claimed(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=())
    shares = propose(wb, ANA, "test", an_event(journal="")).candidates[0].shares
    assert (shares.template, shares.memory, shares.model) == (0.0, 0.0, 0.0)


def test_words_are_read_as_the_model_reads_them(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    assert accounts_of(propose(wb, ANA, "test", an_event("ＫＯＮＴＯＦÜＨＲＵＮＧ", "9.00"))) == ["4970", "1200"]
    with pytest.raises(BadInput, match="there are no words in it"):
        propose(wb, ANA, "test", an_event("\u200b\u200f", "9.00"))


def test_known_lines_are_kept_and_completed(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    known = a_line("C 1200 100.00")
    proposal = propose(wb, ANA, "test", an_event("Kontoführung", "250.00", lines=(known,)))
    assert difference(proposal) == 0
    assert ("1200", Side.CREDIT, Decimal("100.00")) in [
        (x.account, x.side, x.amount) for x in proposal.candidates[0].lines
    ]


@pytest.mark.parametrize("line", ["C 9999 5.00", "C 1200 5000.00"])
def test_known_lines_that_cannot_be_are_refused(wb: Workbench, fill: FillBook, line: str) -> None:
    fill(wb, entries=())
    with pytest.raises(BadInput, match="Line"):
        propose(wb, ANA, "test", an_event(amount="50.00", journal="", lines=(a_line(line),)))


def test_accounts_closed_on_the_day_are_not_offered(wb: Workbench, fill: FillBook) -> None:
    closed = [replace(a, closed=date(2025, 4, 1)) if a.code == "4210" else a for a in CATALOG]
    fill(wb, entries=some_entries(10), accounts=closed)
    before = propose(wb, ANA, "test", an_event(date=date(2025, 3, 31)))
    after = propose(wb, ANA, "test", an_event(date=date(2025, 4, 1)))
    assert "4210" in accounts_of(before)
    assert all("4210" not in [x.account for x in c.lines] for c in after.candidates)


def test_amounts_are_held_to_the_currency(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=())
    with pytest.raises(BadInput, match="EUR has 2 decimals"):
        propose(wb, ANA, "test", an_event(amount="1.005", journal="", currency=""))


def test_decimals_are_those_of_the_book(wb: Workbench) -> None:
    with wb.writing() as uow:
        book = uow.books.create("tokyo", "JPY")
        uow.books.put_accounts(book.book_id, CATALOG, "test")
    with pytest.raises(BadInput, match="JPY has 0 decimals"):
        propose(wb, ANA, "tokyo", an_event(amount="1.5", journal="", currency=""))
    assert propose(wb, ANA, "tokyo", an_event(amount="15", journal="", currency="")).event.currency == "JPY"


def test_another_currency_than_the_book_s_is_neither_proposed_nor_saved(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)
    foreign = an_event(currency="USD")
    with pytest.raises(ForeignCurrency, match="kept in EUR") as caught:
        propose(wb, ANA, "test", foreign)
    assert caught.value.field == "Currency"
    with pytest.raises(ForeignCurrency):
        save(wb, ANA, "test", made(wb, an_event()), foreign, RENT)
    with wb.reading() as uow:
        assert uow.journal.count(book.book_id) == 24


def test_unknown_names_are_refused(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    with pytest.raises(UnknownBook):
        propose(wb, ANA, "other", an_event())
    with pytest.raises(UnknownJournal):
        propose(wb, ANA, "test", an_event(journal="XYZ"))


RENT = (a_line("D 4210 1000.00"), a_line("D 1576 190.00"), a_line("C 1600 1190.00"))


def made(wb: Workbench, event: Event) -> Proposal:
    """As if by a model of the book."""
    with wb.writing() as uow:
        book = uow.books.get("test")
        if not uow.models.list(book.book_id):
            known = NewModel(digest="abcdef0123456789", folder="none", snapshot_digest="", metrics={}, seconds=0.0)
            uow.models.add(book.book_id, known, "test")
    return replace(by_hand(wb, ANA, "test", event), bundle="abcdef0123456789")


def test_a_proposal_of_another_book_s_model_is_not_saved(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    other = fill(wb, "other")
    with pytest.raises(OtherBook, match="another book than 'other'"):
        save(wb, ANA, "other", made(wb, an_event()), an_event(), RENT)
    with wb.reading() as uow:
        assert uow.journal.count(other.book_id) == 24


def test_save_keeps_both_versions_and_the_entry_stays_a_draft(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    event = an_event("Miete Büro Juni", journal="er", party="Lenz")
    proposal = made(wb, event)
    entry_id = save(wb, ANA, "test", proposal, event, RENT)
    detail = entry_detail(wb, ANA, "test", entry_id)
    assert (detail.entry.state, detail.entry.journal, detail.entry.party) == (State.DRAFT, "ER", "Lenz")
    assert [(v.origin, v.author) for v in detail.versions] == [("model", "model abcdef012345"), ("person", "Ana")]
    assert [x.account for x in detail.versions[0].lines] == accounts_of(proposal)
    assert [(x.account, x.amount) for x in detail.entry.lines] == [(x.account, x.amount) for x in RENT]
    assert detail.versions[0].lineage["bundle"] == "abcdef0123456789"
    found = search(wb, ANA, "test", JournalQuery(text="büro juni"))
    assert [e.entry_id for e in found.rows] == [entry_id]


def test_without_a_model_there_is_no_version_of_one(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=())
    event = an_event(journal="", date=None)
    entry_id = save(wb, ANA, "test", propose(wb, ANA, "test", event), event, RENT)
    detail = entry_detail(wb, ANA, "test", entry_id)
    assert [v.origin for v in detail.versions] == ["person"]
    assert detail.entry.currency == "EUR"


def test_a_draft_does_not_teach(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)
    save(wb, ANA, "test", made(wb, an_event()), an_event(), RENT)
    with wb.reading() as uow:
        assert len(uow.journal.teaching(book.book_id)) == 24
        assert uow.journal.count(book.book_id) == 25


@pytest.mark.parametrize(
    ("lines", "error", "says"),
    [
        ((), NotBalanced, "both sides are empty"),
        (RENT[:2], NotBalanced, "the credit side is empty"),
        (RENT[2:], NotBalanced, "the debit side is empty"),
        ((*RENT[:1], RENT[2]), NotBalanced, "190.00 is missing"),
        (
            (*RENT[:2], replace(RENT[2], account="9999")),
            AccountUnusable,
            "Line 3: account '9999' is not in the catalog",
        ),
        ((*RENT[:2], replace(RENT[2], account="")), AccountUnusable, "is missing"),
        ((replace(RENT[0], amount=Decimal(0)), *RENT[1:]), AmountRefused, "Line 1: the amount 0"),
        ((replace(RENT[0], amount=Decimal("NaN")), *RENT[1:]), AmountRefused, "Line 1: the amount NaN"),
        (
            (replace(RENT[0], amount=Decimal("0.001")), *RENT[1:]),
            AmountRefused,
            "0.001 has more decimals than EUR",
        ),
        (tuple(replace(x, amount=-x.amount) for x in RENT), AmountRefused, "is negative"),
    ],
)
def test_what_is_no_entry_is_refused_and_nothing_is_stored(
    wb: Workbench, fill: FillBook, lines: tuple[Line, ...], error: type[Exception], says: str
) -> None:
    book = fill(wb)
    with pytest.raises(error, match=says):
        save(wb, ANA, "test", made(wb, an_event()), an_event(), lines)
    with wb.reading() as uow:
        assert uow.journal.count(book.book_id) == 24


def test_an_account_closed_on_the_day_is_refused(wb: Workbench, fill: FillBook) -> None:
    extra = Account(code="4211", type=AccountType.EXPENSE, closed=date(2025, 1, 1))
    fill(wb, accounts=[*CATALOG, extra])
    lines = (replace(RENT[0], account="4211"), *RENT[1:])
    with pytest.raises(AccountUnusable, match="is not open on 2025-04-02"):
        save(wb, ANA, "test", made(wb, an_event()), an_event(), lines)


def test_the_largest_amounts_stay_exact(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=(an_entry("Kapital", "D 1200 1234567890123456.78", "C 0800 1234567890123456.78"),))
    event = an_event("Kapital Erhöhung", "1234567890123456.77", journal="")
    proposal = propose(wb, ANA, "test", event)
    assert difference(proposal) == 0
    lines = [Line(account=x.account, side=x.side, amount=x.amount) for x in proposal.candidates[0].lines]
    entry_id = save(wb, ANA, "test", proposal, event, lines)
    assert entry_detail(wb, ANA, "test", entry_id).entry.total == Decimal("1234567890123456.77")
