"""Reads one spreadsheet from its input and writes its rows as JSON, a row a line. Runs as a process of its own.

The library keeps a sheet as a full grid, so two cells far apart ask for more memory than any machine has, and it
ends the process that asked. This process has limits, and its end is only a sentence for the one that started it.
It imports nothing of this program: it starts in hundredths of a second.
"""

from __future__ import annotations

import io
import json
import math
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal

DIGITS = 15  # what a spreadsheet shows of a number; those after it are noise of binary fractions


def main() -> None:
    """``sheet_child.py FOLDER BYTES SECONDS COLUMNS``: where the library lies, and what may be used."""
    folder, memory, seconds, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    _limit(memory, seconds)
    sys.path.append(folder)
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet or about.visible != SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(about.name)
        _write({"sheet": about.name})
        start = sheet.start or (0, 0)
        for number, cells in enumerate(sheet.iter_rows(), start=start[0] + 1):
            row = [_plain(c) for c in cells]
            while row and row[-1] == "":
                row.pop()
            if len(row) + start[1] > columns:
                raise SystemExit(f"row {number} has {len(row):,} columns and the limit is {columns:,}")
            if row:
                _write([number, *[""] * start[1], *row])


def _limit(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _plain(cell: object) -> object:
    """A cell as JSON has it: a number as a list of its digits as a sheet shows them, a day as 2024-01-31."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, (int, float)):
        return [_digits(cell)]
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _digits(number: float) -> str:
    return format(Decimal(f"{number:.{DIGITS}g}"), "f") if math.isfinite(number) else str(number)


def _write(row: object) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
