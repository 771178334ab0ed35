"""IIF files of QuickBooks Desktop: separators, quoting, days, lists; and real samples beside the repository."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.journal import AccountType
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.iif import READER, cells_of
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

HEAD = (
    "!ACCNT\tNAME\tACCNTTYPE\tDESC\nACCNT\tSales:Retail\tINC\tRetail sales\nACCNT\tDebtors\tAR\t\n"
    "!TRNS\tTRNSTYPE\tDATE\tACCNT\tNAME\tCLASS\tAMOUNT\tDOCNUM\tMEMO\n"
    "!SPL\tTRNSTYPE\tDATE\tACCNT\tNAME\tCLASS\tAMOUNT\tDOCNUM\tMEMO\n!ENDTRNS\n"
)
SALE = (
    'TRNS\tINVOICE\t10/24/14\tDebtors\tMoll\t\t"1,190.00"\tR-1\tChairs\n'
    'SPL\tINVOICE\t\tSales:Retail\t\tNorth\t-1,000.00\t\t\nSPL\tINVOICE\t\tVAT\t\t\t-190\t\t6" wide\nENDTRNS\n'
)


def iif(text: str, write: WriteFile) -> Staged:
    return read(write("a.iif", text))


def test_a_transaction_with_its_fields(write: WriteFile) -> None:
    staged = iif(HEAD + SALE + "ENDTRNS\n", write)
    (entry,) = staged.entries
    assert (entry.date, entry.description, entry.party) == (date(2014, 10, 24), "Chairs", "Moll")
    assert (entry.document, entry.journal, staged.errors) == ("R-1", "INVOICE", ())
    assert [(x.account, x.side.letter, x.amount, x.party, x.label) for x in entry.lines] == [
        ("Debtors", "D", Decimal("1190.00"), "Moll", "Chairs"),
        ("Sales:Retail", "C", Decimal("1000.00"), "", "[North]"), ("VAT", "C", Decimal(190), "", '6" wide'),
    ]  # fmt: skip
    accounts = {a.code: (a.name, a.type, a.parent, a.control) for a in staged.accounts}
    assert accounts["Sales:Retail"] == ("Retail sales", AccountType.INCOME, "Sales", False)
    assert accounts["Debtors"] == ("Debtors", AccountType.ASSET, "", True)
    assert "classes stand in square brackets at the end of 1 labels" in staged.reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + SALE, "tab"), ((HEAD + SALE).replace("\n", "\r"), "tab"),
        ((HEAD + SALE).replace("\n", "\r\n\r\n"), "tab"),
        ((HEAD + SALE).replace("-1,000.00", "-1000.00").replace("\t", ","), "comma"),
    ],
)  # fmt: skip
def test_separators_and_row_ends(write: WriteFile, text: str, said: str) -> None:
    staged = iif(text, write)
    assert (len(staged.entries), staged.errors) == (1, ())
    assert f"separated by {said}" in staged.reason
    assert staged.entries[0].total == 1190


def test_quotation_marks_are_taken_as_people_write_them() -> None:
    assert cells_of('"a"\t "b, c" \t"d "x" e"\tf" g\t', "\t") == ["a", "b, c", 'd "x" e', 'f" g', ""]
    assert cells_of('a,"b, ""c""",6" wide,"open', ",") == ["a", 'b, "c"', '6" wide', '"open']


def test_days_are_month_first_unless_one_of_them_cannot_be(write: WriteFile) -> None:
    other = SALE.replace("10/24/14", "24/10/2014")
    staged = iif(HEAD + SALE.replace("10/24/14", "02/03/2015") + other, write)
    assert [e.date for e in staged.entries] == [date(2015, 3, 2), date(2014, 10, 24)]
    assert "day/month/year" in staged.reason
    assert iif(HEAD + SALE.replace("10/24/14", "02-03-15"), write).entries[0].date == date(2015, 2, 3)
    assert iif(HEAD + SALE.replace("10/24/14", "2015-03-02"), write).entries[0].date == date(2015, 3, 2)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("-190", "--190", "is not an amount"), ("-190", "-191", "does not balance"), ("10/24/14", "", "has a day"),
        ("10/24/14", "02/30/14", "is not a day"), ("Debtors\tMoll", "\tMoll", "is blank"),
        ("-190", "-1,9", "is not an amount"),
    ],
)  # fmt: skip
def test_a_broken_row_keeps_its_transaction_out(write: WriteFile, old: str, new: str, why: str) -> None:
    staged = iif(HEAD + SALE.replace(old, new) + SALE.replace("Chairs", "More"), write)
    assert [e.description for e in staged.entries] == ["More"]
    assert why in str(staged.errors[0])


def test_lists_alone_are_refused_with_what_to_do(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match=r"lists of another kind \(CUST\).*the report Journal as CSV"):
        iif("!CUST\tNAME\nCUST\tMoll\n", write)


def test_a_row_whose_columns_are_not_named_is_an_error(write: WriteFile) -> None:
    staged = iif("!TRNS\tDATE\tACCNT\tAMOUNT\nTRNS\t01/02/2024\ta\t1\nSPL\t\tb\t-1\nENDTRNS\n", write)
    assert "whose columns no row above names" in str(staged.errors)


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents(seeds: range) -> None:
    done = fuzz(READER.read, [(HEAD + SALE).encode(), (HEAD + SALE * 20).replace("\t", ",").encode()], seeds, "a.iif")
    assert min(done["whole"], done["in part"]) > len(seeds) // 20


EMPTY = {
    "liberal-parsing.iif": 2,
    "memo-quotes.iif": 1,
    "spaces.iif": 1,
}  # transactions in them, none of which balances


def test_real_samples_keep_every_transaction_or_say_why_not(shared_ledgers: Path) -> None:
    for path in sorted((shared_ledgers.parent / "formats" / "iif" / "iif-parser").iterdir()):
        staged = read(path)
        rows = path.read_bytes().decode("cp1252").replace("\r", "\n").split("\n")
        begun = sum(r.strip().strip('"').startswith(("TRNS\t", "TRNS,", 'TRNS"')) for r in rows)
        assert staged.format == "iif", path.name
        assert len(staged.entries) == begun - EMPTY.get(path.name, 0), path.name
        assert len(staged.errors) == EMPTY.get(path.name, 0), path.name
        assert all(e.date.year in range(2014, 2025) for e in staged.entries), path.name
