"""Tax follows from base, code, rate and day; reverse charge gives both lines; history implies a table."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features import Reader
from engine.inference.lines import Composer
from engine.inference.taxes import NoSuchTaxCode, TaxCode, TaxDisagrees, TaxKind, TaxTable
from engine.journal import Entry, Line, Side
from engine.retrieval.memory import Memory
from engine.targets import line_set
from tests.builders import A_DAY, a_line, an_entry, an_event
from tests.engine.inference.test_lines import evidence_of
from tests.engine.retrieval.test_memory import a_memory

D, C = Side.DEBIT, Side.CREDIT
V19 = TaxCode(code="V19", rate=Decimal("0.19"), kind=TaxKind.INPUT, account="1576")
U19 = TaxCode(code="U19", rate=Decimal("0.19"), kind=TaxKind.OUTPUT, account="1776", valid_to=date(2025, 12, 31))
U20 = TaxCode(code="U19", rate=Decimal("0.20"), kind=TaxKind.OUTPUT, account="1776", valid_from=date(2026, 1, 1))
R19 = TaxCode(code="R19", rate=Decimal("0.19"), kind=TaxKind.REVERSE_CHARGE, account="1577", owed="1787")
HALF = TaxCode(code="V50", rate=Decimal("0.19"), kind=TaxKind.INPUT, account="1576", deductible=Decimal("0.5"))
TABLE = TaxTable([V19, U19, U20, R19, HALF])
money = st.integers(1, 10**9).map(lambda n: Decimal(n) / 100)


def base(code: str, amount: Decimal, side: Side = D) -> Line:
    return Line(account="3400", side=side, amount=amount, tax_code=code)


@given(money, st.sampled_from(["V19", "U19", "R19", "V50"]), st.sampled_from(Side))
def test_base_and_tax_add_up_to_what_the_partner_is_owed(amount: Decimal, code: str, side: Side) -> None:
    made = TABLE.taxed(base(code, amount, side), A_DAY)
    lines = (made.base, *made.tax)
    own = sum((x.amount if x.side is side else -x.amount for x in lines), Decimal(0))
    assert own == made.gross
    assert all(x.amount == round(x.amount, 2) for x in lines)


def test_reverse_charge_gives_both_tax_lines() -> None:
    made = TABLE.taxed(base("R19", Decimal("55.25")), A_DAY)
    assert [(x.account, x.side, x.amount) for x in made.tax] == [
        ("1577", D, Decimal("10.50")), ("1787", C, Decimal("10.50"))
    ]  # fmt: skip
    assert made.gross == Decimal("55.25")


def test_what_may_not_be_deducted_is_cost() -> None:
    made = TABLE.taxed(base("V50", Decimal("100.00")), A_DAY)
    assert (made.base.amount, made.tax[0].amount, made.gross) == (Decimal("109.50"), Decimal("9.50"), Decimal(119))


def test_the_day_of_delivery_chooses_the_rate() -> None:
    amounts = [TABLE.taxed(base("U19", Decimal(100), C), d).tax[0].amount for d in (A_DAY, date(2026, 2, 1))]
    assert amounts == [19, 20]
    with pytest.raises(NoSuchTaxCode, match="on 2024-01-01"):
        TaxTable([U20]).get("U19", date(2024, 1, 1))
    with pytest.raises(NoSuchTaxCode, match="the table has U19, V19"):
        TaxTable([V19, U19]).get("XX", None)


def test_a_documents_own_tax_is_taken_within_a_tolerance() -> None:
    assert TABLE.taxed(base("V19", Decimal("10.03")), A_DAY, document=Decimal("1.90")).tax[0].amount == Decimal("1.90")
    assert TABLE.taxed(base("V19", Decimal("10.00")), A_DAY, document=Decimal("1.92")).tax[0].amount == Decimal("1.92")
    with pytest.raises(TaxDisagrees, match=r"may differ by 0\.02"):
        TABLE.taxed(base("V19", Decimal("10.00")), A_DAY, document=Decimal("1.93"))


@pytest.mark.parametrize(("places", "near", "far"), [(0, "192", "193"), (3, "190.002", "190.003")])
def test_the_tolerance_is_two_of_the_currency_s_smallest_units(places: int, near: str, far: str) -> None:
    thousand = base("V19", Decimal(1000))
    assert TABLE.taxed(thousand, A_DAY, places, Decimal(near)).tax[0].amount == Decimal(near)
    with pytest.raises(TaxDisagrees):
        TABLE.taxed(thousand, A_DAY, places, Decimal(far))


@pytest.mark.parametrize("changes", [{"rate": Decimal(19)}, {"deductible": Decimal(2)}, {"kind": TaxKind.INTRA_EU}])
def test_a_code_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="tax code 'X'"):
        TaxCode(**{"code": "X", "rate": Decimal("0.1"), "kind": TaxKind.INPUT, "account": "1", **changes})  # type: ignore[arg-type]


def a_book(count: int = 12) -> list[Entry]:
    """Goods, sales and services from abroad with tax codes on their bases; the net is never the same."""
    out = []
    for i in range(count):
        net = Decimal(1000 + 137 * i) / 10
        tax = round(net * Decimal("0.19"), 2)
        lines: tuple[Line | str, ...] = (
            (a_line(f"D 3400 {net}", tax_code="V19"), f"D 1576 {tax}", f"C 1600 {net + tax}"),
            (f"D 1400 {net + tax}", a_line(f"C 8400 {net}", tax_code="U19"), f"C 1776 {tax}"),
            (a_line(f"D 4970 {net}", tax_code="R19"), f"D 1577 {tax}", f"C 1787 {tax}", f"C 1600 {net}"),
        )[i % 3]
        text = ("Ware", "Rechnung", "Software aus Irland")[i % 3]
        out.append(an_entry(f"{text} {i}", *lines, entry_id=f"T{i}", position=i, date=A_DAY + timedelta(days=i)))
    return out


@pytest.fixture(scope="module")
def memory(reader: Reader) -> Memory:
    return a_memory(reader, a_book())


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_codes_are_predicted_and_the_table_gives_the_tax(memory: Memory, kind: int) -> None:
    like, table = a_book()[kind], TaxTable([V19, U19, R19])
    places, net = line_set(like.lines), Decimal("77.77")
    tax = round(net * Decimal("0.19"), 2)
    event = an_event(like.description, net + tax, date=A_DAY)
    composed = Composer(event, memory, "EUR", table).compose(places, evidence_of(places, memory))
    assert composed
    assert {abs(x.amount) for x in composed.lines} <= {net, tax, net + tax}
    assert [x.tax_code for x in composed.lines if x.tax_code] == [("V19", "U19", "R19")[kind]]


def test_a_new_rate_in_the_table_overrules_what_was_split_before(memory: Memory) -> None:
    like = a_book()[1]
    places = line_set(like.lines)
    event = an_event(like.description, "120.00", date=date(2026, 1, 15))
    composed = Composer(event, memory, "EUR", TABLE).compose(places, evidence_of(places, memory))
    assert composed
    assert {x.account: x.amount for x in composed.lines} == {"1400": 120, "8400": 100, "1776": 20}


def test_the_tax_a_document_shows_stays_to_the_cent(memory: Memory) -> None:
    like = a_book()[0]
    places = line_set(like.lines)
    event = an_event(like.description, "119.01", date=A_DAY, lines=(a_line("D 1576 19.01"),))
    composed = Composer(event, memory, "EUR", TABLE).compose(places, evidence_of(places, memory))
    assert composed
    assert {x.account: x.amount for x in composed.lines} == {
        "1576": Decimal("19.01"), "3400": Decimal(100), "1600": Decimal("119.01")
    }  # fmt: skip


@pytest.mark.parametrize("taxes", [TABLE, None], ids=["given", "implied"])
def test_a_documents_tax_that_no_base_gives_is_refused_by_a_table_and_doubted_by_history(
    memory: Memory, taxes: TaxTable | None
) -> None:
    like = a_book()[0]
    places = line_set(like.lines)
    event = an_event(like.description, "119.00", date=A_DAY, lines=(a_line("D 1576 7.00"),))
    composer = Composer(event, memory, "EUR", taxes)
    composed = composer.compose(places, evidence_of(places, memory))
    if taxes:
        assert composed is None
        assert "code V19 gives 21.28" in str(composer.refused)
    else:
        assert composed
        assert a_line("D 1576 7.00") in composed.lines
        assert composed.signs.labels < 0.5


def test_a_given_tax_says_how_much_of_a_receipt_was_taxed(reader: Reader) -> None:
    """The rest went to a line without tax, whatever it was before."""
    mixed = [
        an_entry(f"Messe {i}", a_line(f"D 3400 {100 + i}", tax_code="V19"), f"D 1576 {(100 + i) * Decimal('.19')}",
                 f"D 4210 {50 + 3 * i}", f"C 1600 {(100 + i) * Decimal('1.19') + 50 + 3 * i}", entry_id=f"M{i}")
        for i in range(5)
    ]  # fmt: skip
    memory, places = a_memory(reader, mixed), line_set(mixed[0].lines)
    event = an_event("Messe", "300.00", date=A_DAY, lines=(a_line("D 1576 38.00"),))
    composed = Composer(event, memory, "EUR").compose(places, evidence_of(places, memory))
    assert composed
    assert {x.account: x.amount for x in composed.lines} == {"3400": 200, "1576": 38, "4210": 62, "1600": 300}


def test_an_entry_of_another_kind_is_left_to_its_precedents() -> None:
    lines = [a_line("D 3400 100", tax_code="V19"), a_line("C 1600 100")]
    assert TABLE.legs(lines, A_DAY) == (), "no tax line"
    assert TABLE.legs([a_line("D 3400 100"), a_line("C 1600 100")], A_DAY) == (), "no code"
    both = [a_line("D 3400 100", tax_code="V19"), a_line("D 1576 19"), a_line("C 8400 119", tax_code="U19")]
    assert TABLE.legs(both, A_DAY) == (), "bases on both sides"
