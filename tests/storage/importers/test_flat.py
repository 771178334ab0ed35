from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.journal import AccountType, Side
from storage.errors import ImportRefused
from storage.importers import read
from tests.storage.conftest import WriteFile

HEADER = "date,journal,number,description,account,debit,credit,party,currency,document\n"
TWO = '''2024-01-31,BK,1,Rent January,4210,500.00,,,EUR,R1
2024-01-31,BK,1,Rent January,1200,,500.00,Müller GmbH,EUR,R1
2024-02-29,BK,2,"Rent, ""February""",4210,500.00,,,EUR,R2
2024-02-29,BK,2,"Rent, ""February""",1200,,500.00,Müller GmbH,EUR,R2
'''


def test_rows_become_entries_with_their_fields(write: WriteFile) -> None:
    staged = read(write("a.csv", HEADER + TWO))
    assert (staged.format, staged.errors) == ("csv", ())
    january, february = staged.entries
    assert (january.date, january.journal, january.number, january.document) == (date(2024, 1, 31), "BK", "1", "R1")
    assert (january.description, february.description) == ("Rent January", 'Rent, "February"')
    assert (january.party, january.currency) == ("", "EUR")
    assert [(x.account, x.side, x.amount, x.party) for x in january.lines] == [
        ("4210", Side.DEBIT, Decimal(500), ""), ("1200", Side.CREDIT, Decimal(500), "Müller GmbH"),
    ]  # fmt: skip
    assert {a.type for a in staged.accounts} == {AccountType.UNKNOWN}  # nothing says whose chart this is


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + TWO).replace(",", ";").replace("Rent; ", "Rent, ").replace(".00", ",00"),
        "\ufeff" + (HEADER + TWO).replace("\n", "\r\n"),
        (HEADER + TWO).replace("2024-01-31", "31/01/2024").replace("2024-02-29", "29/02/2024"),
        (HEADER + TWO).replace("2024-01-31", "01/31/2024").replace("2024-02-29", "02/29/2024"),
        (HEADER + TWO).replace("date,journal", "Entry Date,Journal Code").replace("debit,credit", "SOLL,Haben"),
    ],
)
def test_spellings_of_the_same_file(write: WriteFile, content: str) -> None:
    assert read(write("b.csv", content)).entries == read(write("a.csv", HEADER + TWO)).entries


@pytest.mark.parametrize(
    "body",
    [
        "date,account,amount,side,entry\n2024-01-31,1,5.50,D,x\n2024-01-31,2,5.50,C,x\n",
        "date,account,amount,sens,entry\n2024-01-31,1,5.50,S,x\n2024-01-31,2,5.50,H,x\n",
        "date,account,amount,entry\n2024-01-31,1,5.50,x\n2024-01-31,2,-5.50,x\n",
    ],
)
def test_one_amount_column_goes_by_its_side_or_its_sign(write: WriteFile, body: str) -> None:
    (entry,) = read(write("a.csv", body)).entries
    assert entry.entry_id == "x"
    assert [(x.side.letter, x.amount) for x in entry.lines] == [("D", Decimal("5.50")), ("C", Decimal("5.50"))]


def test_rows_without_a_number_are_told_apart_by_balance(write: WriteFile) -> None:
    body = "date,account,debit,credit,label\n" + "".join(
        f"2024-01-31,1,{n},,{t}\n2024-01-31,2,,{n},{t}\n" for n, t in ((5, "a"), (7, "b"))
    )
    staged = read(write("a.csv", body))
    assert [(e.description, e.total) for e in staged.entries] == [("a", Decimal(5)), ("b", Decimal(7))]
    assert "2 entries have no number" in staged.reason


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("2024-13-31,BK,3,x,4210,5,,,EUR,", "date", "not a day"),
        ("2024-01-31,BK,3,x,,5,,,EUR,", "account", "is blank"),
        ("2024-01-31,BK,3,x,4210,five,,,EUR,", "debit", "not an amount"),
        ("2024-01-31,BK,3,x,4210,5,,,EUR,", "lines", "fewer than two lines"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_in(write: WriteFile, row: str, column: str, why: str) -> None:
    staged = read(write("a.csv", HEADER + TWO + row + "\n"))
    assert len(staged.entries) == 2
    assert (staged.errors[0].row, staged.errors[0].column) == (6, column)
    assert why in staged.errors[0].why


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (HEADER, "no rows"),
        (HEADER + TWO.replace("2024-01-31", "01/02/2024").replace("2024-02-29", "03/04/2024"), "or month/day"),
        (HEADER + TWO.replace("500.00", "1.500"), "thousands or decimals"),
        ("just,some,words\n1,2,3\n", "no known format"),
        ("date,account\n2024-01-31,1\n", "no known format"),
    ],
)
def test_what_can_only_be_guessed_is_refused(write: WriteFile, content: str, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        read(write("a.csv", content))


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_quote_that_never_ends_swallows_no_rows(write: WriteFile, times: int) -> None:
    with pytest.raises(ImportRefused, match=r"row \d+ cannot be divided into cells.*quotation marks"):
        read(write("a.csv", HEADER + '2024-03-01,BK,3,"open,4210,5,,,EUR,\n' * times + TWO))


def test_grouped_thousands_follow_the_files_decimal_mark(write: WriteFile) -> None:
    body = "date;account;debit;credit;number\n2024-01-31;1;1.234;;1\n2024-01-31;2;;1.234,00;1\n"
    (entry,) = read(write("a.csv", body)).entries
    assert entry.total == 1234
