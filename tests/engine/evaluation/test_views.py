"""What is asked about an entry, and which line counts as the bank's."""

from __future__ import annotations

from decimal import Decimal

from engine.evaluation.views import BankLines, bare
from engine.journal import Account, AccountType
from tests.engine.evaluation.ledger import chart, entry

HISTORY = [
    entry(0, "a", "607 D 5", "512 C 5"),
    entry(1, "b", "607 D 5", "530 C 5"),
    entry(2, "c", "606 D 5", "512 C 5"),
]


def test_the_bare_event_holds_text_and_amount_and_nothing_else() -> None:
    event = bare(entry(3, "Metro", "607 D 5", "401 C 5", journal="AC"))
    assert (event.description, event.amount) == ("Metro", Decimal(5))
    assert (event.date, event.currency, event.journal, event.party, event.lines) == (None, "", "", "", ())


def test_cash_accounts_are_assets_that_say_so_in_their_own_or_a_parents_name() -> None:
    accounts = (
        Account(code="53", name="现金", type=AccountType.ASSET),
        Account(code="530", name="人民币", type=AccountType.ASSET, parent="53"),
        Account(code="627", name="Frais bancaires, banque", type=AccountType.EXPENSE),
        Account(code="9", name="Bank loan", type=AccountType.LIABILITY),
        Account(code="x", name="loop", parent="y"),
        Account(code="y", name="loop", parent="x"),
    )
    assert BankLines([*chart(), *accounts], HISTORY).accounts == {"512", "53", "530"}


def test_without_any_name_it_is_the_asset_that_most_entries_have() -> None:
    accounts = [
        Account(code=c, type=t)
        for c, t in (("512", AccountType.ASSET), ("530", AccountType.ASSET), ("607", AccountType.EXPENSE))
    ]
    assert BankLines(accounts, HISTORY).accounts == {"512"}
    assert BankLines([Account(code="1", name="a", type=AccountType.EXPENSE)], HISTORY).accounts == frozenset()


def test_the_bank_line_is_the_one_on_the_account_used_most() -> None:
    accounts = [*chart(), Account(code="530", name="Caisse", type=AccountType.ASSET)]
    bank = BankLines(accounts, HISTORY)
    transfer = entry(4, "to the till", "530 D 9", "512 C 9")
    line, event = bank.of(transfer), bank.event(transfer)
    assert line is not None
    assert event is not None
    assert (line.account, event.lines) == ("512", (line,))
    assert bank.event(entry(5, "no cash", "607 D 9", "401 C 9")) is None
    assert bank.of(entry(6, "two of it", "512 D 4", "512 D 5", "707 C 9")) is None
    assert bank.of(entry(7, "one line", "512 D 4")) is None
