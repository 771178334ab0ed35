"""Bytes to text for tables: what a mapping says, else what the bytes say."""

from __future__ import annotations

from storage.errors import ImportRefused
from storage.importers.source import decode

_NAMES = {"iso8859-15": "ISO 8859-15", "utf-8": "UTF-8", "cp437": "CP437"}


def decode_table(name: str, data: bytes, given: str = "") -> tuple[str, str]:
    """Text without marks and NULs, and the encoding's name. ``given``: what a mapping says. Raises ImportRefused."""
    marked = data.startswith(b"\xef\xbb\xbf")  # UTF-8 then, such as rows that we gave out to be mended
    text, encoding = _as_given(name, data, given) if given and not marked else decode(name, data)
    return text.replace("\0", "").lstrip("\ufeff"), encoding


def _as_given(name: str, data: bytes, given: str) -> tuple[str, str]:
    try:
        return data.decode(given), _NAMES.get(given, given)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise ImportRefused(
            name, f"byte {data[error.start]:#04x} in row {row} is no character of {given}",
            "Choose another encoding in the mapping, or none.",
        ) from error  # fmt: skip
