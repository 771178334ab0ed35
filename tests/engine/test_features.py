"""Events as numbers: one road, whoever asks."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import Catalog
from engine.config import EncoderConfig
from engine.features import CONDITIONS, NO_DAY, Read, Reader, cents, cyclic, log_amount, memory_key, name_hash
from engine.journal import Event, event_of
from engine.model.encoder import TextEncoder
from engine.sketch import SKETCH
from engine.training.lessons import Lessons, blanked
from tests.builders import CATALOG, an_event, some_entries
from tests.engine.made import TINY

NUMBERS = ("conditions", "log_amount", "cents", "day", "dom", "journal", "party")


def assert_same(one: Read, other: Read) -> None:
    """Equal but for the last bits of the encoder, which depend on the batch it ran in."""
    for name in NUMBERS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    assert (one.wide != other.wide).nnz == 0
    np.testing.assert_allclose(one.key, other.key, atol=2e-4)
    for ours, theirs in zip(one.encoded, other.encoded, strict=True):
        assert ours.tokens == theirs.tokens
        np.testing.assert_allclose(ours.states.astype(float), theirs.states.astype(float), atol=1e-2)


def test_training_reads_an_event_as_serving_does(reader: Reader) -> None:
    entries = some_entries(24)
    lessons = Lessons.of(entries, Catalog.of(CATALOG, entries), reader, TINY)
    serving = Reader(type(reader.encoder)(reader.encoder.config))  # nothing cached
    for row in (0, 7, 23):
        assert_same(serving.read([event_of(entries[row])]), lessons.read.take([row]))


def test_training_blanks_fields_as_a_user_leaves_them_blank(reader: Reader) -> None:
    entries = some_entries(12)
    events = [event_of(e) for e in entries]
    lessons = Lessons.of(entries, Catalog.of(CATALOG, entries), reader, TINY)
    hidden = blanked(events, TINY)
    for name in ("journal", "date"):
        assert any(not getattr(e, name) for e in hidden)
    for row, event in enumerate(hidden):
        assert_same(reader.read([event]), lessons.read.take([len(entries) + row]))


def test_a_batch_is_its_events_one_by_one(reader: Reader) -> None:
    events = [an_event(), an_event("Taxi", "12.30", journal="", date=None), an_event("a" * 10_000, party="Lenz AG")]
    together = reader.read(events)
    for i, event in enumerate(events):
        assert_same(reader.read([event]), together.take([i]))


def test_blank_fields_have_the_numbers_that_say_so(reader: Reader) -> None:
    read = reader.read([an_event(journal="", party="", currency="", date=None)])
    assert (read.day[0], read.dom[0], read.journal[0], read.party[0]) == (NO_DAY, NO_DAY, 0, 0)
    assert not read.conditions[0, 5:].any()
    assert np.isfinite(read.conditions).all()


def test_what_is_kept_gives_the_same_read(reader: Reader) -> None:
    events = [event_of(e) for e in some_entries(6)]
    read = reader.read(events)
    known = reader.read_known(events, read.key)
    assert known.encoded == ()
    for name in ("key", *NUMBERS):
        np.testing.assert_array_equal(getattr(known, name), getattr(read, name))


def test_taking_rows_takes_every_column(reader: Reader) -> None:
    read = reader.read([event_of(e) for e in some_entries(5)])
    taken = read.take([3, 1])
    assert len(taken) == 2
    for f in fields(Read):
        column = getattr(read, f.name)
        if f.name == "wide":
            assert (taken.wide != column[[3, 1]]).nnz == 0
        elif f.name == "encoded":
            assert taken.encoded == (column[3], column[1])
        else:
            np.testing.assert_array_equal(getattr(taken, f.name), column[[3, 1]])


def test_nothing_to_read_is_refused(reader: Reader) -> None:
    with pytest.raises(ValueError, match="at least one"):
        reader.read([])


@given(st.integers(1, 2**31 - 1))
def test_a_key_survives_being_saved_in_half_the_space(seed: int) -> None:
    rng = np.random.RandomState(seed)
    pooled, lexical = rng.randn(3, 7).astype(np.float32), rng.randn(3, 5).astype(np.float32)
    key = memory_key(pooled, lexical / np.linalg.norm(lexical, axis=1, keepdims=True))
    np.testing.assert_array_equal(key, key.astype(np.float16).astype(np.float32))
    np.testing.assert_allclose(np.linalg.norm(key, axis=1), 1.0, atol=2e-3)
    assert key.dtype == np.float32


def test_a_key_is_half_encoder_and_half_letters() -> None:
    x, z = np.array([[3.0, 4.0]], np.float32), np.array([[0.0, 1.0]], np.float32)
    np.testing.assert_allclose(memory_key(x, z), np.array([[0.6, 0.8, 0, 1]]) / math.sqrt(2), atol=1e-3)
    np.testing.assert_allclose(memory_key(x, 0 * z), [[0.6, 0.8, 0, 0]], atol=1e-3)


def test_blank_texts_are_alike_and_like_nothing_else(reader: Reader) -> None:
    blank, control, rent = reader.read([an_event(""), an_event("\u200b"), an_event()]).key
    assert blank @ control == pytest.approx(1.0)
    assert abs(blank @ rent) < 0.3


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_money_becomes_a_finite_float(amount: Decimal) -> None:
    assert 0 <= log_amount(amount) <= math.log1p(1e15)
    assert abs(cents(amount)) <= 2**62


@given(st.decimals(Decimal("-9E15"), Decimal("9E15"), places=2))
def test_cents_are_exact(amount: Decimal) -> None:
    assert Decimal(cents(amount)) / 100 == amount


def test_cents_of_sums_that_a_float_cannot_hold_differ() -> None:
    assert cents(Decimal("1234567890123456.78")) != cents(Decimal("1234567890123456.79"))
    assert cents(Decimal(10)) == cents(Decimal("10.00")) == cents(Decimal("1E1"))


@given(st.text(min_size=1, max_size=20))
def test_a_name_has_one_number_in_every_spelling(name: str) -> None:
    number = name_hash(name)
    assert number == name_hash(f"  {name}\t") == name_hash(name)
    assert 0 <= number < 2**63
    assert name_hash("") == name_hash(" \u200b") == 0


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_days_lie_on_circles(day: date) -> None:
    a, b, c, d = cyclic(day)
    assert a * a + b * b == pytest.approx(1)
    assert c * c + d * d == pytest.approx(1)
    assert cyclic(day)[2:] == pytest.approx(cyclic(day + timedelta(days=7))[2:])


def test_december_is_as_near_to_january_as_june_to_july() -> None:
    def apart(a: int, b: int) -> float:
        return math.dist(cyclic(date(2025, a, 1))[:2], cyclic(date(2025, b, 1))[:2])

    assert apart(12, 1) == pytest.approx(apart(6, 7))


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal("1190.01")}, {"amount": Decimal(-1190)}, {"date": date(2025, 9, 30)}, {"journal": "BK"},
        {"party": "Lenz"}, {"currency": "CHF"},
    ],
)  # fmt: skip
def test_every_field_of_an_event_is_seen(reader: Reader, change: dict[str, object]) -> None:
    event = an_event(date=date(2025, 4, 2))
    read = reader.read([event, replace(event, **change)])  # type: ignore[arg-type]
    assert (read.conditions[0] != read.conditions[1]).any()
    assert read.conditions.shape == (2, CONDITIONS)


def test_known_lines_are_no_feature(reader: Reader) -> None:
    """They are a forced prefix of the answer; a line that leaked into the question would be the answer."""
    entry = some_entries(1)[0]
    event = event_of(entry)
    assert event == Event(
        description=entry.description, amount=entry.total, date=entry.date, currency="EUR", journal="ER", party=""
    )
    assert_same(reader.read([event]), reader.read([replace(event, lines=entry.lines)]))


def test_accounts_are_read_by_text_name_and_code(reader: Reader) -> None:
    rows = reader.read_accounts(Catalog.of(CATALOG))
    assert rows.shape == (len(CATALOG), reader.encoder.width + 2 * SKETCH)
    assert np.isfinite(rows).all()


def test_words_and_sketch_can_be_left_out() -> None:
    base = TextEncoder(EncoderConfig())
    event, other = an_event(), an_event(amount="7.00", journal="BK")
    plain, wordless = (Reader(TextEncoder(EncoderConfig(words=x))).texts([event, other]) for x in (True, False))
    assert plain[0] != plain[1]
    assert wordless[0] == wordless[1]
    assert wordless[0].words == ""
    bald = Reader(TextEncoder(EncoderConfig(sketch=False)))
    key = bald.read([event]).key
    assert not key[:, base.width :].any()
    np.testing.assert_allclose(np.linalg.norm(key, axis=1), 1.0, atol=1e-3)
    assert not bald.read_accounts(Catalog.of(CATALOG))[:, base.width :].any()
    assert Reader(base).read_accounts(Catalog.of(CATALOG))[:, base.width :].any()
