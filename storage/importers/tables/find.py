"""Finds the table in a file: by the mapping that was chosen, saved or preset, else by what its columns are called."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from storage.errors import ImportRefused
from storage.importers import sheet
from storage.importers.packed import Row
from storage.importers.reader import HEAD, Head
from storage.importers.source import Source
from storage.importers.tables import by_account
from storage.importers.tables.encoding import decode_table
from storage.importers.tables.grid import LOOKED_AT, Grid, Text, Tops, find, grid_of_sheet, grid_of_text
from storage.importers.tables.mapping import SHEET, TEXT, Mapping, fingerprint, key_of
from storage.importers.tables.names import chart_columns, is_chart, is_journal, journal_columns
from storage.importers.tables.presets import preset_for

Fits = Callable[[Sequence[str]], "Fit | None"]
_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Fit:
    """What knows a header: the mapping to read it by, and a sentence's part that says how it was found."""

    mapping: Mapping
    how: str
    chart: bool = False  # a table of accounts, not of bookings
    by_account: bool = False  # movements below the names of accounts


@dataclass(frozen=True, slots=True)
class Found:
    """A table with the mapping that it begins with."""

    grid: Grid
    fit: Fit


def found_in_text(source: Source) -> Found:
    """The table in a text. Raises ImportRefused where no row names the columns of one."""
    given = source.mapping or Mapping()
    text, encoding = decode_table(source.main, source.data, given.encoding)
    known = Text.of(source.main, text, encoding, source.limits, given.separator)
    found = search(source, TEXT, known.tops)
    if found is None and not given.encoding and (other := _chinese(source)) is not None:
        known = Text.of(source.main, other, "gb18030", source.limits, given.separator)
        found = search(source, TEXT, known.tops)
    if found is None:
        raise nothing_found(source)
    separator, header, fit = found
    if (saved := fit.mapping.encoding) and saved != given.encoding and (again := _recoded(source, saved)) is not None:
        known = Text.of(source.main, again, saved, source.limits, separator)
    grid = grid_of_text(source, known, separator, header)
    return _spread(source, Found(replace(grid, again=lambda: found_in_text(source).grid.rows), fit))


def found_in_sheets(source: Source) -> Found:
    """The first sheet with a table, or the one that the mapping names. Raises ImportRefused."""
    sheets = sheet.sheets_of(source)
    wanted = source.mapping.sheet if source.mapping else ""
    chosen = [s for s in sheets if s.name == wanted] or sheets
    fits = [(s, found) for s in chosen if (found := search(source, SHEET, [("", s.rows)])) is not None]
    fits.sort(key=lambda x: x[1][2].chart)  # bookings before accounts
    if not fits:
        raise nothing_found(source)
    (best, (_, header, fit)), *others = fits
    return _spread(source, Found(grid_of_sheet(best.name, best.rows, header, [s.name for s, _ in others]), fit))


def _spread(source: Source, found: Found) -> Found:
    """A table whose accounts stand above its rows gets them in a column. Raises ImportRefused."""
    if not found.fit.by_account:
        return found
    grid, mapping = by_account.spread(source.main, found.grid, found.fit.mapping.columns)
    return Found(grid, replace(found.fit, mapping=mapping))


def nothing_found(source: Source) -> ImportRefused:
    if source.mapping:
        missing = ", ".join(repr(n) for n in source.mapping.columns.values())
        why = f"none of its rows names the columns of the mapping ({missing})"
        return ImportRefused(source.main, why, "Choose other columns in the mapping, or leave the mapping out.")
    return ImportRefused(
        source.main, "its first line names no date, account and debit/credit columns, and no row below it does",
        "Begin with: date,journal,number,description,account,debit,credit,party,currency.",
    )  # fmt: skip


def looks_like_table(head: Head) -> bool:
    """Whether the beginning of a text names the columns of a journal or of a chart of accounts."""
    return bool(head.first) and _search_head(head, search) is not None


def looks_mapped(head: Head) -> bool:
    """Whether somebody said how to read this text: chosen now, or saved for its header."""
    if sheet.kind_of(head.source.data):
        return False
    if head.source.mapping is not None:
        return True
    return bool(head.source.profiles) and _search_head(head, _search_saved) is not None


def search(source: Source, kind: str, tops: Tops) -> tuple[str, Row, Fit] | None:
    """Separator, header row and what knows it: people's word first, then presets, then names, at last accounts."""
    if source.mapping is not None:
        return find(tops, lambda names: _chosen(source, kind, names))
    for way in (lambda names: _saved(source, kind, names), _mended, _preset, _journal):
        if (found := find(tops, way)) is not None:
            return found
    return search_by_account(source, kind, tops) or find(tops, _chart)


def search_by_account(_source: Source, _kind: str, tops: Tops) -> tuple[str, Row, Fit] | None:
    """A header of movements that have their account in a row above them."""
    found = find(tops, _by_account)
    if found is None:
        return None
    separator, (row, names), fit = found
    rows = next(rows for s, rows in tops if s == separator)
    below = [r for r in rows[: row + LOOKED_AT] if r[0] > row]
    return found if by_account.has_headings(below, names, fit.mapping.columns) else None


def looks_by_account(head: Head) -> bool:
    """Whether a text is such a report, which would pass for a bank's list of movements."""
    return (
        bool(head.first) and not sheet.kind_of(head.source.data) and _search_head(head, search_by_account) is not None
    )


def _search_saved(source: Source, kind: str, tops: Tops) -> tuple[str, Row, Fit] | None:
    return find(tops, lambda names: _saved(source, kind, names))


def _search_head(
    head: Head, way: Callable[[Source, str, Tops], tuple[str, Row, Fit] | None]
) -> tuple[str, Row, Fit] | None:
    data, source = head.data, head.source
    if len(source.data) > HEAD and not data.startswith(_MARKS):
        data = data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1] or data  # no character is cut in two
    for text, encoding in _texts(head, data):
        tops = Text.of(source.main, text, encoding, source.limits).tops
        if (found := way(source, TEXT, tops)) is not None:
            return found
    return None


def _texts(head: Head, data: bytes) -> Iterator[tuple[str, str]]:
    if data.startswith(_MARKS):
        yield head.text, "UTF-16"
        return
    with contextlib.suppress(ImportRefused):
        yield decode_table(head.source.main, data)
    if (other := _chinese(replace(head.source, data=data))) is not None:
        yield other, "gb18030"


def _recoded(source: Source, encoding: str) -> str | None:
    """The text in the encoding that a saved mapping says; None for a file that is in another one this time."""
    try:
        return decode_table(source.main, source.data, encoding)[0]
    except ImportRefused:
        return None


def _chinese(source: Source) -> str | None:
    """The text in the encoding of older Chinese programs, where nothing else makes sense of it."""
    if source.data.isascii():
        return None
    try:
        source.data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return source.data.decode("gb18030")
        except UnicodeDecodeError:
            return None
    return None


def _chosen(source: Source, kind: str, names: Sequence[str]) -> Fit | None:
    """The row that has all columns of the mapping."""
    mapping = source.mapping
    if mapping is None or not set(mapping.columns.values()) <= set(names):
        return None
    chart = "date" not in mapping.columns and is_chart(mapping.columns)
    called = f"the mapping {mapping.name!r} that was chosen" if mapping.name else "the mapping that was chosen"
    return Fit(mapping.of(kind, names), f"read by {called}", chart)


def _saved(source: Source, kind: str, names: Sequence[str]) -> Fit | None:
    print_of = fingerprint(kind, names)
    for mapping in source.profiles:
        if mapping.header and mapping.fingerprint == print_of:
            chart = "date" not in mapping.columns
            how = f"read by the saved mapping {mapping.name!r}, which has this header"
            return Fit(mapping.of(kind, names), how, chart)
    return None


def _preset(names: Sequence[str]) -> Fit | None:
    mapping = preset_for(names)
    if mapping is None or not is_journal(mapping.columns):
        return None
    return Fit(mapping, f"whose columns are those of {mapping.name}")


def _journal(names: Sequence[str]) -> Fit | None:
    columns = journal_columns(names)
    return Fit(Mapping(columns=columns), "with a row a line") if is_journal(columns) else None


def _mended(names: Sequence[str]) -> Fit | None:
    mapping = by_account.mapping_of(names)
    return Fit(mapping, "of rows that an import of a general ledger left outside") if mapping else None


def _by_account(names: Sequence[str]) -> Fit | None:
    if not (columns := by_account.columns_of(names)):
        return None
    how = "of a general ledger with the accounts above their rows, whose days, kinds, numbers and names tell entries"
    return Fit(Mapping(columns=columns), how, by_account=True)


def _chart(names: Sequence[str]) -> Fit | None:
    columns = chart_columns(names)
    keys = {key_of(n) for n in names}
    bookings = {"date", "debit", "credit", "amount", "betrag", "montant", "datum"} & keys
    if not is_chart(columns) or bookings:
        return None
    return Fit(Mapping(columns=columns), "with an account a row", chart=True)
