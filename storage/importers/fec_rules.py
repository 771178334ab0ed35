"""What the French tax authority's own test says of a FEC beyond what keeps rows from being read.

The rules are those of its published program (DGFiP, Test Compta Demat) and of LPF art. A47 A-1. They are about a file's
form, so what breaks one still comes in: it is a warning with its first row, its count, and how to mend it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from itertools import pairwise

from storage.importers.cells import BadCell, read_day
from storage.importers.posting import Posting
from storage.importers.staging import Staging

REQUIRED = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
_REFUSES = "the tax authority's test refuses the file for it"
_LISTS = "the tax authority's test lists it"
_BLANK = {  # columns that may not be blank
    **dict.fromkeys(("EcritureNum", "CompteLib", "EcritureLib"), _REFUSES),
    **dict.fromkeys(("JournalCode", "JournalLib", "PieceRef", "PieceDate", "ValidDate"), _LISTS),
}
_DAYS = ("EcritureDate", "PieceDate", "DateLet", "ValidDate", "DateRglt")
_NUMBERS = ("Debit", "Credit", "Montant", "Montantdevise")
_NUMBER = re.compile(r"[+-]?\d+(?:,\d*)?-?|[+-]?,\d+", re.ASCII)
_DAY = re.compile(r"(?:19|20)\d{6}", re.ASCII)
_ACCOUNT = re.compile(r"\d{3}", re.ASCII)
_COUNTED = re.compile(r"(.*?)(\d{1,18})", re.ASCII)
_SEPARATORS = ("\t", "|")
_ENCODINGS = ("UTF-8", "ISO 8859-15")


class Rules:
    """Looks at the sound rows of one file, in their order; what it finds are warnings of the ``staging``."""

    def __init__(self, staging: Staging, places: Mapping[str, int]) -> None:
        self._staging = staging
        self._blank = [(name, why) for name, why in _BLANK.items() if name in places]
        self._days = [name for name in _DAYS if name in places]
        self._numbers = [name for name in _NUMBERS if name in places]
        self._sound: dict[str, set[str]] = {name: set() for name in (*_DAYS, "CompteNum")}
        self._last = 1
        self._entry = ("", "", "", "")
        self._sequences: dict[tuple[str, str], array[int]] = {}

    def form(self, separator: str, encoding: str, places: Mapping[str, int]) -> None:
        """Of the file as a whole."""
        wanted = [n for n in REQUIRED if n not in places and not (n in ("Debit", "Credit") and "Montant" in places)]
        if wanted:
            why = f"columns of the decree are not there, and {_REFUSES}"
            self._staging.warn(1, "", ", ".join(wanted), why, "Export it with all 18 columns.")
        if separator not in _SEPARATORS:
            remedy = "Separate the fields by tabs or bars."
            self._staging.warn(1, "", separator, f"separates the fields, and {_REFUSES}", remedy)
        if encoding not in _ENCODINGS:
            why = "is not an encoding of the decree (ASCII, ISO 8859-15)"
            self._staging.warn(1, "", encoding, why, "Export it in ISO 8859-15.")

    def row(self, number: int, cells: Mapping[str, str], posting: Posting) -> None:
        """Of one row whose cells could be read."""
        if number != self._last + 1:
            why = f"is an empty line, and {_REFUSES}"
            self._staging.warn(self._last + 1, "", "", why, "Take empty lines out of the file.")
        self._last = number
        for name, why in self._blank:
            if not cells[name]:
                self._staging.warn(number, name, "", f"is blank, and {why}", "Fill the column in the source.")
        for name in self._numbers:
            if (cell := cells[name]) and not _NUMBER.fullmatch(cell):
                self._number(number, name, cell)
        for name in self._days:
            if (cell := cells[name]) and cell not in self._sound[name]:
                self._day(number, name, cell)
        self._account(number, posting.account)
        if bool(posting.debit) == bool(posting.credit):
            both = "both debit and credit" if posting.debit else "neither debit nor credit"
            value = f"{cells.get('Debit', cells.get('Montant', ''))} / {cells.get('Credit', '')}".removesuffix(" / ")
            remedy = "Book each side in a row of its own." if posting.debit else "Leave such rows out."
            self._staging.warn(number, "Debit/Credit", value, f"has {both}, and {_LISTS}", remedy)
        self._of_entry(number, cells, posting)

    def finish(self) -> None:
        """Of the numbers of all entries: a sequence without gaps, in the whole file or in each journal."""
        whole: dict[str, array[int]] = {}
        for (_, prefix), numbers in self._sequences.items():
            whole.setdefault(prefix, array("q")).extend(numbers)
        if all(_first_gap(numbers) is None for numbers in whole.values()):
            return
        for (journal, prefix), numbers in self._sequences.items():
            if (gap := _first_gap(numbers)) is not None:
                where = f" in journal {journal}" if journal else ""
                why = f"is missing: entry numbers{where} have gaps, and the decree asks for a sequence without any"
                self._staging.warn(0, "EcritureNum", f"{prefix}{gap}", why, "Ask the program's maker for the reason.")

    def _number(self, number: int, name: str, cell: str) -> None:
        if not any(sign.isdigit() for sign in cell):
            why = f"is no number and was left out, and {_REFUSES}"
        elif "." in cell and "," not in cell and cell.count(".") == 1:
            why = f"has a point where the decree asks for a comma, and {_REFUSES}"
        else:
            why = (
                f"is not written as a number of the decree, with a comma and nothing between thousands, and {_REFUSES}"
            )
        self._staging.warn(number, name, cell, why, "Export amounts such as 1234,56.")

    def _day(self, number: int, name: str, cell: str) -> None:
        try:
            day = read_day(cell)
        except BadCell:
            why = f"is no day and was left out, and {_REFUSES}"
            self._staging.warn(number, name, cell, why, "Export days such as 20240131.")
            return
        if day and _DAY.fullmatch(cell) and cell == day.strftime("%Y%m%d"):
            self._sound[name].add(cell)
            return
        why = "is not written as the decree asks, the year first and without separators"
        self._staging.warn(number, name, cell, why, "Export days such as 20240131.")

    def _account(self, number: int, account: str) -> None:
        if account in self._sound["CompteNum"]:
            return
        if _ACCOUNT.match(account):
            self._sound["CompteNum"].add(account)
            return
        why = f"does not begin with three digits of the French chart, and {_LISTS}"
        self._staging.warn(number, "CompteNum", account, why, "Give the account a number of the chart.")

    def _of_entry(self, number: int, cells: Mapping[str, str], p: Posting) -> None:
        """What rows of one number share. Rows of an entry follow each other, so the one before is enough."""
        entry = (p.journal, p.number, cells["EcritureDate"], p.document)
        before, self._entry = self._entry, entry
        if entry[:2] != before[:2]:
            if found := _COUNTED.fullmatch(p.number):
                self._sequences.setdefault((p.journal, found[1]), array("q")).append(int(found[2]))
            return
        if not p.number.strip("0"):
            return
        if entry[2] != before[2]:
            why = f"has another date than the row before it of the same entry, and {_LISTS}"
            self._staging.warn(number, "EcritureDate", entry[2], why, "Give all rows of an entry one date.")
        if entry[3] != before[3]:
            why = f"has another document than the row before it of the same entry, and {_LISTS}"
            self._staging.warn(number, "PieceRef", entry[3], why, "Give all rows of an entry one document.")


def _first_gap(numbers: array[int]) -> int | None:
    """The first number that a sequence lacks between its least and its greatest."""
    found = sorted(set(numbers))
    if not found or found[-1] - found[0] + 1 == len(found):
        return None
    return next(one + 1 for one, other in pairwise(found) if other != one + 1)
