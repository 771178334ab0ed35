"""Files as an attacker writes them: each is refused, or its row set aside, in one sentence; nothing else happens."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import pytest

from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.limits import MIB, Limits
from storage.records import Staged
from tests.storage.conftest import WriteFile

HEADER = "date,number,account,debit,credit,description\n"
PAIR = "2024-01-31,1,613,9.50,,Rent\n2024-01-31,1,512,,9.50,Rent\n"
FEC = "JournalCode\tEcritureNum\tEcritureDate\tCompteNum\tEcritureLib\tDebit\tCredit\n"
SMALL = Limits(cell_characters=100, row_characters=1000, columns=20, errors=5, lines=10)


def an_object(amount: object = "9.50", **changes: object) -> str:
    lines = [{"account": a, "side": s, "amount": amount} for a, s in (("613", "D"), ("512", "C"))]
    return json.dumps({"date": "2024-01-31", "description": "Rent", "lines": lines, **changes})


def reasons(staged: Staged) -> str:
    assert staged.entries == ()
    return "\n".join(map(str, staged.errors))


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "-Infinity", "sNaN", "1e999999", "1E+99999999999999999999", "1e-400", "9" * 5_000, "1_000",
     "\u0661\u0662", "0x10", "1;2", "--1"],
)  # fmt: skip
def test_amounts_that_are_none(write: WriteFile, amount: str) -> None:
    """As a text, as a JSON number where JSON or Python knows it, and in a CSV."""
    for name, text in (
        ("a.jsonl", an_object(amount)),
        ("b.jsonl", an_object().replace('"9.50"', amount)),
        ("c.csv", HEADER + PAIR.replace("9.50", amount)),
    ):
        said = reasons(read(write(name, text)))
        assert any(part in said for part in ("is not an amount", "at most 60", "cannot be kept", "is not JSON"))


def test_a_number_without_end_costs_nothing(write: WriteFile) -> None:
    """Python refuses to turn 4,300 digits into an integer, and sums of a million digits overflow."""
    said = reasons(read(write("a.jsonl", an_object(description=0).replace("0", "9" * 50_000, 1))))
    assert said
    staged = read(write("b.jsonl", an_object().replace('"Rent"', "9" * 5_000)))
    assert staged.entries[0].description == "9" * 5_000


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_json_is_a_row_error(write: WriteFile, opening: str) -> None:
    assert "is not JSON" in reasons(read(write("a.jsonl", '{"date":' + opening * 100_000)))


def test_long_cells_rows_and_headers_are_refused_by_place(write: WriteFile) -> None:
    long = "x" * 101
    assert "description: " in (said := reasons(read(write("a.jsonl", an_object(description=long)), limits=SMALL)))
    assert "has 101 characters and the limit is 100" in said
    assert "EcritureLib" in reasons(read(write("a.txt", f"{FEC}A\t1\t20240131\t613\t{long}\t9\t0\n"), limits=SMALL))
    with pytest.raises(ImportRefused, match=r"b\.csv.*a cell in row 3 has more than 100 characters"):
        read(
            write("b.csv", HEADER + PAIR.replace("9.50,Rent", f"9.50,{long}")),
            limits=SMALL,
        )
    with pytest.raises(ImportRefused, match="row 4 has more than 1,000 characters"):
        read(write("c.csv", HEADER + PAIR + "," * 1001), limits=SMALL)
    with pytest.raises(ImportRefused, match="row 1 has 27 columns and the limit is 20"):
        read(write("d.csv", HEADER.strip() + ",x" * 21 + "\n" + PAIR), limits=SMALL)
    with pytest.raises(ImportRefused, match="first row has more than 65,536 bytes"):
        read(write("e.csv", HEADER.strip() + ",x" * 40_000 + "\n" + PAIR))


def test_a_record_over_many_short_lines_is_bounded(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match="more than 1,000 characters"):
        read(write("a.csv", HEADER + '"\n",' * 400), limits=SMALL)


def test_problems_are_counted_beyond_those_listed(write: WriteFile) -> None:
    staged = read(write("a.csv", HEADER + PAIR + "2024-13-01,2,613,1,,x\n" * 40), limits=SMALL)
    assert len(staged.entries) == 1
    assert len(staged.errors) == 6
    assert "more problems are not listed" in str(staged.errors[-1])


def test_an_entry_of_endless_lines_stays_out(write: WriteFile) -> None:
    rows = "2024-01-31,1,613,1,,x\n2024-01-31,1,512,,1,x\n" * 6
    assert "more than 10 lines" in reasons(read(write("a.csv", HEADER + rows), limits=SMALL))


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\ufeff", "\x1b", "\u00ad", "\u3164", "\ufe0f"])
def test_a_code_with_an_invisible_sign_is_no_account(write: WriteFile, sign: str) -> None:
    for name, text in (
        ("a.csv", HEADER + PAIR.replace("613", f"6{sign}13")),
        ("a.jsonl", an_object().replace("613", json.dumps(f"6{sign}13")[1:-1])),
    ):
        staged = read(write(name, text))
        assert f"the invisible sign U+{ord(sign):04X}" in reasons(staged)
        assert [a.code for a in staged.accounts] in ([], ["512"])
        assert sign not in str(staged.errors[0]) or sign in "\u200b\ufeff\u00ad\u3164\ufe0f"


def test_texts_keep_what_they_say_and_lose_only_nul(write: WriteFile) -> None:
    staged = read(write("a.jsonl", an_object(description="a\u202eb\0c\x1b")))
    assert staged.entries[0].description == "a\u202ebc\x1b"


def test_the_same_key_a_thousand_times_stays_linear(write: WriteFile) -> None:
    staged = read(write("a.jsonl", f"{an_object(entry_id='k')}\n" * 3_000))
    assert {e.entry_id for e in staged.entries} == {"k", *(f"k#{n}" for n in range(2, 3_001))}


def test_links_and_pipes_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret.csv", tmp_path / "folder"
    secret.write_text(HEADER + PAIR)
    folder.mkdir()
    (folder / "entries.csv").symlink_to(secret)
    os.mkfifo(folder / "pipe.csv")
    with pytest.raises(ImportRefused, match="found: nothing"):
        read(folder)


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/proc/self/environ")):
        with pytest.raises(ImportRefused):
            read(path)


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a\nERROR forged\x1b[2J\u202e.csv"
    path.write_text("x")
    with pytest.raises(ImportRefused) as found:
        read(path)
    assert str(found.value).isprintable()


def test_a_small_file_takes_little_memory(write: WriteFile) -> None:
    path = write("a.csv", HEADER + PAIR)
    read(path)
    tracemalloc.start()
    read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MIB
