"""The builders make books that balance, or every test built on them would be about the wrong thing."""

from __future__ import annotations

import socket
from decimal import Decimal

import pytest

from engine.journal import Side, teaches
from tests.builders import a_catalog, a_line, a_snapshot, an_entry, an_event, some_entries
from tests.conftest import NetworkUsed


def test_a_line_reads_its_party() -> None:
    line = a_line("C 1600 1190.00 Hausverwaltung Lenz", tax_code="9")
    assert (line.account, line.side, line.amount) == ("1600", Side.CREDIT, Decimal("1190.00"))
    assert (line.party, line.tax_code) == ("Hausverwaltung Lenz", "9")


def test_every_built_entry_balances_on_known_accounts() -> None:
    codes = {a.code for a in a_catalog()}
    for entry in (*some_entries(40), an_entry()):
        assert entry.difference == 0
        assert {x.account for x in entry.lines} <= codes
        assert teaches(entry)


def test_a_snapshot_is_in_order_and_repeats() -> None:
    first, second = a_snapshot(), a_snapshot(*reversed(some_entries()))
    assert first.digest == second.digest
    assert [e.position for e in first.entries] == list(range(24))


def test_an_event_takes_an_amount_as_text() -> None:
    assert an_event(amount="12.30").amount == Decimal("12.30")


def test_no_test_reaches_another_machine() -> None:
    with socket.socket() as s, pytest.raises(NetworkUsed, match="this machine only"):
        s.connect(("192.0.2.1", 80))
