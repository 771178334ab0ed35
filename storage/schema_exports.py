"""What was handed over to other programs: a row an export, with the digest of its bytes; never changed."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema import metadata, ref, sequence, text, written

exports = sa.Table(
    "exports",
    metadata,
    text("export_id", key=True),
    text("book_id"),
    text("format"),
    text("file_name"),
    text("sha256"),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("entries", sa.BigInteger, nullable=False),
    *written(),
    sequence(),
    ref("book_id", to="books"),
)
