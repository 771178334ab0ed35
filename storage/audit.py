"""Checks a book against its chain: every link follows, every record still says what was hashed, nothing was added.

Links are read in parts and the records of a part with a query or two a kind, so that memory stays flat and a
million lines take no query each. What the links cover is listed in `storage.chained`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import audit_rows, chain, schema
from storage.anchors import Anchor
from storage.chained import Content, Link, Rows, View
from storage.chained_entries import CONTENT

_PART = 20_000  # links that are read at once


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """Where a book departs from its chain first. ``sequence`` is 0 for a row that no link covers.

    ``found`` says what is stored now: the chain holds digests, so it knows that a record was another one
    and not which.
    """

    sequence: int
    record: str
    reference: str
    why: str
    found: str = ""

    def __str__(self) -> str:
        link = f"Link {self.sequence}, " if self.sequence else ""
        found = f" Found now: {self.found}" if self.found else ""
        return f"{link}{self.record} {self.reference}: {self.why}.{found}"


@dataclass(frozen=True, slots=True)
class AnchorResult:
    """What an anchor says of the chain as it is now; ``why`` is empty where it holds."""

    anchor: Anchor
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that was checked. ``faults`` are in order of the chain; the first one is the first that is broken."""

    links: int
    entries: int
    lines: int
    faults: tuple[BrokenLink, ...]
    anchors: tuple[AnchorResult, ...]

    @property
    def whole(self) -> bool:
        return not self.faults and not any(r.why for r in self.anchors)


def verify(session: Session, book_id: str) -> BrokenLink | None:
    """The first thing that is wrong with a book, or None when the whole chain and every record agree."""
    return next(_faults(_view(session, book_id)), None)


def examine(session: Session, book_id: str, anchors: Iterable[Anchor] = ()) -> Report:
    """Everything that `verify` looks for, rows that no link covers included, held against anchors."""
    view = _view(session, book_id)
    results = tuple(_against(view, a) for a in sorted(set(anchors), key=lambda a: (a.sequence, a.made)))
    links, entries, lines = (
        session.scalar(sa.select(sa.func.count()).select_from(t).where(t.c.book_id == book_id)) or 0
        for t in (schema.chain, schema.entries, schema.lines)
    )
    return Report(links, entries, lines, tuple(_faults(view)), results)


def _view(session: Session, book_id: str) -> View:
    t = schema.decisions.c
    mine = sa.select(t.entry_id, t.detail).where(t.book_id == book_id, t.act == "erased")
    acts = session.execute(mine.order_by(t.sequence))  # the last one of an entry says all that those before said
    return View(session, book_id, {r.entry_id: json.loads(r.detail) for r in acts})


def _faults(view: View) -> Iterator[BrokenLink]:
    """The first broken link, then rows beside the chain."""
    for part, after, previous in _parts(view):
        gap = chain.first_broken((x._asdict() for x in part), after, previous)
        sound = part if gap is None else [x for x in part if x.sequence < gap]
        if fault := _first_changed(view, sound):
            yield fault
            break
        if gap is not None:
            yield _broken_at(view, gap, part)
            break
    for stray in audit_rows.strays(view):
        yield BrokenLink(0, *stray)


def _parts(view: View) -> Iterator[tuple[list[Link], int, str]]:
    """Links in order, with sequence and hash of the one before the part."""
    t = schema.chain.c
    columns = [t[name] for name in Link._fields]
    after, previous = 0, chain.GENESIS
    mine = sa.select(*columns).where(t.book_id == view.book_id).order_by(t.sequence).limit(_PART)
    query = mine
    while part := [Link(*r) for r in view.session.execute(query)]:
        yield part, after, previous
        after, previous = part[-1].sequence, part[-1].hash
        query = mine.where(t.sequence > after)


def _first_changed(view: View, links: Sequence[Link]) -> BrokenLink | None:
    """The first of these links whose record is not what was hashed."""
    by_kind = sorted(links, key=lambda x: x.record)  # stable: the order of the chain stays within a kind
    now: dict[int, str] = {}
    for record, mine in groupby(by_kind, key=lambda x: x.record):
        if record in CONTENT:
            now |= _digests(CONTENT[record], view, list(mine))
    for link in links:
        if now.get(link.sequence) != link.content:
            return _changed(view, link, gone=link.sequence not in now)
    return None


def _digests(content: Content, view: View, links: Sequence[Link]) -> Mapping[int, str]:
    """Digests by sequence; a record that holds what none may hold (a kind or type nobody knows) has none."""
    try:
        return content.digests(view, links)
    except ValueError:
        if len(links) == 1:
            return {links[0].sequence: ""}
        half = len(links) // 2
        return {**_digests(content, view, links[:half]), **_digests(content, view, links[half:])}


def _changed(view: View, link: Link, *, gone: bool) -> BrokenLink:
    if link.record not in CONTENT:
        why = "this release does not know such records; it is older than the one that wrote it"
        return BrokenLink(link.sequence, link.record, link.reference, why)
    try:
        found = CONTENT[link.record].describe(view, link)
    except ValueError as error:
        found = f"it cannot be read: {error}"
    why = "the record is gone or belongs to another link" if gone else "the record was changed"
    return BrokenLink(link.sequence, link.record, link.reference, why, found)


def _broken_at(view: View, sequence: int, part: Sequence[Link]) -> BrokenLink:
    """The record that a lost link was about is found by its sequence, where it carries one."""
    for link in part:
        if link.sequence == sequence:
            why = "the link does not follow from those before"
            return BrokenLink(sequence, link.record, link.reference, why)
    tables = [c.table for c in CONTENT.values() if isinstance(c, Rows)]
    for table in (schema.batches, schema.versions, schema.account_versions, *tables):
        mine = (table.c.book_id == view.book_id, table.c.sequence == sequence)
        if row := view.session.execute(sa.select(table).where(*mine).limit(1)).first():
            return BrokenLink(sequence, table.name, _key(table, dict(row._mapping)), "the link is missing")  # noqa: SLF001
    return BrokenLink(sequence, "link", str(sequence), "it is missing")


def _key(table: sa.Table, row: Mapping[str, Any]) -> str:
    return str(row[next(iter(table.primary_key.columns)).name])


def _against(view: View, anchor: Anchor) -> AnchorResult:
    """Whether the link that an anchor names is still the same one; everything before it hangs on its hash."""
    t = schema.chain.c
    if anchor.book_id != view.book_id:
        return AnchorResult(anchor, "it was made of another book")
    found = view.session.scalar(sa.select(t.hash).where(t.book_id == view.book_id, t.sequence == anchor.sequence))
    if found is None:
        return AnchorResult(anchor, f"link {anchor.sequence} is gone: the end of the chain was cut off")
    if found != anchor.hash:
        return AnchorResult(anchor, f"links 1 to {anchor.sequence} are not those of then: the chain was rewritten")
    return AnchorResult(anchor)
