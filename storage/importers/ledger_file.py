"""What a Ledger or hledger journal says beside its transactions: accounts, commodities, prices, aliases, blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from engine.journal import Account, AccountType
from storage.importers.cells import BadCell, read_day
from storage.importers.ledger_postings import Raw, tags_in
from storage.importers.plain import OURS, Journal
from storage.importers.plain_amounts import Marks, commodity, own_mark, written

DATE = r"(?:\d{4}[-/.])?\d{1,2}[-/.]\d{1,2}"
_PRICE = re.compile(rf"P\s+(?P<day>{DATE})(?:\s+\d\d:\d\d(?::\d\d)?)?\s+(?P<what>\"[^\"]*\"|[^\s\d]+)\s+(?P<worth>.+)")
_TYPES = {
    "A": AccountType.ASSET, "C": AccountType.ASSET, "L": AccountType.LIABILITY, "E": AccountType.EQUITY,
    "V": AccountType.EQUITY, "R": AccountType.INCOME, "X": AccountType.EXPENSE,
    "ASSET": AccountType.ASSET, "CASH": AccountType.ASSET, "LIABILITY": AccountType.LIABILITY,
    "EQUITY": AccountType.EQUITY, "REVENUE": AccountType.INCOME, "EXPENSE": AccountType.EXPENSE,
}  # fmt: skip
ROOTS = {
    "asset": AccountType.ASSET, "assets": AccountType.ASSET, "debt": AccountType.LIABILITY,
    "debts": AccountType.LIABILITY, "liability": AccountType.LIABILITY, "liabilities": AccountType.LIABILITY,
    "equity": AccountType.EQUITY, "income": AccountType.INCOME, "incomes": AccountType.INCOME,
    "revenue": AccountType.INCOME, "revenues": AccountType.INCOME, "expense": AccountType.EXPENSE,
    "expenses": AccountType.EXPENSE,
}  # fmt: skip


@dataclass(slots=True)
class LedgerFile:
    """What was read so far, and what the next row may belong to."""

    journal: Journal
    marks: Marks = field(default_factory=Marks)
    raw: list[Raw] = field(default_factory=list)
    prices: list[tuple[int, date, str, str]] = field(default_factory=list)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)  # apply account
    year: int = 0
    default: str = ""  # commodity of amounts without one
    bucket: str = ""
    open: Raw | None = None
    declared: str = ""  # the account or commodity that indented rows tell about
    skipped: Counter[str] = field(default_factory=Counter)
    until: str = ""  # the row that ends a block of comments
    passing: bool = False  # indented rows belong to something that is left out

    def fail(self, row: int, value: str, why: str, remedy: str) -> None:
        self.journal.staging.fail(row, "", value, why, remedy)


def day_of(text: str, year: int) -> date:
    parts = [int(x) for x in re.split(r"[-/.]", text)]
    if len(parts) == 2:
        if not year:
            raise BadCell("names no year", "Write the year before the month, or a directive such as Y2024.")
        parts = [year, *parts]
    try:
        return date(*parts)
    except ValueError as error:
        raise BadCell("is not a day of a calendar", "Write it like 2024-01-31.") from error


def uncommented(row: str) -> tuple[str, str, str]:
    """What stands before a comment, its sign, and the comment."""
    head, sign, comment = row.partition(";")
    return head.rstrip(), sign, comment.strip()


def named(f: LedgerFile, name: str) -> str:
    """An account's full name, after aliases and the parents that ``apply account`` gives it."""
    for old, new in f.aliases:
        if name == old or name.startswith(f"{old}:"):
            name = new + name[len(old) :]
    return ":".join([*f.parents, name])


def _price(f: LedgerFile, number: int, rest: str, _comment: str) -> None:
    found = _PRICE.fullmatch(f"P {rest}")
    if found is None:
        f.fail(number, f"P {rest}", "is no price", "Write it like P 2024-01-31 USD 0.92 EUR.")
        return
    try:
        f.prices.append((number, day_of(found["day"], f.year), commodity(found["what"]), found["worth"]))
        if (worth := written(found["worth"])) is not None:
            f.marks.note([worth[0]])
    except BadCell as problem:
        f.fail(number, f"P {rest}", problem.why, problem.remedy)


def _account(f: LedgerFile, _number: int, rest: str, comment: str) -> None:
    name = f.declared = named(f, rest.strip())
    if name:
        f.journal.accounts.setdefault(name, _bare(name))
        about(f, f"; {comment}")


def _bare(name: str) -> Account:
    parent, _, last = name.rpartition(":")
    return Account(code=name, name=last, parent=parent)


def about(f: LedgerFile, text: str) -> None:
    """An indented row under ``account`` or ``commodity``."""
    word, _, rest = text.partition(" ")
    if f.declared not in f.journal.accounts:
        if word == "format":
            _style(f, 0, rest, "")
        return
    if word == "alias":
        f.aliases.append((rest.strip(), f.declared))
    if text[0] != ";":
        return
    account = f.journal.accounts[f.declared]
    for name, value in tags_in(text[1:].strip())[0].items():
        if name == "type":
            account = replace(account, type=_TYPES.get(value.upper(), AccountType.UNKNOWN))
        elif name.startswith(OURS):
            f.journal.whole.add(f.declared)
            try:
                account = told(account, name.removeprefix(OURS), value)
            except BadCell:
                continue  # a day that cannot be read says nothing about what was booked
    f.journal.accounts[f.declared] = account


def told(account: Account, name: str, value: str) -> Account:
    """An account with what one of our own tags says of it."""
    if name == "code":
        return Account(code=value or account.code)  # our tags begin with it and tell all that follows
    if name == "type":
        return replace(account, type=AccountType(value) if value in set(AccountType) else AccountType.UNKNOWN)
    if name in ("name", "parent"):
        return replace(account, name=value) if name == "name" else replace(account, parent=value)
    if name in ("opened", "closed"):
        day = read_day(value)
        return replace(account, opened=day) if name == "opened" else replace(account, closed=day)
    return replace(account, control=value == "1") if name == "control" else account


def _style(f: LedgerFile, _number: int, rest: str, _comment: str) -> None:
    """``commodity 1.000,00 EUR``, or its format below: the decimal mark of that commodity."""
    f.declared = f.declared or rest
    if (found := written(rest)) is not None and (mark := own_mark(found[0].number)):
        f.marks.said[found[0].commodity] = mark


def _default(f: LedgerFile, number: int, rest: str, comment: str) -> None:
    _style(f, number, rest, comment)
    f.declared = ""
    if (found := written(rest)) is not None:
        f.default = found[0].commodity


def _mark(f: LedgerFile, _number: int, rest: str, _comment: str) -> None:
    f.marks.all = rest if rest in (".", ",") else f.marks.all


def _alias(f: LedgerFile, number: int, rest: str, _comment: str) -> None:
    old, sign, new = rest.partition("=")
    if old.strip().startswith("/") or not sign:
        f.fail(number, rest, "is an alias by a pattern, which is not applied", "Write the accounts' names out.")
    else:
        f.aliases.insert(0, (old.strip(), new.strip()))


def _apply(f: LedgerFile, _number: int, rest: str, _comment: str) -> None:
    what, _, value = rest.partition(" ")
    if what == "account" and value.strip():
        f.parents.append(value.strip())
    elif what == "year" and value.strip().isdigit():
        f.year = int(value)


def _end(f: LedgerFile, _number: int, rest: str, _comment: str) -> None:
    if rest in ("", "apply account", "account") and f.parents:
        f.parents.pop()


def _include(f: LedgerFile, number: int, rest: str, _comment: str) -> None:
    why = "names another file, which an import never opens"
    f.fail(number, rest, why, "Join the files into one (for example with hledger print) and import that.")


def _bucket(f: LedgerFile, _number: int, rest: str, _comment: str) -> None:
    f.bucket = rest


DIRECTIVES: dict[str, Callable[[LedgerFile, int, str, str], None]] = {
    "P": _price, "account": _account, "commodity": _style, "D": _default, "decimal-mark": _mark, "alias": _alias,
    "apply": _apply, "end": _end, "include": _include, "A": _bucket, "bucket": _bucket,
}  # fmt: skip
