"""Every figure against a slow twin that follows its definition in plain Python."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation import metrics
from engine.evaluation.system import Guess, GuessLine
from engine.journal import Entry, Side
from tests.engine.evaluation.ledger import entry

scores = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.5001, 0.9]), st.booleans()), min_size=1, max_size=40)
keys = st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from(Side)), min_size=1, max_size=5)


def guess(*written: str, score: float = 0.5) -> Guess:
    """``"607 D 100.00"``, or ``"607 D"`` where no amount is said."""
    rows = [w.split() for w in written]
    return Guess(tuple(GuessLine(r[0], Side.of(r[1]), Decimal(r[2]) if r[2:] else None) for r in rows), score)


BOUGHT = entry(0, "Metro", "607 D 100.00", "44566 D 20.00", "401 C 120.00")
TWICE = entry(0, "Two cards", "607 D 60.00", "607 D 40.00", "512 C 100.00")


def slow_straight_through(rows: list[tuple[float, bool]], precision: float) -> float:
    shares = [0.0]
    for threshold in {s for s, _ in rows}:
        taken = [r for s, r in rows if s >= threshold]
        if sum(taken) / len(taken) >= precision:
            shares.append(len(taken) / len(rows))
    return max(shares)


def slow_ece(rows: list[tuple[float, bool]], bins: int) -> float:
    mean = {s: sum(r for t, r in rows if t == s) / sum(1 for t, _ in rows if t == s) for s, _ in rows}
    rising, off, start = sorted(s for s, _ in rows), 0.0, 0
    bins = min(bins, len(rows))
    for b in range(bins):
        size = len(rows) // bins + (b < len(rows) % bins)
        part = rising[start : start + size]
        start += size
        off += abs(sum(part) - sum(mean[s] for s in part))
    return off / len(rows)


@given(scores, st.sampled_from([0.5, 0.8, 0.95, 0.98, 1.0]))
def test_straight_through_tries_every_threshold_and_takes_ties_whole(
    rows: list[tuple[float, bool]], precision: float
) -> None:
    s, r = zip(*rows, strict=True)
    assert metrics.straight_through(s, r, precision) == pytest.approx(slow_straight_through(rows, precision))
    threshold = metrics.threshold_for(s, r, precision)
    assert sum(x >= threshold for x in s) / len(s) == pytest.approx(slow_straight_through(rows, precision))


def test_a_tie_of_right_and_wrong_is_not_split_in_our_favour() -> None:
    assert metrics.straight_through([0.9, 0.9], [True, False], 0.98) == 0.0
    assert metrics.threshold_for([0.9, 0.9], [True, False], 0.98) == math.inf
    assert metrics.straight_through([0.9, 0.9, 0.1], [True, True, False], 0.98) == pytest.approx(2 / 3)
    assert metrics.straight_through([], [], 0.98) == 0.0


@given(scores, st.integers(1, 10))
def test_ece_is_its_definition(rows: list[tuple[float, bool]], bins: int) -> None:
    s, r = zip(*rows, strict=True)
    assert metrics.ece(s, r, bins) == pytest.approx(slow_ece(rows, bins), abs=1e-12)


def test_ece_does_not_depend_on_the_order_of_equals() -> None:
    rows = [(0.5, True), (0.5, False), (0.5, False), (0.9, True), (0.2, False)]
    found = {round(metrics.ece([s for s, _ in p], [r for _, r in p], bins=3), 12) for p in permutations(rows)}
    assert len(found) == 1
    assert metrics.ece([0.8] * 5, [True] * 4 + [False]) == pytest.approx(0.0)
    assert metrics.ece([], []) == 0.0


@given(st.lists(st.tuples(keys, keys), max_size=6))
def test_line_f1_counts_lines_over_all_entries(
    pairs: list[tuple[list[tuple[str, Side]], list[tuple[str, Side]]]],
) -> None:
    hit = extra = missed = 0
    overlaps = []
    for guessed, booked in pairs:
        g = Guess(tuple(GuessLine(a, s) for a, s in guessed), 0.5)
        e = entry(0, "x", *(f"{a} {s.letter} 1" for a, s in booked))
        overlaps.append(metrics.overlap(g, e))
        hit += sum(1 for x in set(guessed) if x in booked)
        extra += sum(1 for x in set(guessed) if x not in booked)
        missed += sum(1 for x in set(booked) if x not in guessed)
    want = 2 * hit / (2 * hit + extra + missed) if hit else 0.0
    assert metrics.line_f1(overlaps) == pytest.approx(want)


def test_exact_is_a_set_and_exact_full_a_multiset_with_amounts() -> None:
    once = guess("607 D 100.00", "512 C 100.00")
    assert metrics.exact(once, TWICE)
    assert not metrics.exact_full(once, TWICE)
    assert metrics.exact_full(guess("512 C 100.00", "607 D 40.01", "607 D 59.99"), TWICE)
    assert not metrics.exact_full(guess("512 C 100.00", "607 D 40.02", "607 D 59.98"), TWICE)
    assert not metrics.exact_full(guess("607 D 100.00", "44566 D 20.00", "401 C"), BOUGHT), "an amount is not said"
    assert not metrics.exact(guess("607 D", "44566 D", "401 D"), BOUGHT), "a wrong side"
    assert not metrics.exact(Guess((), 0.0), BOUGHT)


def slow_full(guessed: list[tuple[str, int]], booked: list[tuple[str, int]]) -> bool:
    """Some pairing of the lines has every account equal and every amount within a unit."""
    return len(guessed) == len(booked) and any(
        all(g[0] == b[0] and abs(g[1] - b[1]) <= 1 for g, b in zip(p, booked, strict=True))
        for p in permutations(guessed)
    )


pairs = st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 4)), min_size=1, max_size=4)


@given(pairs, pairs)
def test_exact_full_finds_a_pairing_where_there_is_one(g: list[tuple[str, int]], b: list[tuple[str, int]]) -> None:
    offered = Guess(tuple(GuessLine(a, Side.DEBIT, Decimal(n)) for a, n in g), 0.5)
    booked = entry(0, "x", *(f"{a} D {n}" for a, n in b), currency="JPY")
    assert metrics.exact_full(offered, booked) == slow_full(g, b)


def test_a_minor_unit_is_the_currencys_own() -> None:
    for currency, near, far in (("JPY", "101", "102"), ("EUR", "100.01", "100.02"), ("KWD", "100.001", "100.002")):
        booked = entry(0, "x", "A D 100", "B C 100", currency=currency)
        assert metrics.exact_full(guess(f"A D {near}", "B C 100"), booked)
        assert not metrics.exact_full(guess(f"A D {far}", "B C 100"), booked)


def test_tax_codes_count_where_the_book_has_them_and_parties_where_they_are_said() -> None:
    booked = entry(0, "x", "607 D 10 V20 acme", "401 C 10")
    silent = guess("607 D 10", "401 C 10")
    assert metrics.exact_full(silent, booked)
    assert not metrics.exact_full(silent, booked, check_tax=True)
    coded = Guess((GuessLine("607", Side.DEBIT, Decimal(10), "V20", "acme"), silent.lines[1]._replace(party="")), 0.5)
    assert metrics.exact_full(coded, booked, check_tax=True)
    other = Guess((coded.lines[0]._replace(party="other"), coded.lines[1]), 0.5)
    assert not metrics.exact_full(other, booked)


def test_top_exact_looks_at_five() -> None:
    wrong, right = guess("1 D", "2 C"), guess("607 D", "44566 D", "401 C")
    assert metrics.top_exact((wrong,) * 4 + (right,), BOUGHT)
    assert not metrics.top_exact((wrong,) * 5 + (right,), BOUGHT)
    assert not metrics.top_exact((), BOUGHT)


def test_share_error_is_half_the_distance_on_sides_that_split() -> None:
    assert metrics.share_error(guess("607 D 90", "44566 D 30", "401 C 120"), BOUGHT) == pytest.approx(10 / 120)
    assert metrics.share_error(guess("607 D 100", "44566 D 20", "401 C 120"), BOUGHT) == pytest.approx(0.0)
    assert metrics.share_error(guess("607 D", "44566 D", "401 C"), BOUGHT) is None, "no amounts"
    assert metrics.share_error(guess("607 D 1", "401 C 1"), BOUGHT) is None, "wrong accounts"
    assert metrics.share_error(guess("607 D 5", "512 C 5"), TWICE) is None, "nothing to split"


def test_counter_account_leaves_the_known_line_out() -> None:
    bank = frozenset({("401", Side.CREDIT)})
    assert metrics.counter_right(guess("607 D", "44566 D"), BOUGHT, bank)
    assert metrics.counter_right(guess("607 D", "44566 D", "401 C"), BOUGHT, bank)
    assert not metrics.counter_right(guess("607 D", "401 C"), BOUGHT, bank)


def test_auto_is_what_a_threshold_from_before_gets() -> None:
    assert metrics.auto([True, True, False, False], [True, False, True, True]) == (0.5, 0.5)
    assert metrics.auto([False, False], [True, True]) == (0.0, None)


def slow_bootstrap_sign(ours: list[bool], theirs: list[bool]) -> float:
    return sum(a - b for a, b in zip(ours, theirs, strict=True)) / len(ours)


def test_paired_bootstrap_excludes_zero_only_for_a_real_difference() -> None:
    theirs = [i % 3 == 0 for i in range(300)]
    ours = [i % 3 == 0 or i % 7 == 1 for i in range(300)]
    found = metrics.paired_bootstrap(ours, theirs)
    assert found.mean == pytest.approx(slow_bootstrap_sign(ours, theirs))
    assert 0 < found.low < found.mean < found.high
    same = metrics.paired_bootstrap(theirs, theirs)
    assert same == (0.0, 0.0, 0.0)
    mixed = metrics.paired_bootstrap([i % 2 == 0 for i in range(200)], [i % 2 == 1 for i in range(200)])
    assert mixed.low < 0 < mixed.high
    assert metrics.paired_bootstrap([], []) == (0.0, 0.0, 0.0)


def test_an_independent_resampling_gives_about_the_same_interval() -> None:
    """The 95 % interval of a mean of n independent differences is about two standard errors wide on each side."""
    ours, theirs = [i % 10 < 6 for i in range(1_000)], [i % 10 < 5 for i in range(1_000)]
    found = metrics.paired_bootstrap(ours, theirs)
    counts = Counter(a - b for a, b in zip(ours, theirs, strict=True))
    p = counts[1] / 1_000
    assert found.high - found.low == pytest.approx(2 * 1.96 * math.sqrt(p * (1 - p) / 1_000), rel=0.15)


def test_key_of_takes_lines_of_an_entry() -> None:
    booked: Entry = TWICE
    assert metrics.key_of(booked.lines) == {("607", Side.DEBIT), ("512", Side.CREDIT)}
