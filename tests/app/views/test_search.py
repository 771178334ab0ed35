from __future__ import annotations

from decimal import Decimal

import pytest

from app.services.errors import BadInput
from app.views.search import Reading, readings


def test_words_are_words() -> None:
    assert readings("  miete büro ") == (Reading(text="miete büro"),)
    assert readings("") == (Reading(),)
    assert readings("RE-2026-0142") == (Reading(text="RE-2026-0142"),)


@pytest.mark.parametrize("text", ["1190", "1.190,00", "1,190.00", "1 190,00"])
def test_a_number_is_an_amount_and_failing_that_words(text: str) -> None:
    amount = Decimal(1190)
    assert readings(text) == (Reading(low=amount, high=amount), Reading(text=text))


def test_an_ambiguous_number_is_words() -> None:
    assert readings("1.190") == (Reading(text="1.190"),)


def test_a_range_reads_both_ends_in_either_order() -> None:
    assert readings("900 .. 500,50") == (Reading(low=Decimal("500.50"), high=Decimal(900)),)


def test_a_range_of_words_is_refused_with_a_sentence() -> None:
    with pytest.raises(BadInput, match="not a number"):
        readings("a..b")
