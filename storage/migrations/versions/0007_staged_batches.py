"""Batches that were undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CURRENT_ENTRIES = """
CREATE VIEW current_entries AS
WITH
later_version AS (SELECT entry_id, max(number) AS number FROM versions WHERE number > 1 GROUP BY entry_id),
last_act AS (
    SELECT entry_id, max(sequence) AS sequence FROM decisions
    WHERE entry_id <> '' AND act IN ('submitted',
        'returned',
        'approved',
        'confirmed',
        'posted',
        'reversed',
        'discarded',
        'withdrawn',
        'unapproved')
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
"""


def upgrade() -> None:
    op.create_table(
        "batch_undos",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("batch_undo_id", "book_id", "batch_id", "reason")),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        _ref("book_id", "books"),
        _ref("batch_id", "batches"),
        sa.PrimaryKeyConstraint("batch_undo_id", name=op.f("pk_batch_undos")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_batch_undos_batch_id")),
    )
    op.execute("DROP VIEW current_entries")
    op.execute(CURRENT_ENTRIES)


def _ref(column: str, to: str) -> sa.ForeignKeyConstraint:
    """A foreign key where the database can bear one."""
    named = op.f(f"fk_batch_undos_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.{column}"], name=named).ddl_if(dialect="postgresql")
