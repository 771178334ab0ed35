"""What a format's module offers: how it is recognised by the beginning of a file, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from storage.errors import ImportRefused
from storage.importers.source import Source, decode, rows_of
from storage.records import Staged

HEAD = 64 * 1024  # bytes that decide the format
_ROW_END = re.compile(r"[\r\n]")
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # UTF-16: two bytes a character, so that a row does not end at a byte


@dataclass(frozen=True)
class Head:
    """The beginning of a file, for recognising it."""

    source: Source

    @property
    def name(self) -> str:
        """The file's own name in lower case: a hint, never what decides alone."""
        return self.source.main.lower()

    @cached_property
    def data(self) -> bytes:
        return self.source.data[:HEAD]

    @cached_property
    def text(self) -> str:
        """The beginning as text, whatever its encoding: signs that cannot be read are left out."""
        if self.data.startswith(_MARKS):
            return self.data[: len(self.data) // 2 * 2].decode("utf-16", errors="ignore")
        return self.data.decode("utf-8", errors="ignore").removeprefix("\ufeff")

    @cached_property
    def first(self) -> str:
        """The first row that is not empty. Raises ImportRefused for a row without an end."""
        data, rest = self.data, len(self.source.data) > HEAD
        if data.startswith(_MARKS):
            text, cut = self.text, rest and not _ROW_END.search(self.text)
        else:
            # Whole rows are decoded, so that no character is cut in two.
            end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 if rest else len(data)
            cut = not end
            text = self.text if cut else decode(self.source.main, data[:end])[0]
        if cut and not text.lstrip("\ufeff \0").startswith("{"):
            why = f"its first row has more than {HEAD:,} bytes"
            raise ImportRefused(self.source.main, why, "It must name the columns; check its end.")
        return next((row.strip("\ufeff ") for row in rows_of(text.replace("\0", "")) if row.strip()), "")


@dataclass(frozen=True, slots=True)
class Reader:
    """A format by its ``name`` in commands. ``read`` raises ImportRefused only when the whole file is of no use."""

    name: str
    looks_like: Callable[[Head], bool]
    read: Callable[[Source], Staged]
