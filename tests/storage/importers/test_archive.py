"""Zips as an attacker makes them. Each is refused by its claims, before anything of it is unpacked."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import pytest

from storage.errors import ImportRefused
from storage.importers.archive import Archive
from storage.importers.limits import MIB, Limits

ROW = b"2024-01-31;613;9.50;;Rent\n"


def a_zip(*members: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ImportRefused) as found:
        Archive("books.zip", data, limits or Limits())
    assert str(found.value).startswith("books.zip cannot be imported: ")
    return str(found.value)


def test_an_honest_zip_gives_its_files_by_base_name() -> None:
    archive = Archive("books.zip", a_zip(("year/fec.txt", ROW), ("__MACOSX/fec.txt", b"x"), ("leer/", b"")))
    assert archive.names == ("fec.txt",)
    assert archive.read("fec.txt") == ROW


def test_a_ledger_compresses_well_and_is_no_bomb() -> None:
    rows = "".join(f"2024-01-31;613;{n}.50;;Rent {n}\n" for n in range(100_000)).encode()
    assert Archive("books.zip", a_zip(("a.csv", rows))).read("a.csv") == rows


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    data = a_zip(("a.csv", b"0" * (64 * MIB)))
    tracemalloc.start()
    assert "'a.csv' in it unpacks to 64 MiB, more than 200 times its packed size" in refusal(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MIB


def test_many_small_ones_are_a_bomb_too() -> None:
    data = a_zip(*((f"{n}.csv", ROW * 100) for n in range(20)))
    assert "all its files together would have" in refusal(data, Limits(file_bytes=10_000))


def test_a_bomb_within_a_zip_is_never_opened() -> None:
    inner = a_zip(("a.csv", b"0" * MIB))
    assert Archive("books.zip", a_zip(("inner.zip", inner))).read("inner.zip") == inner


def test_overlapping_members_are_refused() -> None:
    """Two entries of the list point at the same packed bytes."""
    data = bytearray(a_zip(("a.csv", ROW * 50), ("b.csv", ROW * 50)))
    second = data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    assert "share the same packed bytes" in refusal(bytes(data))


def test_the_list_of_files_is_bounded_before_it_is_read() -> None:
    data = a_zip(*((f"{n}.txt", b"") for n in range(50)))
    assert "lists 50 files and the limit is 49" in refusal(data, Limits(members=49))
    claimed = bytearray(data)
    at = claimed.rfind(b"PK\x05\x06")
    claimed[at + 10 : at + 12] = struct.pack("<H", 3)  # the count lies; what is there counts
    assert "holds 50 files" in refusal(bytes(claimed), Limits(members=49))
    assert "lists 50 files" in refusal(data, Limits(directory_bytes=100))


def test_a_second_directory_of_64_bits_is_not_believed() -> None:
    data = a_zip(("a.csv", ROW))
    at = data.rfind(b"PK\x05\x06")
    assert "64-bit form" in refusal(data[:at] + b"PK\x06\x07" + bytes(16) + data[at:])


@pytest.mark.parametrize(
    "name",
    ["../a.csv", "x/../../a.csv", "/etc/a.csv", "..\\a.csv", "\\\\host\\a.csv", "C:\\a.csv", "c:a.csv",
     "a\u202evsc.txt", "a\x1b[2J.csv", "a\n.csv"],
)  # fmt: skip
def test_names_that_lead_out_or_hide_signs_are_refused(name: str) -> None:
    said = refusal(a_zip((name, ROW)))
    assert "leads out of the zip or hides signs" in said
    assert said.isprintable()


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("a.csv")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    assert "is a link" in refusal(a_zip((link, b"/etc/passwd")))


def test_two_files_of_one_name_are_refused() -> None:
    assert "two files in it are called 'a.csv'" in refusal(a_zip(("x/a.csv", ROW), ("y/a.csv", ROW)))


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packings_are_refused(packing: int) -> None:
    """LZMA may ask for a dictionary of 4 GiB in five bytes."""
    assert f"packed by method {packing}" in refusal(a_zip(("a.csv", ROW), packing=packing))


def test_a_locked_file_is_refused() -> None:
    data = bytearray(a_zip(("a.csv", ROW)))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "locked with a password" in refusal(bytes(data))


def test_a_claim_that_is_too_small_is_found_out() -> None:
    """The size in the list says 10 bytes, the packed bytes hold more."""
    data = bytearray(a_zip(("a.csv", ROW * 10)))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    archive = Archive("books.zip", bytes(data))
    with pytest.raises(ImportRefused, match="damaged"):
        archive.read("a.csv")


@pytest.mark.parametrize("cut", [1, 10, 22, 60])
def test_a_zip_that_is_cut_off_is_a_sentence(cut: int) -> None:
    assert "damaged" in refusal(a_zip(("a.csv", ROW * 10))[:-cut])
