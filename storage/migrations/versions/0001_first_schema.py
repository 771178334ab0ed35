"""First schema. Foreign keys exist on PostgreSQL only (`storage.schema` says why)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CURRENT_ENTRIES = """
CREATE VIEW current_entries AS
WITH
last_version AS (SELECT entry_id, max(number) AS number FROM versions GROUP BY entry_id),
last_act AS (
    SELECT entry_id, max(sequence) AS sequence FROM decisions
    WHERE entry_id <> '' AND act IN ('submitted', 'returned', 'approved', 'posted', 'reversed', 'discarded')
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
"""


def upgrade() -> None:
    op.create_table(
        "books",
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor_units", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("book_id", name=op.f("pk_books")),
        sa.UniqueConstraint("name", name=op.f("uq_books_name")),
    )
    op.create_table(
        "account_versions",
        sa.Column("account_version_id", sa.String(), nullable=False),
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("opened", sa.Date(), nullable=True),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("control", sa.Boolean(), nullable=False),
        sa.Column("derived", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_account_versions_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("account_version_id", name=op.f("pk_account_versions")),
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("alike", sa.BigInteger(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_batches_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batches")),
    )
    op.create_table(
        "book_policies",
        sa.Column("policy_id", sa.String(), nullable=False),
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_book_policies_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_book_policies")),
    )
    op.create_table(
        "chain",
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_chain_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("book_id", "sequence", name=op.f("pk_chain")),
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_decisions_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("book_id", "sequence", name=op.f("uq_decisions_book_id_sequence")),
    )
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("kind_certain", sa.Boolean(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("searchable", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_entries_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entries")),
        sa.UniqueConstraint("book_id", "source_key", name=op.f("uq_entries_book_id_source_key")),
    )
    op.create_table(
        "journal_kinds",
        sa.Column("journal_kind_id", sa.String(), nullable=False),
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("journal", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_journal_kinds_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("journal_kind_id", name=op.f("pk_journal_kinds")),
    )
    op.create_table(
        "models",
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("snapshot_digest", sa.String(), nullable=False),
        sa.Column("metrics", sa.String(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_models_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_models")),
        sa.UniqueConstraint("book_id", "digest", name=op.f("uq_models_book_id_digest")),
    )
    op.create_table(
        "row_errors",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("remedy", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=op.f("fk_row_errors_batch_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_row_errors")),
    )
    op.create_table(
        "versions",
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("lineage", sa.String(), nullable=False),
        sa.Column("total", sa.Numeric(precision=26, scale=4), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.entry_id"], name=op.f("fk_versions_entry_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_versions")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_versions_entry_id_number")),
    )
    op.create_table(
        "lines",
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=22, scale=4), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("tax_code", sa.String(), nullable=False),
        sa.Column("original_amount", sa.Numeric(precision=22, scale=4), nullable=True),
        sa.Column("original_currency", sa.String(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=24, scale=12), nullable=True),
        sa.CheckConstraint("side IN ('D', 'C')", name=op.f("ck_lines_side")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_lines_amount")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.version_id"], name=op.f("fk_lines_version_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("version_id", "number", name=op.f("pk_lines")),
    )
    op.execute(CURRENT_ENTRIES)
