"""Several files of one ledger in a folder or a zip are one import."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from storage import importers
from storage.errors import ImportRefused
from storage.importers.limits import Limits
from storage.importers.source import load

HEAD = "JournalCode|EcritureNum|EcritureDate|CompteNum|CompteLib|EcritureLib|Debit|Credit\n"
SIE = """#FLAGGA 0
#FORMAT PC8
#SIETYP 4
#FNAMN "Ovn"
#RAR 0 {year}0101 {year}1231
#KONTO 1910 "Kassa"
#KONTO 3000 "Sales"
#IB 0 1910 {opening}
#IB 0 3000 -{opening}
#VER A 1 {year}0203 "Rent"
{{
#TRANS 1910 {{}} 10.00
#TRANS 3000 {{}} -10.00
}}
"""


def rows(number: int, day: str, amount: str = "10", credit: str = "", text: str = "Loyer") -> str:
    begin = f"HA|{number}|{day}"
    return f"{begin}|606|Achats|{text}|{amount}|0\n{begin}|401|Fournisseurs|{text}|0|{credit or amount}\n"


def folder(at: Path, files: Mapping[str, str]) -> Path:
    at.mkdir()
    for name, text in files.items():
        (at / name).write_text(text)
    return at


MONTHS = {
    "z-january.txt": HEAD + rows(1, "20240105") + rows(2, "20240131"),
    "a-february.txt": HEAD + rows(2, "20240131") + rows(3, "20240207") + rows(4, "20240208", credit="11"),
}


def test_months_are_one_ledger_in_order_of_their_days(tmp_path: Path) -> None:
    staged = importers.read(folder(tmp_path / "year", MONTHS))
    assert [(e.entry_id, e.position) for e in staged.entries] == [("HA-1-2024", 0), ("HA-2-2024", 1), ("HA-3-2024", 2)]
    assert staged.format == "fec"
    assert staged.reason.startswith("2 files as one ledger (z-january.txt, a-february.txt). A French FEC")
    assert staged.reason.endswith("1 entries stand in several of them and were taken once.")
    (error,) = staged.errors
    assert (error.row, error.column) == (6, "a-february.txt: debit/credit")
    assert [o.key for o in staged.kept.outside] == ["HA-4-2024", "HA-4-2024"]
    assert [(j.journal, j.entries) for j in staged.journals] == [("HA", 3)]


def test_a_zip_of_them_is_the_same_file(tmp_path: Path) -> None:
    lying = folder(tmp_path / "year", MONTHS)
    with zipfile.ZipFile(tmp_path / "year.zip", "w") as archive:
        for name in reversed(MONTHS):
            archive.write(lying / name, f"export/{name}")
    one, other = importers.read(lying), importers.read(tmp_path / "year.zip")
    assert one.file_sha256 == other.file_sha256
    assert one.entries == other.entries
    (lying / "z-january.txt").write_text(MONTHS["z-january.txt"] + "\n")
    assert importers.read(lying).file_sha256 != one.file_sha256


def test_repetitions_in_one_file_are_genuine_and_across_files_are_one(tmp_path: Path) -> None:
    twice = "date,account,description,debit,credit\n" + "2024-01-05,4210,Coffee,3,\n2024-01-05,1600,Coffee,,3\n" * 2
    staged = importers.read(folder(tmp_path / "till", {"a.csv": twice, "b.csv": twice}))
    assert len(staged.entries) == 2
    assert len({e.entry_id for e in staged.entries}) == 2


def test_one_key_with_two_contents_is_for_a_person(tmp_path: Path) -> None:
    staged = importers.read(
        folder(tmp_path / "x", {"a.txt": HEAD + rows(1, "20240105"), "b.txt": HEAD + rows(1, "20240105", "12")})
    )
    assert [str(e.total) for e in staged.entries] == ["10"]
    assert staged.errors[0].why == "stands in a.txt too, with other content"
    assert staged.kept.entries == 1


def test_years_of_sie_with_their_openings(tmp_path: Path) -> None:
    files = {f"{y}.se": SIE.format(year=y, opening=n) for n, y in enumerate((2023, 2024), start=5)}
    staged = importers.read(folder(tmp_path / "sie", files))
    assert [(e.date.year, e.kind.value) for e in staged.entries] == [
        (2023, "opening"), (2023, "normal"), (2024, "opening"), (2024, "normal"),
    ]  # fmt: skip


def test_what_is_no_ledger_is_named_and_left_out(tmp_path: Path) -> None:
    staged = importers.read(folder(tmp_path / "x", {"a.txt": HEAD + rows(1, "20240105"), "README.txt": "Hello.\n"}))
    assert len(staged.entries) == 1
    assert [(e.column, "left out" in e.why) for e in staged.errors] == [("README.txt", True)]


def test_what_cannot_be_one_ledger_is_refused(tmp_path: Path) -> None:
    mixed = folder(tmp_path / "mixed", {"a.txt": HEAD + rows(1, "20240105"), "b.se": SIE.format(year=2024, opening=1)})
    with pytest.raises(ImportRefused, match=r"a\.txt is fec, b\.se is sie"):
        importers.read(mixed)
    with pytest.raises(ImportRefused, match="no known format"):
        importers.read(folder(tmp_path / "none", {"a.txt": "Hello.\n", "b.txt": "World.\n"}))
    with pytest.raises(ImportRefused, match="several files"):
        load(mixed)
    months = folder(tmp_path / "large", MONTHS)
    with pytest.raises(ImportRefused, match="together have more than"):
        importers.read(months, limits=replace(Limits(), file_bytes=400))
    with pytest.raises(ImportRefused, match="2 files and the limit is 1"):
        importers.read(months, limits=replace(Limits(), members=1))
