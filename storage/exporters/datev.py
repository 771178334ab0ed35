"""Writes a DATEV Buchungsstapel (EXTF 700, category 21, version 13): one file a fiscal year, at most 99,999 rows each.

Beside every row stands what DATEV's columns have no room for, as additional information: the entry's id first, so that
the file, or what DATEV exports of it, comes back as the entries that it was made of. `storage.importers.datev_own`
reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from engine.journal import Account, Entry
from storage.exporters import datev_layout as layout
from storage.exporters import datev_marks as marks
from storage.exporters.cells import safe
from storage.exporters.datev_pairs import Accounts, PairRow, Unwritable, pairs
from storage.exporters.written import Note, Written
from storage.importers.datev_file import BOOKINGS, NAMES
from storage.importers.datev_rows import MARK
from storage.taxes import TaxRow

ROWS = 99_999  # of bookings in one file, as DATEV takes them
_RATE = Decimal("0.000001")
_SHORT_ID = 12  # signs of an entry's id that join its rows where it has no document


@dataclass(frozen=True, slots=True, kw_only=True)
class DatevOptions:
    """What DATEV wants to know. ``created`` stands in the file, so that the same export has the same bytes.

    ``year_starts`` is month and day of the fiscal year. ``digits`` of impersonal accounts are worked out when 0.
    ``chart`` is "03" or "04", or empty where neither is used. ``numbers`` (by account) and ``parties`` (by account and
    party) say how accounts are called there. ``names`` adds a file with the names of the accounts.
    """

    created: datetime
    consultant: int = 1001
    client: int = 1
    year_starts: tuple[int, int] = (1, 1)
    digits: int = 0
    chart: str = ""
    title: str = "Buchungsstapel"
    initials: str = ""
    locked: bool = False
    taxes: tuple[TaxRow, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
    parties: Mapping[tuple[str, str], str] = field(default_factory=dict)
    names: bool = False
    rows: int = ROWS

    def __post_init__(self) -> None:
        month, day = self.year_starts
        if not 1001 <= self.consultant <= 9_999_999:
            raise ValueError(f"a consultant's number has 4 to 7 digits from 1001 on, got {self.consultant}")
        if not 1 <= self.client <= 99_999:
            raise ValueError(f"a client's number lies between 1 and 99999, got {self.client}")
        if self.digits and not 4 <= self.digits <= 8:
            raise ValueError(f"accounts have 4 to 8 digits, got {self.digits}")
        if not 1 <= month <= 12 or not 1 <= day <= 28:
            raise ValueError(f"a fiscal year begins on a day that every year has, got day {day} of month {month}")
        if not 1 <= self.rows <= ROWS:
            raise ValueError(f"a file has 1 to {ROWS} rows, got {self.rows}")


def export(currency: str, accounts: Sequence[Account], entries: Sequence[Entry], options: DatevOptions) -> Written:
    """The entries as files; ``currency`` is the book's, ``accounts`` its catalog. Entries keep their order."""
    digits = options.digits or _digits(entries, options)
    numbers = Accounts(digits=digits, chart=options.chart, numbers=options.numbers, parties=options.parties)
    writer = _Writer(currency.strip().upper(), numbers, options)
    years: dict[date, list[tuple[Entry, list[str]]]] = {}
    for entry in entries:
        if rows := writer.rows(entry):
            years.setdefault(_year_of(entry.date, options.year_starts), []).append((entry, rows))
    files = [f for start, found in sorted(years.items()) for f in _files(start, found, digits, writer)]
    if options.names and files:
        files.append(_names(accounts, numbers, min(years), writer))
    return Written(files=tuple(files), notes=tuple(writer.notes))


def _digits(entries: Iterable[Entry], options: DatevOptions) -> int:
    """Digits of impersonal accounts: one less than the longest, where both lengths occur."""
    codes = {options.numbers.get(x.account, x.account) for e in entries for x in e.lines}
    lengths = {len(c) for c in codes if c.isascii() and c.isdigit() and len(c) <= 9}
    longest = max(lengths, default=4)
    return min(max(longest - 1 if longest - 1 in lengths else longest, 4), 8)


def _year_of(day: date, starts: tuple[int, int]) -> date:
    start = date(day.year, *starts)
    return start if start <= day else date(day.year - 1, *starts)


def _files(
    start: date, found: Sequence[tuple[Entry, list[str]]], digits: int, writer: _Writer
) -> list[tuple[str, bytes]]:
    """The files of one fiscal year; no entry is divided between two."""
    parts: list[list[tuple[Entry, list[str]]]] = [[]]
    size = 0
    for entry, rows in found:
        if parts[-1] and size + len(rows) > writer.options.rows:
            parts.append([])
            size = 0
        parts[-1].append((entry, rows))
        size += len(rows)
    return [
        (_file_name("Buchungsstapel", start, n, len(parts)), writer.file(start, part, digits))
        for n, part in enumerate(parts, start=1)
    ]


def _file_name(called: str, start: date, part: int, parts: int) -> str:
    """The name begins with EXTF_, by which DATEV finds files to import."""
    return f"EXTF_{called}_{start:%Y%m%d}" + (f"_{part}" if parts > 1 else "") + ".csv"


def _names(accounts: Sequence[Account], numbers: Accounts, start: date, writer: _Writer) -> tuple[str, bytes]:
    o = writer.options
    head = layout.Head(
        category=NAMES, called="Kontenbeschriftungen", version=3, created=o.created, consultant=o.consultant,
        client=o.client, year_start=start, digits=numbers.digits, title="Kontenbeschriftungen",
    )  # fmt: skip
    lines = [head.line(), "Konto;Kontobeschriftung;SprachId;Kontenbeschriftung lang"]
    for a in accounts:
        code = numbers.numbers.get(a.code, a.code)
        if a.name and code.isascii() and code.isdigit() and len(code) <= numbers.digits:
            name, long = (layout.quoted(layout.text(a.name, most)) for most in (40, 300))
            lines.append(f'{code.zfill(numbers.digits)};{name};"de-DE";{long}')
    return _file_name("Kontenbeschriftungen", start, 1, 1), layout.encoded(lines)


class _Writer:
    """Entries to rows, with notes of what DATEV could not take as it was."""

    def __init__(self, currency: str, numbers: Accounts, options: DatevOptions) -> None:
        self._currency, self._numbers, self.options = currency, numbers, options
        self.notes: list[Note] = []

    def file(self, start: date, found: Sequence[tuple[Entry, list[str]]], digits: int) -> bytes:
        o = self.options
        days = [e.date for e, _ in found]
        head = layout.Head(
            category=BOOKINGS, called="Buchungsstapel", version=13, created=o.created, consultant=o.consultant,
            client=o.client, year_start=start, digits=digits, since=min(days), until=max(days), title=o.title,
            initials=o.initials, locked=o.locked, currency=self._currency, chart=o.chart,
        )  # fmt: skip
        return layout.encoded([head.line(), ";".join(layout.COLUMNS), *(row for _, rows in found for row in rows)])

    def rows(self, entry: Entry) -> list[str]:
        """The rows of an entry; none, and a note, where they cannot say it."""
        try:
            found, reversal = pairs(entry, self._numbers, self.options.taxes)
        except Unwritable as problem:
            self.notes.append(Note(entry_id=entry.entry_id, text=f"left out, {problem}", left_out=True))
            return []
        common = self._common(entry, several=len(found) > 1, reversal=reversal)
        whole = marks.whole(entry, common, self._currency, reversal=reversal)
        if any(x.flipped for r in found for x in r.legs):
            self._note(entry, "its negative amounts are written as positive ones on the other side")
        if any(x.line.tax_code for x in found[0].legs) and not any(x.gross for r in found for x in r.legs):
            self._note(entry, "its tax lines are written as they are, without a tax key")
        return [self._row(entry, r, common, whole if n == 0 else {}) for n, r in enumerate(found)]

    def _common(self, entry: Entry, *, several: bool, reversal: bool) -> dict[str, str]:
        """The columns that all rows of an entry share."""
        text, document = layout.text(entry.description), layout.document(entry.document)
        if len(whole := layout.taken(entry.description)) > layout.TEXT:
            self._note(entry, f"its text of {len(whole)} characters is cut at {layout.TEXT}")
        elif whole != entry.description:
            self._note(entry, "signs that DATEV does not take were replaced in its text")
        if document != entry.document:
            self._note(entry, f"its document {entry.document!r} is written as {document!r}")
        if not document and several:
            document = layout.document(entry.number) or layout.document(entry.entry_id)[-_SHORT_ID:].lstrip("-")
        return {
            "Belegdatum": f"{entry.date:%d%m}", "Belegfeld 1": document, "Buchungstext": text,
            "Festschreibung": "1" if self.options.locked else "0", "Generalumkehr (GU)": "1" if reversal else "0",
        }  # fmt: skip

    def _row(self, entry: Entry, row: PairRow, common: Mapping[str, str], whole: Mapping[str, object]) -> str:
        values = {
            **common, "Soll/Haben-Kennzeichen": "S" if row.konto.debit else "H", "Konto": row.konto.account,
            "Gegenkonto (ohne BU-Schlüssel)": row.gegenkonto.account, "BU-Schlüssel": row.key,
            **self._amounts(row),
        }  # fmt: skip
        digits = self._numbers.digits
        said = {
            "": entry.entry_id,
            "Zeilen": marks.numbers(row),
            "Steuer": self._fitted(entry, marks.taxes(row)),
            "Soll": self._fitted(entry, marks.line(row, row.debit, digits)),
            "Haben": self._fitted(entry, marks.line(row, row.credit, digits)),
            "Buchung": self._fitted(entry, whole),
        }
        for n, (kind, content) in enumerate(((k, c) for k, c in said.items() if c), start=1):
            values[f"Zusatzinformation - Art {n}"] = f"{MARK} {kind}".strip()
            values[f"Zusatzinformation - Inhalt {n}"] = safe(content)
        return layout.row(values)

    def _amounts(self, row: PairRow) -> dict[str, str]:
        """The amount in book currency; in the document's where both lines have it whole and DATEV takes the rate."""
        plain = {"Umsatz (ohne Soll/Haben-Kz)": layout.amount(row.amount)}
        lines = [x.line for x in row.legs]
        originals = {(x.original_amount, x.original_currency) for x in lines}
        (original, currency) = next(iter(originals))
        whole = len(originals) == 1 and all(x.amount == row.amount and not x.gross for x in row.legs)
        if not whole or original is None or len(currency) != 3 or currency == self._currency:
            return plain
        size = abs(original)
        rate = (size / row.amount).quantize(_RATE) if size < Decimal(10) ** 10 else Decimal(0)
        if not currency.isascii() or not currency.isalpha() or size % Decimal("0.01") or not 1 <= rate < 10_000:
            return plain
        return {
            "Umsatz (ohne Soll/Haben-Kz)": layout.amount(size), "WKZ Umsatz": currency.upper(),
            "Kurs": layout.amount(rate, 6), "Basis-Umsatz": layout.amount(row.amount),
            "WKZ Basis-Umsatz": self._currency,
        }  # fmt: skip

    def _fitted(self, entry: Entry, said: Mapping[str, object]) -> str:
        text, dropped = marks.fitted(said)
        for name in dropped:
            self._note(entry, f"its {name} is too long for DATEV and comes back shortened or not at all")
        return text

    def _note(self, entry: Entry, text: str) -> None:
        note = Note(entry_id=entry.entry_id, text=text)
        if note not in self.notes[-8:]:
            self.notes.append(note)
