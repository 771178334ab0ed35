"""Ids that sort by time, and clean text: what every row of the store is made of."""

from __future__ import annotations

import os
import re
import threading
import time
import unicodedata
import uuid
from datetime import UTC, datetime

_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_COUNTER_BITS = 12


class _Clock:
    """Hands out (millisecond, counter) pairs that always rise, also when the wall clock is set back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def tick(self) -> int:
        with self._lock:
            self._last = max(time.time_ns() // 1_000_000 << _COUNTER_BITS, self._last + 1)
            return self._last


_clock = _Clock()


def new_id() -> str:
    """A UUID version 7 (RFC 9562, 5.7) as text; later ones of one process are greater as text."""
    ticks = _clock.tick()
    milliseconds, counter = ticks >> _COUNTER_BITS, ticks & ((1 << _COUNTER_BITS) - 1)
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | counter << 64 | 2 << 62 | tail
    return str(uuid.UUID(int=value))


def new_salt() -> str:
    """128 random bits as text, against guessing a name from its digest."""
    return os.urandom(16).hex()


def utc_now() -> datetime:
    """Now, aware, in UTC, to the microsecond: what both databases keep."""
    return datetime.now(UTC)


def clean(text: str) -> str:
    """Text that both databases can hold: NUL is dropped, half characters become U+FFFD."""
    return _SURROGATES.sub("\ufffd", text.replace("\0", ""))


def fold(text: str) -> str:
    """Text as a search compares it: no case, no accents, single spaces. Not the model's normalisation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return _SPACES.sub(" ", plain).strip()
