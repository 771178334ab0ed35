"""Events -> numbers. Training, evaluation, memory and serving have no second road.

Shapes: n events, S tokens, E encoder width, C conditions, KEY width of a memory key.
Money becomes a float here and nowhere else; units are written at each field.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from engine.catalog import Catalog
from engine.journal import Event
from engine.model.encoder import Encoded, TextEncoder
from engine.sketch import SKETCH, Floats, sketch, unit, wide
from engine.text import Conditioned, conditioned, normalise

NAME = 32  # width of the sketch of a journal, party or currency
NUMBERS = 12
CONDITIONS = NUMBERS + 3 * NAME
NO_DAY = -1
MOST_NAMES = 20_000  # whose sketches are kept

_NAMES: dict[str, Floats] = {}  # a book has few journals and parties, and every event names them

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Read:
    """n events as numbers, row by row.

    encoded: token states of the conditioned texts; empty where they are not needed, as for remembered entries.
    key: (n, E + SKETCH) float32, length 1: [pooled; sketch] / sqrt 2, the memory key u.
    conditions: (n, C) float32.
    wide: (n, W) sparse damped counts of the text's n-grams.
    log_amount: (n,) float32, log1p of the absolute amount in book currency.
    cents: (n,) int64, the amount in hundredths, rounded.
    day, dom: (n,) int64, ordinal day and day of month; NO_DAY when blank.
    journal, party: (n,) int64, stable hashes; 0 when blank.
    """

    encoded: tuple[Encoded, ...]
    key: Floats
    conditions: Floats
    wide: sp.csr_matrix
    log_amount: Floats
    cents: Ints
    day: Ints
    dom: Ints
    journal: Ints
    party: Ints

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: Sequence[int] | Ints) -> Read:
        at = np.asarray(rows, dtype=np.int64)
        if len(at) == len(self) and (at == np.arange(len(at))).all():
            return self  # picking rows of a sparse matrix costs as much for all of them as for one
        return Read(
            encoded=tuple(self.encoded[i] for i in at) if self.encoded else (), key=self.key[at],
            conditions=self.conditions[at], wide=self.wide[at], log_amount=self.log_amount[at], cents=self.cents[at],
            day=self.day[at], dom=self.dom[at], journal=self.journal[at], party=self.party[at],
        )  # fmt: skip


class Reader:
    """Reads events and accounts with one encoder."""

    def __init__(self, encoder: TextEncoder) -> None:
        self.encoder = encoder
        self.key_width = encoder.width + SKETCH

    def read(self, events: Sequence[Event], progress: Callable[[int, int], None] | None = None) -> Read:
        if not events:
            raise ValueError("read needs at least one event")
        pairs = self.texts(events)
        encoded = tuple(self.encoder.encode(pairs, progress))
        key = memory_key(np.stack([e.pooled for e in encoded]), self._sketch([p.text for p in pairs]))
        return self.read_known(events, key, encoded)

    def texts(self, events: Sequence[Event]) -> list[Conditioned]:
        """What the encoder reads of each event."""
        texts = [normalise(e.description) for e in events]
        if not self.encoder.config.words:
            return [Conditioned("", t) for t in texts]
        return [conditioned(t, e.journal, e.party, e.amount) for t, e in zip(texts, events, strict=True)]

    def _sketch(self, texts: Sequence[str]) -> Floats:
        """(n, SKETCH) the texts' n-grams; zero where the settings leave them out."""
        return sketch(texts) if self.encoder.config.sketch else np.zeros((len(texts), SKETCH), np.float32)

    def read_known(self, events: Sequence[Event], key: Floats, encoded: tuple[Encoded, ...] = ()) -> Read:
        """As `read`, for events whose memory keys (n, D) were kept: the encoder is not asked."""
        return Read(
            encoded=encoded,
            key=key,
            conditions=_conditions(events),
            wide=wide([normalise(e.description) for e in events]),
            log_amount=np.array([log_amount(e.amount) for e in events], np.float32),
            cents=np.array([cents(e.amount) for e in events], np.int64),
            day=np.array([e.date.toordinal() if e.date else NO_DAY for e in events], np.int64),
            dom=np.array([e.date.day if e.date else NO_DAY for e in events], np.int64),
            journal=np.array([name_hash(e.journal) for e in events], np.int64),
            party=np.array([name_hash(e.party) for e in events], np.int64),
        )

    def read_accounts(self, catalog: Catalog) -> Floats:
        """(A, E + 2 SKETCH) float32: pooled text, sketch of the name with its context, sketch of the code."""
        texts = catalog.texts()
        pooled = np.stack([e.pooled for e in self.encoder.encode(texts)])
        names = self._sketch([f"{t.text} {t.words}" for t in texts])
        return np.concatenate([pooled, names, self._sketch([a.code for a in catalog.accounts])], axis=1)


def memory_key(pooled: Floats, lexical: Floats) -> Floats:
    """[x; z] / sqrt 2 with both parts of length 1; a text without letters leans on its pooled half.

    Blank texts share one key of their own, so that they are alike and nothing else is like them. Rounded to
    what float16 holds, so that a key is the same before and after it was saved in half the space.
    """
    key = unit(np.concatenate([unit(pooled), lexical], axis=1) / math.sqrt(2.0))
    key[~key.any(axis=1), 0] = 1.0
    return key.astype(np.float16).astype(np.float32)


def log_amount(amount: Decimal) -> float:
    return math.log1p(min(abs(float(amount)), 1e15))


def cents(amount: Decimal) -> int:
    """Hundredths; amounts beyond 64 bits all share the last bucket."""
    return int(max(min(amount * 100, Decimal(2**62)), Decimal(-(2**62))).to_integral_value())


def name_hash(name: str) -> int:
    """A stable positive number for a journal or party; 0 for a blank one."""
    plain = normalise(name).casefold()
    return int.from_bytes(hashlib.blake2b(plain.encode(), digest_size=7).digest()) + 1 if plain else 0


def cyclic(day: date) -> tuple[float, float, float, float]:
    """Month and weekday as points on a circle, each in [-1, 1], so that December is next to January."""
    m, w = 2 * math.pi * (day.month - 1) / 12, 2 * math.pi * day.weekday() / 7
    return math.sin(m), math.cos(m), math.sin(w), math.cos(w)


def _numbers(event: Event) -> list[float]:
    """NUMBERS floats, each about in [-1, 1]."""
    size, whole = log_amount(event.amount), cents(event.amount)
    day = event.date
    when = [*cyclic(day), day.day / 31, float(day.day >= 28), 1.0] if day else [0.0] * 7
    return [size / 8 - 1, float(whole % 100 != 0), float(whole % 5000 == 0), float(whole < 0), min(size, 1.0), *when]


def _conditions(events: Sequence[Event]) -> Floats:
    numbers = np.array([_numbers(e) for e in events], np.float32)
    names = [_name_sketch([getattr(e, f) for e in events]) for f in ("journal", "party", "currency")]
    return np.concatenate([numbers, *names], axis=1)


def _name_sketch(names: Sequence[str]) -> Floats:
    """(n, NAME): the sketch of a short name folded to NAME columns; blank names are zero rows."""
    plain = [normalise(n) for n in names]
    known = {n: _NAMES.get(n) for n in dict.fromkeys(plain)}
    if new := [n for n, row in known.items() if row is None]:
        folded = unit(sketch(new).reshape(len(new), SKETCH // NAME, NAME).sum(axis=1))
        known.update(zip(new, folded, strict=True))
        if len(_NAMES) + len(new) > MOST_NAMES:
            _NAMES.clear()
        _NAMES.update(zip(new, folded, strict=True))
    return np.stack([row for n in plain if (row := known[n]) is not None])
