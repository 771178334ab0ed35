from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from storage.errors import ImportRefused
from storage.importers.limits import Limits
from storage.importers.source import decode, load, rows_of
from tests.storage.conftest import WriteFile

ENTRY = b'{"date":"2024-01-31","description":"x","lines":[]}\n'


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return path


def test_a_file_is_itself(write: WriteFile) -> None:
    found = load(write("ledger.jsonl", ENTRY))
    assert (found.name, found.main, found.data, dict(found.beside)) == ("ledger", "ledger.jsonl", ENTRY, {})
    assert found.sha256 == hashlib.sha256(ENTRY).hexdigest()


def test_folder_and_zip_of_the_same_files_are_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "entries.jsonl").write_bytes(ENTRY)
    (folder / "accounts.csv").write_bytes(b"account,name\n1,Bank\n")
    (folder / "SOURCE.md").write_bytes(b"about")
    from_folder = load(folder)
    archive = zipped(tmp_path / "book.zip", book__entries_jsonl=ENTRY, book__accounts_csv=b"account,name\n1,Bank\n")
    from_zip = load(archive)
    assert from_folder == from_zip
    assert set(from_folder.beside) == {"accounts.csv"}
    assert from_folder.sha256 == from_zip.sha256 != hashlib.sha256(ENTRY).hexdigest()


def test_a_folder_or_zip_with_one_text_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "FEC.TXT").write_bytes(b"JournalCode|")
    assert load(tmp_path / "raw").main == "FEC.TXT"
    with zipfile.ZipFile(zipped(tmp_path / "a.zip", fec_txt=b"JournalCode|"), "a") as archive:
        archive.writestr("__MACOSX/fec.txt", b"x")
    assert load(tmp_path / "a.zip").main == "fec.txt"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"\0\0\0", "it is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "it is empty"),
        (b"PK\x03\x04 and then nothing", "the zip is damaged"),
    ],
)
def test_files_with_nothing_in_them_are_refused(write: WriteFile, content: bytes, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        load(write("f.txt", content))


def test_a_damaged_member_of_a_zip_is_a_sentence(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", entries_jsonl=ENTRY * 500)
    data = bytearray(path.read_bytes())
    data[60:80] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(ImportRefused, match="damaged"):
        load(path)


def test_a_spreadsheet_is_told_from_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "journal.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(ImportRefused, match=r"spreadsheet.*as CSV"):
        load(path)


def test_missing_empty_and_crowded_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no such file"):
        load(tmp_path / "nowhere")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ImportRefused, match="found: nothing"):
        load(empty)
    for name in ("a.txt", "b.txt"):
        (empty / name).write_text("x")
    with pytest.raises(ImportRefused, match=r"a\.txt, b\.txt"):
        load(empty)


def test_size_is_bounded_before_and_after_unpacking(write: WriteFile, tmp_path: Path) -> None:
    small = Limits(file_bytes=1000)
    with pytest.raises(ImportRefused, match="the limit"):
        load(write("big.txt", b"x" * 1001), small)
    with pytest.raises(ImportRefused, match="unpacked and the limit"):
        load(zipped(tmp_path / "bomb.zip", entries_jsonl=b"0" * 100_000), small)


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("Crédit à 5 €".encode(), "Crédit à 5 €", "UTF-8"),
        ("Crédit".encode("utf-8-sig"), "Crédit", "UTF-8"),
        ("Crédit 5 €".encode("cp1252"), "Crédit 5 €", "cp1252"),
        ("Crédit 5 €".encode("iso8859-15"), "Crédit 5 €", "ISO 8859-15"),
        ("Crédit".encode("utf-16"), "Crédit", "UTF-16"),
        ("😀 שלום".encode(), "😀 שלום", "UTF-8"),
    ],
)
def test_encodings_are_told_apart(data: bytes, text: str, encoding: str) -> None:
    assert decode("f", data) == (text, encoding)


def test_a_byte_of_no_encoding_names_its_row(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match=r"byte 0x81 in row 3.*UTF-8"):
        decode("f.txt", b"a\nb\n\xe9 \x81\n")
    with pytest.raises(ImportRefused, match="row 2"):
        decode("f.txt", b"\xef\xbb\xbfa\n\xe9\n")


def test_binary_is_not_text() -> None:
    with pytest.raises(ImportRefused, match="not a text file"):
        decode("f", b"\x7fELF\0\0\0\0\0\0\0\0")


def test_rows_end_at_every_line_end_and_nowhere_else() -> None:
    assert rows_of("a\nb\r\nc\rd\r\r\ne") == ["a", "b", "c", "d", "e"]
    assert rows_of("a\u2028b\x0bc\x85d\n") == ["a\u2028b\x0bc\x85d"]
    assert rows_of("a\n\nb\n") == ["a", "", "b"]
