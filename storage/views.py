"""What is true now, as a view over rows that never change: the last version, act and kind of every entry."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import schema
from storage.errors import UnknownEntry

# The kind: its own where certain, else what a person confirmed for the journal. Until then an import keeps what its
# file proposed, and an entry made here takes what the journal is proposed to be for.
# An entry stands in the state that its last act gives it; without one it is booked elsewhere (imported) or a draft.
# Most entries have one version only, so the last one is looked up among the later ones alone.
# A version may say another posting date or document than the header; an entry made here has the number it was posted
# under. Entries of a batch that was undone are no longer there.
STATE_ACTS = (
    "submitted", "returned", "approved", "confirmed", "posted", "reversed", "discarded", "withdrawn", "unapproved",
)  # fmt: skip
_STATE_ACTS = ",\n        ".join(f"'{act}'" for act in STATE_ACTS)
CURRENT_ENTRIES = f"""
CREATE VIEW current_entries AS
WITH
later_version AS (SELECT entry_id, max(number) AS number FROM versions WHERE number > 1 GROUP BY entry_id),
last_act AS (
    SELECT entry_id, max(sequence) AS sequence FROM decisions
    WHERE entry_id <> '' AND act IN ({_STATE_ACTS})
    GROUP BY entry_id
),
last_memory AS (
    SELECT entry_id, max(sequence) AS sequence FROM decisions
    WHERE entry_id <> '' AND act IN ('forgotten', 'remembered') GROUP BY entry_id
),
last_kind AS (
    SELECT book_id, journal, max(sequence) AS sequence FROM journal_kinds GROUP BY book_id, journal
)
SELECT
    e.entry_id, e.book_id, e.batch_id, e.source_key, coalesce(v.posting_date, e.date) AS date,
    CASE WHEN e.number = '' AND p.number IS NOT NULL THEN cast(p.number AS VARCHAR) ELSE e.number END AS number,
    coalesce(v.document, e.document) AS document, coalesce(v.document_date, e.document_date) AS document_date,
    e.delivery_date, v.posting_date, e.description, e.party, e.journal, e.currency, e.position,
    e.searchable, e.recorded, e.recorded_by, coalesce(e.reverses, '') AS reverses,
    CASE
        WHEN e.kind_certain OR k.kind IS NULL THEN e.kind
        WHEN k.confirmed OR e.batch_id = '' THEN k.kind
        ELSE e.kind
    END AS kind,
    CASE
        WHEN d.act = 'confirmed' THEN 'approved'
        WHEN d.act = 'unapproved' THEN 'submitted'
        WHEN d.act = 'withdrawn' THEN 'draft'
        WHEN d.act IS NOT NULL THEN d.act
        WHEN e.batch_id <> '' THEN 'booked elsewhere'
        ELSE 'draft'
    END AS state,
    coalesce(d.sequence, 0) AS decided, coalesce(d.recorded_by, '') AS decided_by, d.recorded AS decided_at,
    coalesce(d.act, '') AS last_act,
    coalesce(m.act, '') = 'forgotten' AS forgotten,
    v.version_id, v.number AS version, v.author, v.origin, v.total
FROM entries e
JOIN versions v ON v.entry_id = e.entry_id
LEFT JOIN later_version lv ON lv.entry_id = v.entry_id
LEFT JOIN last_act la ON la.entry_id = e.entry_id
LEFT JOIN decisions d ON d.book_id = e.book_id AND d.sequence = la.sequence
LEFT JOIN postings p ON p.entry_id = e.entry_id
LEFT JOIN last_memory lm ON lm.entry_id = e.entry_id
LEFT JOIN decisions m ON m.book_id = e.book_id AND m.sequence = lm.sequence
LEFT JOIN last_kind lk ON lk.book_id = e.book_id AND lk.journal = e.journal
LEFT JOIN journal_kinds k ON k.book_id = lk.book_id AND k.journal = lk.journal AND k.sequence = lk.sequence
LEFT JOIN batch_undos u ON u.batch_id = e.batch_id
WHERE v.number = coalesce(lv.number, 1) AND u.batch_id IS NULL
"""  # noqa: S608  the only value put in is a constant of this module

_view_columns = (
    "entry_id", "book_id", "batch_id", "source_key", "date", "number", "document", "document_date",
    "delivery_date", "posting_date", "description", "party", "journal", "currency", "position", "searchable",
    "recorded", "recorded_by", "kind", "reverses",
)  # fmt: skip
current_entries = sa.table(
    "current_entries",
    *(sa.column(name, schema.entries.c[name].type) for name in _view_columns),
    sa.column("state", sa.String()),
    sa.column("forgotten", sa.Boolean()),
    *(sa.column(name, schema.versions.c[name].type) for name in ("version_id", "author", "origin", "total")),
    sa.column("version", sa.Integer()),
    sa.column("decided", sa.BigInteger()),  # the chain sequence of the act that gave the state, 0 for none
    sa.column("decided_by", sa.String()),
    sa.column("decided_at", sa.DateTime(timezone=True)),
    sa.column("last_act", sa.String()),
)


def current_row(session: Session, book_id: str, entry_id: str) -> sa.Row[Any]:
    """One entry as it stands now. Raises UnknownEntry, for an entry of another book too."""
    t = current_entries
    row = session.execute(sa.select(t).where(t.c.book_id == book_id, t.c.entry_id == entry_id)).one_or_none()
    if row is None:
        raise UnknownEntry(entry_id)
    return row
