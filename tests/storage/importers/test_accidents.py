"""Damaged files of the kinds that have no test of their own for them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from storage.importers import canonical, fec, flat, read
from storage.importers.source import Source
from storage.records import Staged
from tests.storage.importers import fuzz
from tests.storage.importers.old_sheets import xls
from tests.storage.importers.samples import FEC, JSONL, SIGNED, TABLE
from tests.storage.importers.sheets import ods, zipped
from tests.storage.importers.test_archive import a_zip
from tests.storage.importers.test_sheet import ROWS, WANTED, lines


def test_an_old_sheet_is_read_as_a_new_one() -> None:
    staged = flat.read_flat(Source("a", "a.xls", xls("Journal", ROWS), {}))
    assert (staged.format, lines(staged), staged.errors) == ("xls", WANTED, ())


@pytest.mark.parametrize("seeds", fuzz.SEEDS)
def test_accidents_in_a_fec(seeds: range) -> None:
    done = fuzz.fuzz(fec.read_fec, [FEC.encode(), SIGNED.encode("cp1252"), FEC.encode("iso8859-15")], seeds, "a.txt")
    assert done["whole"] > 0
    assert done["in part"] > 0


@pytest.mark.parametrize("seeds", fuzz.SEEDS)
def test_accidents_in_our_own_format(seeds: range) -> None:
    done = fuzz.fuzz(canonical.read_canonical, [JSONL.encode(), (JSONL * 20).encode()], seeds, "a.jsonl")
    assert done["whole"] > 0
    assert done["in part"] > 0


@pytest.mark.parametrize("seeds", fuzz.SEEDS)
def test_accidents_in_an_old_sheet(seeds: range) -> None:
    done = fuzz.fuzz(named(flat.read_flat, "xls"), [xls("Journal", ROWS), xls("Journal", ROWS * 9)], seeds, "a.xls")
    assert done["whole"] + done["in part"] > 0
    assert done["refused"] > 0


@pytest.mark.parametrize("seeds", fuzz.SEEDS)
def test_accidents_in_an_open_sheet(seeds: range) -> None:
    """Half of them in the zip, half in the part that holds the cells."""
    whole = ods({"Journal": ROWS})
    packed = zipfile.ZipFile(BytesIO(whole))
    members = {n: packed.read(n).decode() for n in packed.namelist()}

    def read_part(source: Source) -> Staged:
        inside = source.data.decode("utf-8", errors="replace")
        data = source.data if source.data[:2] == b"PK" else zipped({**members, "content.xml": inside})
        return flat.read_flat(Source("a", "a.ods", data, {}))

    done = fuzz.fuzz(named(read_part, "ods"), [members["content.xml"].encode(), whole], seeds, "a.ods")
    assert done["whole"] + done["in part"] > 0
    assert done["refused"] > 0


@pytest.mark.parametrize("seeds", fuzz.SEEDS)
def test_accidents_in_a_zip_and_in_what_it_holds(seeds: range, tmp_path: Path) -> None:
    months = [TABLE, TABLE.replace("2024-01", "2024-02"), FEC]
    whole = a_zip(*((f"{n}.csv", t.encode()) for n, t in enumerate(months[:2])))
    path = tmp_path / "a.zip"

    def read_zip(source: Source) -> Staged:
        inside = source.data[:2] != b"PK"
        path.write_bytes(a_zip(("a.csv", source.data), ("b.csv", months[1].encode())) if inside else source.data)
        return read(path)

    done = fuzz.fuzz(named(read_zip, "zip"), [whole, TABLE.encode(), a_zip(("a.txt", FEC.encode()))], seeds, "a.zip")
    assert done["whole"] + done["in part"] > 0
    assert done["refused"] > 0


def named(reader: Callable[[Source], Staged], name: str) -> Callable[[Source], Staged]:
    """Under a name of its own among the figures."""

    def own(source: Source) -> Staged:
        return reader(source)

    own.__module__ = f"storage.importers.{name}"
    return own
