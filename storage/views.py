"""What is true now, as a view over rows that never change: the last version, act and kind of every entry."""

from __future__ import annotations

import sqlalchemy as sa

from storage import schema

# The kind: its own where certain, else what a person confirmed for the journal. Until then an import keeps what its
# file proposed, and an entry made here takes what the journal is proposed to be for.
# An entry stands in the state of its last act; without one it is booked elsewhere (imported) or a draft.
_STATE_ACTS = "'submitted', 'returned', 'approved', 'posted', 'reversed', 'discarded'"
CURRENT_ENTRIES = f"""
CREATE VIEW current_entries AS
WITH
last_version AS (SELECT entry_id, max(number) AS number FROM versions GROUP BY entry_id),
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
    e.entry_id, e.book_id, e.batch_id, e.source_key, e.date, e.number, e.document, e.document_date,
    e.delivery_date, e.posting_date, e.description, e.party, e.journal, e.currency, e.position,
    e.searchable, e.recorded, e.recorded_by,
    CASE
        WHEN e.kind_certain OR k.kind IS NULL THEN e.kind
        WHEN k.confirmed OR e.batch_id = '' THEN k.kind
        ELSE e.kind
    END AS kind,
    CASE WHEN d.act IS NOT NULL THEN d.act WHEN e.batch_id <> '' THEN 'booked elsewhere' ELSE 'draft' END AS state,
    coalesce(m.act, '') = 'forgotten' AS forgotten,
    v.version_id, v.number AS version, v.author, v.origin, v.total
FROM entries e
JOIN last_version lv ON lv.entry_id = e.entry_id
JOIN versions v ON v.entry_id = lv.entry_id AND v.number = lv.number
LEFT JOIN last_act la ON la.entry_id = e.entry_id
LEFT JOIN decisions d ON d.book_id = e.book_id AND d.sequence = la.sequence
LEFT JOIN last_memory lm ON lm.entry_id = e.entry_id
LEFT JOIN decisions m ON m.book_id = e.book_id AND m.sequence = lm.sequence
LEFT JOIN last_kind lk ON lk.book_id = e.book_id AND lk.journal = e.journal
LEFT JOIN journal_kinds k ON k.book_id = lk.book_id AND k.journal = lk.journal AND k.sequence = lk.sequence
"""  # noqa: S608  the only value put in is a constant of this module

_view_columns = (
    "entry_id", "book_id", "batch_id", "source_key", "date", "number", "document", "document_date",
    "delivery_date", "posting_date", "description", "party", "journal", "currency", "position", "searchable",
    "recorded", "recorded_by", "kind",
)  # fmt: skip
current_entries = sa.table(
    "current_entries",
    *(sa.column(name, schema.entries.c[name].type) for name in _view_columns),
    sa.column("state", sa.String()),
    sa.column("forgotten", sa.Boolean()),
    *(sa.column(name, schema.versions.c[name].type) for name in ("version_id", "author", "origin", "total")),
    sa.column("version", sa.Integer()),
)
