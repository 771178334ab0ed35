"""Rows that stay outside are kept as their file has them, given out to be mended, and come in again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from storage import importers
from storage.importers.limits import Limits
from storage.importers.outside import REASON, written
from storage.importers.tables.mapping import fingerprint
from storage.records import Staged
from tests.storage.importers.sheets import xlsx

_HEAD = "JournalCode|EcritureNum|EcritureDate|CompteNum|EcritureLib|Debit|Credit"
FEC = f"""{_HEAD}
HA|1|20240105|606|Loyer|10|0
HA|1|20240105|401|Loyer|0|10
HA|2|20240106|606|Achat|20|0
HA|2|20240106|401|Achat|0|21
HA|3|20240107|606|Frais|3x|0
HA|3|20240107|401|Frais|0|30
HA|4|20241340|606|Jour|4|0
HA|4|20241340|401|Jour|0|4
"""
CSV = '''Till of March;;;;;;
date;journal;number;description;account;debit;credit
2024-01-01;ER;1;Rent;4210;10,00;
2024-01-01;ER;1;Rent;1600;;10,00
2024-01-02;ER;2;"a;b ""c""";4210;-12,00;
2024-01-02;ER;2;=SUM(A1);0160;;-13,00
'''


def read(folder: Path, data: str | bytes, name: str = "a.txt", **more: object) -> Staged:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return importers.read(path, **more)  # type: ignore[arg-type]


def given_out(staged: Staged) -> tuple[str, bytes]:
    assert staged.kept.shape is not None
    return written(staged.kept.shape, staged.kept.outside)


def test_rows_of_an_entry_stay_outside_together_with_their_cells_and_its_key(tmp_path: Path) -> None:
    kept = read(tmp_path, FEC).kept
    assert (kept.entries, kept.rows) == (3, 6)
    assert [(o.row, o.key) for o in kept.outside] == [
        (4, "HA-2-2024"), (5, "HA-2-2024"), (6, "HA-3-2024"), (7, "HA-3-2024"), (8, ""), (9, ""),
    ]  # fmt: skip
    assert kept.outside[2].cells == ("HA", "3", "20240107", "606", "Frais", "3x", "0")
    assert "Debit: is not an amount" in kept.outside[2].why
    assert "does not balance" in kept.outside[0].why
    assert "other rows of its entry" in kept.outside[1].why


def test_what_was_mended_comes_in_under_the_keys_that_were_kept(tmp_path: Path) -> None:
    ending, data = given_out(read(tmp_path, FEC))
    text = data.decode()
    assert (ending, text.split("|")[0]) == (".txt", REASON)
    again = read(tmp_path, text.replace("|0|21", "|0|20").replace("3x", "30").replace("20241340", "20240113"))
    assert not again.errors
    assert [e.entry_id for e in again.entries] == ["HA-2-2024", "HA-3-2024", "HA-4-2024"]
    half = read(tmp_path, text.replace("|0|21", "|0|20"))
    assert [e.entry_id for e in half.entries] == ["HA-2-2024"]
    assert given_out(half)[1].decode().count(REASON) == 1, "what is given out a second time has one reason a row"


def test_a_table_keeps_its_separator_and_comes_back_whatever_its_cells_hold(tmp_path: Path) -> None:
    staged = read(tmp_path, CSV.encode("cp1252"), "till.csv")
    ending, data = given_out(staged)
    text = data.decode("utf-8-sig")
    assert ending == ".csv"
    assert text.splitlines()[0] == f"{REASON};date;journal;number;description;account;debit;credit"
    assert ";-12,00;" in text, "a number is no formula"
    assert ";'=SUM(A1);" in text, "a text that a spreadsheet would run is none"
    again = read(tmp_path, text.replace("-13,00", "-12,00"), "mended.csv")
    (entry,) = again.entries
    assert (entry.description, [x.account for x in entry.lines]) == ('a;b "c"', ["4210", "0160"])
    assert entry.total == Decimal(-12)


def test_a_spreadsheet_is_given_out_as_one(tmp_path: Path) -> None:
    rows = [["Date", "Journal", "Number", "Text", "Account", "Debit", "Credit"],
            ["2024-03-02", "HA", "8", "Rent", "0606", "10.5", ""],
            ["2024-03-02", "HA", "8", "Rent", "0401", "", "11"]]  # fmt: skip
    ending, data = given_out(read(tmp_path, xlsx({"March": rows}), "a.xlsx"))
    assert ending == ".xlsx"
    again = read(tmp_path, data, "mended.xlsx")
    assert again.kept.outside[0].cells[1:] == ("2024-03-02", "HA", "8", "Rent", "0606", "10.5")


def test_the_column_before_the_others_changes_no_fingerprint() -> None:
    assert fingerprint("text", ["a", "b"]) == fingerprint("text", [REASON, "a", "b"])


def test_rows_are_kept_up_to_a_limit_and_counted_beyond_it(tmp_path: Path) -> None:
    kept = read(tmp_path, FEC, limits=replace(Limits(), errors=3)).kept
    assert (kept.rows, len(kept.outside)) == (6, 3)


@pytest.mark.parametrize("why", ["two\nrows", "a\ttab", "a|pipe", "a;semicolon", '"quoted"'])
def test_a_reason_disturbs_no_row(tmp_path: Path, why: str) -> None:
    for data, name in ((FEC, "a.txt"), (CSV, "a.csv")):
        staged = read(tmp_path, data, name)
        assert staged.kept.shape is not None
        table = written(staged.kept.shape, [replace(o, why=why) for o in staged.kept.outside])[1]
        again = read(tmp_path, table, name)
        assert [o.cells[1:] for o in again.kept.outside] == [o.cells for o in staged.kept.outside]
