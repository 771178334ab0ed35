"""Charts of accounts as tables: what they say is kept, what they leave out is derived and marked so."""

from __future__ import annotations

from datetime import date

import pytest

from engine.journal import AccountType
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.tables.derive import types_by_code
from tests.storage.conftest import WriteFile
from tests.storage.importers.sheets import Cell, ods

A, L, E, N, X = (
    AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY, AccountType.INCOME, AccountType.EXPENSE,
)  # fmt: skip


def test_a_chart_keeps_what_it_says(write: WriteFile) -> None:
    text = "Code,Name,Type,Parent,Opened,Closed\n0100,Assets,Asset,,,\n0110,Bank,Bank,0100,01/02/2020,31/12/2023\n"
    staged = read(write("a.csv", text + "4000,Sales,Income,Assets,,\n"))
    assert (staged.entries, staged.errors, staged.types_derived) == ((), (), False)
    assert [(a.code, a.name, a.type, a.parent, a.opened, a.closed) for a in staged.accounts] == [
        ("0100", "Assets", A, "", None, None), ("0110", "Bank", A, "0100", date(2020, 2, 1), date(2023, 12, 31)),
        ("4000", "Sales", N, "0100", None, None),
    ]  # fmt: skip
    assert "with an account a row" in staged.reason


FRENCH = "Numéro de compte;Intitulé\n101000;Capital social\n401000;Fournisseurs\n411000;Clients\n512000;Banque\n"
FRENCH += "613200;Locations immobilières\n471000;Compte d'attente\n707000;Ventes de marchandises\n"


def test_types_that_are_missing_are_derived_and_marked(write: WriteFile) -> None:
    staged = read(write("a.csv", FRENCH.encode("cp1252")))
    assert staged.types_derived
    assert "derived from the French chart" in staged.reason
    assert [a.type for a in staged.accounts] == [E, L, A, A, A, X, N]


@pytest.mark.parametrize(
    ("chart", "names", "others"),
    [
        ("SKR03", {"1000": "Kasse", "1200": "Bank", "1600": "Verbindlichkeiten", "4210": "Miete", "8400": "Erlöse"},
         {"0800": E, "1400": A, "4980": X, "2650": N}),
        ("SKR04", {"1600": "Kasse", "1800": "Bank", "3300": "Verbindlichkeiten aLuL", "6310": "Miete",
                   "4400": "Erlöse 19 %"}, {"2900": E, "5400": X, "7100": N}),
        ("BAS", {"1910": "Kassa", "1930": "Bankkonto", "2440": "Leverantörsskulder", "3010": "Försäljning",
                 "5010": "Lokalhyra"}, {"2081": E, "8310": N, "1510": A}),
        ("before 2006", {"101": "现金", "102": "银行存款", "203": "应付账款", "301": "实收资本", "521": "管理费用"},
         {"113": A, "501": N, "502": X}),
    ],
)  # fmt: skip
def test_the_chart_that_agrees_with_the_names_tells_the_others(
    chart: str, names: dict[str, str], others: dict[str, AccountType]
) -> None:
    derived = types_by_code({**names, **dict.fromkeys(others, "")})
    assert derived is not None
    assert chart in derived.source
    assert {code: derived.types[code] for code in others} == others


def test_where_no_chart_agrees_the_rest_stays_open() -> None:
    derived = types_by_code({"A1": "Bank", "A2": "Rent", "A3": "Zebra"})
    assert derived is not None
    assert derived.types == {"A1": A, "A2": X}
    assert types_by_code({"1": "", "2": "Zebra"}) is None


def test_a_chart_from_a_sheet_keeps_zeros_and_text(write: WriteFile) -> None:
    rows: list[list[Cell]] = [
        ["Account Number", "Account Name", "Root Type"],
        ["0010", "Cash", "Asset"],
        [4000, "Sales", "Income"],
    ]
    staged = read(write("a.ods", ods({"Chart": rows})))
    assert [(a.code, a.type) for a in staged.accounts] == [("0010", A), ("4000", N)]


def test_rows_of_a_chart_that_cannot_stand_are_named(write: WriteFile) -> None:
    staged = read(write("a.csv", "code,name,type\n1,Bank,asset\n1,Again,asset\n,,asset\n3,Odd,magic\n"))
    assert [(e.row, e.column) for e in staged.errors] == [(3, "code"), (4, "code"), (5, "type")]
    assert [a.code for a in staged.accounts] == ["1", "3"]


@pytest.mark.parametrize("text", ["code,name\n", "just,some,words\n1,2,3\n"])
def test_what_is_no_chart_is_refused(write: WriteFile, text: str) -> None:
    with pytest.raises(ImportRefused):
        read(write("a.csv", text))
