"""Account types in Swedish books: what SIE says, and what the classes of the BAS chart imply where it is silent."""

from __future__ import annotations

from collections.abc import Mapping

from engine.journal import AccountType

_SAID: Mapping[str, AccountType] = {
    "T": AccountType.ASSET, "S": AccountType.LIABILITY, "I": AccountType.INCOME, "K": AccountType.EXPENSE,
}  # fmt: skip
# The longest prefix wins. Group 20 is equity; class 8 holds income, costs, appropriations and tax.
_BAS: Mapping[str, AccountType] = {
    "1": AccountType.ASSET, "2": AccountType.LIABILITY, "20": AccountType.EQUITY, "3": AccountType.INCOME,
    "4": AccountType.EXPENSE, "5": AccountType.EXPENSE, "6": AccountType.EXPENSE, "7": AccountType.EXPENSE,
    "80": AccountType.INCOME, "81": AccountType.INCOME, "82": AccountType.INCOME, "83": AccountType.INCOME,
    "84": AccountType.EXPENSE, "88": AccountType.EXPENSE, "89": AccountType.EXPENSE,
}  # fmt: skip


def sie_type(letter: str, code: str, chart: str) -> AccountType:
    """The type that #KTYP says. S is debts and equity alike; where the chart is BAS, group 20 is equity."""
    said = _SAID.get(letter, AccountType.UNKNOWN)
    if said is AccountType.LIABILITY and (not chart or "BAS" in chart) and bas_type(code) is AccountType.EQUITY:
        return AccountType.EQUITY
    return said


def bas_type(code: str) -> AccountType:
    """The type that a number of the BAS chart (four digits, at times with more after them) implies; else unknown."""
    if len(code) < 4 or not code[:4].isdigit():
        return AccountType.UNKNOWN
    return _BAS.get(code[:2], _BAS.get(code[:1], AccountType.UNKNOWN))
