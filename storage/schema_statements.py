"""The tables of bank statements: what a bank said, which lines are new in it, and what became of each line."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema import MONEY, TOTAL, metadata, ref, sequence, text, written

bank_accounts = sa.Table(
    "bank_accounts",
    metadata,
    text("bank_account_id", key=True),
    text("book_id"),
    text("account"),  # as the bank names it
    text("ledger"),  # the code of the book's own account; the newest row holds
    *written(),
    sequence(),
    ref("book_id", to="books"),
)

statements = sa.Table(
    "statements",
    metadata,
    text("statement_id", key=True),
    text("book_id"),
    text("account"),
    text("currency"),
    text("number"),
    sa.Column("opening_day", sa.Date),
    sa.Column("opening", MONEY),
    sa.Column("closing_day", sa.Date),
    sa.Column("closing", MONEY),
    sa.Column("first_day", sa.Date),
    sa.Column("last_day", sa.Date),
    sa.Column("movement", TOTAL, nullable=False),  # the sum of all its lines, those known before included
    text("content"),  # SHA-256 of balances and lines, to know a statement that comes again
    text("file_name"),
    text("file_sha256"),
    text("format"),
    text("reason"),
    *written(),
    sequence(),
    ref("book_id", to="books"),
    sa.UniqueConstraint("book_id", "content"),
)

statement_lines = sa.Table(
    "statement_lines",
    metadata,
    text("line_id", key=True),
    text("book_id"),
    text("statement_id"),  # the one that brought it first
    text("line_key"),  # the bank's id, else a hash of day, amount and text; with its occurrence
    text("account"),
    sa.Column("booked", sa.Date, nullable=False),
    sa.Column("valued", sa.Date),
    sa.Column("amount", MONEY, nullable=False),
    text("currency"),
    text("text"),
    text("party"),
    text("party_account"),
    text("reference"),
    text("end_to_end"),
    sa.Column("occurrence", sa.BigInteger, nullable=False),
    text("raw"),
    text("salt"),
    sa.UniqueConstraint("book_id", "line_key"),
    ref("statement_id", to="statements"),
)

statement_members = sa.Table(
    "statement_members",
    metadata,
    text("statement_id", key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    text("line_id"),
    ref("statement_id", to="statements"),
    ref("line_id", to="statement_lines"),
)

statement_events = sa.Table(
    "statement_events",
    metadata,
    text("event_id", key=True),
    text("book_id"),
    text("line_id"),
    text("act"),
    text("entry_id"),  # empty where no entry is meant
    text("reason"),
    *written(),
    sequence(),
    ref("line_id", to="statement_lines"),
)
