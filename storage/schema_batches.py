"""What stayed outside of imported batches, and what became of them after they came in."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema import metadata, ref, sequence, text, written

batch_undos = sa.Table(
    "batch_undos",
    metadata,
    text("batch_undo_id", key=True),
    text("book_id"),
    text("batch_id"),
    text("reason"),
    *written(),
    sequence(),
    ref("book_id", to="books"),
    ref("batch_id", to="batches"),
    sa.UniqueConstraint("batch_id"),
)

batch_leftovers = sa.Table(
    "batch_leftovers",
    metadata,
    text("batch_id", key=True),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    text("shape"),  # JSON: how the table lies in its file; empty where the file is none
    ref("batch_id", to="batches"),
)

outside_rows = sa.Table(
    "outside_rows",
    metadata,
    text("batch_id", key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("row", sa.BigInteger, nullable=False),
    text("source_key"),  # that its entry has once it is mended; empty where it cannot be known
    text("why"),
    text("cells"),  # JSON: a list of texts
    ref("batch_id", to="batches"),
)
