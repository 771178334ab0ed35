"""Controls: policies, fiscal years, periods, numbers, reversals, and what a version says of dates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
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
WHERE v.number = coalesce(lv.number, 1)
"""


def _written() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in names)


def _ref(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    """A foreign key where the database can bear one."""
    named = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.{column}"], name=named).ddl_if(dialect="postgresql")


def upgrade() -> None:
    op.execute("DROP VIEW current_entries")
    op.add_column("entries", sa.Column("reverses", sa.String(), nullable=True))
    op.add_column("versions", sa.Column("posting_date", sa.Date(), nullable=True))
    op.add_column("versions", sa.Column("document", sa.String(), nullable=True))
    op.add_column("versions", sa.Column("document_date", sa.Date(), nullable=True))
    _years_and_periods()
    _postings()
    _changes()
    op.execute(CURRENT_ENTRIES)


def _years_and_periods() -> None:
    op.create_table(
        "fiscal_years",
        *_texts("fiscal_year_id", "book_id", "label"),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        *_written(),
        _ref("fiscal_years", "book_id", "books"),
        sa.PrimaryKeyConstraint("fiscal_year_id", name=op.f("pk_fiscal_years")),
        sa.UniqueConstraint("book_id", "label", name=op.f("uq_fiscal_years_book_id_label")),
        sa.CheckConstraint('"first" <= "last"', name=op.f("ck_fiscal_years_order")),
    )
    op.create_table(
        "period_locks",
        *_texts("period_lock_id", "book_id"),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        *_texts("lock", "reason"),
        *_written(),
        _ref("period_locks", "book_id", "books"),
        sa.PrimaryKeyConstraint("period_lock_id", name=op.f("pk_period_locks")),
        sa.CheckConstraint("lock IN ('soft', 'hard', 'open')", name=op.f("ck_period_locks_lock")),
    )


def _postings() -> None:
    op.create_table(
        "postings",
        *_texts("book_id", "fiscal_year", "journal"),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts("entry_id", "decision_id"),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        _ref("postings", "entry_id", "entries"),
        _ref("postings", "decision_id", "decisions"),
        sa.PrimaryKeyConstraint("book_id", "fiscal_year", "journal", "number", name=op.f("pk_postings")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_postings_entry_id")),
    )


def _changes() -> None:
    op.create_table(
        "changes",
        *_texts("change_id", "book_id", "subject", "key", "before", "after", "reason"),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        *_written(),
        _ref("changes", "book_id", "books"),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_changes")),
    )
    op.create_table(
        "change_acts",
        *_texts("change_id", "book_id", "act", "reason"),
        *_written(),
        _ref("change_acts", "change_id", "changes"),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_change_acts")),
        sa.CheckConstraint("act IN ('confirmed', 'declined')", name=op.f("ck_change_acts_act")),
    )
