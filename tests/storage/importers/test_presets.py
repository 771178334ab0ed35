"""Tables of known programs: each preset on a small table as the program writes it, and on the constructed samples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.journal import AccountType
from storage.importers import read
from storage.importers.tables.presets import PRESETS
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.sheets import Cell, xlsx

CONSTRUCTED = Path(__file__).resolve().parents[4] / "shared" / "formats" / "constructed"


def lines(staged: Staged) -> list[list[tuple[str, str, str]]]:
    return [[(x.account, x.side.letter, f"{x.amount}") for x in e.lines] for e in staged.entries]


TABLES = {
    "QuickBooks Online journal entries": (
        ("*JournalNo,*JournalDate,*AccountName,*Debits,*Credits,Description,Name,Currency\n"
        "J1,01/31/2024,Rent:Office,30.00,,Rent,,USD\nJ1,,Checking,,30.00,Rent,,USD\n"
        "J2,02/01/2024,Postage,4.00,,Post,,USD\nJ2,,Checking,,4.00,Post,,USD\n"),
        [[("Rent:Office", "D", "30.00"), ("Checking", "C", "30.00")],
         [("Postage", "D", "4.00"), ("Checking", "C", "4.00")]],
    ),
    "Xero manual journals": (
        ("*Narration,*Date,Description,*AccountCode,*TaxRate,*Amount,TrackingName1\n"
        "Pay,31 Jan 2024,Wages,477,No Tax,50.00,\nPay,31 Jan 2024,Net,800,No Tax,-50.00,\n"
        "Rent,31 Jan 2024,Rent,469,No Tax,9.00,\nRent,31 Jan 2024,Bank,090,No Tax,-9.00,\n"),
        [[("477", "D", "50.00"), ("800", "C", "50.00")], [("469", "D", "9.00"), ("090", "C", "9.00")]],
    ),
    "Xero journal report": (
        ("Journals\nExample Ltd\n\nJournal Number,Journal Date,Source,Contact,Description,Reference,Account Code,"
        "Account,Debit,Credit,Gross,GST\n"
        "17,31 Jan 2024,Payable Invoice,City Ltd,Rent,INV-1,469,Rent,9.00,,10.80,1.80\n"
        "17,31 Jan 2024,Payable Invoice,City Ltd,Rent,INV-1,820,VAT,1.80,,1.80,0\n"
        "17,31 Jan 2024,Payable Invoice,City Ltd,Rent,INV-1,800,Accounts Payable,,10.80,10.80,0\n"),
        [[("469", "D", "9.00"), ("820", "D", "1.80"), ("800", "C", "10.80")]],
    ),
    "Sage 50 UK audit trail": (
        ("Type,Account Reference,Nominal A/C Ref,Dept,Date,Reference,Details,Net Amount,Tax Code,Tax Amount\n"
        "JD,,0020,0,03/02/2024,R1,Rent,9.00,T9,0.00\nJC,,1200,0,03/02/2024,R1,Rent,9.00,T9,0.00\n"),
        [[("0020", "D", "9.00"), ("1200", "C", "9.00")]],
    ),
    "Odoo journal entries": (
        ("id,journal_id/id,date,ref,line_ids/account_id/id,line_ids/partner_id/id,line_ids/name,line_ids/debit,"
        "line_ids/credit\nx.1,account.1_general,2024-01-31,R1,account.1_613000,,Rent,9.00,0.00\n"
        ",,,,account.1_512001,,Bank,0.00,9.00\n"),
        [[("613000", "D", "9.00"), ("512001", "C", "9.00")]],
    ),
    "ERPNext journal entries": (
        ("ID,Entry Type,Posting Date,User Remark,Account (Accounting Entries),Party (Accounting Entries),"
        "Debit (Accounting Entries),Credit (Accounting Entries)\n"
        ",Journal Entry,2024-01-31,Rent,Rent - DL,,5.00,0\n,,,,Bank - DL,,0,5.00\n,,,,Heat - DL,,4.00,0\n"
        ",,,,Bank - DL,,0,4.00\n,Journal Entry,2024-01-31,Post,Post - DL,,1.00,0\n,,,,Bank - DL,,0,1.00\n"),
        [[("Rent - DL", "D", "5.00"), ("Bank - DL", "C", "5.00"), ("Heat - DL", "D", "4.00"),
          ("Bank - DL", "C", "4.00")], [("Post - DL", "D", "1.00"), ("Bank - DL", "C", "1.00")]],
    ),
    "SAP FBL3N or BSEG": (
        ("BUKRS;BELNR;GJAHR;BUZEI;BLART;BUDAT;HKONT;LIFNR;KUNNR;SGTXT;SHKZG;DMBTR;WRBTR;WAERS\n"
        "1000;19;2024;001;KR;31.01.2024;0000400000;;;Büro;S;1.234,56;1.300,00;USD\n"
        "1000;19;2024;002;KR;31.01.2024;0000160000;0000100234;;Büro;H;1.234,56;1.300,00;USD\n"
        "2000;19;2024;001;KR;31.01.2024;0000400000;;;Büro;S;1,00;1,00;EUR\n"
        "2000;19;2024;002;KR;31.01.2024;0000160000;;;Büro;H;1,00;1,00;EUR\n"),
        [[("0000400000", "D", "1234.56"), ("0000160000", "C", "1234.56")],
         [("0000400000", "D", "1.00"), ("0000160000", "C", "1.00")]],
    ),
    "SAP ACDOCA": (
        ("RBUKRS,GJAHR,BELNR,DOCLN,BUDAT,RACCT,SGTXT,DRCRK,HSL,RHCUR\n"
        "1000,2024,19,000001,20240131,0000400000,Office,S,1234.56,EUR\n"
        "1000,2024,19,000002,20240131,0000160000,Office,H,-1234.56,EUR\n"),
        [[("0000400000", "D", "1234.56"), ("0000160000", "C", "1234.56")]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_preset_reads_its_programs_table(write: WriteFile, name: str) -> None:
    text, wanted = TABLES[name]
    staged = read(write("a.csv", text))
    assert f"whose columns are those of {name}" in staged.reason
    assert (lines(staged), staged.errors) == (wanted, ())


def test_every_preset_is_tried() -> None:
    elsewhere = {"QuickBooks Online journal report", "Chinese general ledger with auxiliary codes"}
    assert {p.mapping.name for p in PRESETS} == TABLES.keys() | elsewhere


def test_amounts_of_a_document_in_another_currency_stay_beside_those_of_the_books(write: WriteFile) -> None:
    foreign, own = read(write("a.csv", TABLES["SAP FBL3N or BSEG"][0])).entries
    assert [(x.original_amount, x.original_currency) for x in foreign.lines] == [(Decimal("1300.00"), "USD")] * 2
    assert (own.currency, own.lines[0].original_amount) == ("EUR", None)
    assert [x.party for x in foreign.lines] == ["", "0000100234"]


def test_a_quickbooks_report_has_titles_sums_and_entries_that_share_numbers(write: WriteFile) -> None:
    rows: list[list[Cell]] = [
        ["Example Company"], ["Journal"], ["January 2024"], [None],
        [None, "Date", "Transaction Type", "Num", "Name", "Memo/Description", "Account", "Debit", "Credit"],
        [None, "01/31/2024", "Bill", "7", "City Ltd", "Rent", "Rent", 9.0, None],
        [None, None, None, None, None, "Rent", "Accounts Payable (A/P)", None, 9],
        [None, None, None, None, None, None, None, 9, 9],
        [None, "01/31/2024", "Expense", "7", "Post", "Stamps", "Postage", 4, None],
        [None, None, None, None, None, "Stamps", "Checking", None, 4],
        [None, None, None, None, None, None, None, 4, 4],
        ["TOTAL", None, None, None, None, None, None, 13, 13],
    ]  # fmt: skip
    staged = read(write("a.xlsx", xlsx({"Journal": rows})))
    assert "QuickBooks Online journal report" in staged.reason
    assert (lines(staged), staged.errors) == (
        [[("Rent", "D", "9"), ("Accounts Payable (A/P)", "C", "9")], [("Postage", "D", "4"), ("Checking", "C", "4")]],
        (),
    )
    assert [(e.journal, e.document, e.date) for e in staged.entries] == [
        ("Bill", "7", date(2024, 1, 31)), ("Expense", "7", date(2024, 1, 31)),
    ]  # fmt: skip


def test_a_header_with_a_name_more_is_still_its_programs(write: WriteFile) -> None:
    """But a preset that is known by its fingerprint wants its header whole."""
    water = next(p for p in PRESETS if p.mapping.header)
    assert water.fits(water.mapping.header) is not None
    assert water.fits((*water.mapping.header, "备注")) is None
    text, wanted = TABLES["SAP ACDOCA"]
    more = text.replace("RHCUR", "RHCUR,PRCTR").replace("EUR\n", "EUR,P1\n")
    assert lines(read(write("a.csv", more))) == wanted


@pytest.mark.skipif(not CONSTRUCTED.is_dir(), reason="the shared formats (../shared/formats) are not here")
def test_every_constructed_table_goes_in() -> None:
    found = {p.name: read(p) for p in sorted(CONSTRUCTED.glob("*.csv"))}
    assert len(found) == 8
    for name, staged in found.items():
        assert staged.errors == (), name
        chart = name == "xero_chart_of_accounts.csv"
        assert (len(staged.entries), len(staged.accounts)) == ((0, 3) if chart else (1, len(staged.entries[0].lines)))
    accounts = found["xero_chart_of_accounts.csv"].accounts
    assert [(a.code, a.type) for a in accounts] == [
        ("090", AccountType.ASSET), ("200", AccountType.INCOME), ("400", AccountType.EXPENSE),
    ]  # fmt: skip
