"""Transactions that hledger printed as JSON: the same entries as the journal they were printed from."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.journal import Entry
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.plain_json import READER
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz


def an_amount(number: object, places: object = 2, commodity: str = "EUR", **more: Any) -> dict[str, Any]:
    quantity = {"decimalMantissa": number, "decimalPlaces": places, "floatingPoint": 0.5}
    return {"acommodity": commodity, "aquantity": quantity, "aprice": None, **more}


def printed(*amounts: dict[str, Any], **more: Any) -> str:
    postings = [
        {"paccount": f"assets:a{n}", "pamount": [a], "pcomment": "first: x\n", "ptype": "RegularPosting"}
        for n, a in enumerate(amounts)
    ]
    head = {"tdate": "2024-01-05", "tdescription": "Lenz | Rent", "tcode": "F-1", "tcomment": "for May\n"}
    return json.dumps([{**head, "tpostings": postings, **more}])


def test_amounts_are_exact_and_prices_convert(write: WriteFile) -> None:
    price = {"tag": "UnitPrice", "contents": an_amount(9, 1)}
    text = printed(an_amount(1000, 2, "USD", aprice=price), an_amount(-900))
    staged = read(write("a.json", text))
    (entry,) = staged.entries
    assert (staged.format, staged.errors) == ("hledger-json", ())
    assert (entry.description, entry.party, entry.document) == ("Lenz Rent for May", "Lenz", "F-1")
    assert [(x.side.letter, x.amount, x.original_currency) for x in entry.lines] == [
        ("D", Decimal(9), "USD"), ("C", Decimal(9), ""),
    ]  # fmt: skip
    total = {"tag": "TotalPrice", "contents": an_amount(900)}
    text = printed(an_amount(-1000, 2, "USD", aprice=total), an_amount(900))
    assert read(write("b.json", text)).entries[0].lines[0].amount == Decimal(9)


def test_virtual_postings_are_left_out(write: WriteFile) -> None:
    found = json.loads(printed(an_amount(1), an_amount(-1), an_amount(5)))
    found[0]["tpostings"][2]["ptype"] = "VirtualPosting"
    staged = read(write("a.json", json.dumps(found)))
    assert len(staged.entries[0].lines) == 2
    assert "1 virtual postings" in staged.reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (printed(an_amount(1), an_amount(-2)), "does not balance"),
        (printed(an_amount("x"), an_amount(-2)), "an amount that is none"),
        (printed(an_amount(int("9" * 100)), an_amount(-2)), "an amount that is none"),
        (printed(an_amount(1, 400), an_amount(-1)), "an amount that is none"),
        (printed(an_amount(1), an_amount(-1), tdate="soon"), "is not a day"),
    ],
)
def test_a_broken_transaction_stays_out(write: WriteFile, text: str, why: str) -> None:
    staged = read(write("a.json", text))
    assert staged.entries == ()
    assert why in str(staged.errors[0])


def test_what_is_no_list_of_transactions_is_refused(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match="is not JSON"):
        read(write("a.json", '[{"tpostings":'))
    with pytest.raises(ImportRefused, match="no transaction"):
        read(write("b.json", '[["tpostings"], "tpostings": 1]'.replace(', "tpostings": 1', "")), "hledger-json")


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents(seeds: range) -> None:
    samples = [printed(an_amount(1), an_amount(-1)).encode(), printed(*[an_amount(5), an_amount(-5)] * 9).encode()]
    done = fuzz(READER.read, samples, seeds, "a.json")
    assert min(done["whole"], done["refused"]) > len(seeds) // 20


def bare(entries: tuple[Entry, ...]) -> list[Entry]:
    return [replace(e, entry_id="") for e in entries]


def test_real_print_gives_the_entries_of_its_journal(shared_ledgers: Path) -> None:
    folder = shared_ledgers.parent / "formats" / "plaintext"
    assert bare(read(folder / "small.print.json").entries) == bare(read(folder / "small.journal").entries)


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_a_real_journal_printed_by_hledger_has_the_same_amounts(shared_ledgers: Path, write: WriteFile) -> None:
    journal = shared_ledgers / "org_hackclub" / "raw" / "main.ledger"
    done = subprocess.run(
        ["hledger", "-f", f"journal:{journal}", "print", "-x", "-O", "json"], capture_output=True, check=False,
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"hledger does not read this journal of Ledger: {done.stderr.decode()[:80]}")
    wanted = [[(x.account, x.side, x.amount) for x in e.lines] for e in read(journal).entries]
    found = [[(x.account, x.side, x.amount) for x in e.lines] for e in read(write("a.json", done.stdout)).entries]
    assert sorted(found) == sorted(wanted)
