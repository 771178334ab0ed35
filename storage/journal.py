"""Entries, their versions and decisions. Rows are only ever appended."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import (
    Entry,
    Kind,
    Line,
    State,
    in_order,
    teaches,
)
from storage import chain, intake, rows, schema, schema_batches, search, views
from storage.bulk import insert_rows
from storage.decisions import add_decision, decisions_of
from storage.errors import LinesRefused, UnknownEntry
from storage.identity import clean, new_id, new_salt, utc_now
from storage.intake import NewBatch
from storage.policy import PolicyStore
from storage.records import (
    MODEL,
    PERSON,
    Decision,
    EntryDetail,
    JournalQuery,
    NewEntry,
    SearchResult,
    Version,
)
from storage.refusals import WrongState
from storage.touched import touched

EDITABLE = (State.DRAFT, State.RETURNED, State.SUBMITTED)


class JournalStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add_imported(
        self, book_id: str, batch: NewBatch, entries: Sequence[Entry], certain: frozenset[str] = frozenset()
    ) -> str:
        """Append a batch: a header, a first version and lines per entry, one chain link. Returns the batch's id.

        `Entry.entry_id` is the source key and must be new to the book. Keys in ``certain`` have a kind
        of their own, which their journal's kind does not overrule. Raises LinesRefused.
        """
        return intake.add(self._session, book_id, batch, entries, certain)

    def open_entry(self, book_id: str, new: NewEntry, by: str) -> str:
        """Start an entry in state draft; it shows in the journal with its first version. Returns its id."""
        entry_id, now, salt = new_id(), utc_now(), new_salt()
        entry = Entry(
            entry_id=entry_id, date=new.date, description=clean(new.description), lines=(),
            currency=clean(new.currency), journal=clean(new.journal), party=clean(new.party), kind=new.kind,
            state=State.DRAFT, document=clean(new.document), document_date=new.document_date,
            position=intake.next_position(self._session, book_id),
        )  # fmt: skip
        said = rows.header_body(entry, salt, new.reverses, certain=new.kind is not Kind.NORMAL)
        chain.append(self._session, book_id, "entries", entry_id, chain.digest([said, now, by]), now)
        header = {**rows.header_row(entry, entry_id, salt), "reverses": new.reverses or None}
        mark = {
            "book_id": book_id,
            "recorded": now,
            "recorded_by": by,
            "batch_id": "",
            "kind_certain": new.kind is not Kind.NORMAL,
        }
        insert_rows(self._session, schema.entries, [{**header, **mark}])
        return entry_id

    def add_version(  # noqa: PLR0913  the fields of a version
        self, entry_id: str, lines: Sequence[Line], *, author: str, origin: str,
        lineage: Mapping[str, object] | None = None, posting_date: date | None = None, document: str | None = None,
        document_date: date | None = None,
    ) -> int:  # fmt: skip
        """Append the lines that a MODEL or a PERSON proposes; returns the version's number, from 1.

        A draft may be out of balance. Dates and document replace the header's where given; those of the version
        before stay in force otherwise. Raises UnknownEntry, LinesRefused for lines the store cannot keep, and
        WrongState for an entry that was decided on.
        """
        if origin not in (MODEL, PERSON):
            raise LinesRefused("The origin of a version", origin, f"It is {MODEL!r} or {PERSON!r}.")
        rows.check_lines(lines)
        header = self._header_row(entry_id)
        self._check_editable(header["book_id"], entry_id)
        before = self._session.execute(
            sa.select(schema.versions)
            .where(schema.versions.c.entry_id == entry_id)
            .order_by(schema.versions.c.number.desc())
            .limit(1)
        ).one_or_none()
        kept = [rows.cleaned(x) for x in lines]
        row = {
            "version_id": new_id(), "book_id": header["book_id"], "entry_id": entry_id, "author": author,
            "number": before.number + 1 if before else 1, "previous": before.version_id if before else "",
            "origin": origin, "lineage": chain.canonical(dict(lineage or {})), "recorded": utc_now(),
            "posting_date": posting_date or (before and before.posting_date),
            "document": before and before.document if document is None else clean(document),
            "document_date": document_date or (before and before.document_date),
        }  # fmt: skip
        content = chain.digest([rows.version_head(row, header["salt"]), rows.version_body(kept, header["salt"])])
        sequence = chain.append(
            self._session, header["book_id"], "versions", row["version_id"], content, row["recorded"]
        )
        insert_rows(self._session, schema.versions, [{**row, "total": rows.total_of(kept), "sequence": sequence}])
        insert_rows(self._session, schema.lines, [
            rows.line_row(header["book_id"], entry_id, row["version_id"], n, x) for n, x in enumerate(kept)
        ])  # fmt: skip
        return int(row["number"])

    def _check_editable(self, book_id: str, entry_id: str) -> None:
        """An entry without a version, a draft, or one that waits may get another version; nothing else may."""
        t = views.current_entries.c
        state = self._session.scalar(sa.select(t.state).where(t.book_id == book_id, t.entry_id == entry_id))
        if state is not None and State(state) not in EDITABLE:
            raise WrongState("changed", state, [s.value for s in EDITABLE])

    def decide(
        self, book_id: str, entry_id: str, act: str, by: str, reason: str = "",
    ) -> Decision:  # fmt: skip
        """Append an act that leaves the entry's state alone; those that change it are `storage.reviews`' business."""
        if act in views.STATE_ACTS:
            raise ValueError(f"{act!r} changes where an entry stands; ask the reviews for it")
        number = views.current_row(self._session, book_id, entry_id).version
        return add_decision(self._session, book_id, act=act, by=by, entry_id=entry_id, version=number, reason=reason)

    def entry(self, book_id: str, entry_id: str) -> EntryDetail:
        """One entry with its history. Raises UnknownEntry, for an entry of another book too."""
        row = dict(views.current_row(self._session, book_id, entry_id)._mapping)  # noqa: SLF001
        versions = self.versions(entry_id)
        file = self._session.scalar(
            sa.select(schema.batches.c.file_name).where(schema.batches.c.batch_id == row["batch_id"])
        )
        return EntryDetail(
            entry=rows.entry_of(row, versions[-1].lines), source_key=rows.key_without_turn(row["source_key"]),
            file=file or "", versions=versions, decisions=decisions_of(self._session, book_id, entry_id),
        )  # fmt: skip

    def search(self, book_id: str, query: JournalQuery) -> SearchResult:
        """The page of entries that ``query`` asks for, with totals over all of them."""
        return search.find(self._session, book_id, query)

    def current(self, book_id: str, only: Collection[str] | None = None) -> tuple[Entry, ...]:
        """Every entry of a book as it stands now, or those with the ids in ``only``, by (date, position)."""
        t = views.current_entries
        asked = [t.c.book_id == book_id] if only is None else [t.c.book_id == book_id, t.c.entry_id.in_(list(only))]
        headers = [dict(r._mapping) for r in self._session.execute(sa.select(t).where(*asked))]  # noqa: SLF001
        now = sa.select(t.c.version_id).where(*asked) if only is None else [h["version_id"] for h in headers]
        lines = search.lines_of(self._session, now)
        return in_order(
            rows.entry_of(h, lines.get(h["version_id"], ())) for h in sorted(headers, key=lambda h: h["entry_id"])
        )

    def touched(self, book_id: str, since: int) -> frozenset[str] | None:
        """Ids of entries that changed after a link of the chain; None where that may be all of them."""
        return touched(self._session, book_id, since)

    def teaching(self, book_id: str, only: Collection[str] | None = None) -> tuple[Entry, ...]:
        """The entries that may teach (`engine.journal.teaches`) and that everybody may see, by (date, position)."""
        _id, policy = PolicyStore(self._session).current(book_id)
        taught = [e for e in self.current(book_id, only) if teaches(e)]
        return tuple(e for e in taught if not policy.restricted.covers(e.journal, e.lines))

    def count(self, book_id: str) -> int:
        t = views.current_entries
        return self._session.scalar(sa.select(sa.func.count()).select_from(t).where(t.c.book_id == book_id)) or 0

    def head(self, book_id: str) -> int:
        """The book's newest chain link: it moves with everything that may change what teaches."""
        return chain.head(self._session, book_id)

    def currencies(self, book_id: str, entry_ids: Sequence[str]) -> dict[str, str]:
        """Entry id to currency; ids of another book are left out."""
        t = schema.entries.c
        asked = sa.select(t.entry_id, t.currency).where(t.book_id == book_id, t.entry_id.in_(list(entry_ids)))
        return {r.entry_id: r.currency for r in self._session.execute(asked)} if entry_ids else {}

    def carries(self, book_id: str) -> tuple[bool, bool]:
        """Whether any line of the book has a tax code, and whether any has a party."""
        t = schema.lines.c
        has_tax, has_party = (
            sa.select(sa.exists().where(t.book_id == book_id, column != "")) for column in (t.tax_code, t.party)
        )
        return bool(self._session.scalar(has_tax)), bool(self._session.scalar(has_party))

    def source_keys(self, book_id: str) -> dict[str, str]:
        """Source key to content digest of every entry that was imported and is still there."""
        t, undone = schema.entries.c, sa.select(schema_batches.batch_undos.c.batch_id)
        here = (t.book_id == book_id, t.batch_id != "", t.batch_id.not_in(undone))
        found = self._session.execute(sa.select(t.source_key, t.content).where(*here))
        return {rows.key_without_turn(r.source_key): r.content for r in found}

    def keys_of_all_time(self, book_id: str) -> frozenset[str]:
        """Source keys of everything that was ever imported, as written; nothing where no batch was ever undone."""
        t, u = schema.entries.c, schema_batches.batch_undos.c
        if not self._session.scalar(sa.select(sa.exists().where(u.book_id == book_id))):
            return frozenset()
        return frozenset(self._session.scalars(sa.select(t.source_key).where(t.book_id == book_id, t.batch_id != "")))

    def _header_row(self, entry_id: str) -> Mapping[str, Any]:
        row = self._session.execute(
            sa.select(schema.entries).where(schema.entries.c.entry_id == entry_id)
        ).one_or_none()
        if row is None:
            raise UnknownEntry(entry_id)
        return dict(row._mapping)  # noqa: SLF001

    def versions(self, entry_id: str) -> tuple[Version, ...]:
        """Every version of an entry with its lines, oldest first."""
        t = schema.versions.c
        found = self._session.execute(sa.select(schema.versions).where(t.entry_id == entry_id).order_by(t.number)).all()
        lines = search.lines_of(self._session, [r.version_id for r in found])
        return tuple(
            Version(
                version_id=r.version_id, number=r.number, author=r.author, origin=r.origin, recorded=r.recorded,
                lines=tuple(lines.get(r.version_id, ())), lineage=json.loads(r.lineage),
            )
            for r in found
        )  # fmt: skip
