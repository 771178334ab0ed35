"""The rows of an imported batch as Arrow columns: what `storage.rows` says of one entry, for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from engine.journal import IMPORTED, Kind, Line, Side
from storage import rows, schema
from storage.bulk import arrow_type
from storage.prepared import Prepared, Stored

_ALL_DIGITS = 60


def entry_columns(
    entries: Sequence[Prepared], stored: Sequence[Stored], constant: Mapping[str, Any], certain: frozenset[str]
) -> pa.Table:
    """The columns of ``entries``; ``constant`` are those that are the same in each row."""
    headers = [p.entry for p in entries]
    kinds = {k: k.value for k in Kind}
    return _table(schema.entries, len(entries), constant, {
        "entry_id": [s.entry_id for s in stored], "source_key": [p.key for p in entries],
        "content": [p.content for p in entries], "kind": [kinds[e.kind] for e in headers],
        "date": [e.date for e in headers], "number": [e.number for e in headers],
        "document": [e.document for e in headers], "document_date": [e.document_date for e in headers],
        "description": [e.description for e in headers], "party": [e.party for e in headers],
        "journal": [e.journal for e in headers], "currency": [e.currency for e in headers],
        "position": [s.position for s in stored], "searchable": [rows.searchable(e) for e in headers],
        "salt": [s.salt for s in stored], "kind_certain": [p.key in certain for p in entries],
    })  # fmt: skip


def version_columns(entries: Sequence[Prepared], stored: Sequence[Stored], constant: Mapping[str, Any]) -> pa.Table:
    """The columns of ``versions``: the first of each entry."""
    first = {"number": 1, "previous": "", "origin": IMPORTED, "lineage": "{}"}
    return _table(schema.versions, len(entries), {**constant, **first}, {
        "version_id": [s.version_id for s in stored], "entry_id": [s.entry_id for s in stored],
        "total": [p.debit or p.credit for p in entries],
    })  # fmt: skip


def line_columns(entries: Sequence[Prepared], stored: Sequence[Stored], constant: Mapping[str, Any]) -> pa.Table:
    """The columns of ``lines``. Raises LinesRefused, as `rows.check_lines` does for the first line it refuses."""
    lines = [x for p in entries for x in p.entry.lines]
    counts = np.fromiter((len(p.entry.lines) for p in entries), np.int64, len(entries))
    owner = pa.array(np.repeat(np.arange(len(entries)), counts))
    first = np.repeat(np.cumsum(counts) - counts, counts)
    try:
        found = _line_values(lines)
        sound = bool(counts.all()) and not _refused(found)
    except pa.ArrowInvalid:
        found, sound = {}, False
    if not sound:
        for p in entries:
            rows.check_lines(p.entry.lines)
    return _table(schema.lines, len(lines), constant, {
        "version_id": pa.array([s.version_id for s in stored]).take(owner),
        "entry_id": pa.array([s.entry_id for s in stored]).take(owner),
        "number": np.arange(len(lines)) - first, **(found or _line_values(lines, exact=True)),
    })  # fmt: skip


def _line_values(lines: Sequence[Line], *, exact: bool = False) -> dict[str, pa.Array]:
    """Columns by name. ``exact``: amounts of needlessly many digits are written with those that the column has."""
    letters = {s: s.letter for s in Side}
    values: dict[str, list[Any]] = {
        "account": [x.account for x in lines], "side": [letters[x.side] for x in lines],
        "amount": [x.amount for x in lines], "party": [x.party for x in lines], "label": [x.label for x in lines],
        "tax_code": [x.tax_code for x in lines], "original_amount": [x.original_amount for x in lines],
        "original_currency": [x.original_currency for x in lines], "rate": [x.rate for x in lines],
        "rate_date": [x.rate_date for x in lines], "rate_source": [x.rate_source or None for x in lines],
    }  # fmt: skip
    return {name: _array(schema.lines.c[name].type, found, exact=exact) for name, found in values.items()}


def _refused(found: Mapping[str, pa.Array]) -> bool:
    """Whether `rows.check_lines` may refuse a line; what a column cannot hold does not get as far as this."""
    nothing = pa.scalar(Decimal(0), found["amount"].type)
    return bool(pc.any(pc.equal(found["account"], "")).as_py() or pc.any(pc.equal(found["amount"], nothing)).as_py())


def _table(
    table: sa.Table, count: int, constant: Mapping[str, Any], values: Mapping[str, Sequence[Any] | pa.Array]
) -> pa.Table:
    columns = {
        name: pa.repeat(pa.scalar(value, arrow_type(table.c[name].type)), count) for name, value in constant.items()
    }
    for name, found in values.items():
        columns[name] = found if isinstance(found, pa.Array) else _array(table.c[name].type, found)
    return pa.table(columns)


def _array(column: sa.types.TypeEngine[Any], values: Iterable[Any], *, exact: bool = False) -> pa.Array:
    kind = arrow_type(column)
    if exact and pa.types.is_decimal(kind):
        with localcontext(prec=_ALL_DIGITS):
            step = Decimal(1).scaleb(-kind.scale)
            return pa.array([None if v is None else v.quantize(step) for v in values], kind)
    return pa.array(values, kind)
