"""The table of what readers make of files."""

from __future__ import annotations

from pathlib import Path

from benchmarks.formats import page, read_all


def test_each_file_has_its_row_with_totals_or_the_refusal(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    head = "date,account,debit,credit,number\n"
    (folder / "a.csv").write_text(head + "2024-01-31,1,1234.5,,1\n2024-01-31,2,,1234.5,1\n2024-01-31,2,,7,2\n")
    (folder / "b.txt").write_text("hello | world")
    (folder / "SOURCE.md").write_text("where it is from")
    rows = page(read_all([folder])).splitlines()[-2:]
    place = f"| {tmp_path.name}/in"
    assert rows[0].startswith(f"{place}/a.csv | csv | 1 | 2 | 2 | 1,234.50 | 1,234.50 | 1 | first problem: row 4")
    assert rows[1].startswith(f"{place}/b.txt | refused |")
    assert "hello \\| world" in rows[1]
