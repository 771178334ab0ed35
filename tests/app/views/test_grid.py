from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.i18n import speaking
from app.services.errors import BadInput
from app.views import grid
from app.views.balance import balance_of
from engine.journal import Side
from tests.app.views.made import LABELS, a_candidate

RENT = a_candidate()


def a_sheet(*texts: str, currency: str = "EUR") -> grid.Sheet:
    return grid.sheet_of((a_candidate(*texts) if texts else RENT).lines, LABELS, currency)


def amounts(sheet: grid.Sheet) -> list[str]:
    return [str(x.amount) for x in grid.read(sheet).lines]


def test_an_untouched_sheet_is_the_candidate() -> None:
    sheet = a_sheet()
    assert grid.cells(sheet)[0] == {"account": "4210 Rent", "debit": "1,000.00", "credit": "", "party": ""}
    assert [(x.account, x.side, x.amount) for x in grid.read(sheet).lines] == [
        (x.account, x.side, x.amount) for x in RENT.lines
    ]
    assert not grid.changed(sheet)


def test_another_account_keeps_the_amount() -> None:
    sheet = grid.with_edits(a_sheet(), {0: {"account": "4970 Bank charges"}})
    assert grid.read(sheet).lines[0].account == "4970"
    assert amounts(sheet) == ["1000.00", "190.00", "1190.00"]
    assert grid.changed(sheet)


def test_a_party_is_typed_for_a_line() -> None:
    sheet = a_sheet()
    assert not sheet.by_party
    named = grid.with_edits(sheet, {2: {"party": " Lenz  GmbH "}})
    assert [x.party for x in grid.read(named).lines] == ["", "", "Lenz GmbH"]
    kept = grid.sheet_of_lines(grid.read(named).lines, LABELS, "EUR")
    assert kept.by_party
    assert grid.read(grid.with_edits(kept, {2: {"party": ""}})).lines[2].party == ""


def test_a_typed_amount_shares_the_rest_of_its_side() -> None:
    sheet = grid.with_edits(a_sheet("D 4210 800.00", "D 4970 200.00", "D 1576 190.00", "C 1600 1190.00"),
                            {2: {"debit": "390"}})  # fmt: skip
    assert amounts(sheet) == ["640.00", "160.00", "390", "1190.00"]


def test_a_typed_cell_is_left_alone() -> None:
    sheet = grid.with_edits(a_sheet(), {0: {"debit": "900"}, 1: {"debit": "100"}})
    assert amounts(sheet) == ["900", "100", "1190.00"]
    assert not balance_of(grid.read(sheet).lines).ok


def test_the_other_side_does_not_follow_behind_one_s_back() -> None:
    sheet = grid.with_edits(a_sheet(), {2: {"credit": "2.380,00"}})
    read = grid.read(sheet)
    assert amounts(sheet) == ["1000.00", "190.00", "2380.00"]
    assert balance_of(read.lines).reason == "Not balanced: 1,190.00 missing on the debit side."


def test_a_cell_under_an_edit_keeps_its_old_text() -> None:
    sheet, edits = a_sheet(), {0: {"debit": "900"}}
    under = grid.cells_under(sheet, edits)
    assert (under[0]["debit"], under[1]["debit"]) == ("1,000.00", "290.00")


def test_moving_an_amount_to_the_other_side_moves_the_line() -> None:
    sheet = grid.with_edits(a_sheet("D 4210 10.00", "D 1200 5.00", "C 1600 15.00"),
                            {1: {"debit": None, "credit": "5"}})  # fmt: skip
    sides = [x.side for x in grid.read(sheet).lines]
    assert sides == [Side.DEBIT, Side.CREDIT, Side.CREDIT]


def test_a_new_line_counts_once_it_has_account_and_amount() -> None:
    sheet = grid.with_line(a_sheet())
    assert len(grid.read(sheet).lines) == 3
    filled = grid.with_edits(sheet, {3: {"account": "4970 Bank charges", "debit": "10"}})
    assert [str(x.amount) for x in grid.read(filled).lines] == ["991.60", "188.40", "1190.00", "10"]


def test_a_removed_line_is_gone_with_its_edits() -> None:
    sheet = grid.without_line(grid.with_edits(a_sheet(), {1: {"debit": "1"}}), 1)
    assert [x.account for x in grid.read(sheet).lines] == ["4210", "1600"]


@pytest.mark.parametrize(
    ("edits", "problem"),
    [
        ({0: {"debit": "viel"}}, "Line 1: Amount “viel”: this is not a number. Write it like 1190"),
        ({0: {"debit": "0"}}, "Line 1: Amount “0”: it is zero. Give the total of the event"),
        ({0: {"credit": "5"}}, "Line 1: an amount is either debit or credit; empty one of the two."),
        ({0: {"debit": ""}}, "Line 1: write an amount under Debit or under Credit."),
        ({0: {"account": None}}, "Line 1: choose an account."),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_used_says_what_to_do(edits: grid.Edits, problem: str) -> None:
    read = grid.read(grid.with_edits(a_sheet(), edits))
    assert [text.startswith(problem) for text in read.problems] == [True]
    balance = balance_of(read.lines, read.problems)
    assert (balance.ok, balance.reason) == (False, read.problems[0])


def test_a_reversal_by_sign_may_be_negative() -> None:
    assert grid.read_cell("\u2212190,50") == Decimal("-190.50")
    with pytest.raises(BadInput):
        grid.read_cell("--5")


def test_shown_yen_are_not_read_back_from_their_text() -> None:
    with speaking("de"):
        sheet = a_sheet("D 4210 1190", "C 1600 1190", currency="JPY")
        assert grid.cells(sheet)[0]["debit"] == "1.190"  # typed, this could be read as 1.19
        assert amounts(sheet) == ["1190", "1190"]


def test_an_account_outside_the_catalog_keeps_its_code() -> None:
    sheet = grid.sheet_of(a_candidate("D 9999 5.00", "C 1200 5.00").lines, LABELS, "EUR")
    assert grid.read(sheet).lines[0].account == "9999"


money = st.decimals(min_value="0.01", max_value="99999.99", places=2)


@given(st.lists(money, min_size=2, max_size=6), st.data())
def test_one_typed_amount_keeps_the_entry_balanced(parts: list[Decimal], data: st.DataObject) -> None:
    total = sum(parts, Decimal(0))
    row = data.draw(st.integers(0, len(parts) - 1))
    typed = data.draw(st.decimals(min_value="0.01", max_value=total, places=2))
    assume(total - typed >= Decimal("0.01") * len(parts))  # something is left for each of the others
    sheet = a_sheet(*(f"D 4210 {p}" for p in parts), f"C 1600 {total}")
    read = grid.read(grid.with_edits(sheet, {row: {"debit": f"{typed:f}"}}))
    assert balance_of(read.lines, read.problems).ok
