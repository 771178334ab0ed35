"""Rows of imported files that stayed outside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_leftovers",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        _ref("batch_leftovers"),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch_leftovers")),
    )
    op.create_table(
        "outside_rows",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("source_key", "why", "cells")),
        _ref("outside_rows"),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_outside_rows")),
    )


def _ref(table: str) -> sa.ForeignKeyConstraint:
    """A foreign key where the database can bear one."""
    named = op.f(f"fk_{table}_batch_id")
    return sa.ForeignKeyConstraint(["batch_id"], ["batches.batch_id"], name=named).ddl_if(dialect="postgresql")
