"""What people type, whatever they type, becomes text that the engine can read."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text import MAX_CHARACTERS, account_text, amount_class, conditioned, normalise

anything = st.text(alphabet=st.characters(), max_size=80)  # lone surrogates among them
RTL = "תשלום שכר דירה"


@given(anything)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(anything)
def test_nothing_that_cannot_be_seen_is_left(text: str) -> None:
    out = normalise(text)
    assert not {unicodedata.category(c) for c in out} & {"Cc", "Cf", "Cs", "Co", "Cn"}
    assert out == " ".join(out.split())
    out.encode()


@given(st.integers(0, 3), st.integers(2 * MAX_CHARACTERS, 3 * MAX_CHARACTERS))
def test_a_long_text_is_cut_and_stays_normalised(shift: int, length: int) -> None:
    out = normalise(("x" * shift + "ab ") * length)
    assert len(out) <= MAX_CHARACTERS
    assert normalise(out) == out


def test_ten_thousand_characters_are_read_up_to_the_bound() -> None:
    assert normalise("ä" * 10_000) == "ä" * MAX_CHARACTERS
    assert normalise("a\u0308" * 5_000) == "ä" * MAX_CHARACTERS
    assert normalise("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 10_000)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Büro\u00a0 Miete\n\tMärz ", "Büro Miete März"),
        ("ＣＯＭＰＡＮＹ　１２", "COMPANY 12"),
        ("ﬁnance № 5", "finance No 5"),
        ("\x00Miete\x07 März", "Miete März"),
        (f"\u202e{RTL}\u202c", RTL),
        ("Taxi 🚕 Flughafen", "Taxi 🚕 Flughafen"),
        ("bad \ud800 half", "bad half"),
        ("\u200b\u200e \x00", ""),
        ("", ""),
    ],
)
def test_spellings_of_one_text_become_one(typed: str, read: str) -> None:
    assert normalise(typed) == read


def test_blank_fields_leave_no_word() -> None:
    full = conditioned("Miete", "ER", "Lenz", Decimal(1190))
    assert full.words == "ER Lenz 1e4 1190.00"
    assert conditioned("Miete", "", "", Decimal(1190)).words == "1e4 1190.00"
    assert conditioned("Miete", "\u200b", "  ", Decimal(1190)).words == "1e4 1190.00"
    assert full.text == "Miete"


@given(st.decimals(Decimal("-1E20"), Decimal("1E20"), allow_nan=False, places=2))
def test_amount_class_counts_the_places_before_the_point(amount: Decimal) -> None:
    number = amount_class(amount)
    assert abs(amount) < Decimal(10) ** number
    assert number == 0 or abs(amount) >= Decimal(10) ** (number - 1)


def test_an_account_is_read_with_its_code_type_and_parents() -> None:
    read = account_text("Assets:Bank:Giro", "", ("Assets:Bank", "Assets"), "asset")
    assert read.words == "Assets Bank Giro asset Assets Bank Assets"
    assert read.text == "Assets Bank Giro"
    assert account_text("4210", "Rent_for-rooms", (), "").text == "Rent for rooms"
    assert len(account_text("1", "n" * 999, ("p" * 999,), "").words) <= 160
