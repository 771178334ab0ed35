"""What a book keeps from people without a right of their own: whole journals, and entries that touch some accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Line
from storage import schema, views


@dataclass(frozen=True, slots=True)
class Restricted:
    """Journals by code or whole text, and accounts by code or the beginning of codes. Nothing by default."""

    journals: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.journals or self.accounts)

    def covers(self, journal: str, lines: Iterable[Line]) -> bool:
        """Whether an entry with this journal and these lines is restricted."""
        return self._is(journal) or any(self.keeps(x.account) for x in lines)

    def keeps(self, account: str) -> bool:
        """Whether entries that touch this account are restricted."""
        return account.startswith(self.accounts) if self.accounts else False

    def _is(self, journal: str) -> bool:
        return any(journal == j or journal.startswith(f"{j} ") for j in self.journals)

    def apart(self, book_id: str) -> sa.ColumnElement[bool]:
        """That an entry of ``current_entries`` is not restricted; every version of it counts, not its last alone."""
        t, line = views.current_entries.c, schema.lines.c
        named = [sa.or_(t.journal == j, sa.func.starts_with(t.journal, f"{j} ")) for j in self.journals]
        begins = [sa.func.starts_with(line.account, code) for code in self.accounts]
        touched = sa.select(line.entry_id).where(line.book_id == book_id, sa.or_(sa.false(), *begins))
        return sa.and_(sa.not_(sa.or_(sa.false(), *named)), t.entry_id.not_in(touched) if begins else sa.true())


NOTHING = Restricted()


def visible(session: Session, book_id: str, restricted: Restricted, entry_ids: Sequence[str]) -> Collection[str]:
    """Those of some entries that are not restricted."""
    if not restricted or not entry_ids:
        return frozenset(entry_ids)
    t = views.current_entries.c
    query = sa.select(t.entry_id).where(
        t.book_id == book_id, t.entry_id.in_(list(entry_ids)), restricted.apart(book_id)
    )
    return frozenset(session.scalars(query))
