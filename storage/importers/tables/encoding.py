"""Bytes to text for tables: also the DOS code page, and what a mapping says."""

from __future__ import annotations

from storage.errors import ImportRefused
from storage.importers.source import decode

# In the DOS code pages the letters of western languages lie below 0xA6; in cp1252 they begin at 0xC0.
_DOS = frozenset(b"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x93\x94\x95\x96\x97\x99\x9a")
_SAMPLE = 1 << 16
_NAMES = {"iso8859-15": "ISO 8859-15", "utf-8": "UTF-8"}


def decode_table(name: str, data: bytes, given: str = "") -> tuple[str, str]:
    """Text without marks and NULs, and the encoding's name. ``given``: what a mapping says. Raises ImportRefused."""
    text, encoding = _as_given(name, data, given) if given else _guessed(name, data)
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


def _guessed(name: str, data: bytes) -> tuple[str, str]:
    if not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) and _is_dos(data):
        return data.decode("cp437"), "CP437"
    return decode(name, data)


def _is_dos(data: bytes) -> bool:
    high = [b for b in data if b > 0x7F] if len(data) < _SAMPLE else [b for b in data[: 16 * _SAMPLE] if b > 0x7F]
    dos = sum(b in _DOS for b in high)
    if not high or dos <= len(high) // 2:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
