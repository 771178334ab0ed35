"""Spreadsheets: the same entries as from a CSV, whatever their cells are; and what a hostile one may cost."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.flat import read_flat
from storage.importers.limits import Limits
from storage.importers.sheet import kind_of
from storage.importers.source import Source
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers import fuzz
from tests.storage.importers.sheets import Cell, ods, xlsx, zipped

HEADER: list[Cell] = ["Date", "Number", "Account", "Text", "Debit", "Credit"]
ROWS: list[list[Cell]] = [
    HEADER,
    [date(2024, 1, 31), 7, "0420", "Miete", 1234.5, None],
    [date(2024, 1, 31), 7, 68000.0, "Miete", None, 1234.5],
    [date(2024, 2, 1), 8, "0420", "Porto", 0.30000000000000004, None],
    [date(2024, 2, 1), 8, 68000.0, "Porto", None, 0.3],
]


def lines(staged: Staged) -> list[tuple[str, str, Decimal]]:
    return [(x.account, x.side.letter, x.amount) for e in staged.entries for x in e.lines]


WANTED = [
    ("0420", "D", Decimal("1234.5")), ("68000", "C", Decimal("1234.5")),
    ("0420", "D", Decimal("0.3")), ("68000", "C", Decimal("0.3")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), [("a.xlsx", xlsx({"Journal": ROWS})), ("a.ods", ods({"Journal": ROWS}))])
def test_a_sheet_is_read_as_people_see_it(write: WriteFile, name: str, data: bytes) -> None:
    staged = read(write(name, data))
    assert (staged.format, staged.errors) == (name.removeprefix("a."), ())
    assert lines(staged) == WANTED
    assert [e.date for e in staged.entries] == [date(2024, 1, 31), date(2024, 2, 1)]
    assert [e.number for e in staged.entries] == ["7", "8"]
    assert "sheet 'Journal' was read" in staged.reason


def test_the_content_tells_a_sheet_whatever_its_name(write: WriteFile) -> None:
    assert lines(read(write("ledger.dat", xlsx({"Journal": ROWS})))) == WANTED


def test_the_sheet_with_a_journal_is_found_below_its_title_and_hidden_ones_are_not_read(write: WriteFile) -> None:
    cover: list[list[Cell]] = [["Example Ltd"], ["Printed", date(2024, 3, 1)]]
    titled: list[list[Cell]] = [["Example Ltd"], [None], ["January to February"], *ROWS, ["Total", None, None, None, 9]]
    book = {"Cover": cover, "Old": ROWS, "Year 2024": titled, "Copy": ROWS}
    staged = read(write("a.xlsx", xlsx(book, hidden=["Old"])))
    assert lines(staged) == WANTED
    assert "sheet 'Year 2024' was read, 'Copy' would fit too" in staged.reason
    assert "named in row 4" in staged.reason
    assert "1 rows of sums" in staged.reason


def test_serial_days_formulas_and_errors(write: WriteFile) -> None:
    rows = [HEADER, [45322, 1, "1", "x", "=3+4", None], [45322, 1, "2", "x", None, 7], [45323, 2, "1", "y", "#REF!", 7]]
    staged = read(write("a.xlsx", xlsx({"S": rows})))  # type: ignore[dict-item]
    assert [(e.date, e.total) for e in staged.entries] == [(date(2024, 1, 31), Decimal(7))]
    assert [(e.row, e.column) for e in staged.errors] == [(4, "Debit")]


def test_a_sheet_without_a_table_is_refused(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match="names no date, account"):
        read(write("a.xlsx", xlsx({"S": [["Hello"], ["World", 1]]})))


def test_a_document_is_no_spreadsheet(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match="no spreadsheet"):
        read(write("a.docx", zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})))


def hostile() -> dict[str, bytes]:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{far}'
    text = "x" * 900_000
    shared = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + text + "</t></si></sst>"
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_000))
    whole = xlsx({"S": ROWS})
    return {
        "two cells far apart": xlsx(
            {"S": ROWS}, extra={"xl/worksheets/sheet1.xml": f"{sheet}</sheetData></worksheet>"}
        ),
        "one text in every cell": xlsx(
            {"S": ROWS},
            extra={
                "xl/sharedStrings.xml": shared,
                "xl/worksheets/sheet1.xml": sheet.replace(far, cells) + "</sheetData></worksheet>",
            },
        ),
        "cut": whole[: len(whole) // 2],
        "old and damaged": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000,
        "no sheet in it": zipped({"xl/workbook.xml": "<workbook/>", "[Content_Types].xml": "<Types/>"}),
        "a bomb": zipped({"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": " " * 60_000_000}),
    }


@pytest.mark.parametrize("name", sorted(hostile()))
def test_a_hostile_sheet_is_a_sentence_and_this_process_lives(name: str) -> None:
    with pytest.raises(ImportRefused):
        read_flat(Source("a", "a.xlsx", hostile()[name], {}))


def test_rows_and_cells_that_an_ods_repeats_a_billion_times_cost_nothing(write: WriteFile) -> None:
    packed = zipfile.ZipFile(io.BytesIO(ods({"S": ROWS})))
    members = {n: packed.read(n).decode() for n in packed.namelist()}
    many = '<table:table-row table:number-rows-repeated="1000000000"><table:table-cell '
    many += 'table:number-columns-repeated="1000000000" office:value-type="string"><text:p>x</text:p>'
    members["content.xml"] = members["content.xml"].replace(
        "</table:table>", f"{many}</table:table-cell></table:table-row></table:table>"
    )
    with pytest.raises(ImportRefused):
        read(write("a.ods", zipped(members)))


def test_limits_hold_for_sheets(write: WriteFile) -> None:
    wide = [[f"c{n}" for n in range(20)]]
    with pytest.raises(ImportRefused, match="20 columns and the limit is 5"):
        read(write("a.xlsx", xlsx({"S": wide})), limits=Limits(columns=5))
    with pytest.raises(ImportRefused, match="a cell in row 1 of sheet 'S' has more than 10 characters"):
        read(write("b.xlsx", xlsx({"S": [["x" * 11]]})), limits=Limits(cell_characters=10))
    with pytest.raises(ImportRefused, match="the limit"):
        read(write("c.xlsx", xlsx({"S": ROWS * 400})), limits=Limits(file_bytes=20_000))


def test_kinds_are_told_by_their_first_bytes() -> None:
    assert (kind_of(xlsx({"S": ROWS})), kind_of(ods({"S": ROWS}))) == ("xlsx", "ods")
    assert (kind_of(b"date,account"), kind_of(zipped({"a.csv": "x"}))) == ("", "")


@pytest.mark.parametrize("seeds", fuzz.SEEDS)
def test_accidents_in_the_zip_and_in_its_parts(seeds: range) -> None:
    """Most bytes of a zip are guarded by its checksums, so every other file has its accident inside."""
    whole = xlsx({"Journal": ROWS})
    part = zipfile.ZipFile(io.BytesIO(whole)).read("xl/worksheets/sheet1.xml")

    def read_part(source: Source) -> Staged:
        inside = source.data.decode("utf-8", errors="replace")
        data = (
            source.data
            if source.data[:2] == b"PK"
            else xlsx({"Journal": ROWS}, extra={"xl/worksheets/sheet1.xml": inside})
        )
        return read_flat(Source("a", "a.xlsx", data, {}))

    read_part.__module__ = "storage.importers.sheet"
    done = fuzz.fuzz(read_part, [part, whole], seeds, "a.xlsx")
    assert done["whole"] + done["in part"] > 0
    assert done["refused"] > 0
