"""Parquet for analysts: entries, lines and accounts, a file each, with amounts as decimals and days as days."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from storage.exporters.subject import Chosen, Subject
from storage.exporters.written import Written

_MONEY, _RATE = pa.decimal128(22, 4), pa.decimal128(24, 12)
_ENTRIES = pa.schema([
    ("entry_id", pa.string()), ("date", pa.date32()), ("number", pa.string()), ("journal", pa.string()),
    ("description", pa.string()), ("document", pa.string()), ("document_date", pa.date32()), ("party", pa.string()),
    ("kind", pa.string()), ("currency", pa.string()),
])  # fmt: skip
_LINES = pa.schema([
    ("entry_id", pa.string()), ("line", pa.int32()), ("account", pa.string()), ("side", pa.string()),
    ("amount", _MONEY), ("party", pa.string()), ("label", pa.string()), ("tax_code", pa.string()),
    ("original_amount", _MONEY), ("original_currency", pa.string()), ("rate", _RATE), ("rate_date", pa.date32()),
    ("rate_source", pa.string()),
])  # fmt: skip
_ACCOUNTS = pa.schema([
    ("code", pa.string()), ("name", pa.string()), ("type", pa.string()), ("parent", pa.string()),
    ("opened", pa.date32()), ("closed", pa.date32()), ("control", pa.bool_()),
])  # fmt: skip


def export(subject: Subject, _chosen: Chosen) -> Written:
    """Everything that the entries say; ``line`` counts from 1."""
    lines = [(e, n, x) for e in subject.entries for n, x in enumerate(e.lines, start=1)]
    return Written(files=(
        ("entries.parquet", _table(_ENTRIES, (_named(e, _ENTRIES) for e in subject.entries))),
        ("lines.parquet", _table(_LINES, (
            {**_named(x, _LINES), "entry_id": e.entry_id, "line": n, "side": x.side.letter} for e, n, x in lines
        ))),
        ("accounts.parquet", _table(_ACCOUNTS, (_named(a, _ACCOUNTS) for a in subject.accounts))),
    ))  # fmt: skip


def _named(record: object, schema: pa.Schema) -> dict[str, object]:
    return {name: getattr(record, name, None) for name in schema.names}


def _table(schema: pa.Schema, rows: Iterable[Mapping[str, object]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(r) for r in rows], schema=schema), out, compression="zstd")
    return out.getvalue()
