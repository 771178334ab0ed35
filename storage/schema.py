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


def text(name: str, *, key: bool = False) -> sa.Column[str]:
    """A text column; empty text is "none", so that no column needs two kinds of nothing."""
    return sa.Column(name, TEXT, primary_key=key, nullable=False)


def ref(*columns: str, to: str) -> sa.ForeignKeyConstraint:
    """A foreign key where the database can bear one."""
    return sa.ForeignKeyConstraint(columns, [f"{to}.{c}" for c in columns]).ddl_if(dialect="postgresql")


def written() -> tuple[sa.Column[object], sa.Column[str]]:
    return sa.Column("recorded", TIME, nullable=False), text("recorded_by")


def sequence() -> sa.Column[int]:
    """The record's link in the book's chain; it also orders records of one book."""
    return sa.Column("sequence", sa.BigInteger, nullable=False)


books = sa.Table(
    "books",
    metadata,
    text("book_id", key=True),
    text("name"),
    text("currency"),
    sa.Column("minor_units", sa.Integer, nullable=False),
    text("purpose"),  # feeder, or ledger of record
    sa.Column("demo", sa.Boolean, nullable=False),
    *written(),
    sa.UniqueConstraint("name"),
)

book_policies = sa.Table(
    "book_policies",
    metadata,
    text("policy_id", key=True),
    text("book_id"),
    text("policy"),  # canonical JSON: four eyes, reversal style, limits, control accounts
    text("reason"),
    *written(),
    sequence(),
    ref("book_id", to="books"),
)

account_versions = sa.Table(
    "account_versions",
    metadata,
    text("account_version_id", key=True),
    text("book_id"),
    text("code"),
    text("name"),
    text("type"),
    text("parent"),
    sa.Column("opened", sa.Date),
    sa.Column("closed", sa.Date),
    sa.Column("control", sa.Boolean, nullable=False),
    sa.Column("derived", sa.Boolean, nullable=False),  # the type was worked out from the code
    sa.Column("valid_from", sa.Date),  # empty: since ever
    *written(),
    sequence(),
    ref("book_id", to="books"),
)

journal_kinds = sa.Table(
    "journal_kinds",
    metadata,
    text("journal_kind_id", key=True),
    text("book_id"),
    text("journal"),
    text("code"),
    text("name"),
    text("kind"),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    text("reason"),
    *written(),
    sequence(),
    ref("book_id", to="books"),
)

batches = sa.Table(
    "batches",
    metadata,
    text("batch_id", key=True),
    text("book_id"),
    text("file_name"),
    text("file_sha256"),
    text("format"),
    text("reason"),
    sa.Column("new", sa.BigInteger, nullable=False),
    sa.Column("known", sa.BigInteger, nullable=False),
    sa.Column("alike", sa.BigInteger, nullable=False),
    sa.Column("quarantined", sa.BigInteger, nullable=False),
    *written(),
    sequence(),
    ref("book_id", to="books"),
)

row_errors = sa.Table(
    "row_errors",
    metadata,
    text("batch_id", key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("row", sa.BigInteger, nullable=False),
    text("column"),
    text("value"),
    text("why"),
    text("remedy"),
    ref("batch_id", to="batches"),
)

entries = sa.Table(
    "entries",
    metadata,
    text("entry_id", key=True),
    text("book_id"),
    text("batch_id"),  # empty for entries that started here
    text("source_key"),  # the file's own id, or journal, number and year, or a content hash and its occurrence
    text("content"),  # SHA-256 of the entry as it came, to tell a repeated import from a changed one
    text("kind"),
    sa.Column("kind_certain", sa.Boolean, nullable=False),  # of this entry itself, not taken from its journal
    sa.Column("date", sa.Date, nullable=False),
    text("number"),
    text("document"),
    sa.Column("document_date", sa.Date),
    sa.Column("delivery_date", sa.Date),
    sa.Column("posting_date", sa.Date),
    text("description"),
    text("party"),
    text("journal"),
    text("currency"),
    sa.Column("position", sa.BigInteger, nullable=False),
    text("searchable"),
    text("salt"),  # the chain holds salted digests of personal texts; erasing the salt makes them unprovable
    *written(),
    sa.Column("reverses", TEXT),  # the entry that this one takes back
    sa.UniqueConstraint("book_id", "source_key"),
    ref("book_id", to="books"),
)

versions = sa.Table(
    "versions",
    metadata,
    text("version_id", key=True),
    text("book_id"),
    text("entry_id"),
    sa.Column("number", sa.Integer, nullable=False),
    text("previous"),  # the version this one follows, empty for the first
    text("author"),
    text("origin"),
    text("lineage"),  # canonical JSON: what it was made from
    sa.Column("total", TOTAL, nullable=False),
    sa.Column("recorded", TIME, nullable=False),
    sequence(),
    sa.Column("posting_date", sa.Date),  # these three replace the header's where they are set
    sa.Column("document", TEXT),
    sa.Column("document_date", sa.Date),
    sa.UniqueConstraint("entry_id", "number"),
    ref("entry_id", to="entries"),
)

lines = sa.Table(
    "lines",
    metadata,
    text("version_id", key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    text("book_id"),
    text("entry_id"),
    text("account"),
    text("side"),
    sa.Column("amount", MONEY, nullable=False),
    text("party"),
    text("label"),
    text("tax_code"),
    sa.Column("original_amount", MONEY),
    text("original_currency"),
    sa.Column("rate", RATE),
    sa.Column("rate_date", sa.Date),
    sa.Column("rate_source", TEXT),  # who published it
    ref("version_id", to="versions"),
    sa.CheckConstraint("side IN ('D', 'C')", name="side"),
    sa.CheckConstraint("amount <> 0", name="amount"),
)

decisions = sa.Table(
    "decisions",
    metadata,
    text("decision_id", key=True),
    text("book_id"),
    text("entry_id"),  # empty for a decision on the book
    sa.Column("version", sa.Integer),
    text("act"),
    text("reason"),
    text("salt"),
    text("detail"),  # canonical JSON
    *written(),
    sequence(),
    ref("book_id", to="books"),
    sa.UniqueConstraint("book_id", "sequence"),
)

models = sa.Table(
    "models",
    metadata,
    text("model_id", key=True),
    text("book_id"),
    text("digest"),
    text("folder"),
    text("snapshot_digest"),
    text("metrics"),  # JSON
    sa.Column("seconds", sa.Float, nullable=False),
    *written(),
    ref("book_id", to="books"),
    sa.UniqueConstraint("book_id", "digest"),
)

chain = sa.Table(
    "chain",
    metadata,
    text("book_id", key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    text("record"),  # which table the link is about
    text("reference"),  # that record's id
    text("content"),  # SHA-256 over the record's canonical JSON
    text("previous"),
    text("hash"),
    sa.Column("recorded", TIME, nullable=False),
    ref("book_id", to="books"),
)
