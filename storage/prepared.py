"""Entries on their way in, each with its canonical texts, written once for every digest that is made of them.

The definitions are `storage.rows.content_digest`, `header_body` and `version_body`; what is here gives the same digests
for whole batches, several times faster, because a line is written once and nothing goes through dictionaries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from engine.journal import Entry, Line, Side, money_text
from storage import chain, rows

_ZERO = Decimal(0)
_PART = 4096  # entries whose text is hashed at once


class Prepared(NamedTuple):
    """An entry with what its import needs to know of it. ``key`` is its source key, which may differ from its id."""

    key: str
    entry: Entry
    lines: str  # canonical JSON of `chain.lines_body`
    texts: str  # canonical JSON of `chain.lines_text`
    content: str  # `rows.content_digest`
    debit: Decimal
    credit: Decimal


class Stored(NamedTuple):
    """What the store adds to an entry: ids, its place in the book, and the salt of its texts."""

    entry_id: str
    version_id: str
    salt: str
    position: int


def prepare(entries: Sequence[Entry]) -> list[Prepared]:
    """Every entry with its texts, digest and sums. Raises LinesRefused where an amount is no number."""
    write = _Writer()
    try:
        return [write.entry(e) for e in entries]
    except ArithmeticError:  # what is no number has no sum; the check names the first line that cannot be kept
        for e in entries:
            rows.check_lines(e.lines)
        raise


def batch_content(
    batch: Mapping[str, Any], entries: Sequence[Prepared], stored: Sequence[Stored], certain: frozenset[str]
) -> str:
    """The chained digest of a batch: over its own row, and key, header and lines of each entry in order.

    ``certain`` are the keys of entries whose kind no journal overrules.
    """
    write = _Writer(certain)
    body = hashlib.sha256(f"[{chain.canonical(batch_body(batch))},[".encode())
    for at in range(0, len(entries), _PART):
        pairs = zip(entries[at : at + _PART], stored[at : at + _PART], strict=True)
        body.update(("," * (at > 0) + ",".join(write.body(p, s) for p, s in pairs)).encode())
    body.update(b"]]")
    return body.hexdigest()


def batch_body(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the chain says of a batch beside its entries: all of its row but its place in the chain."""
    return {k: v for k, v in row.items() if k != "sequence"}


class _Quoted(dict[str, str]):
    """JSON text of codes that come again and again."""

    def __missing__(self, text: str) -> str:
        found = self[text] = quoted(text)
        return found


class _Days(dict[date | None, str]):
    def __missing__(self, day: date | None) -> str:
        found = self[day] = "null" if day is None else quoted(day.isoformat())
        return found


class _Writer:
    """Writes canonical JSON of entries; `storage.chain.canonical` of the same values gives the same text."""

    def __init__(self, certain: frozenset[str] = frozenset()) -> None:
        self._codes, self._days, self._certain = _Quoted(), _Days(), certain

    def entry(self, e: Entry) -> Prepared:
        code, day = self._codes, self._days
        lines = "[" + ",".join([self._line(x) for x in e.lines]) + "]"
        texts = "[" + ",".join([code[t] if not t else quoted(t) for x in e.lines for t in (x.party, x.label)]) + "]"
        header = (
            f"[{day[e.date]},{quoted(e.description)},{code[e.journal]},{quoted(e.party)},{code[e.currency]},"
            f"{quoted(e.document)},{day[e.document_date]}]"
        )
        content = _sha256(f"[{header},{lines},{texts}]")
        return Prepared(e.entry_id, e, lines, texts, content, *_sums(e.lines))

    def body(self, p: Prepared, s: Stored) -> str:
        """Key, header and lines of one entry, as a batch chains them."""
        e, code, day = p.entry, self._codes, self._days
        personal = _sha256(f'["{s.salt}",{quoted(e.description)},{quoted(e.party)},{quoted(e.document)}]')
        of_lines = _sha256(f'["{s.salt}"{"," if len(p.texts) > 2 else ""}{p.texts[1:]}')
        mark = f',"{rows.CERTAIN}"' if p.key in self._certain else ""
        return (
            f'[{quoted(p.key)},["{s.entry_id}",{code[e.kind]},{day[e.date]},{quoted(e.number)},{day[e.document_date]},'
            f'{code[e.journal]},{code[e.currency]},{s.position},"{personal}"{mark}],[{p.lines},"{of_lines}"]]'
        )

    def _line(self, x: Line) -> str:
        """One line of `chain.lines_body`; what is rare is left to that function."""
        if x.original_amount is not None or x.rate is not None or x.original_currency or x.rate_source or x.rate_date:
            return chain.canonical(chain.lines_body([x]))[1:-1]
        code = self._codes
        side = '"D"' if x.side is Side.DEBIT else '"C"'
        return f'[{code[x.account]},{side},"{_money(x.amount)}",{code[x.tax_code]},"",null,null]'


def _money(amount: Decimal) -> str:
    """`engine.journal.money_text`, by the shorter road where there is no exponent."""
    text = str(amount)
    if "E" in text:
        return money_text(amount)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _sums(lines: Sequence[Line]) -> tuple[Decimal, Decimal]:
    debit = credit = _ZERO
    for x in lines:
        if x.side is Side.DEBIT:
            debit += x.amount
        else:
            credit += x.amount
    return debit, credit


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
