"""How a table of another program is read: mappings that people saved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TEXTS = ("profile_id", "book_id", "name", "fingerprint", "mapping")


def upgrade() -> None:
    op.create_table(
        "mapping_profiles",
        *(sa.Column(name, sa.String(), nullable=False) for name in _TEXTS),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_mapping_profiles_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("profile_id", name=op.f("pk_mapping_profiles")),
    )
