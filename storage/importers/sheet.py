"""Spreadsheets (XLSX, ODS, XLS) as rows of text: values only, formulas as they were last worked out.

The parser runs in a process of its own under limits of memory and time (`storage.importers.sheet_child`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import python_calamine

from storage.errors import ImportRefused
from storage.importers.archive import Archive
from storage.importers.limits import MIB
from storage.importers.packed import Packed
from storage.importers.source import Source
from storage.printable import shown

XLSX, ODS, XLS = "xlsx", "ods", "xls"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the files of Excel before 2007, and locked ones of today
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_MEMORY, _FACTOR = 512 * MIB, 24  # what the parser may take: this, and so many times the unpacked file
_SECONDS, _BYTES_A_SECOND = 20, 2 * MIB
_CHILD = Path(__file__).with_name("sheet_child.py")
_LIBRARY = Path(python_calamine.__file__).parent.parent
_SAVE = "Save the sheet as CSV and import that."


class Number(str):
    """A cell that is a number in the sheet: its digits, with a decimal point."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that are not empty, each with its number in the sheet."""

    name: str
    rows: Packed = field(default_factory=Packed)


def kind_of(data: bytes) -> str:
    """xlsx, ods or xls by the first bytes; empty for a file that is no spreadsheet."""
    if data.startswith(_COMPOUND):
        return XLS
    if not data.startswith(b"PK\x03\x04"):
        return ""
    if _ODS_TYPE in data[:200]:
        return ODS
    # Names of members stand in the list at the end, packed or not.
    ending = data[-(1 << 16) :]
    return XLSX if b"xl/workbook." in ending or b"xl/workbook." in data[: 1 << 16] else ""


def sheets_of(source: Source) -> list[Sheet]:
    """The sheets that can be seen, with what is in them. Raises ImportRefused for what cannot be read safely."""
    size = _unpacked(source)
    memory = _MEMORY + _FACTOR * size
    seconds = _SECONDS + size // _BYTES_A_SECOND
    command = [sys.executable, "-I", "-S", str(_CHILD), str(_LIBRARY), *map(str, (memory, seconds))]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        given.write(source.data)
        given.seek(0)
        try:
            done = subprocess.run(  # noqa: S603  our own file, and numbers
                [*command, str(source.limits.columns)], stdin=given, stdout=out, stderr=said, timeout=2 * seconds,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise ImportRefused(source.main, "reading it takes longer than a ledger needs", _SAVE) from error
        said.seek(0)
        if done.returncode:
            raise _failed(source, done.returncode, said.read(1 << 20).decode(errors="replace"))
        out.seek(0)
        return _sheets(source, iter(out))


def _unpacked(source: Source) -> int:
    """Bytes of all members together, after the checks that every zip passes."""
    if source.data.startswith(_COMPOUND):
        return len(source.data)
    archive = Archive(source.main, source.data, source.limits, folders=True)
    return max(len(source.data), archive.size)


def _sheets(source: Source, lines: Iterator[bytes]) -> list[Sheet]:
    """Raises ImportRefused for a cell that is too long."""
    out: list[Sheet] = []
    most = source.limits.cell_characters
    for line in lines:
        row = json.loads(line)
        if isinstance(row, dict):
            out.append(Sheet(row["sheet"]))
            continue
        number, cells = row[0], [Number(c[0]) if isinstance(c, list) else c.replace("\0", "") for c in row[1:]]
        if any(len(c) > most for c in cells):
            why = f"a cell in row {number} of sheet {shown(out[-1].name)!r} has more than {most:,} characters"
            raise ImportRefused(source.main, why, "Shorten the text.")
        out[-1].rows.add(number, cells)
    return out


def _failed(source: Source, code: int, said: str) -> ImportRefused:
    """The parser's end as a sentence."""
    last = shown(said.strip().splitlines()[-1] if said.strip() else "")
    if "columns and the limit is" in last:
        return ImportRefused(source.main, last, "Export only the columns of the journal.")
    if "password" in last.lower() or "encrypt" in last.lower():
        return ImportRefused(source.main, "it is locked with a password", "Save it without one, or as CSV.")
    if code < 0 or "memory" in last.lower():
        why = "it asks for more memory or time than a ledger of its size needs"
        return ImportRefused(source.main, why, "Delete what lies far below or beside the table, or save it as CSV.")
    reason = last.rpartition("Error: ")[2][:120] or "the parser stopped"
    return ImportRefused(source.main, f"it is no spreadsheet that can be read ({reason})", _SAVE)
