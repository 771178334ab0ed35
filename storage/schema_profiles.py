"""The table of saved mappings: how a book's owner said that tables of a program are read; never changed."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema import metadata, ref, sequence, text, written

mapping_profiles = sa.Table(
    "mapping_profiles",
    metadata,
    text("profile_id", key=True),
    text("book_id"),
    text("name"),  # the newest row of a name holds
    text("fingerprint"),  # of the header that it knows again
    text("mapping"),  # canonical JSON
    sa.Column("withdrawn", sa.Boolean, nullable=False),
    *written(),
    sequence(),
    ref("book_id", to="books"),
)
