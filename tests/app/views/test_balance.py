from __future__ import annotations

from app.i18n import speaking
from app.views.balance import balance_of
from tests.builders import a_line, an_entry


def test_a_balanced_entry_may_be_saved() -> None:
    balance = balance_of(an_entry().lines, currency="EUR")
    assert (balance.debit, balance.credit, balance.ok, balance.text) == ("1,190.00", "1,190.00", True, "balanced")


def test_the_missing_amount_and_its_side_are_named() -> None:
    balance = balance_of([a_line("D 4210 90.00"), a_line("C 1200 100.00")])
    assert (balance.ok, balance.reason) == (False, "Not balanced: 10.00 missing on the debit side.")
    with speaking("de"):
        other = balance_of([a_line("D 4210 1100.00"), a_line("C 1200 100.00")])
        assert other.reason == "Nicht ausgeglichen: im Haben fehlen 1.000,00."


def test_both_sides_are_needed() -> None:
    assert balance_of([]).reason == "An entry needs at least one debit and one credit line."
    assert not balance_of([a_line("D 4210 5.00"), a_line("D 4210 -5.00")]).ok


def test_a_problem_comes_before_the_balance() -> None:
    assert balance_of(an_entry().lines, ("Line 2: choose an account.",)).reason == "Line 2: choose an account."
