"""The look of a DATEV Buchungsstapel: header, the 125 columns of version 13, quoting, and text that DATEV takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from storage.exporters.cells import safe

ENCODING = "cp1252"
TEXT, DOCUMENT, INFO_KIND, INFO = (
    60,
    36,
    20,
    210,
)  # most characters of Buchungstext, Belegfeld 1, additional information
INFOS = 20


def _pairs(name: str, count: int) -> list[str]:
    return [f"{name} - {part} {n}" for n in range(1, count + 1) for part in ("Art", "Inhalt")]


COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre",
    "Beleglink", *_pairs("Beleginfo", 8), "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge",
    "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L",
    "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
    *_pairs("Zusatzinformation", INFOS), "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr",
    "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)",
    "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre",
    "Gesellschaftername", "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis",
    "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum",
    "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz",
    "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
# Columns of text, which are quoted also when they are blank; the others hold numbers and days.
_TEXTS = frozenset(
    n for n, name in enumerate(COLUMNS)
    if name.startswith(("Beleginfo", "Zusatzinformation", "KOST1", "KOST2", "WKZ", "EU-Land"))
) | frozenset(map(COLUMNS.index, (
    "Soll/Haben-Kennzeichen", "BU-Schlüssel", "Belegfeld 1", "Belegfeld 2", "Buchungstext", "Diverse Adressnummer",
    "Beleglink", "Abw. Versteuerungsart", "Auftragsnummer", "Buchungstyp", "Herkunft-Kz", "Buchungs GUID",
    "SEPA-Mandatsreferenz", "Gesellschaftername", "Identifikationsnummer", "Zeichnernummer",
    "Bezeichnung SoBil-Sachverhalt", "Generalumkehr (GU)", "Land", "Forderungsart",
)))  # fmt: skip
_PLACES = {name: n for n, name in enumerate(COLUMNS)}
_BLANK = ['""' if n in _TEXTS else "" for n in range(len(COLUMNS))]
_UNWANTED = re.compile(r"[^A-Z0-9_$&%*+\-/]")
_UMLAUTS = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE", "ẞ": "SS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the first line of a file says; ``year_start`` is the first day of the fiscal year."""

    category: int
    called: str
    version: int
    created: datetime
    consultant: int
    client: int
    year_start: date
    digits: int
    since: date | None = None
    until: date | None = None
    title: str = ""
    initials: str = ""
    locked: bool = False
    currency: str = ""
    chart: str = ""

    def line(self) -> str:
        stamp = self.created.strftime("%Y%m%d%H%M%S") + f"{self.created.microsecond // 1000:03d}"
        booking = bool(self.currency)
        cells = [
            quoted("EXTF"), "700", str(self.category), quoted(self.called), str(self.version), stamp, "", quoted("RE"),
            quoted(""), quoted(""), str(self.consultant), str(self.client), _day(self.year_start), str(self.digits),
            _day(self.since), _day(self.until), quoted(taken(self.title)[:30]), quoted(taken(self.initials)[:2]),
            "1" if booking else "", "0" if booking else "", ("1" if self.locked else "0") if booking else "",
            quoted(self.currency), "", quoted(""), "", "", quoted(self.chart), "", "", quoted(""), quoted(""),
        ]  # fmt: skip
        return ";".join(cells)


def row(values: Mapping[str, str]) -> str:
    """A row of bookings: values by column name, blank where none is given."""
    cells = list(_BLANK)
    for name, value in values.items():
        at = _PLACES[name]
        cells[at] = quoted(value) if at in _TEXTS else value
    return ";".join(cells)


def encoded(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def amount(value: Decimal, places: int = 2) -> str:
    """A positive number with a decimal comma."""
    return f"{value:.{places}f}".replace(".", ",")


def taken(text: str) -> str:
    """Text as DATEV takes it: one line, without control characters; what cp1252 lacks becomes its base letter or ?."""
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(c if _fits(c) else _base(c) for c in plain).split())


def text(value: str, most: int = TEXT) -> str:
    """Text for a cell: taken, cut, and never a formula for whoever opens the file with a spreadsheet."""
    cut = taken(value)[:most].strip()
    marked = safe(cut)
    return marked if len(marked) <= most else marked[:most].strip()


def document(value: str) -> str:
    """A document number in the signs that Belegfeld 1 allows."""
    upper = taken(value).upper().translate(_UMLAUTS)
    return _UNWANTED.sub("-", upper).lstrip("+-%*&")[:DOCUMENT].rstrip("-")


def _fits(sign: str) -> bool:
    try:
        sign.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _base(sign: str) -> str:
    base = unicodedata.normalize("NFKD", sign)[:1]
    return base if base and base != sign and _fits(base) else "?"


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day else ""
