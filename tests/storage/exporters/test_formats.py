"""Settings of formats: what may be chosen is taken, anything else refused, and all of it written down."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import python_calamine

from engine.journal import Account, AccountType, Entry
from storage.exporters import sheets
from storage.exporters.fec import party_codes
from storage.exporters.formats import FORMATS, BadOption, Subject, packed
from storage.exporters.sheets import Look
from storage.identity import utc_now
from storage.periods import FiscalYear
from tests.builders import CATALOG, a_line, an_entry

DOCS = Path(__file__).parents[3] / "docs" / "exports.md"
YEARS = tuple(
    FiscalYear(label=f"{y}/{y + 1}", first=date(y, 7, 1), last=date(y + 1, 6, 30)) for y in (2023, 2024)
)  # fmt: skip


def subject(*entries: Entry, **changes: object) -> Subject:
    made = Subject(book="Test", currency="EUR", accounts=CATALOG, entries=entries, created=utc_now())
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_setting_is_written_down_with_its_values(name: str) -> None:
    row = next(line for line in DOCS.read_text().splitlines() if line.startswith(f"| `{name}` "))
    tables = re.search(r"Tables have .*?\n\n", DOCS.read_text(), re.DOTALL)
    assert tables
    where = row + (" ".join(tables[0].split()) if "those of tables" in row else "")
    for option in FORMATS[name].options:
        assert f"`{option.name}`" in where
        assert all(choice in where for choice in option.choices)


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("fec", {"siren": "12"}, "Write it like 123456789"),
        ("fec", {"siren": "12345678٩"}, "Write it like"),
        ("fec", {"encoding": "ebcdic"}, "one of utf-8, iso-8859-15, cp1252"),
        ("datev", {"consultant": "1000"}, "Write it like 1001"),
        ("xero", {"tax_rate": "No\nVAT"}, "Write it like No VAT"),
        ("jsonl", {"layout": "csv"}, "has these settings: none"),
    ],
)
def test_what_cannot_be_chosen_is_refused(name: str, given: dict[str, str], why: str) -> None:
    with pytest.raises(BadOption, match=re.escape(why)):
        FORMATS[name].write(subject(an_entry()), given)


def test_all_choices_of_all_formats_make_files() -> None:
    for name, form in FORMATS.items():
        for option in form.options:
            for choice in option.choices:
                assert form.write(subject(an_entry()), {option.name: choice}).files, (name, option.name, choice)


def test_a_fec_is_of_one_fiscal_year_and_says_when_it_was_posted() -> None:
    first = an_entry(entry_id="E1", date=date(2024, 6, 30), number="1")
    second = an_entry(entry_id="E2", date=date(2024, 7, 1), number="1")
    made = FORMATS["fec"].write(
        subject(second, first, years=YEARS, posted={"E2": date(2024, 8, 2)}), {"siren": "123456789"}
    )
    assert [name for name, _ in made.files] == ["123456789FEC20240630.txt", "123456789FEC20250630.txt"]
    valid = [data.decode().splitlines()[1].split("\t")[15] for _, data in made.files]
    assert valid == ["20240630", "20240802"]
    assert [n for n, _ in FORMATS["sie"].write(subject(first, second, years=YEARS)).files] == [
        "vouchers-2023-2024.si", "vouchers-2024-2025.si",
    ]  # fmt: skip


def test_parties_with_names_alike_have_codes_of_their_own() -> None:
    names = ["Lenz GmbH", "lenz-gmbh", "Müller", "北京", "上海", "A" * 30, "A" * 31]
    codes = party_codes(sorted(names))
    assert len(set(codes.values())) == len(names)
    assert codes["Müller"] == "MULLER"
    assert all(re.fullmatch("[0-9A-Z]{1,17}", c) for c in codes.values())


def test_what_a_fec_cannot_say_is_noted() -> None:
    entry = an_entry("Rent", a_line("D AB1 10", tax_code="V19"), "C 1600 10")
    notes = [str(n) for n in FORMATS["fec"].write(subject(entry, currency="USD")).notes]
    assert "a FEC is in euros, and these amounts are in USD." in notes
    assert "account 'AB1' does not begin with three digits, as the decree wants." in notes
    assert "1 entry has tax codes: this file has no place for them." in notes


def test_a_number_names_its_fiscal_year_where_there_is_no_room_for_our_id() -> None:
    made = FORMATS["sage"].write(subject(an_entry(number="7", date=date(2024, 7, 1)), years=YEARS))
    assert b",2024/2025-ER-7," in made.files[0][1]
    assert b",E1," in FORMATS["sage"].write(subject(an_entry())).files[0][1]


def test_quickbooks_takes_names_paths_or_codes() -> None:
    wanted = {"names": "Rent", "paths": "Premises:Rent", "codes": "4210"}
    for choice, called in wanted.items():
        rows = FORMATS["quickbooks"].write(subject(an_entry()), {"accounts": choice}).files[0][1].decode()
        assert rows.splitlines()[1].split(",")[2] == called
    loop = (Account(code="1", name="A", parent="2"), Account(code="2", name="B", parent="1"))
    entry = an_entry("x", "D 1 5", "C 2 5")
    assert FORMATS["quickbooks"].write(subject(entry, accounts=loop), {"accounts": "paths"}).files


def test_accounts_of_one_name_stay_apart_in_quickbooks() -> None:
    def account(code: str, name: str, parent: str = "") -> Account:
        return Account(code=code, name=name, parent=parent)

    chart = (account("1", "Here"), account("10", "Bank", "1"), account("2", "There"), account("20", "Bank", "2"),
             account("30", "Bank"), account("40", "Bank"), account("50", "Cash"))  # fmt: skip
    entry = an_entry("Move", "D 10 9", "D 30 1", "C 20 9", "C 50 1")
    made = FORMATS["quickbooks"].write(subject(entry, accounts=chart), {"accounts": "names"})
    called = [row.split(",")[2] for row in made.files[0][1].decode().splitlines()[1:]]
    assert called == ["Here:Bank", "30", "There:Bank", "Cash"]
    assert any("3 accounts share their name" in n.text for n in made.notes)


def test_erpnext_names_accounts_as_the_company_does() -> None:
    entry = an_entry("Rent", "D 4210 10", "C 1600 10 Lenz")
    given = {"company": "Example Ltd", "abbreviation": "EX"}
    rows = FORMATS["erpnext"].write(subject(entry), given).files[0][1].decode().splitlines()
    assert ",Example Ltd," in rows[1]
    assert rows[1].split(",")[8] == "4210 - Rent - EX"
    assert rows[2].split(",")[8:11] == ["1600 - Trade payables - EX", "Supplier", "Lenz"]


def test_letters_that_an_encoding_lacks_are_counted() -> None:
    made = FORMATS["odoo"].write(subject(an_entry("Łódź? 🦉")), {"encoding": "cp1252"})
    assert "letters that the chosen encoding lacks" in made.notes[0].text
    assert b"?\xf3d?? ?" in made.files[0][1]
    assert sheets.encoded("a?ź", "cp1252") == (b"a??", 1)


def test_a_spreadsheet_holds_numbers_days_and_texts_that_stay_texts() -> None:
    big = Decimal("1234567890123456.78")
    rows = [("=1+1", Decimal("-5.50"), date(2025, 3, 1), big, "_x0041_ \x01")]
    data = sheets.xlsx_bytes(("a", "b", "c", "d", "e"), rows, Look(currency="EUR"))
    assert data == sheets.xlsx_bytes(("a", "b", "c", "d", "e"), rows, Look(currency="EUR"))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.get_sheet_by_index(0).to_python()[1][:4] == ["=1+1", -5.5, date(2025, 3, 1), "1234567890123456.78"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")


def test_parquet_holds_amounts_to_the_last_digit() -> None:
    entry = an_entry("x", "D 4210 1234567890123456.7891", "C 1600 1234567890123456.7891")
    _name, data = packed(FORMATS["parquet"].write(subject(entry)), "p")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        tables = {n: pq.read_table(io.BytesIO(archive.read(n))).to_pylist() for n in archive.namelist()}
    assert [r["amount"] for r in tables["lines.parquet"]] == [Decimal("1234567890123456.7891")] * 2
    assert tables["entries.parquet"][0]["date"] == entry.date
    assert {r["type"] for r in tables["accounts.parquet"]} >= {AccountType.ASSET.value}
