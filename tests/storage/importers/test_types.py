from __future__ import annotations

import csv
from pathlib import Path

import pytest

from engine.journal import AccountType
from storage.importers.types import french_catalog, french_type

A, L, E, N, X = (
    AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY, AccountType.INCOME, AccountType.EXPENSE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "type"),
    [
        ("101000", E), ("164000", L), ("218300", A), ("370000", A), ("401000", L), ("409100", A), ("411000", A),
        ("419100", L), ("421000", L), ("445660", A), ("445710", L), ("44551", L), ("486000", A), ("487000", L),
        ("512000", A), ("530000", A), ("606400", X), ("707000", N), ("8010", E), ("", AccountType.UNKNOWN),
        ("9", AccountType.UNKNOWN), ("ABC", AccountType.UNKNOWN),
    ],
)  # fmt: skip
def test_types_follow_the_general_chart(code: str, type: AccountType) -> None:
    assert french_type(code) is type


def test_groups_become_parents_and_a_booked_group_keeps_its_name() -> None:
    found = {
        a.code: a for a in french_catalog({"606400": "Fournitures", "60": "Mes achats", "401": "F"}, {"401", "606400"})
    }
    assert sorted(found) == ["4", "40", "401", "6", "60", "606400"]
    assert (found["60"].name, found["60"].parent, found["606400"].parent) == ("Mes achats", "6", "60")
    assert found["6"].parent == ""
    assert [c for c, a in found.items() if a.control] == ["401"]


@pytest.mark.parametrize("book", ["fec_food_fr", "fec_juice_fr", "fec_restaurant_fr"])
def test_types_agree_with_those_of_real_charts_but_for_accounts_of_either_side(shared_ledgers: Path, book: str) -> None:
    with (shared_ledgers / book / "accounts.csv").open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["type"] and len(r["account"]) > 3]
    # Class 4 accounts can be either; profit and loss, and money, cannot.
    firm = [r for r in rows if r["account"][0] in "23567"]
    assert len(firm) >= 30
    assert [r["account"] for r in firm if french_type(r["account"]).value != r["type"]] == []
