"""What the engine of tables decides by itself: encoding, header, spelling, layout and entries."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.cells import BadCell
from storage.importers.flat import TableQuestion, read_flat
from storage.importers.sheet import Number
from storage.importers.tables.cells import Days, Undecided, amount_of, mark_of
from storage.importers.tables.mapping import Mapping
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers import fuzz


def lines(staged: Staged) -> list[list[tuple[str, str, str]]]:
    return [[(x.account, x.side.letter, f"{x.amount}") for x in e.lines] for e in staged.entries]


RENT = [[("4210", "D", "1190.00"), ("1600", "C", "1190.00")]]


@pytest.mark.parametrize(
    ("cells", "order", "days"),
    [
        (["31/01/2024", "01/02/2024"], "dmy", ["2024-01-31", "2024-02-01"]),
        (["1/31/24", "2/1/24"], "mdy", ["2024-01-31", "2024-02-01"]),
        (["310124", "10224"], "dmy", ["2024-01-31", "2024-02-01"]),  # a spreadsheet took the zero
        (["31012024", "1022024"], "dmy", ["2024-01-31", "2024-02-01"]),
        (["20190630", "20190701"], "", ["2019-06-30", "2019-07-01"]),
        (["24-01-30", "24-01-31", "24-02-01"], "ymd", ["2024-01-30", "2024-01-31", "2024-02-01"]),
        (["31.12.99", "01.01.00"], "dmy", ["1999-12-31", "2000-01-01"]),
        (["45322", "45323.5"], "serial", ["2024-01-31", "2024-02-01"]),
        (["31 Jan 2024", "1 févr. 2024"], "", ["2024-01-31", "2024-02-01"]),
        (["Jan 31, 2024", "February 1, 2024"], "", ["2024-01-31", "2024-02-01"]),
        (["2024年1月31日"], "", ["2024-01-31"]),
        (["2024-01-31 00:00:00", "1/31/2024 12:00:00 AM"], "mdy", ["2024-01-31", "2024-01-31"]),
        (["31.01.24"], "dmy", ["2024-01-31"]),
        (["05/05/2024", "06/06/2024"], "dmy", ["2024-05-05", "2024-06-06"]),  # reads the same either way
    ],
)
def test_days_are_read_one_way_in_a_column(cells: list[str], order: str, days: list[str]) -> None:
    read_day = Days(cells)
    assert (read_day.order, [read_day(c).isoformat() for c in cells]) == (order, days)


@pytest.mark.parametrize("cells", [["03/04/2024"], ["01/02/24", "03/04/24"], ["010224"]])
def test_days_that_read_two_ways_are_asked(cells: list[str]) -> None:
    with pytest.raises(Undecided) as found:
        Days(cells)
    assert {"dmy", "mdy"} <= set(found.value.choices)
    assert Days(cells, found.value.choices[0])(cells[0]).year == 2024


@pytest.mark.parametrize("cell", ["31/13/2024", "soon", "", "2024-02-30", "99999999", "1e5", "٣١/٠١/٢٠٢٤"])
def test_what_is_no_day_is_a_bad_cell(cell: str) -> None:
    with pytest.raises(BadCell):
        Days(["31/01/2024", cell])(cell)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.234,56", "1.234"], ","), (["1,234.56"], "."), (["1.234.567"], ","), (["12.5", "1.234"], "."),
        (["0.125"], "."), (["1234.567"], "."), (["1 234,50 €"], ","), (["(1'234.50)"], "."), (["5", "7"], ""),
        ([Number("1.234")], ""), (["1.234,56-"], ","),
    ],
)  # fmt: skip
def test_a_mark_is_that_of_the_column(cells: Sequence[str], mark: str) -> None:
    assert mark_of(cells) == mark


def test_a_mark_that_may_group_thousands_is_asked() -> None:
    with pytest.raises(Undecided):
        mark_of(["1.234", "5.000"])


@pytest.mark.parametrize(
    ("cell", "mark", "amount"),
    [
        ("EUR 1,234.56", ".", "1234.56"), ("1.234,56- ", ",", "-1234.56"), ("(12.50)", ".", "-12.50"),
        ("12,50 kr", ",", "12.50"), ("Fr. 1'200.00", ".", "1200.00"), ("\u00a01\u202f200,00\u00a0€", ",", "1200.00"),
        (Number("-0.5"), ",", "-0.5"),
    ],
)  # fmt: skip
def test_amounts_stand_beside_currencies(cell: str, mark: str, amount: str) -> None:
    assert amount_of(cell, mark) == Decimal(amount)


@pytest.mark.parametrize("cell", ["NaN", "INF", "five", "1;2", "0x10", "EUR"])
def test_what_is_no_amount_is_a_bad_cell(cell: str) -> None:
    with pytest.raises(BadCell):
        amount_of(cell, ".")


LAYOUTS = {
    "two columns": "Soll;Haben\n1190,00;\n;1190,00",
    "credits below zero": "Soll;Haben\n1190,00;\n;-1190,00",
    "one signed column": "Betrag\n1190,00\n-1190,00",
    "a side in words": "Betrag;Soll/Haben\n1190,00;Soll\n1190,00;Haben",
    "S and H": "Betrag;SH\n1190,00;S\n1190,00;H",
    "D and C": "Betrag;D/C\n1190,00;D\n1190,00;C",
    "French words": "Betrag;Sens\n1190,00;Débit\n1190,00;Crédit",
    "Chinese words": "Betrag;方向\n1190,00;借\n1190,00;贷",
    "Dr and Cr behind": "Betrag\n1.190,00 Dr\n1.190,00 Cr",
    "a sign and a side": "Betrag;SH\n1190,00;S\n-1190,00;H",
}


@pytest.mark.parametrize("way", LAYOUTS)
def test_the_layout_that_balances_is_the_right_one(write: WriteFile, way: str) -> None:
    names, first, second = LAYOUTS[way].split("\n")
    rows = f"Datum;Nummer;Konto;Text;{names}\n31.01.2024;1;4210;Miete;{first}\n31.01.2024;1;1600;Miete;{second}\n"
    staged = read(write("a.csv", rows))
    assert (lines(staged), staged.errors) == (RENT, ())
    assert "2 rows, 1 entries, 1 balance" in staged.reason


def test_a_mapping_turns_the_sign(write: WriteFile) -> None:
    rows = "date,account,amount,number\n2024-01-31,4210,-1190.00,1\n2024-01-31,1600,1190.00,1\n"
    columns = {"date": "date", "account": "account", "amount": "amount", "number": "number"}
    mapping = Mapping(columns=columns, layout="inverse")
    assert lines(read(write("a.csv", rows), mapping=mapping)) == RENT


def test_words_of_a_side_can_be_taught(write: WriteFile) -> None:
    rows = "date,account,amount,side,number\n2024-01-31,4210,1190.00,in,1\n2024-01-31,1600,1190.00,out,1\n"
    said = [e.why for e in read(write("a.csv", rows)).errors]
    assert "is not a side" in said
    columns = {c: c for c in ("date", "account", "amount", "side", "number")}
    mapping = Mapping(columns=columns, layout="side", sides={"in": "D", "out": "C"})
    assert lines(read(write("a.csv", rows), mapping=mapping)) == RENT


HEAD = "Date,Number,Account,Memo,Debit,Credit\n"
PAIR = "{day},{number},4210,{text},{amount},\n{day},{number},1600,{text},,{amount}\n"


def pairs(*rows: tuple[str, str, str]) -> str:
    return HEAD + "".join(PAIR.format(day=d, number=n, text=f"t{i}", amount=a) for i, (d, n, a) in enumerate(rows))


def test_numbers_that_begin_anew_each_month_are_told_apart(write: WriteFile) -> None:
    staged = read(write("a.csv", pairs(*((f"2024-0{m}-0{n}", f"{n}", f"{m}.{n}0") for m in (1, 2, 3) for n in (1, 2)))))
    assert len(staged.entries) == 6
    assert len({e.entry_id for e in staged.entries}) == 6


def test_a_number_whose_rows_carry_two_days_stays_one_entry(write: WriteFile) -> None:
    rows = HEAD + "2024-01-31,1,4210,x,5.00,\n2024-02-01,1,1600,x,,5.00\n"
    assert len(read(write("a.csv", rows)).entries) == 1


def test_blank_cells_repeat_the_first_row_of_their_entry(write: WriteFile) -> None:
    rows = "Date,Account,Memo,Debit,Credit\n2024-01-31,4210,Rent,3.00,\n,4211,Heat,2.00,\n,1600,Sum,,5.00\n"
    rows += "2024-01-31,4210,Rent,5.00,\n,1600,Sum,,5.00\n,4210,Rent,4.00,\n,1600,Sum,,4.00\n"
    staged = read(write("a.csv", rows))
    assert [len(e.lines) for e in staged.entries] == [3, 4]  # not cut where the balance is zero on the way
    assert "blank cells repeat the first row" in staged.reason


def test_one_missing_day_among_many_is_an_error(write: WriteFile) -> None:
    many = pairs(*((f"2024-01-{n:02d}", f"{n}", "5.00") for n in range(1, 12)))
    staged = read(write("a.csv", many.replace("2024-01-05,5,1600", ",5,1600")))
    assert [(e.row, e.column, e.why) for e in staged.errors][-1] == (11, "Date", "is blank")


def test_titles_groups_and_sums_are_passed_over_and_counted(write: WriteFile) -> None:
    body = pairs(("31/01/2024", "1", "1,190.00"), ("01/02/2024", "2", "7.00"))
    body = "Example Ltd,,,,,\nJournal,,,,,\n\n" + body.replace("\n01/02", "\nFebruary,,,,,\n01/02", 1).replace(
        "1,190.00", '"1,190.00"'
    )
    staged = read(write("a.csv", body + ",,,,1197.00,1197.00\nTOTAL,,,,1197.00,1197.00\n"))
    assert lines(staged)[:1] == RENT
    assert (len(staged.entries), staged.errors) == (2, ())
    assert "named in row 4" in staged.reason
    assert "3 rows of sums or headings were passed over" in staged.reason


def test_rows_are_numbered_as_the_file_has_them(write: WriteFile) -> None:
    staged = read(write("a.csv", "A title\n\n" + pairs(("2024-01-31", "1", "5.00")) + "x,9,4210,y,1.00,\n"))
    assert staged.errors[0].row == 6


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "iso8859-15", "cp437", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_letters_arrive_in_every_usual_encoding(write: WriteFile, encoding: str) -> None:
    rows = "Datum;Beleg;Konto;Buchungstext;Soll;Haben\n" + "".join(
        f"31.01.2024;{n};{k};Büromöbel für Länge {n};{s}\n"
        for n in range(9)
        for k, s in ((4210, "5,00;"), (1600, ";5,00"))
    )
    staged = read(write("a.csv", rows.replace("Beleg;", "Belegnr;").encode(encoding)))
    assert {e.description for e in staged.entries} == {f"Büromöbel für Länge {n}" for n in range(9)}


def test_older_chinese_programs_are_read(write: WriteFile) -> None:
    rows = "日期,凭证号,科目编码,摘要,借方,贷方\n2024-01-31,1,4210,房租,1190.00,\n2024-01-31,1,1600,房租,,1190.00\n"
    staged = read(write("a.csv", rows.encode("gb18030")))
    assert (lines(staged), staged.entries[0].description) == (RENT, "房租")


def test_excels_own_first_row_names_the_separator(write: WriteFile) -> None:
    rows = "sep=|\n" + pairs(("2024-01-31", "1", "1190.00")).replace(",", "|")
    assert lines(read(write("a.csv", rows))) == RENT


def test_a_report_names_the_currency_in_its_columns_and_sums_in_its_accounts(write: WriteFile) -> None:
    rows = "Posting Date,Account,Debit (EUR),Credit (EUR),Balance (EUR),Voucher No\n,'Opening',0,0,0,\n"
    rows += "2024-01-31,4210,1190.00,0,0,JV-1\n2024-01-31,1600,0,1190.00,0,JV-1\n,'Total',1190,1190,0,\n"
    staged = read(write("a.csv", rows))
    assert (lines(staged), staged.errors) == (RENT, ())


def test_code_and_name_in_one_cell_are_parted(write: WriteFile) -> None:
    rows = pairs(("2024-01-31", "1", "1190.00")).replace("4210", "4210 - Rent").replace("1600", "1600 Creditors")
    staged = read(write("a.csv", rows))
    assert lines(staged) == RENT
    assert [(a.code, a.name) for a in staged.accounts] == [("1600", "Creditors"), ("4210", "Rent")]


def test_accounts_without_codes_go_by_their_names(write: WriteFile) -> None:
    rows = pairs(("2024-01-31", "1", "5.00")).replace("4210", "Rent:Office").replace("1600", "Checking")
    assert [a.code for a in read(write("a.csv", rows)).accounts] == ["Checking", "Rent:Office"]


def test_a_row_with_more_cells_than_names_says_so(write: WriteFile) -> None:
    staged = read(write("a.csv", pairs(("2024-01-31", "1", "5.00")).replace("t0,,5.00", "t0, more,,5.00")))
    assert "to the right of the last column" in "".join(e.why for e in staged.errors)
    assert staged.entries == ()


def test_a_question_of_amounts_names_column_and_choices(write: WriteFile) -> None:
    with pytest.raises(TableQuestion, match="thousands or decimals") as found:
        read(write("a.csv", pairs(("2024-01-31", "1", "1.190"))))
    assert (found.value.option, found.value.role, found.value.choices) == ("decimal", "debit", (",", "."))
    columns = {"date": "Date", "number": "Number", "account": "Account", "debit": "Debit", "credit": "Credit"}
    comma = Mapping(columns=columns, decimal={"*": ","})
    assert lines(read(write("a.csv", pairs(("2024-01-31", "1", "1.190"))), mapping=comma)) == [
        [("4210", "D", "1190"), ("1600", "C", "1190")]
    ]


def test_a_mapping_whose_columns_are_not_there_is_refused(write: WriteFile) -> None:
    mapping = Mapping(columns={"date": "Jour", "account": "Account", "amount": "Debit"})
    with pytest.raises(ImportRefused, match="'Jour'"):
        read(write("a.csv", pairs(("2024-01-31", "1", "5.00"))), mapping=mapping)


SAMPLES = [
    pairs(*((f"2024-0{m}-1{m}", f"{m}", f"{m}00.50") for m in range(1, 7))).encode(),
    b"\n".join(
        [b"Title", b"", "Datum;Beleg;Konto;Buchungstext;Betrag;S/H".encode("cp1252")]
        + [f"31.01.24;{n};{4000 + n % 3};Für {n};1.0{n:02d},50;{'SH'[n % 2]}".encode("cp1252") for n in range(20)]
    ),
    b"Code,Name,Type,Parent\n1,Assets,Asset,\n10,Bank,Bank,1\n4,Sales,Revenue,\n",
    (
        "\ufeff日期,凭证号,科目编码,摘要,借方,贷方\r\n" + "2024年1月31日,记1,1001,房租,5,\r\n,记1,2202,房租,,5\r\n" * 4
    ).encode(),
]


@pytest.mark.parametrize("seeds", fuzz.SEEDS)
def test_accidents_are_refused_or_set_aside(seeds: range) -> None:
    done = fuzz.fuzz(read_flat, SAMPLES, seeds, "a.csv")
    assert done["whole"] + done["in part"] > len(seeds) // 4


def test_days_that_lost_their_zero_are_not_silently_a_spreadsheets_numbers() -> None:
    with pytest.raises(Undecided) as found:
        Days(["30124", "30124"])
    assert found.value.choices == ("serial", "dmy", "mdy")
    assert Days(["30124"], "dmy")("30124").isoformat() == "2024-01-03"
    assert Days(["30124"], "serial")("30124").isoformat() == "1982-06-22"
    assert Days(["45302", "45330"]).order == "serial"
