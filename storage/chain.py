"""The hash chain of a book: every record that can change a booking is one link.

A link's content is SHA-256 over the record's canonical JSON; its hash covers book, sequence, record,
reference, content and the hash before it. Personal texts enter as salted digests, so that erasing text
and salt leaves the chain whole. An import is one link over its entries in order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Line, money_text
from storage import schema
from storage.bulk import insert_rows

GENESIS = "0" * 64


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces; decimals and days as text, so that a value has one spelling."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def digest(value: object) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def text_digest(salt: str, texts: Iterable[str]) -> str:
    """What the chain keeps of personal texts: nothing that can be guessed without the salt."""
    return digest([salt, *texts])


def lines_body(lines: Sequence[Line]) -> list[list[str | None]]:
    """The part of lines that holds no personal text; a rate's origin only where there is one."""
    return [
        [
            x.account, x.side.letter, money_text(x.amount), x.tax_code, x.original_currency,
            None if x.original_amount is None else money_text(x.original_amount),
            None if x.rate is None else money_text(x.rate),
            *([x.rate_date.isoformat() if x.rate_date else "", x.rate_source] if x.rate_date or x.rate_source else ()),
        ]
        for x in lines
    ]  # fmt: skip


def lines_text(lines: Sequence[Line]) -> list[str]:
    """The part of lines that may name people."""
    return [text for x in lines for text in (x.party, x.label)]


def lock(session: Session, book_id: str) -> None:
    """Hold the book until the transaction ends, so that what is read now is still so when something is appended.

    On DuckDB the process-wide write lock does this already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(book_id, 0))))


def append(session: Session, book_id: str, record: str, reference: str, content: str, recorded: datetime) -> int:
    """Write the next link and return its sequence."""
    return append_all(session, book_id, record, [(reference, content)], recorded)


def append_all(
    session: Session, book_id: str, record: str, contents: Sequence[tuple[str, str]], recorded: datetime
) -> int:
    """Write a link for each (reference, content), in order and at once; returns the sequence of the first."""
    lock(session, book_id)
    t = schema.chain.c
    last = session.execute(
        sa.select(t.sequence, t.hash).where(t.book_id == book_id).order_by(t.sequence.desc()).limit(1)
    ).one_or_none()
    first, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
    links = []
    for sequence, (reference, content) in enumerate(contents, start=first):
        body = link_body(book_id, sequence, record, reference, content, previous)
        previous = digest(body)
        links.append({**body, "hash": previous, "recorded": recorded})
    insert_rows(session, schema.chain, links)
    return int(first)


def head(session: Session, book_id: str) -> int:
    """The sequence of a book's newest link, 0 before the first."""
    return session.scalar(sa.select(sa.func.max(schema.chain.c.sequence)).where(schema.chain.c.book_id == book_id)) or 0


def link_body(book_id: str, sequence: int, record: str, reference: str, content: str, previous: str) -> dict[str, Any]:
    return {
        "book_id": book_id,
        "sequence": sequence,
        "record": record,
        "reference": reference,
        "content": content,
        "previous": previous,
    }


def first_broken(links: Iterable[Mapping[str, Any]], after: int = 0, previous: str = GENESIS) -> int | None:
    """The sequence of the first link that does not follow from the one before it; None when all do.

    ``after`` and ``previous`` are sequence and hash of the link before the first one given.
    """
    expected = after + 1
    for link in links:
        body = {k: link[k] for k in ("book_id", "sequence", "record", "reference", "content", "previous")}
        if link["sequence"] != expected or link["previous"] != previous or link["hash"] != digest(body):
            return expected
        previous, expected = link["hash"], expected + 1
    return None


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return money_text(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()  # a database may answer in its own zone
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"a chained record holds {value!r}, which has no canonical form")
