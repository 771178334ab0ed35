"""DATEV files (EXTF, DTVF): bookings of category 21, names of accounts of category 20, debtors and creditors of 16."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from storage.errors import ImportRefused
from storage.importers import datev_chart as chart
from storage.importers.cells import BadCell
from storage.importers.datev_entries import entry, groups
from storage.importers.datev_file import BOOKINGS, NAMES, PARTIES, DatevFile, Header, is_datev
from storage.importers.datev_rows import Pair, RowReader
from storage.importers.reader import Head, Reader
from storage.importers.source import Source
from storage.importers.staging import Staging
from storage.records import Staged

NAME = "datev"
_KNOWN = {BOOKINGS: "Buchungsstapel", NAMES: "Kontenbeschriftungen", PARTIES: "Debitoren/Kreditoren"}
_PERSON = ("nameadressatentypnaturlperson", "vornameadressatentypnaturlperson")
_LABELS = ("kontenbeschriftunglang", "kontenbeschriftung", "kontobeschriftung")
_NAME_COLUMNS = ("nameadressatentypunternehmen", "nameadressatentypkeineangabe", "kurzbezeichnung")


@dataclass(slots=True)
class _Book:
    """What the files say together."""

    names: dict[str, str] = field(default_factory=dict)  # of accounts and parties, by number
    pairs: list[Pair] = field(default_factory=list)
    headers: list[Header] = field(default_factory=list)
    odd: int = 0  # account numbers longer than the header allows for, kept as they are
    joined_rows: int = 0
    joined_entries: int = 0


def looks_like(head: Head) -> bool:
    return is_datev(head.text[:200])


def read_datev(source: Source) -> Staged:
    """Stage a DATEV file, and those that lie beside it. Raises ImportRefused where it holds nothing of use."""
    staging, book = Staging(source, NAME), _Book()
    files = [DatevFile(source)]
    for name, data in sorted(source.beside.items()):
        beside = Source(source.name, name, data, {}, source.limits)
        if is_datev(Head(beside).text[:200]):
            files.append(DatevFile(beside))
    files.sort(key=lambda f: f.header.category)  # names and parties before the bookings that use them
    for file in files:
        _read(staging, book, file, alone=len(files) == 1)
    return _staged(staging, book)


def _read(staging: Staging, book: _Book, file: DatevFile, *, alone: bool) -> None:
    header = file.header
    if header.category not in _KNOWN:
        why = f"it is a DATEV file of category {header.category} ({header.called or 'without a name'})"
        remedy = f"Counterpoint reads {', '.join(f'{c} ({n})' for c, n in _KNOWN.items())}."
        if alone:
            raise ImportRefused(file.name, why, remedy)
        staging.fail(0, file.name, header.called, why, remedy)
        return
    before = len(book.pairs) + len(book.names) + staging.failed
    book.headers.append(header)
    staging.reasons.append(_called(file))
    (_read_bookings if header.category == BOOKINGS else _read_names)(staging, book, file)
    if alone and len(book.pairs) + len(book.names) + staging.failed == before:
        raise ImportRefused(file.name, "it has a DATEV header and no rows", "Export it again with its rows.")


def _read_bookings(staging: Staging, book: _Book, file: DatevFile) -> None:
    reader = RowReader(file.header, file.columns)
    if missing := reader.missing():
        raise ImportRefused(file.name, f"its line of column names lacks {', '.join(missing)}", "Export it again whole.")
    for row, cells in file.rows(staging):
        found = reader.read(row, cells)
        if isinstance(found, Pair):
            book.pairs.append(found)
            continue
        for column, value, problem in found:
            staging.fail(row, column, value, problem.why, problem.remedy)


def _read_names(staging: Staging, book: _Book, file: DatevFile) -> None:
    """Kontenbeschriftungen, or Debitoren/Kreditoren by the name of the company or the person."""
    places = file.columns or {"konto": 0, "kontenbeschriftung": 1, _NAME_COLUMNS[0]: 1}
    for row, cells in file.rows(staging):
        found = {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}
        try:
            code = chart.account_code(found.get("konto", ""), file.header.digits or 4)
        except BadCell as problem:
            staging.fail(row, "Konto", found.get("konto", ""), problem.why, problem.remedy)
            continue
        person = " ".join(found[c] for c in reversed(_PERSON) if found.get(c))
        company = next((found[c] for c in _NAME_COLUMNS if found.get(c)), "")
        label = next((found[c] for c in _LABELS if found.get(c)), "")
        book.names[code] = " ".join((label or company or person).split())


def _staged(staging: Staging, book: _Book) -> Staged:
    bookings = [h for h in book.headers if h.category == BOOKINGS]
    header = (bookings or book.headers)[0]
    digits = header.digits or 4
    for group in groups(book.pairs, digits):
        staging.add(group[0].row, entry(group, book.names, header.currency, digits))
        if len(group) > 1 and not group[0].infos.get(""):
            book.joined_rows += len(group)
            book.joined_entries += 1
    used = {a for p in book.pairs for a in p.accounts}
    book.odd = sum(len(a) > digits and not chart.is_personal(a, digits) for a in used | book.names.keys())
    numbers = used | book.names.keys()
    kind = chart.guess_chart(header.chart, numbers, digits)
    staging.reasons += _reasons(book, header, kind, digits)
    staged = staging.finish(())
    accounts = {a.code: "" for a in staged.accounts} | book.names
    return replace(staged, accounts=chart.catalog(accounts, kind, digits), types_derived=True)


def _called(file: DatevFile) -> str:
    h = file.header
    text = f"A DATEV {h.mark} file, {_KNOWN[h.category]} in version {h.version}, text is {file.encoding}"
    if h.since and h.until:
        text += f", of {h.since.isoformat()} to {h.until.isoformat()}"
    if h.category == BOOKINGS and h.year_start:
        text += f" in the fiscal year from {h.year_start.isoformat()}"
    return text + (" (its header has a field too many or too few and was read accordingly)" if h.shifted else "")


def _reasons(book: _Book, header: Header, kind: str, digits: int) -> list[str]:
    if not book.pairs:
        said = f"SKR{kind}" if kind else "no known chart, so types stay open"
        return [f"it holds {len(book.names)} names and no bookings", f"accounts have {digits} digits, {said}"]
    told = "the header says so" if header.chart == kind else "told by the accounts"
    types = f"SKR{kind} ({told})" if kind else "neither SKR03 nor SKR04 for certain, so types stay open"
    out = [f"accounts have {digits} digits and those of parties one more; the chart is {types}"]
    keys = sum(bool(p.key) for p in book.pairs)
    kept = f"the tax keys of {keys} rows are kept as tax codes, and no" if keys else "no row has a tax key, and no"
    out.append(f"amounts are gross as booked: {kept} tax lines are made of keys or automatic accounts")
    out += _counted(
        (book.odd, "account numbers are longer than the header allows for and stay as written"),
        (sum(p.reversal for p in book.pairs), "rows take another one back and are negative (Generalumkehr)"),
        (
            sum(p.original is not None for p in book.pairs),
            "rows are in another currency and count with their base amount",
        ),
        (sum(p.discount for p in book.pairs), "rows have a cash discount that DATEV books apart; it is not in them"),
        (sum(p.locked for p in book.pairs), "rows are locked there (Festschreibung)"),
        (sum(bool(p.costs) for p in book.pairs), "rows have cost centres, kept in the label"),
    )
    if book.joined_entries:
        out.append(f"{book.joined_rows} rows share document and day and became {book.joined_entries} entries")
    return out


def _counted(*found: tuple[int, str]) -> Sequence[str]:
    return [f"{count} {text}" for count, text in found if count]


READER = Reader(NAME, looks_like, read_datev)
