"""Lines of bank statements that wait for their entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _statements()
    _lines()
    _members()
    _events()


def _accounts() -> None:
    op.create_table(
        "bank_accounts",
        *_texts("bank_account_id", "book_id", "account", "ledger"),
        *_written(),
        _foreign("bank_accounts", "book_id", "books"),
        sa.PrimaryKeyConstraint("bank_account_id", name=op.f("pk_bank_accounts")),
    )


def _statements() -> None:
    op.create_table(
        "statements",
        *_texts("statement_id", "book_id", "account", "currency", "number"),
        sa.Column("opening_day", sa.Date(), nullable=True),
        sa.Column("opening", sa.Numeric(22, 4), nullable=True),
        sa.Column("closing_day", sa.Date(), nullable=True),
        sa.Column("closing", sa.Numeric(22, 4), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("movement", sa.Numeric(26, 4), nullable=False),
        *_texts("content", "file_name", "file_sha256", "format", "reason"),
        *_written(),
        _foreign("statements", "book_id", "books"),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_statements")),
        sa.UniqueConstraint("book_id", "content", name=op.f("uq_statements_book_id_content")),
    )


def _lines() -> None:
    op.create_table(
        "statement_lines",
        *_texts("line_id", "book_id", "statement_id", "line_key", "account"),
        sa.Column("booked", sa.Date(), nullable=False),
        sa.Column("valued", sa.Date(), nullable=True),
        sa.Column("amount", sa.Numeric(22, 4), nullable=False),
        *_texts("currency", "text", "party", "party_account", "reference", "end_to_end"),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        *_texts("raw", "salt"),
        _foreign("statement_lines", "statement_id", "statements"),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_statement_lines")),
        sa.UniqueConstraint("book_id", "line_key", name=op.f("uq_statement_lines_book_id_line_key")),
    )


def _members() -> None:
    op.create_table(
        "statement_members",
        *_texts("statement_id"),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts("line_id"),
        _foreign("statement_members", "statement_id", "statements"),
        _foreign("statement_members", "line_id", "statement_lines"),
        sa.PrimaryKeyConstraint("statement_id", "number", name=op.f("pk_statement_members")),
    )


def _events() -> None:
    op.create_table(
        "statement_events",
        *_texts("event_id", "book_id", "line_id", "act", "entry_id", "reason"),
        *_written(),
        _foreign("statement_events", "line_id", "statement_lines"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_statement_events")),
    )


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.String(), nullable=False) for name in names)


def _written() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def _foreign(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    made = sa.ForeignKeyConstraint([column], [f"{parent}.{column}"], name=op.f(f"fk_{table}_{column}"))
    return made.ddl_if(dialect="postgresql")
