"""General ledgers with accounts above their movements, as QuickBooks Online and Xero print them."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.flat import read_flat
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers import fuzz
from tests.storage.importers.sheets import xlsx

QUICKBOOKS = """Example Ltd,,,,,,,,
General Ledger,,,,,,,,
"January 1 - March 31, 2024",,,,,,,,

,Date,Transaction Type,Num,Name,Memo/Description,Split,Debit,Credit,Balance
Checking,,,,,,,,,
,Beginning Balance,,,,,,,,"5,000.00"
,01/15/2024,Check,101,Landlord,January,Rent,,"1,500.00","3,500.00"
,02/15/2024,Check,102,Landlord,February,Rent,,"1,500.00","2,000.00"
,02/20/2024,Check,103,Lenz,Paper,-Split-,,90.00,"1,910.00"
Total for Checking,,,,,,,,"3,090.00",
Expenses,,,,,,,,,
Office,,,,,,,,,
,02/20/2024,Check,103,Lenz,Paper,Checking,60.00,,60.00
,02/20/2024,Check,103,Lenz,Ink,Checking,30.00,,90.00
Total for Office,,,,,,,90.00,,
Rent,,,,,,,,,
,01/15/2024,Check,101,Landlord,January,Checking,"1,500.00",,"1,500.00"
,02/15/2024,Check,102,Landlord,February,Checking,"1,500.00",,"3,000.00"
Total for Rent,,,,,,,"3,000.00",,
Total for Expenses with sub-accounts,,,,,,,"3,090.00",,
,,,,,,,,,
"Thursday, Apr 04, 2024 09:12:33 AM GMT-7 - Accrual Basis",,,,,,,,,
"""
XERO = """General Ledger Detail
Demo Company
For the period 1 January 2024 to 31 January 2024

Date,Source,Description,Reference,Debit,Credit,Running Balance,Gross,GST
Accounts Receivable (610),,,,,,,,
Opening Balance,,,,0.00,0.00,0.00,,
16 Jan 2024,Receivable Invoice,Lenz GmbH,INV-1,119.00,0.00,119.00,119.00,0.00
28 Jan 2024,Receivable Invoice,Nord AG,INV-2,238.00,0.00,357.00,238.00,0.00
Total Accounts Receivable (610),,,,357.00,0.00,357.00,,
Closing Balance,,,,357.00,0.00,357.00,,
Sales (200),,,,,,,,
16 Jan 2024,Receivable Invoice,Lenz GmbH - Work,INV-1,0.00,100.00,-100.00,-119.00,-19.00
28 Jan 2024,Receivable Invoice,Nord AG - Work,INV-2,0.00,200.00,-300.00,-238.00,-38.00
Total Sales (200),,,,0.00,300.00,-300.00,,
GST (820),,,,,,,,
16 Jan 2024,Receivable Invoice,Lenz GmbH - Work,INV-1,0.00,19.00,-19.00,0.00,0.00
28 Jan 2024,Receivable Invoice,Nord AG - Work,INV-2,0.00,38.00,-57.00,0.00,0.00
Total GST (820),,,,0.00,57.00,-57.00,,
"""


def booked(staged: Staged) -> list[tuple[date, list[tuple[str, str, str]]]]:
    return [(e.date, sorted((x.account, x.side.letter, f"{x.amount}") for x in e.lines)) for e in staged.entries]


QUICKBOOKS_ENTRIES = [
    (date(2024, 1, 15), [("Checking", "C", "1500.00"), ("Expenses:Rent", "D", "1500.00")]),
    (date(2024, 2, 15), [("Checking", "C", "1500.00"), ("Expenses:Rent", "D", "1500.00")]),
    (date(2024, 2, 20), [("Checking", "C", "90.00"), ("Expenses:Office", "D", "30.00"),
                         ("Expenses:Office", "D", "60.00")]),
]  # fmt: skip


def test_quickbooks_movements_become_the_entries_they_are_of(write: WriteFile) -> None:
    staged = read(write("a.csv", QUICKBOOKS))
    assert (staged.format, staged.errors) == ("csv", ())
    assert booked(staged) == QUICKBOOKS_ENTRIES
    first = staged.entries[0]
    assert (first.number, first.journal, first.lines[0].party, first.lines[0].label) == (
        "101", "Check", "Landlord", "January",
    )  # fmt: skip
    assert "accounts above their rows" in staged.reason
    assert {a.code: a.name for a in staged.accounts}["Expenses:Rent"] == "Rent"
    assert [e.entry_id for e in read(write("b.csv", QUICKBOOKS)).entries] == [e.entry_id for e in staged.entries]


def test_a_sheet_says_the_same(write: WriteFile) -> None:
    rows = [[cell or None for cell in row] for row in csv.reader(io.StringIO(QUICKBOOKS))]
    assert booked(read(write("a.xlsx", xlsx({"General Ledger": rows})))) == QUICKBOOKS_ENTRIES


def test_xero_movements_with_codes_behind_the_names(write: WriteFile) -> None:
    staged = read(write("a.csv", XERO))
    assert staged.errors == ()
    assert booked(staged) == [
        (date(2024, 1, 16), [("200", "C", "100.00"), ("610", "D", "119.00"), ("820", "C", "19.00")]),
        (date(2024, 1, 28), [("200", "C", "200.00"), ("610", "D", "238.00"), ("820", "C", "38.00")]),
    ]
    assert {a.code: a.name for a in staged.accounts} == {"200": "Sales", "610": "Accounts Receivable", "820": "GST"}


def test_what_does_not_balance_stays_outside_as_rows_that_can_be_mended(write: WriteFile) -> None:
    staged = read(write("a.csv", QUICKBOOKS.replace("Ink,Checking,30.00", "Ink,Checking,31.00")))
    assert len(staged.entries) == 2
    assert ["does not balance" in e.why for e in staged.errors] == [True]
    shape = staged.kept.shape
    assert shape is not None
    assert shape.columns[-3:] == ("Account", "Account name", "Entry")
    assert [o.cells[-3] for o in staged.kept.outside] == ["Checking", "Expenses:Office", "Expenses:Office"]
    out = io.StringIO()
    rows = [o.cells for o in staged.kept.outside]
    csv.writer(out).writerows([shape.columns, *([c.replace("31.00", "30.00") for c in row] for row in rows)])
    assert booked(read(write("mended.csv", out.getvalue()))) == QUICKBOOKS_ENTRIES[2:]


def test_amounts_without_sides_are_refused_with_the_report_to_export(write: WriteFile) -> None:
    signed = QUICKBOOKS.replace("Debit,Credit,Balance", "Amount,Balance,")
    with pytest.raises(ImportRefused, match=r"debit and credit cannot be told.*Export the journal instead.*QuickBooks"):
        read(write("a.csv", signed))


def test_a_report_whose_movements_find_no_other_side_is_refused(write: WriteFile) -> None:
    one_side = QUICKBOOKS.partition("Expenses,")[0]
    with pytest.raises(ImportRefused, match=r"0% of its rows make entries.*Export the journal instead"):
        read(write("a.csv", one_side))


def test_a_banks_list_with_a_balance_stays_one(write: WriteFile) -> None:
    bank = "Date,Type,Description,Amount,Balance\n2024-01-13,Card,Paper,-9.50,100.00\n2024-01-14,Card,Ink,-1.00,99.00\n"
    assert read(write("a.csv", bank)).format == "bank-csv"


@pytest.mark.parametrize("seeds", fuzz.SEEDS)
def test_accidents(seeds: range) -> None:
    done = fuzz.fuzz(read_flat, [QUICKBOOKS.encode(), XERO.encode()], seeds, "by_account.csv")
    assert done["whole"] > 0
    assert done["in part"] > 0
    assert done["refused"] > 0
