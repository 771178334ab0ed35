"""Writes SIE 4I (``.si``), the file of vouchers that Swedish packages import: CP437, texts in quotation marks.

Our entry's id stands in the field for the person or process that made a voucher. Parties are objects of the dimensions
8 (customer) and 9 (supplier), documents of 10 (invoice): the standard has reserved them for that.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.journal import Account, AccountType, Entry, Kind, Line
from storage.exporters.plain_names import catalog_of, number, signed
from storage.exporters.written import Note, Written
from storage.importers.sie_book import CUSTOMER, INVOICE, OUR_ID, SUPPLIER
from storage.importers.sie_text import SWEDISH_IN_WINDOWS, objects_text, quoted

ENCODING = "cp437"
_LETTERS: Mapping[AccountType, str] = {
    AccountType.ASSET: "T", AccountType.LIABILITY: "S", AccountType.EQUITY: "S", AccountType.INCOME: "I",
    AccountType.EXPENSE: "K",
}  # fmt: skip
_DIMENSIONS = {CUSTOMER: "Kund", SUPPLIER: "Leverantör", INVOICE: "Faktura"}
_NEAR = str.maketrans({"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "€": "EUR"})
_LOST = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class SieOptions:
    """``created`` stands in the file, so that the same export has the same bytes.

    ``series`` says how a journal is called there (most packages know letters); a journal that it lacks keeps its name.
    ``year`` is the fiscal year's first and last day. ``chart`` is the kind of chart, such as EUBAS97.
    """

    created: date
    company: str = ""
    organisation: str = ""
    chart: str = ""
    year: tuple[date, date] | None = None
    series: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.year and self.year[0] > self.year[1]:
            raise ValueError(f"a fiscal year ends after it begins, got {self.year[0]} to {self.year[1]}")


def export(currency: str, accounts: Sequence[Account], entries: Sequence[Entry], options: SieOptions) -> Written:
    """The entries as one file, in their order; ``currency`` is the book's, ``accounts`` its catalog."""
    writer = _Writer(currency, {a.code: a for a in catalog_of(accounts, entries)}, options)
    sound = [e for e in entries if writer.takes(e)]
    vouchers = [row for e in sound for row in writer.voucher(e)]
    used = {x.account for e in sound for x in e.lines}
    rows = [*writer.head(), *writer.objects(), *writer.chart(used), *vouchers]
    data = "".join(f"{row}\r\n" for row in rows).encode(ENCODING)
    return Written(files=(("vouchers.si", data),), notes=tuple(writer.all_notes()))


def held(text: str) -> str:
    """A text as the file holds it: one row, and a question mark for a letter that CP437 lacks."""
    return "".join(_held(c) for c in unicodedata.normalize("NFC", text).translate(_NEAR)).strip()


def _held(sign: str) -> str:
    if unicodedata.category(sign) in ("Cc", "Zl", "Zp"):
        return " "
    try:
        byte = sign.encode(ENCODING)
    except UnicodeEncodeError:
        return _LOST
    return _LOST if byte[0] in SWEDISH_IN_WINDOWS else sign  # a reader would take the file for one of Windows


class _Writer:
    def __init__(self, currency: str, accounts: Mapping[str, Account], options: SieOptions) -> None:
        self._currency, self._accounts, self._options = currency, accounts, options
        self._objects: dict[tuple[str, str], None] = {}
        self._notes: list[Note] = []
        self._dropped: Counter[str] = Counter()
        self._entry = ""  # the one that is being written
        self._changed = False

    def takes(self, e: Entry) -> bool:
        """Whether an entry can go in: its accounts must stay what they are."""
        bad = next((x.account for x in e.lines if held(x.account) != x.account), None)
        if bad is not None:
            text = f"account {bad!r} has letters that a SIE file cannot hold"
            self._notes.append(Note(entry_id=e.entry_id, text=text, left_out=True))
        return bad is None

    def head(self) -> list[str]:
        o = self._options
        rows = ["#FLAGGA 0", '#PROGRAM "Counterpoint" 1', "#FORMAT PC8", f"#GEN {o.created:%Y%m%d}", "#SIETYP 4"]
        rows += [f"#ORGNR {self._text(o.organisation)}"] if o.organisation else []
        rows.append(f"#FNAMN {self._text(o.company)}")
        rows += [f"#RAR 0 {o.year[0]:%Y%m%d} {o.year[1]:%Y%m%d}"] if o.year else []
        rows += [f"#KPTYP {self._text(o.chart)}"] if o.chart else []
        return [*rows, f"#VALUTA {self._text(self._currency)}"]

    def objects(self) -> list[str]:
        used = sorted({dimension for dimension, _ in self._objects}, key=int)
        rows = [f"#DIM {d} {quoted(_DIMENSIONS[d])}" for d in used]
        return rows + [f"#OBJEKT {d} {quoted(thing)} {quoted(thing)}" for d, thing in sorted(self._objects)]

    def chart(self, used: set[str]) -> list[str]:
        """Names and types of the accounts that vouchers use; the importing package has a chart of its own."""
        rows: list[str] = []
        for code in sorted(used):
            account = self._accounts[code]
            rows.append(f"#KONTO {quoted(code)} {self._text(account.name)}")
            if account.type in _LETTERS:
                rows.append(f"#KTYP {quoted(code)} {_LETTERS[account.type]}")
        return rows

    def voucher(self, e: Entry) -> list[str]:
        self._entry, self._changed = e.entry_id, False
        series = self._options.series.get(e.journal, e.journal)
        fields = (self._text(series), self._text(e.number), f"{e.date:%Y%m%d}", self._text(e.description))
        rows = [f"#VER {' '.join(fields)} {self._options.created:%Y%m%d} {self._text(OUR_ID + e.entry_id)}", "{"]
        document = self._kept(e.document)
        for at, x in enumerate(e.lines):
            rows.append(self._line(x, document if at == 0 else ""))
        self._count(e)
        if self._changed:
            text = "letters that a SIE file cannot hold became question marks, and ends of rows became spaces"
            self._notes.append(Note(entry_id=e.entry_id, text=text))
        return [*rows, "}"]

    def _line(self, x: Line, document: str) -> str:
        customer = self._accounts[x.account].type in (AccountType.ASSET, AccountType.INCOME)
        pairs = [(CUSTOMER if customer else SUPPLIER, self._kept(x.party)), (INVOICE, document)]
        pairs = [(dimension, thing) for dimension, thing in pairs if thing]
        self._objects |= dict.fromkeys(pairs)
        text = f' "" {self._text(x.label)}' if x.label else ""
        amount = number(signed(x), self._currency)
        return f"   #TRANS {quoted(x.account)} {objects_text(pairs)} {amount}{text}"

    def _text(self, text: str) -> str:
        return quoted(self._kept(text))

    def _kept(self, text: str) -> str:
        kept = held(text)
        self._changed = self._changed or kept != text.strip()
        return kept

    def _count(self, e: Entry) -> None:
        """What a voucher has no field for."""
        for there, what in (
            (any(x.tax_code for x in e.lines), "tax codes"),
            (any(x.original_amount is not None for x in e.lines), "amounts in the currency of origin"),
            (any(x.amount < 0 for x in e.lines), "negative amounts, which stand on the other side"),
            (bool(e.document_date), "dates of documents"),
            (bool(e.party), "a party of their own"),
            (e.kind is not Kind.NORMAL, "a kind, such as opening or accrual"),
            (e.currency != self._currency, "a currency that is not the book's"),
        ):
            self._dropped[what] += there

    def all_notes(self) -> list[Note]:
        dropped = [
            Note(text=f"{n} entries have {what}: SIE has no field for it") for what, n in self._dropped.items() if n
        ]
        return [*self._notes, *dropped]
