"""Finds a file's format, says why, and stages it. No database."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from storage.errors import ImportRefused
from storage.importers import canonical, fec, flat
from storage.importers.limits import LIMITS, Limits
from storage.importers.source import Source, decode, load, rows_of
from storage.records import Staged

_READERS: Mapping[str, Callable[[Source], Staged]] = {
    canonical.NAME: canonical.read_canonical,
    fec.NAME: fec.read_fec,
    flat.NAME: flat.read_flat,
}
FORMATS = tuple(_READERS)
_ROW_END = re.compile(r"[\r\n]")
_HEAD = 64 * 1024  # bytes that decide the format


def read(path: Path, format: str | None = None, limits: Limits = LIMITS) -> Staged:
    """Stage the entries of a file, a zip or a folder; bad rows are data in `Staged.errors`.

    Raises ImportRefused when the file as a whole cannot be read, or is of no known format.
    """
    if format is not None and format not in _READERS:
        raise ImportRefused(path.name, f"there is no format {format!r}", f"Formats: {', '.join(FORMATS)}.")
    source = load(path, limits)
    staged = _READERS[format or detect(source)](source)
    return replace(staged, reason=f"{staged.reason} (The format was given.)") if format else staged


def detect(source: Source) -> str:
    """The format of a file by its first row that is not empty. Raises ImportRefused."""
    first = _first_row(source)
    if source.main.endswith(".jsonl") or first.startswith("{"):
        return canonical.NAME
    if fec.layout_of(first) is not None or fec.looks_like(first):
        return fec.NAME
    if flat.layout_of(first) is not None:
        return flat.NAME
    raise ImportRefused(
        source.main, f"its first row {first[:60]!r} is that of no known format",
        f"Known: {', '.join(FORMATS)}. A CSV begins with "
        "date,journal,number,description,account,debit,credit,party,currency.",
    )  # fmt: skip


def _first_row(source: Source) -> str:
    """Whole rows are decoded, so that no character is cut in two. Raises ImportRefused for a row without an end."""
    head = source.data[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # two bytes a character: a row does not end at a byte
        text = head[: len(head) // 2 * 2].decode("utf-16", errors="ignore")
        cut = len(source.data) > _HEAD and not _ROW_END.search(text)
    else:
        end = max(head.rfind(b"\n"), head.rfind(b"\r")) + 1 if len(source.data) > _HEAD else len(head)
        cut = not end
        text, _ = (head.decode("utf-8", errors="ignore"), "") if cut else decode(source.main, head[:end])
    if cut and not text.lstrip("\ufeff \0").startswith("{"):
        why = f"its first row has more than {_HEAD:,} bytes"
        raise ImportRefused(source.main, why, "It must name the columns; check its end.")
    return next((row.strip("\ufeff ") for row in rows_of(text.replace("\0", "")) if row.strip()), "")
