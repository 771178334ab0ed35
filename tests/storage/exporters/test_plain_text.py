"""beancount and hledger journals: what goes out comes back, and the programs themselves accept it."""

from __future__ import annotations

import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings

from engine.journal import Account, AccountType
from storage.exporters import beancount, hledger, plain_names
from storage.exporters.written import Written
from storage.importers import beancount as beancount_in
from storage.importers import ledger_text as hledger_in
from storage.importers.reader import Head
from storage.importers.source import Source
from tests.builders import CATALOG, an_entry, some_entries
from tests.storage.exporters.books import Books, books

FORMATS = [pytest.param(hledger, hledger_in, id="hledger"), pytest.param(beancount, beancount_in, id="beancount")]
OPTIONS = {hledger: hledger.HledgerOptions(), beancount: beancount.BeancountOptions()}


def written(writer: ModuleType, found: Books) -> bytes:
    out: Written = writer.export(found.currency, found.accounts, found.entries, OPTIONS[writer])
    assert out == writer.export(found.currency, found.accounts, found.entries, OPTIONS[writer])
    ((_, data),) = out.files
    return data


@pytest.mark.parametrize(("writer", "reader"), FORMATS)
@given(found=books())
def test_what_goes_out_comes_back(writer: ModuleType, reader: ModuleType, found: Books) -> None:
    staged = reader.READER.read(Source("a", "a", written(writer, found), {}))
    assert staged.errors == ()
    assert staged.entries == found.entries
    assert set(staged.accounts) == set(found.accounts)


@pytest.mark.parametrize(("writer", "reader"), FORMATS)
def test_a_plain_book_reads_like_one(writer: ModuleType, reader: ModuleType) -> None:
    line = an_entry().lines[0]
    foreign = an_entry("Chair", lines=(
        type(line)(account="0420", side=line.side, amount=Decimal("99.00"), original_amount=Decimal(110),
                   original_currency="USD", rate=Decimal("0.9")),
        type(line)(account="1200", side=type(line.side).CREDIT, amount=Decimal("99.00")),
    ), entry_id="E2", document="F-12")  # fmt: skip
    text = written(writer, Books("EUR", CATALOG, (an_entry(), foreign))).decode()
    assert "110.00 USD @@ 99.00 EUR" in text
    name = "Expenses:4210 Rent" if writer is hledger else "Expenses:4210-Rent"
    assert f"{name}  1000.00 EUR" in text
    assert "Miete Büro März" in text
    assert 'cp-id: "E2"' in text
    assert "cp-rate" not in text
    assert reader.READER.looks_like(Head(Source("a", "a.txt", text.encode(), {})))


def test_names_stay_apart_where_a_program_drops_what_told_them_apart() -> None:
    accounts = [Account(code=code, type=AccountType.ASSET) for code in ("a b", "a-b", "a.b", "Assets:a-b", "Assets:B")]
    called = plain_names.beancount_names(accounts)
    assert len(set(called.values())) == 5
    assert called["Assets:B"] == "Assets:B"
    called = plain_names.hledger_names(accounts)
    assert len(set(called.values())) == 5
    assert called["Assets:a-b"] == "Assets:a-b"


needs_hledger = pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")


def run_hledger(tmp_path: Path, data: bytes, *words: str) -> str:
    path = tmp_path / "a.journal"
    path.write_bytes(data)
    done = subprocess.run(
        ["hledger", "-f", str(path), *words], capture_output=True, text=True, check=False,
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def quantity(amount: dict[str, Any]) -> Decimal:
    return Decimal(amount["aquantity"]["decimalMantissa"]).scaleb(-amount["aquantity"]["decimalPlaces"])


@needs_hledger
@settings(max_examples=15)
@given(found=books())
def test_hledger_finds_nothing_wrong_and_the_same_amounts(
    tmp_path_factory: pytest.TempPathFactory, found: Books
) -> None:
    data = written(hledger, found)
    folder = tmp_path_factory.mktemp("hledger")
    run_hledger(folder, data, "check", "accounts", "commodities")
    printed = json.loads(run_hledger(folder, data, "print", "-O", "json"))
    assert sorted(t["tdate"] for t in printed) == sorted(e.date.isoformat() for e in found.entries)
    wanted = sorted(len(e.lines) for e in found.entries)
    assert sorted(len(t["tpostings"]) for t in printed) == wanted
    amounts = [
        quantity(a) for t in printed for p in t["tpostings"] for a in p["pamount"] if a["acommodity"] == found.currency
    ]  # fmt: skip
    plain = [
        x.amount if x.side == 0 else -x.amount
        for e in found.entries for x in e.lines if not plain_names.priced(x, found.currency)
    ]  # fmt: skip
    assert sorted(amounts) == sorted(plain)


@needs_hledger
def test_hledger_draws_the_same_trial_balance(tmp_path: Path) -> None:
    entries = some_entries(60)
    out = run_hledger(tmp_path, written(hledger, Books("EUR", CATALOG, entries)), "bal", "-N", "--flat", "-O", "json")
    rows = json.loads(out)[0]
    found = {r[0]: sum(quantity(a) for a in r[3]) for r in rows}
    called = plain_names.hledger_names(CATALOG)
    wanted: dict[str, Decimal] = {}
    for e in entries:
        for x in e.lines:
            name = called[x.account]
            wanted[name] = wanted.get(name, Decimal(0)) + (x.amount if x.side == 0 else -x.amount)
    assert found == {name: amount for name, amount in wanted.items() if amount}


@settings(max_examples=15)
@given(found=books())
def test_beancount_finds_nothing_wrong(found: Books) -> None:
    """Its own loader, where somebody has installed it: it is no dependency, for its licence is another."""
    loader = pytest.importorskip("beancount.loader")
    data = pytest.importorskip("beancount.core.data")
    entries, errors, _ = loader.load_string(written(beancount, found).decode())
    assert errors == []
    wanted = sorted((e.date, e.entry_id) for e in found.entries)
    assert sorted((e.date, e.meta["cp-id"]) for e in entries if isinstance(e, data.Transaction)) == wanted
