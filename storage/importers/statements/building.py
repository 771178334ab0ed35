"""What the readers of statements share: clean texts, bounded amounts, occurrence numbers, one way to a `Staged`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from storage.errors import ImportRefused
from storage.identity import clean
from storage.importers.cells import BadCell, exact_amount, read_amount
from storage.importers.staging import Staging
from storage.printable import hidden
from storage.records import Staged
from storage.statement_records import Balance, Statement, StatementLine

IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
LONGEST_TEXT, LONGEST_RAW, LONGEST_NAME = 2_000, 4_000, 200  # characters that are kept
NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED", "NOT PROVIDED", "NONE", "0"})

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_ACCOUNT_SIGNS = re.compile(r"\s+")
_MOST, _DECIMALS = Decimal(10) ** 18, 4  # what the store keeps of an amount
_YEARS = range(1900, 2200)


@dataclass(slots=True)
class Building:
    """One statement while it is read. Its lines carry no occurrence yet."""

    row: int
    account: str = ""
    currency: str = ""
    number: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    lines: list[StatementLine] = field(default_factory=list)


def finish(staging: Staging, built: Iterable[Building]) -> Staged:
    """The staged file. Raises ImportRefused when it holds no statement that could be told from others."""
    statements = [s for b in built if (s := _statement(staging, b)) is not None]
    if not statements:
        first = f" The first problem: {staging.errors[0]}." if staging.errors else ""
        raise ImportRefused(
            staging.source.main, f"it holds no statement of an account that could be read.{first}".rstrip("."),
            "Ask the bank for the statement once more, as CAMT.053, MT940, OFX or CSV.",
        )  # fmt: skip
    staged = staging.finish([])
    return replace(staged, statements=tuple(statements))


def tidy(text: str, most: int = LONGEST_TEXT) -> str:
    """Text of a bank on one line: no control signs, single blanks, bounded."""
    return " ".join(_CONTROLS.sub(" ", clean(text)).split())[:most].rstrip()


def own_account(text: str) -> str:
    """An account's number as it is compared: without blanks, in capitals."""
    return _ACCOUNT_SIGNS.sub("", tidy(text, LONGEST_NAME)).upper()


def told_apart(reference: str) -> str:
    """A bank's id of a line; empty where the text only says that there is none."""
    found = tidy(reference, LONGEST_NAME)
    return "" if found.upper() in NO_REFERENCE else found


def amount_of(text: str, decimal: str = "") -> Decimal:
    """An amount that the store can keep exactly. Raises BadCell; blank is refused too."""
    value = exact_amount(text) if not decimal or decimal == "." else None
    if value is None:
        if not text.strip():
            raise BadCell("is blank", "Every line of a statement has an amount.")
        value = read_amount(text, decimal)
    exponent = value.normalize().as_tuple().exponent
    if not value.is_finite() or abs(value) >= _MOST or (isinstance(exponent, int) and -exponent > _DECIMALS):
        raise BadCell("has more digits than an amount can have", "Check it in the bank's own statement.")
    return value


def currency_of(text: str) -> str:
    """A currency's code. Raises BadCell."""
    code = text.strip().upper()
    if not _CURRENCY.fullmatch(code):
        raise BadCell("is no code of a currency", "Three letters are expected, for example EUR.")
    return code


def day_of(text: str) -> date:
    """The day of 2024-01-31 or 20240131; what stands behind it, a time or a zone, is dropped. Raises BadCell."""
    found = re.match(r"(\d{4})(-?)(\d{2})\2(\d{2})", text.strip(), re.ASCII)
    if found is None:
        raise BadCell("is not a day of a calendar", "A day like 2024-01-31 is expected.")
    return calendar_day(int(found[1]), int(found[3]), int(found[4]))


def calendar_day(year: int, month: int, day: int) -> date:
    """Raises BadCell for a day that there is not."""
    try:
        if year in _YEARS:
            return date(year, month, day)
    except ValueError:
        pass
    raise BadCell("is not a day of a calendar", "Check it in the bank's own statement.")


def _statement(staging: Staging, b: Building) -> Statement | None:
    """None, and an error, where nothing says whose money it was."""
    account = own_account(b.account)
    if not account:
        staging.fail(b.row, "account", "", "the statement names no account", "Ask the bank for a complete file.")
        return None
    if sign := hidden(account):
        staging.fail(b.row, "account", account, f"the account holds the invisible sign {sign}", "Check the file.")
        return None
    if len(b.lines) > staging.source.limits.lines:
        raise ImportRefused(
            staging.source.main, f"a statement has more than {staging.source.limits.lines:,} lines",
            "Ask the bank for shorter periods.",
        )  # fmt: skip
    moved = [x for x in b.lines if x.amount]
    if nothing := len(b.lines) - len(moved):
        staging.reasons.append(f"lines that move nothing were left out: {nothing}")
    currency = b.currency or next((x.currency for x in b.lines if x.currency), "")
    return Statement(
        account=account, currency=currency, number=tidy(b.number, LONGEST_NAME), opening=b.opening, closing=b.closing,
        lines=_numbered([_clean(x, currency) for x in moved]),
    )  # fmt: skip


def _clean(line: StatementLine, currency: str) -> StatementLine:
    return replace(
        line, text=tidy(line.text), party=tidy(line.party, LONGEST_NAME), currency=line.currency or currency,
        party_account=own_account(line.party_account), reference=told_apart(line.reference),
        end_to_end=told_apart(line.end_to_end), raw=clean(line.raw)[:LONGEST_RAW],
    )  # fmt: skip


def _numbered(lines: Sequence[StatementLine]) -> tuple[StatementLine, ...]:
    """Lines that nothing tells apart get numbers, so that two genuine ones of a day both stay."""
    seen: Counter[tuple[object, ...]] = Counter()
    out = []
    for x in lines:
        same = told_by(x)
        seen[same] += 1
        out.append(replace(x, occurrence=seen[same]))
    return tuple(out)


def told_by(line: StatementLine) -> tuple[object, ...]:
    """What tells a line from the others of its account: the bank's id with day and amount, else its text."""
    return (line.booked, line.amount, line.reference, "" if line.reference else line.text)
