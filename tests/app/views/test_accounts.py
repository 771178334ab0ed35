from __future__ import annotations

from app.views.accounts import code_of, label, labels, options
from engine.journal import Account


def test_labels_are_code_and_name() -> None:
    assert labels([Account(code="4210", name="Miete  und\nPacht"), Account(code="1200")]) == {
        "4210": "4210 Miete und Pacht",
        "1200": "1200",
    }


def test_a_code_with_a_blank_is_found_again() -> None:
    catalog = {"10 20": label("10 20", "Kasse"), "10": label("10", "20 Kasse")}
    assert code_of("10 20 Kasse", {"10 20": "10 20 Kasse"}) == "10 20"
    assert code_of(None, catalog) == ""
    assert code_of("9999 Unknown", catalog) == "9999"


def test_the_catalog_comes_first_and_nothing_twice() -> None:
    assert options({"1": "1 A", "2": "2 B"}, ["2 B", "", "9 Z"]) == ["1 A", "2 B", "9 Z"]
