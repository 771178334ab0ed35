"""Tables of control: fiscal years, locked periods, posted numbers, and changes that wait for a second person."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema import metadata, ref, sequence, text, written

fiscal_years = sa.Table(
    "fiscal_years",
    metadata,
    text("fiscal_year_id", key=True),
    text("book_id"),
    text("label"),
    sa.Column("first", sa.Date, nullable=False),
    sa.Column("last", sa.Date, nullable=False),
    *written(),
    sequence(),
    ref("book_id", to="books"),
    sa.UniqueConstraint("book_id", "label"),
    sa.CheckConstraint('"first" <= "last"', name="order"),
)

period_locks = sa.Table(
    "period_locks",
    metadata,
    text("period_lock_id", key=True),
    text("book_id"),
    sa.Column("first", sa.Date, nullable=False),
    sa.Column("last", sa.Date, nullable=False),
    text("lock"),  # what holds for these days from now on: soft, hard or open
    text("reason"),
    *written(),
    sequence(),
    ref("book_id", to="books"),
    sa.CheckConstraint("lock IN ('soft', 'hard', 'open')", name="lock"),
)

postings = sa.Table(
    "postings",
    metadata,
    text("book_id", key=True),
    text("fiscal_year", key=True),
    text("journal", key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    text("entry_id"),
    text("decision_id"),  # the act that posted it; its chained detail repeats the number
    sa.Column("recorded", sa.DateTime(timezone=True), nullable=False),
    ref("entry_id", to="entries"),
    ref("decision_id", to="decisions"),
    sa.UniqueConstraint("entry_id"),
)

changes = sa.Table(
    "changes",
    metadata,
    text("change_id", key=True),
    text("book_id"),
    text("subject"),  # policy, period, tax code, role, model
    text("key"),  # which one of them
    text("before"),  # canonical JSON
    text("after"),
    text("reason"),
    sa.Column("needs_second", sa.Boolean, nullable=False),  # whether anybody else could have confirmed it then
    *written(),
    sequence(),
    ref("book_id", to="books"),
)

change_acts = sa.Table(
    "change_acts",
    metadata,
    text("change_id", key=True),  # one act ends a change
    text("book_id"),
    text("act"),
    text("reason"),
    *written(),
    sequence(),
    ref("change_id", to="changes"),
    sa.CheckConstraint("act IN ('confirmed', 'declined')", name="act"),
)
