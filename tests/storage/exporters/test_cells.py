from __future__ import annotations

import ast
import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.exporters.cells import bare, cell, safe, write_csv

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://evil.example","x")',
    " =1", "\u00a0=1", "\ufeff=1", "\uff1d1", "%0A=1", "|calc", "'=1", "-2+3+cmd|' /C calc'!A0",
]  # fmt: skip
# Who writes CSV without `write_csv`, and why that is no file for a spreadsheet of texts.
OWN_FORMAT = {
    "engine/demo/write.py",  # accounts.csv, Counterpoint's own format, of generated texts
    "storage/importers/outside.py",  # a file's own rows, numbers as they stood there, all else through `safe`
}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text_and_comes_back(text: str) -> None:
    assert safe(text) == "'" + text
    assert bare(safe(text)) == text


@pytest.mark.parametrize("text", ["", "Miete", "4210", "a=1", "1-2", "O'Neill", " Miete", "(5)"])
def test_other_texts_stay(text: str) -> None:
    assert safe(text) == text


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    assert bare(safe(text)) == text
    assert not safe(text).lstrip().startswith(tuple("=+-@"))


@pytest.mark.parametrize(
    ("value", "written"),
    [(Decimal("-12.30"), "-12.30"), (-5, "-5"), (None, ""), (date(2025, 3, 3), "2025-03-03"), ("-12.30", "'-12.30")],
)
def test_numbers_stay_numbers(value: str | Decimal | int | date | None, written: str) -> None:
    assert cell(value) == written


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_a_file_comes_back_row_by_row(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    write_csv(out, ["=name", "text"], rows)
    header, *read = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert header == ["'=name", "text"]
    assert [[bare(c) for c in row] for row in read] == rows


def test_nobody_writes_csv_on_his_own(repo_root: Path) -> None:
    found = []
    for file in (f for part in ("app", "engine", "storage") for f in (repo_root / part).rglob("*.py")):
        name = file.relative_to(repo_root).as_posix()
        calls = [x for x in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(x, ast.Call)]
        made = {ast.unparse(x.func).rpartition(".")[2] for x in calls}
        writers = {"to_csv", "to_excel", "DictWriter", "write_csv"} & made
        writers |= {"csv.writer"} & {ast.unparse(x.func) for x in calls}
        if writers - {"write_csv"} and name not in OWN_FORMAT | {"storage/exporters/cells.py"}:
            found.append(f"{name}: {sorted(writers)}")
    assert found == []
