from __future__ import annotations

import pytest

from storage.errors import ImportRefused
from storage.importers import FORMATS, read
from storage.importers.detect import detect
from storage.importers.source import load
from tests.storage.conftest import WriteFile

FEC = "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|EcritureLib|Debit|Credit\n"
ROWS = "BQ|Banque|1|20240131|627000|Frais|FRAIS É|5,00|0\nBQ|Banque|1|20240131|512000|Banque|FRAIS É|0|5,00\n"
CSV = "date,account,debit,credit,number\n2024-01-31,1,5,,1\n2024-01-31,2,,5,1\n"
JSONL = '{"date":"2024-01-31","description":"x","lines":[{"account":"1","side":"D","amount":"5"},'
JSONL += '{"account":"2","side":"C","amount":"5"}]}\n'


@pytest.mark.parametrize(
    ("content", "format"), [(FEC + ROWS, "fec"), (CSV, "csv"), (JSONL, "jsonl"), ("\n\n  \n" + FEC + ROWS, "fec")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["ledger.txt", "ledger.csv", "ledger"])
def test_the_content_decides_whatever_the_name(
    write: WriteFile,
    content: str,
    format: str,
    encoding: str,
    name: str,
) -> None:
    path = write(name, content.encode(encoding))
    assert detect(load(path)) == format
    staged = read(path)
    assert staged.format == format
    assert len(staged.reason) > 20
    assert len(staged.entries) == 1


def test_a_character_at_the_edge_of_the_first_bytes_is_not_cut(write: WriteFile) -> None:
    body = (FEC + ROWS * 3000).encode()
    assert detect(load(write("a.txt", body))) == "fec"
    assert detect(load(write("b.txt", (FEC + ROWS * 3000).replace("É", "ÉÉÉ").encode("utf-16")))) == "fec"


def test_a_given_format_is_used_and_said(write: WriteFile) -> None:
    assert "The format was given" in read(write("a.csv", CSV), "csv").reason
    with pytest.raises(ImportRefused, match="names no date, account"):
        read(write("a.txt", FEC + ROWS), "csv")
    with pytest.raises(ImportRefused, match=", ".join(FORMATS)):
        read(write("a.csv", CSV), "sap")


@pytest.mark.parametrize("content", ["hello", "<xml/>", "a;b;c\n1;2;3\n", "%PDF-1.7 x", "\u202eשלום"])
def test_what_is_no_ledger_is_refused_with_what_is(write: WriteFile, content: str) -> None:
    with pytest.raises(ImportRefused, match="date,journal,number,description,account,debit,credit"):
        read(write("a.txt", content))


def test_an_incomplete_fec_header_is_told_as_a_fec(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match="lacks CompteNum"):
        read(write("a.txt", FEC.replace("CompteNum|", "") + ROWS))
