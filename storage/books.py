"""Books, their catalogs with history, and what their journals are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Account, AccountType, Kind, minor_units
from storage import chain, schema
from storage.bulk import insert_rows
from storage.errors import BadBook, BookExists, UnknownBook, UnknownJournal
from storage.identity import clean, new_id, utc_now
from storage.records import FEEDER, LEDGER_OF_RECORD, Book, JournalKind

_LONGEST_NAME = 200


class BookStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def create(
        self, name: str, currency: str = "EUR", *, demo: bool = False, purpose: str = FEEDER, by: str = ""
    ) -> Book:
        """Add a book. Raises BadBook for an empty or endless name, BookExists for one that is taken."""
        name, currency = clean(name).strip(), currency.strip().upper()
        if not name or len(name) > _LONGEST_NAME or any(ord(c) < 32 for c in name):
            raise BadBook("name", name[:60], f"must have 1 to {_LONGEST_NAME} visible characters")
        if purpose not in (FEEDER, LEDGER_OF_RECORD):
            raise BadBook("purpose", purpose, f"must be {FEEDER!r} or {LEDGER_OF_RECORD!r}")
        if self.find(name):
            raise BookExists(name)
        book = Book(
            book_id=new_id(), name=name, currency=currency, minor_units=minor_units(currency),
            purpose=purpose, demo=demo, created=utc_now(), created_by=by,
        )  # fmt: skip
        row = {
            "book_id": book.book_id, "name": name, "currency": currency, "minor_units": book.minor_units,
            "purpose": purpose, "demo": demo, "recorded": book.created, "recorded_by": by,
        }  # fmt: skip
        self._session.execute(sa.insert(schema.books), [row])
        chain.append(self._session, book.book_id, "books", book.book_id, chain.digest(row), book.created)
        return book

    def find(self, name: str) -> Book | None:
        row = self._session.execute(sa.select(schema.books).where(schema.books.c.name == name)).one_or_none()
        return _book(row) if row else None

    def get(self, name: str) -> Book:
        """The book of that name. Raises UnknownBook, naming those there are."""
        if found := self.find(name):
            return found
        raise UnknownBook(name, [b.name for b in self.list()])

    def list(self) -> tuple[Book, ...]:
        rows = self._session.execute(sa.select(schema.books).order_by(schema.books.c.recorded, schema.books.c.name))
        return tuple(_book(r) for r in rows)

    def catalog(self, book_id: str, on: date | None = None) -> tuple[Account, ...]:
        """The chart of accounts by code, as last recorded; with ``on`` only accounts open on that day."""
        t = schema.account_versions.c
        last = (
            sa.select(t.code, sa.func.max(t.sequence).label("sequence"))
            .where(t.book_id == book_id, sa.or_(t.valid_from.is_(None), t.valid_from <= (on or date.max)))
            .group_by(t.code)
            .subquery()
        )
        rows = self._session.execute(
            sa.select(schema.account_versions)
            .join(last, sa.and_(t.code == last.c.code, t.sequence == last.c.sequence))
            .where(t.book_id == book_id)
            .order_by(t.code.collate("C"))  # as Python sorts, whatever the server's language
        )
        accounts = (account_of(dict(r._mapping)) for r in rows)  # noqa: SLF001
        return tuple(a for a in accounts if on is None or a.open_on(on))

    def put_accounts(
        self,
        book_id: str,
        accounts: Iterable[Account],
        by: str,
        valid_from: date | None = None,
        *,
        derived: bool = False,
    ) -> int:
        """Append a version of every account that is new or differs; returns how many. One chain link.

        ``derived`` marks types that an importer worked out from the codes and nobody has confirmed.
        """
        known = {a.code: a for a in self.catalog(book_id)}
        changed = {a.code: a for a in accounts if known.get(a.code) != a}
        if not changed:
            return 0
        now = utc_now()
        rows = [
            {
                "account_version_id": new_id(), "book_id": book_id, "code": a.code, "name": a.name,
                "type": a.type.value, "parent": a.parent, "opened": a.opened, "closed": a.closed,
                "control": a.control, "derived": derived, "valid_from": valid_from, "recorded": now, "recorded_by": by,
            }
            for a in changed.values()
        ]  # fmt: skip
        sequence = chain.append(self._session, book_id, "account_versions", new_id(), chain.digest(rows), now)
        insert_rows(self._session, schema.account_versions, [{**r, "sequence": sequence} for r in rows])
        return len(changed)

    def journals(self, book_id: str) -> tuple[JournalKind, ...]:
        """Every journal by code, with its kind (confirmed, else as last proposed) and its number of entries."""
        counts = self._entry_counts(book_id)
        t = schema.journal_kinds
        rows = self._session.execute(sa.select(t).where(t.c.book_id == book_id).order_by(t.c.sequence))
        found = {name: JournalKind(journal=name, code=name, entries=n) for name, n in counts.items()}
        for r in rows:
            if r.journal in found and found[r.journal].confirmed and not r.confirmed:
                continue
            found[r.journal] = JournalKind(
                journal=r.journal, code=r.code, name=r.name, kind=Kind(r.kind), reason=r.reason,
                confirmed=r.confirmed, entries=counts.get(r.journal, 0),
            )  # fmt: skip
        return tuple(sorted(found.values(), key=lambda j: (j.code, j.journal)))

    def journal_named(self, book_id: str, text: str) -> JournalKind:
        """The journal of that text, or of that code or name whatever its case. Raises UnknownJournal."""
        journals = self.journals(book_id)
        exact = [j for j in journals if text in (j.journal, j.code)]
        loose = [j for j in journals if text.casefold() in _spellings(j)]
        if found := exact or loose:
            return found[0]
        raise UnknownJournal(text, [j.journal for j in journals])

    def propose_journals(self, book_id: str, proposed: Sequence[JournalKind], by: str) -> None:
        """Keep an importer's proposals for journals that have none yet; what is known is not touched."""
        known = set(self._session.scalars(
            sa.select(schema.journal_kinds.c.journal).where(schema.journal_kinds.c.book_id == book_id)
        ))  # fmt: skip
        for one in proposed:
            if one.journal not in known:
                self._add_kind(book_id, one, by)

    def set_journal_kind(self, book_id: str, journal: str, kind: Kind, by: str, reason: str = "") -> JournalKind:
        """Confirm what a journal's entries are for; it holds for all of them, those still to come included."""
        known = self.journal_named(book_id, journal)
        confirmed = JournalKind(
            journal=known.journal, code=known.code, name=known.name, kind=kind, reason=reason,
            confirmed=True, entries=known.entries,
        )  # fmt: skip
        self._add_kind(book_id, confirmed, by)
        return confirmed

    def _add_kind(self, book_id: str, kind: JournalKind, by: str) -> None:
        now = utc_now()
        row = {
            "journal_kind_id": new_id(), "book_id": book_id, "journal": kind.journal, "code": kind.code,
            "name": kind.name, "kind": kind.kind.value, "confirmed": kind.confirmed, "reason": kind.reason,
            "recorded": now, "recorded_by": by,
        }  # fmt: skip
        reference = str(row["journal_kind_id"])
        sequence = chain.append(self._session, book_id, "journal_kinds", reference, chain.digest(row), now)
        self._session.execute(sa.insert(schema.journal_kinds), [{**row, "sequence": sequence}])

    def _entry_counts(self, book_id: str) -> dict[str, int]:
        t = schema.entries.c
        counted = sa.select(t.journal, sa.func.count()).where(t.book_id == book_id, t.journal != "")
        return {r[0]: r[1] for r in self._session.execute(counted.group_by(t.journal))}


def _spellings(journal: JournalKind) -> set[str]:
    """What people call a journal, without case."""
    texts = (journal.journal, journal.code, journal.name, f"{journal.code} {journal.name}")
    return {t.casefold() for t in texts if t}


def _book(row: sa.Row[tuple[object, ...]]) -> Book:
    r = row._mapping  # noqa: SLF001  SQLAlchemy's documented way to a row's names
    return Book(
        book_id=r["book_id"], name=r["name"], currency=r["currency"], minor_units=r["minor_units"],
        purpose=r["purpose"], demo=r["demo"], created=r["recorded"], created_by=r["recorded_by"],
    )  # fmt: skip


def account_of(r: Mapping[str, Any]) -> Account:
    """An account from a row of ``account_versions``."""
    return Account(
        code=r["code"], name=r["name"], type=AccountType(r["type"]), parent=r["parent"],
        opened=r["opened"], closed=r["closed"], control=r["control"],
    )  # fmt: skip
