"""Ids that sort by time, and clean text: what every row of the store is made of."""

from __future__ import annotations

import os
import re
import threading
import time
import unicodedata
from datetime import UTC, datetime

_SURROGATES = re.compile("[\ud800-\udfff]")
_COUNTER_BITS = 12
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}  # its two high bits are 10


class _Clock:
    """Hands out (millisecond, counter) pairs that always rise, also when the wall clock is set back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def ticks(self, count: int) -> int:
        """The first of ``count`` pairs in a row, each as one number."""
        with self._lock:
            first = max(time.time_ns() // 1_000_000 << _COUNTER_BITS, self._last + 1)
            self._last = first + count - 1
            return first


_clock = _Clock()


def new_id() -> str:
    """A UUID version 7 (RFC 9562, 5.7) as text; later ones of one process are greater as text."""
    return new_ids(1)[0]


def new_ids(count: int) -> list[str]:
    """``count`` ids in rising order, as `new_id` gives them one by one."""
    first, chance = _clock.ticks(count), os.urandom(8 * count).hex()
    return [_uuid7(first + n, chance[16 * n : 16 * n + 16]) for n in range(count)]


def _uuid7(ticks: int, chance: str) -> str:
    milliseconds, counter = ticks >> _COUNTER_BITS & (1 << 48) - 1, ticks & (1 << _COUNTER_BITS) - 1
    variant = _VARIANT[chance[0]]
    return f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7{counter:03x}-{variant}{chance[1:4]}-{chance[4:]}"


def new_salt() -> str:
    """128 random bits as text, against guessing a name from its digest."""
    return new_salts(1)[0]


def new_salts(count: int) -> list[str]:
    chance = os.urandom(16 * count).hex()
    return [chance[at : at + 32] for at in range(0, len(chance), 32)]


def utc_now() -> datetime:
    """Now, aware, in UTC, to the microsecond: what both databases keep."""
    return datetime.now(UTC)


def clean(text: str) -> str:
    """Text that both databases can hold: NUL is dropped, half characters become U+FFFD."""
    kept = text.replace("\0", "") if "\0" in text else text
    return kept if kept.isascii() else _SURROGATES.sub("\ufffd", kept)


class _Folded(dict[int, str]):
    """Characters as a search compares them; each is worked out when it first comes."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code).casefold())
        found = self[code] = "".join(c for c in parts if not unicodedata.combining(c))
        return found


_folded = _Folded()


def fold(text: str) -> str:
    """Text as a search compares it: no case, no accents, single spaces. Not the model's normalisation."""
    return " ".join((text.lower() if text.isascii() else text.translate(_folded)).split())
