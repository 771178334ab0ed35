"""The small pieces of the generator: chance, days, tables, wordings."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.demo.days import add_months, business_day, in_month, is_business_day, month_end
from engine.demo.dice import Dice
from engine.demo.ledger import Draft, Ledger, Part, half_up, money, opposite
from engine.demo.partners import read_customers, read_vendors
from engine.demo.profile import spoken
from engine.demo.trader_de import TRADER_DE
from engine.demo.wording import WORDS, Speaker, read_words

KNOWN = {"m", "y", "d", "q", "t", "v", "V", "nr", "who", "city", "CITY", "plate", "cust", "CUST", "ref"}


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_half_up_is_the_nearest_whole_number(numerator: int, denominator: int) -> None:
    rounded = half_up(numerator, denominator)
    assert abs(rounded * denominator - numerator) * 2 <= denominator
    assert (numerator * 2 + denominator) // (denominator * 2) == rounded


def test_half_a_cent_goes_up() -> None:
    assert half_up(5, 10) == 1
    assert str(money(half_up(105, 10))) == "0.11"


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_business_day_is_the_next_open_one(day: date) -> None:
    found = business_day(day)
    assert is_business_day(found)
    assert 0 <= (found - day).days <= 5
    assert found == day or not is_business_day(day)


def test_months_end_where_they_end() -> None:
    assert month_end(date(2024, 2, 1)) == date(2024, 2, 29)
    assert in_month(date(2025, 2, 1), 30) == date(2025, 2, 28)
    assert add_months(date(2024, 11, 1), 14) == date(2026, 1, 1)


def test_dice_repeat_and_stay_in_range() -> None:
    one, two = Dice(4), Dice(4)
    assert [one.between(3, 9) for _ in range(200)] == (same := [two.between(3, 9) for _ in range(200)])
    assert set(same) == set(range(3, 10))
    drawn = [one.cents(10, 500) for _ in range(500)]
    assert min(drawn) >= 1000
    assert max(drawn) <= 50_000


def test_dice_weigh_and_count() -> None:
    dice = Dice(1)
    assert {dice.weighted("ab", (1.0, 0.0)) for _ in range(100)} == {"a"}
    assert abs(sum(dice.count(2.4) for _ in range(4000)) / 4000 - 2.4) < 0.1
    assert dice.count(0) == 0


@pytest.mark.parametrize("language", sorted(WORDS))
def test_wordings_only_ask_for_what_is_known(language: str) -> None:
    for topic, wordings in WORDS[language].items():
        for wording in wordings:
            assert wording, topic
            assert set(re.findall(r"{(\w+)}", wording)) <= KNOWN, wording


def test_every_topic_that_is_sold_or_bought_has_words() -> None:
    topics = {item.topic for vendor in TRADER_DE.vendors for item in vendor.items} | {s.topic for s in TRADER_DE.sales}
    for language in WORDS.values():
        assert topics <= set(language)
    assert not set(WORDS["de"]) - set(WORDS["en"])


def test_one_thing_is_said_in_several_ways() -> None:
    speaker = Speaker(Dice(2), (("de", 1.0),))
    texts = {speaker.say("rent", "de", date(2025, 3, 1), {"v": "Lenz"}) for _ in range(60)}
    assert len(texts) > 15


def test_a_topic_written_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'rent' is written twice"):
        read_words("rent: a\nrent: b")


def test_a_supplier_table_is_read() -> None:
    (vendor,) = read_vendors(
        "Ruhe & Söhne KG = Ruhe; 2.5 a month, terms 30, debit, discount\n  goods goods 10-90 freight x3"
    )
    assert (vendor.name, vendor.short, vendor.per_month, vendor.terms) == ("Ruhe & Söhne KG", "Ruhe", 2.5, 30)
    assert (vendor.pays, vendor.discount, vendor.items[0].special, vendor.items[0].weight) == (
        "debit",
        True,
        "freight",
        3,
    )


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("A; sometimes\n  rent rent 1-2", "'sometimes' is no term"),
        ("A; day 2", "bill nothing"),
        ("A; day 2\n  rent rent 1-2 cheap", "'cheap' is no word"),
    ],
)
def test_a_slip_in_a_supplier_table_is_named(table: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_vendors(table)


def test_a_slip_in_a_customer_table_is_named() -> None:
    assert read_customers("Alm AG; x2 terms 30 eu fr late 3 since 4 discount")[0].where == "eu"
    with pytest.raises(ValueError, match="'often'"):
        read_customers("Alm AG; often")


def test_legal_forms_are_not_spoken() -> None:
    assert [spoken(x) for x in ("Metallbau Kreuzer KG", "Autowerkstatt Pilz", "Bundeskasse")] == [
        "Metallbau Kreuzer",
        "Autowerkstatt Pilz",
        "Bundeskasse",
    ]


def test_an_unbalanced_draft_never_gets_in() -> None:
    dice = Dice(0)
    speaker = Speaker(dice, TRADER_DE.languages)
    ledger = Ledger(TRADER_DE, dice, speaker, TRADER_DE.roles(), date(2026, 1, 1), 1.0)
    parts = (Part(role="rent", cents=100), Part(role="bank", cents=-99))
    with pytest.raises(ValueError, match="does not balance"):
        ledger.post(Draft(day=date(2025, 1, 2), journal="BK", text="Miete", parts=parts))
    assert not ledger.drafts


def test_the_opposite_of_an_entry_has_its_debits_first() -> None:
    parts = (Part(role="rent", cents=100), Part(role="input_full", cents=19), Part(role="payables", cents=-119))
    assert [(p.role, p.cents) for p in opposite(parts)] == [("payables", 119), ("rent", -100), ("input_full", -19)]
