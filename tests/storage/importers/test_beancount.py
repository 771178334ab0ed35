"""Beancount journals: texts, arithmetic, costs, what is worked out elsewhere; and beancount's own reading of one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.journal import AccountType
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.beancount import READER
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

HEAD = """option "title" "Example; of \\"books\\""
option "operating_currency" "EUR"
plugin "beancount.plugins.auto"
2020-01-01 open Assets:Bank EUR
2020-01-01 open Expenses:Rent
2024-12-31 close Assets:Bank
2024-06-30 balance Assets:Bank  5.00 EUR
2024-06-30 note Assets:Bank "Called; nobody there"
"""
RENT = """2024-01-05 * "Lenz GmbH" "Rent; of
\\"January\\"" #office ^f-12
  receipt: "12"
  Expenses:Rent   (500.00 + 2 * 250.00) EUR ; first floor
    tax: "19"
  Assets:Bank
"""


def beancount(text: str, write: WriteFile) -> Staged:
    return read(write("a.txt", text))


def lines(staged: Staged, entry: int = 0) -> list[tuple[str, str, str]]:
    return [(x.account, x.side.letter, f"{x.amount:.2f}") for x in staged.entries[entry].lines]


def test_a_transaction_over_several_rows(write: WriteFile) -> None:
    staged = beancount(HEAD + RENT, write)
    (entry,) = staged.entries
    assert (staged.format, staged.errors) == ("beancount", ())
    assert (entry.date, entry.party, entry.currency) == (date(2024, 1, 5), "Lenz GmbH", "EUR")
    assert entry.description == 'Lenz GmbH Rent; of\n"January"'
    assert lines(staged) == [("Expenses:Rent", "D", "1000.00"), ("Assets:Bank", "C", "1000.00")]
    assert entry.lines[0].label == "first floor"
    bank = next(a for a in staged.accounts if a.code == "Assets:Bank")
    assert (bank.type, bank.opened, bank.closed) == (AccountType.ASSET, date(2020, 1, 1), date(2024, 12, 31))
    assert not staged.types_derived
    assert "1 plugins are not run" in staged.reason


@pytest.mark.parametrize(
    ("posting", "worth"),
    [
        ("10 ACME {5.00 EUR}", "50.00"), ("10 ACME {{50.00 EUR}}", "50.00"),
        ("10 ACME {5.00 EUR, 2024-01-01}", "50.00"), ("10 ACME {5.00 # 2.00 EUR}", "52.00"),
        ("10 ACME {# 2.00 EUR}", "2.00"), ("10 ACME {5.00 EUR} @ 9 EUR", "50.00"),
        ("10 USD @ 0.9 EUR", "9.00"), ("10 USD @@ 9.1 EUR", "9.1"), ("-10 USD @ 0.9 EUR", "-9.00"),
        ("1,000.50 EUR", "1000.50"), ("-(10 / 4) EUR", "-2.5"),
    ],
)  # fmt: skip
def test_costs_and_prices(write: WriteFile, posting: str, worth: str) -> None:
    staged = beancount(HEAD + f'2024-01-05 * "x"\n  Assets:Bank  {posting}\n  Assets:Other\n', write)
    assert staged.errors == ()
    first, second = staged.entries[0].lines
    assert first.amount * (1 if first.side == 0 else -1) == Decimal(worth)
    assert second.amount == first.amount
    assert second.side != first.side


def test_names_of_roots_prices_and_flags(write: WriteFile) -> None:
    text = (
        'option "name_assets" "Vermoegen"\n2024-01-01 price USD 0.5 EUR\n'
        '2024-01-01 txn "a"\n  Vermoegen:Bank  1 EUR\n  Income:X\n'
        '2024-01-02 ! "b"\n  Vermoegen:Bank  1 EUR\n  Income:X\n'
        '2024-01-03 P "c" | "d"\n  ! Vermoegen:Bank  -3 USD\n  Income:X  3 USD\n'
    )
    staged = beancount(text, write)
    assert staged.errors == ()
    assert {a.code: a.type for a in staged.accounts}["Vermoegen:Bank"] is AccountType.ASSET
    assert lines(staged, 2) == [("Vermoegen:Bank", "C", "1.50"), ("Income:X", "D", "1.50")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('2024-01-05 * "x"\n  Assets:Bank  -5 ACME {} @ 6 EUR\n  Assets:B\n', "takes its cost from earlier purchases"),
        ('2024-01-05 * "x"\n  Assets:Bank  -5 ACME {2024-01-01}\n  Assets:B\n', "takes its cost from earlier"),
        ('2024-01-05 * "x"\n  Assets:Bank  5 ACME\n  Assets:B\n', "worth in EUR is not known"),
        ('2024-01-05 * "x"\n  Assets:Bank  5 EUR\n  Assets:B  -4 EUR\n', "does not balance"),
        ('2024-01-05 * "x"\n  Assets:Bank  5\n  Assets:B\n', "without a currency"),
        ('2024-01-05 * "x"\n  Assets:Bank  1/0 EUR\n  Assets:B\n', "is no amount"),
        ('2024-01-05 * "x"\n  Assets:Bank  ((1 EUR\n  Assets:B\n', "is no amount"),
        ('2024-01-05 * "x"\n  bank  5 EUR\n  Assets:B\n', "is no posting"),
        ('2024-01-05 * "x"\n  Assets:Bank  5 EUR what\n  Assets:B\n', "neither cost nor price"),
        ('2024-01-05 * "x" "y" "z"\n  Assets:Bank  5 EUR\n  Assets:B\n', "more than a payee"),
        ('2024-02-30 * "x"\n  Assets:Bank  5 EUR\n  Assets:B\n', "is not a day"),
        ("2024-01-01 pad Assets:Bank Equity:Opening\n", "fills an account up"),
        ("2024-01-01 open bank\n", "opens no account"),
        ('include "other.beancount"\n', "names another file"),
        ("2024-01-01 frobnicate x\n", "not known"),
        ("hello\n", "no word that is known"),
    ],
)
def test_a_problem_is_told_by_its_row_and_keeps_only_its_transaction_out(write: WriteFile, text: str, why: str) -> None:
    staged = beancount(HEAD + RENT + text + RENT.replace("Lenz", "Moll"), write)
    assert [e.party for e in staged.entries] == ["Lenz GmbH", "Moll GmbH"]
    assert why in "\n".join(map(str, staged.errors))
    assert all(e.row in range(15, 18) for e in staged.errors)


def test_a_file_without_anything_is_refused(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match="no transaction and no account"):
        beancount('option "title" "x"\n', write)


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents(seeds: range) -> None:
    text = HEAD + RENT + '2024-01-06 * "x"\n  Assets:Bank  10 USD {0.9 EUR} @ 1 EUR\n  Assets:B  -9 EUR\n'
    done = fuzz(READER.read, [text.encode(), (text * 20).encode()], seeds, "a.beancount")
    assert min(done["whole"], done["in part"]) > len(seeds) // 20


def test_beancount_reads_the_same(write: WriteFile) -> None:
    """Its own parser, where somebody has installed it: it is no dependency, for its licence is another."""
    loader = pytest.importorskip("beancount.loader")
    core = pytest.importorskip("beancount.core.data")
    convert = pytest.importorskip("beancount.core.convert")
    text = HEAD.replace("2024-06-30 balance Assets:Bank  5.00 EUR\n", "").replace("2024-12-31 close Assets:Bank\n", "")
    text += RENT + '2024-01-06 * "x"\n  Assets:Bank  10 USD {0.90 EUR} @ 1 EUR\n  Expenses:Rent\n'
    text = text.replace("Bank EUR", "Bank")
    entries, errors, _ = loader.load_string(text)
    assert not errors
    wanted = [
        [(p.account, convert.get_weight(p).number) for p in e.postings]
        for e in entries if isinstance(e, core.Transaction)
    ]  # fmt: skip
    staged = beancount(text, write)
    assert [[(x.account, x.amount if x.side == 0 else -x.amount) for x in e.lines] for e in staged.entries] == wanted
