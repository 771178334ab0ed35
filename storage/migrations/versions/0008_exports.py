"""What was handed over to other programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXTS = ("export_id", "book_id", "format", "file_name", "sha256")


def upgrade() -> None:
    op.create_table(
        "exports",
        *(sa.Column(name, sa.String(), nullable=False) for name in _TEXTS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("size", "entries")),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_exports_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("export_id", name=op.f("pk_exports")),
    )
