"""The tax table, and where an exchange rate came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lines", sa.Column("rate_date", sa.Date(), nullable=True))
    op.add_column("lines", sa.Column("rate_source", sa.String(), nullable=True))
    op.create_table(
        "tax_codes",
        *_texts("tax_code_id", "book_id", "code"),
        sa.Column("rate", sa.Numeric(24, 12), nullable=False),
        *_texts("kind", "account", "owed", "base_accounts"),
        sa.Column("deductible", sa.Numeric(24, 12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *_texts("package_key"),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        *_texts("change_id"),
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        *_texts("recorded_by"),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["book_id"], ["books.book_id"], name=op.f("fk_tax_codes_book_id")).ddl_if(
            dialect="postgresql"
        ),
        sa.PrimaryKeyConstraint("tax_code_id", name=op.f("pk_tax_codes")),
    )


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in names)
