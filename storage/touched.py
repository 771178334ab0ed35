"""Which entries a reader of an older state of a book has to look at again: those that later links are about."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import schema

# Links that change no entry. Whatever is not named here or below may change any: the reader starts again.
_APART = frozenset({
    "account_versions", "books", "changes", "change_acts", "exports", "fiscal_years", "mapping_profiles",
    "period_locks", "role_grants", "tax_codes",
})  # fmt: skip
_MOST = 10_000  # links beyond which reading everything is no slower


def touched(session: Session, book_id: str, since: int) -> frozenset[str] | None:
    """Ids of entries that links after ``since`` are about; None where that may be all of the book."""
    c = schema.chain.c
    asked = sa.select(c.record, c.reference).where(c.book_id == book_id, c.sequence > since).limit(_MOST + 1)
    named: dict[str, list[str]] = {}
    for record, reference in session.execute(asked):
        named.setdefault(record, []).append(reference)
    if named.keys() - _APART - _ENTRY_OF.keys() or sum(map(len, named.values())) > _MOST:
        return None
    return frozenset(_entries(session, named))


def _entries(session: Session, named: dict[str, list[str]]) -> Iterator[str]:
    for record, references in named.items():
        if record in _ENTRY_OF:
            key, entry = _ENTRY_OF[record]
            yield from session.scalars(sa.select(entry).where(key.in_(references)))


# How a link's reference leads to its entries: a column that holds the reference, and the one beside it with the entry.
_E, _V, _D = schema.entries.c, schema.versions.c, schema.decisions.c
_ENTRY_OF: dict[str, tuple[sa.Column[str], sa.Column[str]]] = {
    "entries": (_E.entry_id, _E.entry_id),
    "batches": (_E.batch_id, _E.entry_id),
    "versions": (_V.version_id, _V.entry_id),
    "decisions": (_D.decision_id, _D.entry_id),
}
