"""How one table is read, in one record: found by looking at it, preset for a known program, or saved by people."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from storage.errors import StorageError
from storage.identity import fold
from storage.importers.outside import REASON
from storage.printable import shown

TEXT, SHEET = "text", "sheet"  # kinds of file: one header may stand for other things in each
EVERY = "*"  # in `decimal` and `date_order`: all columns that are not named

# Ways to write amounts.
TWO, NEGATIVE, SIGNED, INVERSE, SIDE, MARKED = "two", "negative", "signed", "inverse", "side", "marked"
LAYOUTS: Map[str, str] = {
    TWO: "debits and credits in two columns",
    NEGATIVE: "debits and credits in two columns, credits below zero",
    SIGNED: "one column, debits above zero",
    INVERSE: "one column, debits below zero",
    SIDE: "one column, with the side in another",
    MARKED: "one column, with Dr or Cr behind the amount",
}
ORDERS: Map[str, str] = {
    "dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day", "serial": "days since 1899-12-30",
}  # fmt: skip
MARKS: Map[str, str] = {",": "comma", ".": "point"}
ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso8859-15", "cp437", "cp850", "mac-roman", "cp1250",
    "cp1251", "gb18030", "shift_jis",
)  # fmt: skip
SEPARATORS = (",", ";", "\t", "|")

# What a column can be. Those of an account stand at the end.
ROLES = (
    "date", "journal", "journal_name", "entry", "number", "account", "account_name", "description", "label", "debit",
    "credit", "amount", "side", "party", "other_party", "document", "document_date", "currency", "tax_code",
    "original_amount", "original_currency", "company", "fiscal_year", "type", "parent", "opened", "closed", "control",
)  # fmt: skip
# What rows of one entry can share: a column, a part of the date, or the row that began it ("start").
SHARED = ("date", "month", "year", "journal", "entry", "number", "document", "description", "company", "fiscal_year")
START = "start"

_SIGNS = re.compile(r"[\W_]+")


class MappingRefused(StorageError):
    """A saved or typed mapping says something that no table can be read by."""

    def __init__(self, option: str, value: object, remedy: str) -> None:
        self.option, self.value, self.remedy = option, shown(str(value))[:80], remedy
        super().__init__(f"A mapping cannot say {option}: {self.value}. {remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How a table is read. What is empty is decided by looking at the whole table.

    ``columns`` gives each role its column by name; ``decimal`` and ``date_order`` are by role, or for `EVERY` column.
    ``sides`` adds words of the side column to those that are known. Rows of one entry share ``group_by``: nothing at
    all means that the running balance ends an entry. ``continued``: cells that are blank repeat the row above.
    ``skip``: first words of rows to pass over. ``after``: a code begins after the last such sign of its cell.
    """

    name: str = ""
    kind: str = ""  # of file; empty fits any
    header: tuple[str, ...] = ()
    sheet: str = ""
    columns: Map[str, str] = field(default_factory=dict)
    separator: str = ""
    encoding: str = ""
    decimal: Map[str, str] = field(default_factory=dict)
    date_order: Map[str, str] = field(default_factory=dict)
    layout: str = ""
    sides: Map[str, str] = field(default_factory=dict)
    group_by: tuple[str, ...] | None = None
    continued: bool | None = None
    skip: tuple[str, ...] = ()
    after: Map[str, str] = field(default_factory=dict)
    currency: str = ""  # of entries, where no column says it
    journal_in_number: bool = False  # the signs before a number's digits name its journal
    name_in_account: bool | None = None  # "1200 Bank": code and name in one cell

    @property
    def fingerprint(self) -> str:
        """What a header is known again by; empty where the mapping names none."""
        return fingerprint(self.kind, self.header) if self.header else ""

    def to_json(self) -> dict[str, Any]:
        """Plain values; what is empty is left out."""
        found = {k: v for k, v in asdict(self).items() if v not in ("", (), {}, None, False) or k == "group_by"}
        if self.group_by is None:
            del found["group_by"]
        return json.loads(json.dumps(found))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, body: Map[str, Any]) -> Mapping:
        """Inverse of `to_json`. Raises MappingRefused."""
        known = {f.name for f in fields(cls)}
        if unknown := sorted(body.keys() - known):
            raise MappingRefused(", ".join(unknown), "", f"It knows {', '.join(sorted(known))}.")
        made = {k: _typed(k, v) for k, v in body.items()}
        mapping = cls(**made)  # type: ignore[arg-type]
        mapping.check()
        return mapping

    def check(self) -> None:
        """Raises MappingRefused for the first value that means nothing."""
        _known("kind", [self.kind], ("", TEXT, SHEET))
        _known("columns", self.columns, ROLES)
        _known("separator", [self.separator], ("", *SEPARATORS))
        _known("encoding", [self.encoding], ("", *ENCODINGS))
        _known("decimal", self.decimal, (*ROLES, EVERY))
        _known("decimal", self.decimal.values(), tuple(MARKS))
        _known("date_order", self.date_order, (*ROLES, EVERY))
        _known("date_order", self.date_order.values(), tuple(ORDERS))
        _known("layout", [self.layout], ("", *LAYOUTS))
        _known("sides", self.sides.values(), ("D", "C", ""))
        _known("group_by", self.group_by or (), (*SHARED, START))
        _known("after", self.after, ROLES)

    def of(self, kind: str, names: Sequence[str]) -> Mapping:
        """The same for a table of this kind with these column names."""
        return replace(self, kind=kind, header=tuple(names))


def key_of(name: str) -> str:
    """A column name as it is compared: no case, accents, blanks or punctuation; letters of every script stay."""
    return _SIGNS.sub("", fold(name))


def fingerprint(kind: str, names: Iterable[str]) -> str:
    """Of a header: its names in their order, and the kind of file."""
    keys = [key_of(n) for n in names if n != REASON]
    while keys and not keys[-1]:
        keys.pop()
    return hashlib.sha256(json.dumps([kind, keys]).encode()).hexdigest()


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, the second of one name with a number behind it."""
    seen: dict[str, int] = {}
    out = []
    for name in (n.strip() for n in names):
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return tuple(out)


def _typed(name: str, value: object) -> object:
    """A value of JSON as the field has it. Raises MappingRefused."""
    if name in ("columns", "decimal", "date_order", "sides", "after"):
        if not isinstance(value, dict) or not all(isinstance(x, str) for x in value.values()):
            raise MappingRefused(name, value, 'Write it like {"date": "Posting date"}.')
        return dict(value)
    if name in ("header", "group_by", "skip"):
        if not isinstance(value, list | tuple) or not all(isinstance(x, str) for x in value):
            raise MappingRefused(name, value, "Write it as a list of texts.")
        return tuple(value)
    wanted = bool if name in ("continued", "journal_in_number", "name_in_account") else str
    if not isinstance(value, wanted):
        raise MappingRefused(name, value, "Write true or false." if wanted is bool else "Write it as a text.")
    return value


def _known(option: str, values: Iterable[str], known: Sequence[str]) -> None:
    for value in values:
        if value not in known:
            raise MappingRefused(option, repr(value), f"It is one of {', '.join(repr(k) for k in known if k)}.")
