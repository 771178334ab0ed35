"""Parties that a description names, and tax codes accounts usually have; never of what is unknown or forgotten."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import pytest

from engine.features import Reader
from engine.inference.labels import Guess, Labels
from engine.inference.lines import Composer
from engine.journal import Side
from engine.retrieval.memory import Memory
from engine.targets import line_set
from tests.builders import a_line, an_entry, an_event, some_entries
from tests.engine.inference.test_lines import evidence_of
from tests.engine.retrieval.test_memory import a_memory

NAMES = ("Funkwerk Mobil GmbH", "Kranich IT-Service GmbH", "Kranich Werkzeuge GmbH", "李记")


@pytest.fixture
def memory(reader: Reader) -> Memory:
    paid = [
        an_entry(
            f"Zahlung {name}", a_line(f"D 1600 10{i}.00 {name}"), a_line(f"C 1200 10{i}.00", tax_code="N"),
            entry_id=f"P{i}",
        )
        for i, name in enumerate(NAMES)
    ]  # fmt: skip
    return a_memory(reader, paid)


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("SEPA funkwerk 0048385", NAMES[0]),
        ("Kranich IT-Service R 17", NAMES[1]),
        ("Kranich", ""),
        ("GmbH", ""),
        ("转账 李记 三月", NAMES[3]),
        ("Miete", ""),
    ],
)
def test_the_party_that_a_text_names_is_found_and_no_other(memory: Memory, text: str, party: str) -> None:
    assert Labels.of(memory).named("1600", text, memory.rows).value == party
    assert Labels.of(memory).named("1200", text, memory.rows) == Guess("", 0.0)


def test_what_comes_later_or_was_forgotten_is_not_named(memory: Memory) -> None:
    labels = Labels.of(memory)
    assert labels.named("1600", "funkwerk", 0).value == ""
    memory.forget(["P0"])
    assert Labels.of(memory).named("1600", "funkwerk", memory.rows).value == ""
    assert labels.tax_code("1200", Side.CREDIT, 0).value == ""


def test_what_is_remembered_later_is_known_then(memory: Memory, reader: Reader) -> None:
    assert Labels.of(memory) is Labels.of(memory)
    assert Labels.of(memory).carries_party("1600", memory.rows) == 1.0
    assert Labels.of(memory).carries_party("1200", memory.rows) == 0.0
    assert Labels.of(memory).tax_code("1200", Side.CREDIT, memory.rows) == Guess("N", 1.0)


def test_the_events_party_comes_before_the_one_its_text_names(memory: Memory) -> None:
    places = line_set((a_line("D 1600 1"), a_line("C 1200 1")))
    event = an_event("SEPA funkwerk 0048385", "80.00")
    for party, want in (("", NAMES[0]), ("Huber", "Huber")):
        composed = Composer(replace(event, party=party), memory, "EUR").compose(places, evidence_of(places, memory))
        assert composed
        assert {x.account: x.party for x in composed.lines} == {"1600": want, "1200": ""}


def test_labels_go_with_their_memory(reader: Reader) -> None:
    one = a_memory(reader, some_entries(3))
    Labels.of(one)
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None
