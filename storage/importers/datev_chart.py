"""Account numbers as DATEV writes them, and what the two common German charts (SKR03, SKR04) imply of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from engine.journal import Account, AccountType
from storage.importers.cells import BadCell

SKR03, SKR04 = "03", "04"
_A, _L, _E = AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY
_I, _X, _NONE = AccountType.INCOME, AccountType.EXPENSE, AccountType.UNKNOWN
_LONGEST = 9  # digits of a personal account in the longest chart
_TYPES: Mapping[str, Mapping[str, AccountType]] = {
    SKR03: {
        "0": _A, "06": _L, "07": _L, "08": _E, "09": _L, "098": _A, "0990": _L, "0996": _A, "0997": _A, "0998": _A,
        "0999": _A, "1": _A, "16": _L, "17": _L, "18": _E, "19": _E, "2": _X, "25": _I, "26": _I, "27": _I, "28": _E,
        "29": _X, "3": _X, "39": _A, "4": _X, "7": _A, "8": _I, "9": _NONE,
    },
    SKR04: {
        "0": _A, "1": _A, "2": _E, "3": _L, "4": _I, "5": _X, "6": _X, "7": _X, "70": _I, "71": _I, "74": _I, "77": _E,
        "8": _NONE, "9": _NONE,
    },
}  # fmt: skip
# Accounts from which DATEV takes the tax by itself (function AV and AM), by their first three digits.
_AUTOMATIC: Mapping[str, Mapping[str, Decimal]] = {
    SKR03: {"330": Decimal("0.07"), "340": Decimal("0.19"), "830": Decimal("0.07"), "840": Decimal("0.19")},
    SKR04: {"530": Decimal("0.07"), "540": Decimal("0.19"), "430": Decimal("0.07"), "440": Decimal("0.19")},
}
_CARRIED = frozenset({"9000", "9008", "9009"})  # balances carried forward: impersonal, debtors, creditors


def account_code(cell: str, digits: int) -> str:
    """An account number with the leading zeros that a spreadsheet took from it; none is ever taken away.

    Raises BadCell.
    """
    text = cell.strip()
    if not text.strip("0"):
        raise BadCell("is blank", "A row needs Konto and Gegenkonto.")
    if not (text.isascii() and text.isdigit()) or len(text.lstrip("0")) > _LONGEST:
        raise BadCell("is no account number", "Write its digits only, without a tax key before it.")
    if not text.startswith("0") and len(text) > digits + 1:
        why = f"has {len(text)} digits, and the header says {digits} for accounts and {digits + 1} for parties"
        raise BadCell(why, "Correct the account, or field 14 of the header.")
    return text.zfill(digits)


def is_personal(code: str, digits: int) -> bool:
    """Whether a number is a debtor's or a creditor's: one digit longer than the others."""
    return len(code) == digits + 1 and not code.startswith("0")


def is_carried(code: str, digits: int) -> bool:
    """Whether an account takes balances carried forward from the year before."""
    return len(code) == digits and code[:4] in _CARRIED and not code[4:].strip("0")


def guess_chart(said: str, codes: Iterable[str], digits: int) -> str:
    """SKR03 or SKR04 by the header or by the accounts; empty where neither says it.

    SKR03 alone has a class 8, SKR04 alone uses classes 5 and 6.
    """
    if said in _TYPES:
        return said
    classes = {c[0] for c in codes if len(c) == digits}
    if "8" in classes and not classes & {"5", "6"}:
        return SKR03
    return SKR04 if classes & {"5", "6"} and "8" not in classes else ""


def type_of(chart: str, code: str, digits: int) -> AccountType:
    if is_personal(code, digits):
        return _A if code[0] < "7" else _L
    types = _TYPES.get(chart, {})
    return (
        next((types[code[:n]] for n in range(4, 0, -1) if code[:n] in types), _NONE) if len(code) == digits else _NONE
    )


def automatic_rate(chart: str, code: str, digits: int) -> Decimal | None:
    """The tax rate that an automatic account stands for; None for every other account."""
    return _AUTOMATIC.get(chart, {}).get(code[:3]) if len(code) == digits else None


def carries_tax(code: str, digits: int) -> bool:
    """Whether a tax key can belong to an account: not to a party's, nor to cash, bank and receivables (class 1)."""
    return not is_personal(code, digits) and not code.startswith("1")


def catalog(names: Mapping[str, str], chart: str, digits: int) -> tuple[Account, ...]:
    """The accounts by code with derived types; personal accounts are control accounts."""
    return tuple(
        Account(code=c, name=name, type=type_of(chart, c, digits), control=is_personal(c, digits))
        for c, name in sorted(names.items())
    )
