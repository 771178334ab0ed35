"""From a file of a bank to drafted entries: proposals with the bank line fixed, matches, lines set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.services import statements
from app.services.errors import BadInput, ForeignCurrency
from app.services.import_ import import_file
from app.services.journal import entry_detail
from app.services.review import Seen, discard, submit
from app.services.statement_access import NoLedgerAccount
from app.services.statement_import import bring_in
from app.services.statement_match import NotThisEntry, booked, match, match_certain
from app.services.statements import BankLineChanged, LineState
from app.services.typed import LONGEST_DESCRIPTION
from app.services.workbench import Workbench
from app.views.proposal import lines_of
from engine.journal import Account, AccountType, Line, Side, State
from storage import audit
from storage.errors import UnknownBook
from storage.records import RowError, Staged
from storage.statement_errors import EntryTaken, LineTaken, UnknownLine
from storage.statement_records import Balance, KeptLine, Statement, StatementLine
from tests.app.conftest import ANA, FillBook
from tests.builders import A_DAY, a_line, an_entry

IBAN = "DE02120300000000202051"
BANK = "1200"


def movement(day: int, amount: str, text: str, **more: object) -> StatementLine:
    made = {"booked": A_DAY + timedelta(days=day), "amount": Decimal(amount), "currency": "EUR", "text": text}
    return StatementLine(**{**made, **more})  # type: ignore[arg-type]


def staged(
    lines: Sequence[StatementLine], *, closing: str = "", opening: str = "1000", currency: str = "EUR"
) -> Staged:
    total = sum((x.amount for x in lines), Decimal(opening))
    made = Statement(
        account=IBAN, currency=currency, number="7", lines=tuple(lines),
        opening=Balance(day=A_DAY, amount=Decimal(opening)),
        closing=Balance(day=A_DAY + timedelta(days=30), amount=Decimal(closing) if closing else total),
    )  # fmt: skip
    return Staged(
        book_hint="x", format="camt053", reason="Made by a test.", accounts=(), entries=(), statements=(made,),
        file_sha256="a" * 64,
    )  # fmt: skip


RENT = movement(1, "-595", "Miete Büro Mai", party="Lager GmbH", reference="B-1")
SALE = movement(2, "119", "Rechnung 12", party="Ida Lenz")


@pytest.fixture
def book(wb: Workbench, fill: FillBook) -> str:
    """A book whose bank account is known, with a statement of two lines."""
    fill(wb)
    bring_in(wb, ANA, "test", staged([RENT, SALE]), file_name="may.xml")
    statements.set_ledger(wb, ANA, "test", IBAN, BANK)
    return "test"


def lines(wb: Workbench) -> tuple[KeptLine, ...]:
    return tuple(
        x
        for p in statements.listed(wb, ANA, "test")
        for x in statements.lines(wb, ANA, "test", p.statement.statement_id)
    )


def drafted(wb: Workbench, line: KeptLine) -> str:
    proposal = statements.propose_line(wb, ANA, "test", line.line_id)
    return statements.save_line(wb, ANA, "test", line.line_id, proposal, lines_of(proposal.candidates[0]), document="7")


def on_bank(found: Sequence[Line]) -> list[tuple[str, Decimal]]:
    return [(x.side.letter, x.amount) for x in found if x.account == BANK]


def test_a_file_says_what_came_and_what_its_balances_prove(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    dry = bring_in(wb, ANA, "test", staged([RENT, SALE]), dry_run=True)
    assert statements.listed(wb, ANA, "test") == ()
    first = bring_in(wb, ANA, "test", staged([RENT, SALE]))
    again = bring_in(wb, ANA, "test", staged([RENT, SALE]))
    assert [(r.new, r.known) for r in (dry, first, again)] == [(2, 0), (2, 0), (0, 2)]
    assert first.to_json()["statements"] == [
        {"account": IBAN, "currency": "EUR", "number": "7", "opening": "1000", "closing": "524", "lines": 2, "new": 2,
         "known": 0, "difference": "0", "gap": ""},
    ]  # fmt: skip
    assert first.sentences()[-1] == "2 new, 0 already here"


def test_what_does_not_agree_is_said(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    error = RowError(row=3, column="Amt", value="x", why="is not an amount", remedy="Mend it.")
    report = bring_in(wb, ANA, "test", replace(staged([RENT], closing="400"), errors=(error,)))
    said = "\n".join(report.sentences())
    assert "differ from the closing balance by -5.00" in said
    assert "is not an amount" in said


def test_a_statement_needs_a_book(wb: Workbench) -> None:
    with pytest.raises(UnknownBook):
        bring_in(wb, ANA, "nowhere", staged([RENT]))


def test_the_account_is_asked_once_and_guessed(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    bring_in(wb, ANA, "test", staged([RENT]))
    (line,) = lines(wb)
    assert [(a.account, a.ledger, a.guess) for a in statements.accounts(wb, ANA, "test")] == [(IBAN, "", BANK)]
    with pytest.raises(NoLedgerAccount):
        statements.propose_line(wb, ANA, "test", line.line_id)
    for account, code in ((IBAN, "nowhere"), ("nowhere", BANK)):
        with pytest.raises(BadInput):
            statements.set_ledger(wb, ANA, "test", account, code)
    statements.set_ledger(wb, ANA, "test", IBAN, BANK)
    assert statements.listed(wb, ANA, "test")[0].ledger == BANK


@pytest.mark.parametrize(
    ("names", "guess"),
    [
        ({"1200": "Sparkasse 202051", "1210": "Bank Nord"}, "1200"),
        ({"1200": "Bank Süd", "1210": "Bank Nord"}, ""),
        ({"1200": "Kasse", "1210": "Girokonto"}, "1210"),
        ({"1000": "Caisse"}, ""),
    ],
)
def test_a_guess_is_made_only_where_one_account_fits(names: dict[str, str], guess: str) -> None:
    catalog = [Account(code=c, name=n, type=AccountType.ASSET) for c, n in names.items()]
    assert statements.guessed(IBAN, catalog, ()) == guess


def test_a_line_is_proposed_with_its_bank_line(wb: Workbench, book: str) -> None:
    rent, sale = lines(wb)
    for line, side in ((rent, "C"), (sale, "D")):
        proposal = statements.propose_line(wb, ANA, book, line.line_id)
        event = proposal.event
        assert (event.description, event.date, event.party) == (line.line.text, line.line.booked, line.line.party)
        for candidate in proposal.candidates:
            assert on_bank(lines_of(candidate)) == [(side, abs(line.line.amount))]


def test_saving_drafts_the_entry_and_links_both(wb: Workbench, book: str) -> None:
    rent = lines(wb)[0]
    entry_id = drafted(wb, rent)
    detail = entry_detail(wb, ANA, book, entry_id)
    assert (detail.entry.state, detail.entry.date, detail.entry.document) == (State.DRAFT, rent.line.booked, "7")
    assert on_bank(detail.entry.lines) == [("C", Decimal(595))]
    kept = lines(wb)[0]
    assert (kept.state, kept.entry_id) == (LineState.PROPOSED, entry_id)
    progress = statements.listed(wb, ANA, book)[0]
    assert (progress.total, progress.waiting, progress.dealt_with, progress.done) == (2, 1, 1, False)
    with wb.reading() as uow:
        assert audit.verify(uow.session, uow.books.get(book).book_id) is None


def test_a_line_is_drafted_once_and_waits_again_when_its_draft_is_discarded(wb: Workbench, book: str) -> None:
    rent = lines(wb)[0]
    entry_id = drafted(wb, rent)
    with pytest.raises(LineTaken):
        drafted(wb, rent)
    assert len(lines(wb)) == 2
    version = 1 if not entry_detail(wb, ANA, book, entry_id).versions[1:] else 2
    discard(wb, ANA, book, entry_id, Seen(version=version), kind="other", reason="no")
    assert lines(wb)[0].state is LineState.WAITING
    drafted(wb, rent)


def test_nothing_is_stored_where_the_bank_s_line_was_changed(wb: Workbench, book: str) -> None:
    rent = lines(wb)[0]
    proposal = statements.propose_line(wb, ANA, book, rent.line_id)
    with pytest.raises(BankLineChanged):
        statements.save_line(wb, ANA, book, rent.line_id, proposal, [a_line("D 4210 590"), a_line(f"C {BANK} 590")])
    assert lines(wb)[0].state is LineState.WAITING
    split = [a_line("D 4210 595"), a_line(f"C {BANK} 600"), a_line(f"D {BANK} 5")]  # all in all what the bank says
    statements.save_line(wb, ANA, book, rent.line_id, proposal, split)


def test_a_submitted_line_is_matched_when_it_is_approved(wb: Workbench, book: str) -> None:
    rent = lines(wb)[0]
    entry_id = drafted(wb, rent)
    submit(wb, ANA, book, entry_id, Seen(version=1))
    assert lines(wb)[0].state is LineState.PROPOSED


def test_a_line_is_set_aside_with_a_reason_and_comes_back(wb: Workbench, book: str) -> None:
    rent, sale = lines(wb)
    statements.set_aside(wb, ANA, book, rent.line_id, kind="transfer counterpart", reason="to 1021")
    statements.set_aside(wb, ANA, book, sale.line_id, kind="other", reason="a test")
    assert [(x.state, x.reason) for x in lines(wb)] == [
        (LineState.SET_ASIDE, "transfer counterpart: to 1021"), (LineState.SET_ASIDE, "a test"),
    ]  # fmt: skip
    assert statements.listed(wb, ANA, book)[0].done
    statements.reopen(wb, ANA, book, rent.line_id)
    assert lines(wb)[0].state is LineState.WAITING
    for kind, reason in (("nonsense", ""), ("other", " ")):
        with pytest.raises(BadInput):
            statements.set_aside(wb, ANA, book, rent.line_id, kind=kind, reason=reason)
    with pytest.raises(UnknownLine):
        statements.set_aside(wb, ANA, book, "nowhere", kind="not ours")


def test_what_is_booked_already_is_found_and_matched_one_to_one(wb: Workbench, fill: FillBook) -> None:
    day = A_DAY + timedelta(days=1)
    there = [
        an_entry("Miete", "D 4210 595", f"C {BANK} 595", entry_id="R", date=day),
        an_entry("Miete später", "D 4210 595", f"C {BANK} 595", entry_id="L", date=day + timedelta(days=9)),
        an_entry("Einnahme", "D 4210 119", f"C {BANK} 119", entry_id="S", date=day),  # the other side
        an_entry("Kaffee", "D 4210 4", f"C {BANK} 4", entry_id="C", date=day),
    ]
    fill(wb, entries=there)
    coffees = [movement(1, "-4", "Kaffee", occurrence=n) for n in (1, 2)]
    bring_in(wb, ANA, "test", staged([RENT, SALE, *coffees]))
    statements.set_ledger(wb, ANA, "test", IBAN, BANK)
    rent, sale, one, other = lines(wb)
    found = {x.line_id: [e.description for e in booked(wb, ANA, "test", x.line_id)] for x in (rent, sale, one, other)}
    assert list(found.values()) == [["Miete"], [], ["Kaffee"], ["Kaffee"]]
    statement_id = statements.listed(wb, ANA, "test")[0].statement.statement_id
    assert match_certain(wb, ANA, "test", statement_id) == 1  # which coffee it was is for people
    (coffee,) = booked(wb, ANA, "test", one.line_id)
    match(wb, ANA, "test", one.line_id, coffee.entry_id)
    with pytest.raises((NotThisEntry, EntryTaken)):
        match(wb, ANA, "test", other.line_id, coffee.entry_id)
    assert [x.state for x in lines(wb)] == [
        LineState.MATCHED, LineState.WAITING, LineState.MATCHED, LineState.WAITING,
    ]  # fmt: skip


def test_an_account_in_another_currency_needs_a_rate(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    bring_in(wb, ANA, "test", staged([replace(RENT, currency="USD")], currency="USD"))
    statements.set_ledger(wb, ANA, "test", IBAN, BANK)
    (line,) = lines(wb)
    with pytest.raises(ForeignCurrency):
        statements.propose_line(wb, ANA, "test", line.line_id)
    proposal = statements.propose_line(wb, ANA, "test", line.line_id, rate="0.5")
    entry_id = statements.save_line(wb, ANA, "test", line.line_id, proposal, lines_of(proposal.candidates[0]))
    (bank,) = (x for x in entry_detail(wb, ANA, "test", entry_id).entry.lines if x.account == BANK)
    assert (bank.side, bank.amount, bank.original_amount) == (Side.CREDIT, Decimal("297.50"), Decimal(595))


@pytest.mark.parametrize(
    ("text", "party", "said"),
    [
        ("Miete", "Lager", "Miete"),
        ("4711 / 12", "Lager", "Lager 4711 / 12"),
        ("4711", "", f"Bank {IBAN} 4711"),
        ("", "", f"Bank {IBAN}"),
        ("x" * (LONGEST_DESCRIPTION + 9), "", "x" * LONGEST_DESCRIPTION),
    ],
)
def test_a_line_always_has_words(text: str, party: str, said: str) -> None:
    kept = KeptLine(line_id="1", statement_id="1", account=IBAN, line=movement(1, "-5", text, party=party))
    assert statements.description_of(kept) == said


def test_a_file_of_a_bank_comes_in_as_any_other(wb: Workbench, fill: FillBook, tmp_path: Path) -> None:
    fill(wb)
    path = tmp_path / "may.csv"
    path.write_text("Date,Description,Amount,Balance\n2024-05-01,Coffee,-4.00,96.00\n2024-05-02,Sale,10.00,106.00\n")
    report = import_file(wb, ANA, "test", path)
    assert (report.format, report.new, report.entries) == ("bank-csv", 2, 0)
    assert report.to_json()["statements"][0]["closing"] == "106"
    assert report.sentences()[-1] == "2 new, 0 already here"
    assert [x.line.text for x in lines(wb)] == ["Coffee", "Sale"]
