"""A spreadsheet as Excel wrote them before 2007: one stream of BIFF8 records in a compound file, and no more."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_GLOBALS, _SHEET = 5, 16
_SMALLEST = 4096  # bytes of a stream that lies in sectors of its own
_EPOCH = date(1899, 12, 30)
Cell = str | int | float | Decimal | date | None


def xls(name: str, rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet: texts, and numbers for all else; a day is its number."""
    sheet = _begin(_SHEET) + b"".join(_cells(rows)) + _record(0x0A)
    bound = struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name.encode("latin-1")
    length = len(_begin(_GLOBALS) + _record(0x85, bound) + _record(0x0A))
    bound = struct.pack("<I", length) + bound[4:]
    return _compound(_begin(_GLOBALS) + _record(0x85, bound) + _record(0x0A) + sheet)


def _cells(rows: Sequence[Sequence[Cell]]) -> Iterable[bytes]:
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                yield _record(0x204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
            elif cell is not None:
                number = (cell - _EPOCH).days if isinstance(cell, date) else cell
                yield _record(0x203, place + struct.pack("<d", float(number)))


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _record(number: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def _compound(stream: bytes) -> bytes:
    """Header, one sector of the allocation table, one of the directory, and the stream."""
    size = max(len(stream), _SMALLEST)
    count = -(-size // _SECTOR)
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, _SMALLEST, _END, 0, _END, 0, 0,
    ).ljust(_SECTOR, b"\xff")  # fmt: skip
    chain = [_FAT, _END, *range(3, count + 2), _END]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, size)
    return header + table + directory.ljust(_SECTOR, b"\0") + stream.ljust(count * _SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", text, len(text), kind, 1, _FREE, _FREE, child, start, size)
