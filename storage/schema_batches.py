"""What became of imported batches after they came in."""

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
