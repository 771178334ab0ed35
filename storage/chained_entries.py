"""What the chain covers of books, catalogs, entries, versions, decisions and imported batches.

A record whose texts were erased is held against the digests that its erasure wrote down; see `storage.erasure`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.journal import Entry, Kind, Line
from storage import chain, rows, schema, schema_statements
from storage.chained import CONTENT, SHOWN, Link, Row, Rows, Stray, View, told, uncovered, without_place
from storage.chained_statements import Statements
from storage.prepared import batch_body

__all__ = ["CONTENT"]

_PART = 10_000  # entries of a batch that are read at once
_ENTRIES, _VERSIONS, _LINES, _CHAIN = schema.entries, schema.versions, schema.lines, schema.chain


class _Books:
    """The book itself: its first link."""

    def digests(self, view: View, links: Sequence[Link]) -> Mapping[int, str]:
        found = view.rows(sa.select(schema.books).where(schema.books.c.book_id == view.book_id))
        return {x.sequence: chain.digest(r) for x in links for r in found if r["book_id"] == x.reference}

    def describe(self, view: View, link: Link) -> str:
        return told(view.rows(sa.select(schema.books).where(schema.books.c.book_id == link.reference)))

    def strays(self, _view: View) -> Iterable[Stray]:
        return ()


class _Accounts:
    """All accounts of one change of the catalog share a link."""

    def digests(self, view: View, links: Sequence[Link]) -> Mapping[int, str]:
        found: dict[int, list[Row]] = {}
        for r in view.rows(self._query(view, links[0].sequence, links[-1].sequence)):
            found.setdefault(r["sequence"], []).append(r)
        return {n: chain.digest([without_place(r) for r in mine]) for n, mine in found.items()}

    def describe(self, view: View, link: Link) -> str:
        return told(view.rows(self._query(view, link.sequence, link.sequence)))

    def strays(self, view: View) -> Iterable[Stray]:
        t, c = schema.account_versions.c, _CHAIN.c
        link = (c.book_id == t.book_id, c.sequence == t.sequence, c.record == "account_versions")
        query = sa.select(t.account_version_id).where(t.book_id == view.book_id, ~sa.exists().where(*link))
        return uncovered(view, "account_versions", query.limit(SHOWN))

    @staticmethod
    def _query(view: View, first: int, last: int) -> sa.Select[Any]:
        t = schema.account_versions
        mine = (t.c.book_id == view.book_id, t.c.sequence.between(first, last))
        return sa.select(t).where(*mine).order_by(t.c.sequence, t.c.account_version_id)


class _Decisions(Rows):
    """Acts with their reasons; a reason that was erased is taken at the word of the erasure."""

    def digests(self, view: View, links: Sequence[Link]) -> Mapping[int, str]:
        wanted = {x.sequence: x.reference for x in links}
        t = schema.decisions
        inside = t.c.sequence.between(links[0].sequence, links[-1].sequence)
        found = view.rows(sa.select(t).where(t.c.book_id == view.book_id, inside))
        return {r["sequence"]: _decision(view, r) for r in found if wanted.get(r["sequence"]) == r["decision_id"]}


def _decision(view: View, row: Row) -> str:
    erased = view.erased.get(row["entry_id"], {}).get("decisions", {}).get(row["decision_id"])
    gone = erased and not row["salt"] and not row["reason"]
    reason = erased if gone else chain.text_digest(row["salt"], [row["reason"]])
    return chain.digest({**{k: v for k, v in row.items() if k not in ("sequence", "salt")}, "reason": reason})


class _Headers:
    """Headers of entries that started here, named by their link."""

    def digests(self, view: View, links: Sequence[Link]) -> Mapping[int, str]:
        c = _CHAIN.c
        query = (
            sa.select(_ENTRIES, c.sequence.label("link"))
            .join(_CHAIN, c.reference == _ENTRIES.c.entry_id)
            .where(c.book_id == view.book_id, c.sequence.between(links[0].sequence, links[-1].sequence))
            .where(c.record == "entries", _ENTRIES.c.book_id == view.book_id, _ENTRIES.c.batch_id == "")
        )
        return {r["link"]: chain.digest([header(view, r), r["recorded"], r["recorded_by"]]) for r in view.rows(query)}

    def describe(self, view: View, link: Link) -> str:
        return told(view.rows(sa.select(_ENTRIES).where(_ENTRIES.c.entry_id == link.reference)))

    def strays(self, view: View) -> Iterable[Stray]:
        t, c = _ENTRIES.c, _CHAIN.c
        own = sa.exists().where(c.book_id == t.book_id, c.record == "entries", c.reference == t.entry_id)
        batch = sa.exists().where(c.book_id == t.book_id, c.record == "batches", c.reference == t.batch_id)
        query = sa.select(t.entry_id).where(t.book_id == view.book_id, ~sa.case((t.batch_id == "", own), else_=batch))
        return uncovered(view, "entries", query.limit(SHOWN))


class _Versions:
    """Versions that people and models wrote, each with its lines."""

    def digests(self, view: View, links: Sequence[Link]) -> Mapping[int, str]:
        c, v = _CHAIN.c, _VERSIONS.c
        mine = (
            c.book_id == view.book_id, c.record == "versions", v.book_id == view.book_id,
            c.sequence.between(links[0].sequence, links[-1].sequence),
        )  # fmt: skip
        link = sa.and_(c.reference == v.version_id, c.sequence == v.sequence)
        found = view.rows(
            sa.select(_VERSIONS, _ENTRIES.c.salt)
            .join(_CHAIN, link)
            .join(_ENTRIES, _ENTRIES.c.entry_id == v.entry_id, isouter=True)
            .where(*mine)
        )
        lines = lines_of(view, sa.select(v.version_id).join(_CHAIN, link).where(*mine))
        return {
            r["sequence"]: chain.digest([version_head(view, r), version_body(view, r, lines.get(r["version_id"], []))])
            for r in found
        }

    def describe(self, view: View, link: Link) -> str:
        return told_version(view, link.reference)

    def strays(self, view: View) -> Iterable[Stray]:
        v, c, e = _VERSIONS.c, _CHAIN.c, _ENTRIES.c
        own = sa.exists().where(
            c.book_id == v.book_id, c.record == "versions", c.sequence == v.sequence, c.reference == v.version_id
        )
        imported = sa.exists().where(
            c.book_id == v.book_id, c.record == "batches", c.sequence == v.sequence, c.reference == e.batch_id,
            e.entry_id == v.entry_id,
        )  # fmt: skip
        yield from uncovered(
            view, "versions", sa.select(v.version_id).where(v.book_id == view.book_id, ~own, ~imported).limit(SHOWN)
        )


class _Batches:
    """Imported batches: one link over all their entries, read in parts."""

    def digests(self, view: View, links: Sequence[Link]) -> Mapping[int, str]:
        found = {link.sequence: self._digest(view, link) for link in links}
        return {sequence: digest for sequence, digest in found.items() if digest}

    def _digest(self, view: View, link: Link) -> str:
        t = schema.batches.c
        found = view.rows(
            sa.select(schema.batches).where(
                t.batch_id == link.reference, t.sequence == link.sequence, t.book_id == view.book_id
            )
        )
        if not found:
            return ""
        body = hashlib.sha256(f"[{chain.canonical(batch_body(found[0]))},[".encode())
        for n, (h, lines) in enumerate(imported(view, link)):
            part = [h["source_key"], header(view, h), version_body(view, h, lines)]
            body.update(("," * (n > 0) + chain.canonical(part)).encode())
        body.update(b"]]")
        return body.hexdigest()

    def describe(self, view: View, link: Link) -> str:
        """The entries whose lines no longer are what the import saw; else the batch."""
        changed = []
        for h, lines in imported(view, link):
            if h["entry_id"] not in view.erased and rows.content_digest(_as_entry(h, lines)) != h["content"]:
                changed.append(f"entry {h['entry_id']} ({h['source_key']}): {told_lines(h, lines)}")
            if len(changed) == SHOWN:
                break
        return "; ".join(changed) or told(
            view.rows(sa.select(schema.batches).where(schema.batches.c.batch_id == link.reference))
        )

    def strays(self, view: View) -> Iterable[Stray]:
        yield from Rows(schema.batches, "batch_id").strays(view)
        v, e = _VERSIONS.c, _ENTRIES.c
        first = sa.exists().where(v.entry_id == e.entry_id, v.number == 1, v.book_id == e.book_id)
        yield from (
            Stray("entries", str(r), "it has no version: the rows of its first one are gone")
            for r in view.session.scalars(
                sa.select(e.entry_id).where(e.book_id == view.book_id, e.batch_id != "", ~first).limit(SHOWN)
            )
        )


def imported(view: View, link: Link) -> Iterator[tuple[dict[str, Any], list[Line]]]:
    """The entries of a batch in order, each header with its first version and lines; `_PART` of them in memory."""
    e, v = _ENTRIES.c, _VERSIONS.c
    mine = (e.batch_id == link.reference, e.book_id == view.book_id)
    own = sa.and_(v.entry_id == e.entry_id, v.sequence == link.sequence)
    last = -1
    while (bound := _next_part(view, last, *mine)) is not None:
        inside = (*mine, e.position > last, e.position <= bound)
        headers = view.rows(
            sa.select(_ENTRIES, v.version_id)
            .join(_VERSIONS, own, isouter=True)
            .where(*inside)
            .order_by(e.position, e.entry_id, v.version_id)
        )
        lines = lines_of(view, sa.select(v.version_id).join(_ENTRIES, own).where(*inside))
        for h in headers:
            yield h, lines.get(h["version_id"], [])
        last = bound


def _next_part(view: View, last: int, *mine: sa.ColumnElement[bool]) -> int | None:
    """The position that ends the next part of a batch; None after the last one."""
    t = _ENTRIES.c
    part = sa.select(t.position).where(*mine, t.position > last).order_by(t.position).limit(_PART).subquery()
    bound: int | None = view.session.scalar(sa.select(sa.func.max(part.c.position)))
    return bound


def lines_of(view: View, version_ids: sa.Select[Any]) -> dict[str, list[Line]]:
    t = _LINES
    found: dict[str, list[Line]] = {}
    query = sa.select(t).where(t.c.version_id.in_(version_ids)).order_by(t.c.version_id, t.c.number)
    for r in view.session.execute(query):
        found.setdefault(r.version_id, []).append(rows.line_of(dict(r._mapping)))  # noqa: SLF001
    return found


def header(view: View, row: Row) -> list[object]:
    """`rows.header_body` of what is stored; the digest of erased texts is the one that the erasure kept."""
    body = rows.header_body(_as_entry(row, ()), row["salt"], row["reverses"], certain=row["kind_certain"])
    if kept := _erased(view, row["entry_id"], row["salt"], row["description"], row["party"], row["document"]):
        body[rows.HEADER_TEXTS] = kept["header"]
    return body


def version_head(view: View, row: Row) -> dict[str, Any]:
    body = rows.version_head(row, row["salt"] or "")
    kept = _erased(view, row["entry_id"], row["salt"], row["document"])
    if kept and "document" in body:
        body["document"] = kept["versions"][row["version_id"]]["document"]
    return body


def version_body(view: View, row: Row, lines: Sequence[Line]) -> list[object]:
    body = rows.version_body(lines, row["salt"] or "")
    if kept := _erased(view, row["entry_id"], row["salt"], *chain.lines_text(lines)):
        body[1] = kept["versions"].get(row["version_id"], {}).get("lines", "")
    return body


def _erased(view: View, entry_id: str, *left: str | None) -> Mapping[str, Any] | None:
    """What the erasure of an entry wrote down, where nothing is left of salt and texts; None otherwise."""
    return None if any(left) else view.erased.get(entry_id)


def told_version(view: View, version_id: str) -> str:
    found = view.rows(
        sa.select(_VERSIONS, _ENTRIES.c.date, _ENTRIES.c.currency)
        .join(_ENTRIES, _ENTRIES.c.entry_id == _VERSIONS.c.entry_id, isouter=True)
        .where(_VERSIONS.c.version_id == version_id)
    )
    if not found:
        return ""
    v = found[0]
    lines = lines_of(view, sa.select(_VERSIONS.c.version_id).where(_VERSIONS.c.version_id == version_id))
    head = f"entry {v['entry_id']}, version {v['number']} by {v['author']!r} ({v['origin']})"
    return f"{head}: {told_lines(v, lines.get(version_id, []))}; total {rows.plain_money(v['total'])}"


def told_lines(row: Row, lines: Sequence[Line]) -> str:
    """What is stored of an entry, and what its own sums say of it."""
    shown = "; ".join(f"{x.side.letter} {x.account} {x.amount:f} {x.party} {x.label}".rstrip() for x in lines[:20])
    debit, credit = (sum(x.amount for x in lines if x.side.letter == side) for side in "DC")
    off = f"; debit {debit} and credit {credit} differ by {abs(debit - credit)}" if debit != credit else ""
    return f"{row['date']} {row.get('description', '')!r}: {shown or 'no lines'}{off}"


def _as_entry(row: Row, lines: Sequence[Line]) -> Entry:
    """Header and lines, with the kind that was written with them."""
    return Entry(
        entry_id=row["entry_id"], date=row["date"], description=row["description"], lines=tuple(lines),
        currency=row["currency"], journal=row["journal"], party=row["party"], kind=Kind(row["kind"]),
        position=row["position"], number=row["number"], document=row["document"],
        document_date=row["document_date"],
    )  # fmt: skip


CONTENT |= {
    schema.books.name: _Books(),
    schema.account_versions.name: _Accounts(),
    schema.decisions.name: _Decisions(schema.decisions, "decision_id"),
    schema.entries.name: _Headers(),
    schema.versions.name: _Versions(),
    schema.batches.name: _Batches(),
    schema_statements.statements.name: Statements(),
}
