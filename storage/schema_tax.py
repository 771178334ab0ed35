"""The table of tax codes: every row is a version of one code from one day on, never changed."""

from __future__ import annotations

import sqlalchemy as sa

from storage.schema import RATE, metadata, ref, sequence, text, written

tax_codes = sa.Table(
    "tax_codes",
    metadata,
    text("tax_code_id", key=True),
    text("book_id"),
    text("code"),
    sa.Column("rate", RATE, nullable=False),  # a share of the base: 0.19
    text("kind"),
    text("account"),  # takes the tax
    text("owed"),  # takes the tax that is owed, where a code gives both lines
    text("base_accounts"),  # canonical JSON
    sa.Column("deductible", RATE, nullable=False),  # share of input tax that may be deducted
    sa.Column("valid_from", sa.Date),
    sa.Column("valid_to", sa.Date),
    text("package_key"),
    sa.Column("withdrawn", sa.Boolean, nullable=False),  # this version was a mistake and holds on no day
    text("change_id"),  # the controlled change that brought it, with its reason and who agreed
    *written(),
    sequence(),
    ref("book_id", to="books"),
)
