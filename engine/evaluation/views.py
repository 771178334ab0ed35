"""What a contender is asked about an entry: all that is known, text and amount alone, or all with the bank line too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from engine.journal import Account, AccountType, Entry, Event, Line, event_of

# Words for money at a bank or in a till in the languages of the charts met so far.
_CASH_WORDS = (
    "bank", "banque", "banco", "banca", "checking", "savings", "cash", "kasse", "kassa", "caisse", "caja", "cassa",
    "plusgiro", "postgiro", "paypal", "银行", "現金", "现金",
)  # fmt: skip
_MIN_LINES = 2


def bare(entry: Entry) -> Event:
    """Text and amount alone, as in a form where nothing else was filled in."""
    return Event(description=entry.description, amount=entry.total)


class BankLines:
    """Finds the line of an entry that a bank statement or till would give; the same for all systems.

    Cash accounts are the asset accounts (or those without a type) whose name, or a parent's name, says bank or cash.
    Where no account says so, it is the asset account that most entries of the history have.
    """

    def __init__(self, accounts: Sequence[Account], history: Sequence[Entry]) -> None:
        by_code = {a.code: a for a in accounts}
        uses = Counter(code for e in history if len(e.lines) >= _MIN_LINES for code in {x.account for x in e.lines})
        money = [a for a in accounts if a.type in (AccountType.ASSET, AccountType.UNKNOWN)]
        named = {a.code for a in money if any(w in _names(a, by_code) for w in _CASH_WORDS)}
        if not named and (used := [a.code for a in money if uses[a.code]]):
            named = {max(used, key=lambda code: uses[code])}
        self.accounts = frozenset(named)
        self._uses = uses

    def of(self, entry: Entry) -> Line | None:
        """The one line on a cash account; of several accounts the one used most; None where there is no such line."""
        cash = [x for x in entry.lines if x.account in self.accounts]
        if len(entry.lines) < _MIN_LINES or not cash:
            return None
        account = max((x.account for x in cash), key=lambda code: (self._uses[code], code))
        lines = [x for x in cash if x.account == account]
        return lines[0] if len(lines) == 1 else None

    def event(self, entry: Entry) -> Event | None:
        """The entry's event with its bank line known; None where it has none."""
        line = self.of(entry)
        return replace(event_of(entry), lines=(line,)) if line else None


def _names(account: Account, by_code: dict[str, Account]) -> str:
    """Lower-case names of an account and of all above it."""
    names, seen = [], set()
    here: Account | None = account
    while here is not None and here.code not in seen:
        seen.add(here.code)
        names.append(here.name.casefold())
        here = by_code.get(here.parent)
    return " / ".join(names)
