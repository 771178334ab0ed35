"""The tables, one schema for DuckDB and PostgreSQL. Rows are written once; what is true now is a view.

Foreign keys exist on PostgreSQL only: DuckDB refuses updates and deletes of rows that others name even
where the end of the transaction is sound, so there `storage.session` leaves integrity to the stores and
`storage.chain` to the tests. Texts that are hashed (lineage, detail, policy) are canonical JSON in a
string column, because JSON types reorder keys. No secondary index: DuckDB cannot alter a table with one.
"""

from __future__ import annotations

import sqlalchemy as sa

MONEY = sa.Numeric(22, 4)
TOTAL = sa.Numeric(26, 4)  # a sum of amounts may need more digits than one of them
RATE = sa.Numeric(24, 12)
TEXT = sa.String()
TIME = sa.DateTime(timezone=True)

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    """A text column; empty text is "none", so that no column needs two kinds of nothing."""
    return sa.Column(name, TEXT, primary_key=key, nullable=False)


def _ref(*columns: str, to: str) -> sa.ForeignKeyConstraint:
    """A foreign key where the database can bear one."""
    return sa.ForeignKeyConstraint(columns, [f"{to}.{c}" for c in columns]).ddl_if(dialect="postgresql")


def _written() -> tuple[sa.Column[object], sa.Column[str]]:
    return sa.Column("recorded", TIME, nullable=False), _text("recorded_by")


def _sequence() -> sa.Column[int]:
    """The record's link in the book's chain; it also orders records of one book."""
    return sa.Column("sequence", sa.BigInteger, nullable=False)


books = sa.Table(
    "books",
    metadata,
    _text("book_id", key=True),
    _text("name"),
    _text("currency"),
    sa.Column("minor_units", sa.Integer, nullable=False),
    _text("purpose"),  # feeder, or ledger of record
    sa.Column("demo", sa.Boolean, nullable=False),
    *_written(),
    sa.UniqueConstraint("name"),
)

book_policies = sa.Table(
    "book_policies",
    metadata,
    _text("policy_id", key=True),
    _text("book_id"),
    _text("policy"),  # canonical JSON: four eyes, reversal style, limits, control accounts
    _text("reason"),
    *_written(),
    _sequence(),
    _ref("book_id", to="books"),
)

account_versions = sa.Table(
    "account_versions",
    metadata,
    _text("account_version_id", key=True),
    _text("book_id"),
    _text("code"),
    _text("name"),
    _text("type"),
    _text("parent"),
    sa.Column("opened", sa.Date),
    sa.Column("closed", sa.Date),
    sa.Column("control", sa.Boolean, nullable=False),
    sa.Column("derived", sa.Boolean, nullable=False),  # the type was worked out from the code
    sa.Column("valid_from", sa.Date),  # empty: since ever
    *_written(),
    _sequence(),
    _ref("book_id", to="books"),
)

journal_kinds = sa.Table(
    "journal_kinds",
    metadata,
    _text("journal_kind_id", key=True),
    _text("book_id"),
    _text("journal"),
    _text("code"),
    _text("name"),
    _text("kind"),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    _text("reason"),
    *_written(),
    _sequence(),
    _ref("book_id", to="books"),
)

batches = sa.Table(
    "batches",
    metadata,
    _text("batch_id", key=True),
    _text("book_id"),
    _text("file_name"),
    _text("file_sha256"),
    _text("format"),
    _text("reason"),
    sa.Column("new", sa.BigInteger, nullable=False),
    sa.Column("known", sa.BigInteger, nullable=False),
    sa.Column("alike", sa.BigInteger, nullable=False),
    sa.Column("quarantined", sa.BigInteger, nullable=False),
    *_written(),
    _sequence(),
    _ref("book_id", to="books"),
)

row_errors = sa.Table(
    "row_errors",
    metadata,
    _text("batch_id", key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("row", sa.BigInteger, nullable=False),
    _text("column"),
    _text("value"),
    _text("why"),
    _text("remedy"),
    _ref("batch_id", to="batches"),
)

entries = sa.Table(
    "entries",
    metadata,
    _text("entry_id", key=True),
    _text("book_id"),
    _text("batch_id"),  # empty for entries that started here
    _text("source_key"),  # the file's own id, or journal, number and year, or a content hash and its occurrence
    _text("content"),  # SHA-256 of the entry as it came, to tell a repeated import from a changed one
    _text("kind"),
    sa.Column("kind_certain", sa.Boolean, nullable=False),  # of this entry itself, not taken from its journal
    sa.Column("date", sa.Date, nullable=False),
    _text("number"),
    _text("document"),
    sa.Column("document_date", sa.Date),
    sa.Column("delivery_date", sa.Date),
    sa.Column("posting_date", sa.Date),
    _text("description"),
    _text("party"),
    _text("journal"),
    _text("currency"),
    sa.Column("position", sa.BigInteger, nullable=False),
    _text("searchable"),
    _text("salt"),  # the chain holds salted digests of personal texts; erasing the salt makes them unprovable
    *_written(),
    sa.UniqueConstraint("book_id", "source_key"),
    _ref("book_id", to="books"),
)

versions = sa.Table(
    "versions",
    metadata,
    _text("version_id", key=True),
    _text("book_id"),
    _text("entry_id"),
    sa.Column("number", sa.Integer, nullable=False),
    _text("previous"),  # the version this one follows, empty for the first
    _text("author"),
    _text("origin"),
    _text("lineage"),  # canonical JSON: what it was made from
    sa.Column("total", TOTAL, nullable=False),
    sa.Column("recorded", TIME, nullable=False),
    _sequence(),
    sa.UniqueConstraint("entry_id", "number"),
    _ref("entry_id", to="entries"),
)

lines = sa.Table(
    "lines",
    metadata,
    _text("version_id", key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _text("book_id"),
    _text("entry_id"),
    _text("account"),
    _text("side"),
    sa.Column("amount", MONEY, nullable=False),
    _text("party"),
    _text("label"),
    _text("tax_code"),
    sa.Column("original_amount", MONEY),
    _text("original_currency"),
    sa.Column("rate", RATE),
    _ref("version_id", to="versions"),
    sa.CheckConstraint("side IN ('D', 'C')", name="side"),
    sa.CheckConstraint("amount <> 0", name="amount"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    _text("decision_id", key=True),
    _text("book_id"),
    _text("entry_id"),  # empty for a decision on the book
    sa.Column("version", sa.Integer),
    _text("act"),
    _text("reason"),
    _text("salt"),
    _text("detail"),  # canonical JSON
    *_written(),
    _sequence(),
    _ref("book_id", to="books"),
    sa.UniqueConstraint("book_id", "sequence"),
)

models = sa.Table(
    "models",
    metadata,
    _text("model_id", key=True),
    _text("book_id"),
    _text("digest"),
    _text("folder"),
    _text("snapshot_digest"),
    _text("metrics"),  # JSON
    sa.Column("seconds", sa.Float, nullable=False),
    *_written(),
    _ref("book_id", to="books"),
    sa.UniqueConstraint("book_id", "digest"),
)

chain = sa.Table(
    "chain",
    metadata,
    _text("book_id", key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("record"),  # which table the link is about
    _text("reference"),  # that record's id
    _text("content"),  # SHA-256 over the record's canonical JSON
    _text("previous"),
    _text("hash"),
    sa.Column("recorded", TIME, nullable=False),
    _ref("book_id", to="books"),
)
