"""Which earlier split to follow, and how: round rates are put right, fixed amounts stay, the rest is in proportion."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.proportions import Choice, Precedent, Split, Way, _ways, choose, round_rate
from engine.journal import Line, Side
from tests.builders import a_line

CENT = Decimal("0.01")


def precedent(*lines: str, weight: float = 1.0) -> Precedent:
    return Precedent(Split(tuple(a_line(x) for x in lines)), weight)


def bought(net: str, tax: str, weight: float = 1.0) -> Precedent:
    gross = Decimal(net) + Decimal(tax)
    return precedent(f"D 6063 {net}", f"D 4456 {tax}", f"C 4010 {gross}", weight=weight)


def parts(choice: Choice) -> dict[str, float]:
    """Share of each line in its side, fixed ones left out."""
    way = choice.way
    totals = {s: sum(w for x, w in zip(way.source.upright, way.weights, strict=True) if x.side is s) for s in Side}
    return {x.account: w / totals[x.side] for x, w in zip(way.source.upright, way.weights, strict=True)}


def test_a_rate_that_rounding_blurred_is_put_right() -> None:
    assert parts(choose([bought("4.82", "0.97")], CENT))["4456"] == pytest.approx(0.2 / 1.2, abs=1e-6)
    assert parts(choose([bought("9.44", "0.52")], CENT))["4456"] == pytest.approx(0.055 / 1.055, abs=1e-6)


def test_a_split_at_no_round_rate_is_followed_as_it_is() -> None:
    odd = bought("5123.45", "771.23")
    assert parts(choose([odd], CENT))["4456"] == pytest.approx(771.23 / (5123.45 + 771.23))


def test_the_way_that_explains_the_others_is_taken_before_the_nearest() -> None:
    usual = [bought("100.00", "20.00", 0.8), bought("50.00", "10.00", 0.7), bought("70.00", "14.00", 0.6)]
    mixed = bought("90.00", "13.37")
    choice = choose([mixed, *usual], CENT)
    assert parts(choice)["4456"] == pytest.approx(0.2 / 1.2)
    assert choice.steady == pytest.approx(1.3 / 2.3, abs=0.2)
    assert choice.tested == 3


def test_the_nearest_is_followed_where_rates_differ_by_what_is_bought() -> None:
    food = [bought(f"{n}.00", f"{n * 0.1:.2f}", 1.0) for n in (30, 40)]
    tools = [bought(f"{n}.00", f"{n * 0.2:.2f}", 0.1) for n in (30, 40, 50, 60)]
    assert parts(choose([*food, *tools], CENT))["4456"] == pytest.approx(0.1 / 1.1)


def test_a_line_that_is_always_the_same_stays_so() -> None:
    def declared(vat: int) -> Precedent:
        return precedent("D 2510 17500", f"D 2650 {vat}", f"C 1930 {17500 + vat}")

    choice = choose([declared(59794), declared(36371), declared(10652), declared(26514)], CENT)
    fixed = {x.account: f for x, f in zip(choice.way.source.upright, choice.way.fixed, strict=True)}
    assert fixed == {"2510": Decimal(17500), "2650": None, "1930": None}
    assert choice.steady == pytest.approx(1.0)
    assert choice.tested == 3


def test_one_line_a_side_has_nothing_to_share_out() -> None:
    paid = [precedent(f"D 4010 {n}", f"C 5120 {n}") for n in (10, 20)]
    assert choose(paid, CENT).steady == 1.0


def test_a_reversal_by_sign_is_followed_with_its_signs_turned() -> None:
    back = precedent("D 6063 -100", "D 4456 -20", "C 4010 -120")
    assert choose([back, bought("50", "10")], CENT).steady == pytest.approx(1.0)
    assert all(x.amount > 0 for x in choose([back], CENT).way.source.upright)


def test_nothing_to_follow_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one precedent"):
        choose([], CENT)


cents = st.integers(1, 10**7).map(lambda n: Decimal(n) / 100)
some_lines = st.lists(
    st.builds(lambda a, s, m: a_line(f"{s} {a} {m}"), st.sampled_from(["1", "2", "3"]), st.sampled_from("DC"), cents),
    min_size=2, max_size=6,
)  # fmt: skip


@given(st.lists(some_lines, min_size=1, max_size=5))
def test_any_past_gives_a_way_with_one_free_line_a_side(past: list[list[Line]]) -> None:
    choice = choose([Precedent(Split(tuple(x)), 0.9**i) for i, x in enumerate(past)], CENT)
    way = choice.way
    assert 0.0 <= choice.steady <= 1.0 + 1e-9
    assert len(way.weights) == len(way.fixed) == len(way.source.lines)
    for side in {x.side for x in way.source.upright}:
        assert any(f is None for x, f in zip(way.source.upright, way.fixed, strict=True) if x.side is side)


def in_full(precedents: list[Precedent], unit: Decimal) -> tuple[Choice, float]:
    """The slow twin of `choose`: every way on every other precedent, compared place by place."""
    best: list[tuple[Choice, float]] = []
    for source in precedents[:6]:
        others = [p for p in precedents if p is not source]
        for way in _ways(source, others, unit):
            hits = sum(p.weight for p in others if follows(way, p.split, float(unit)))
            score = hits + source.weight + (0.5 if source is precedents[0] else 0.0)
            mass = sum(p.weight for p in others)
            if not best or score > best[-1][1] + 1e-9:
                best.append((Choice(way, hits / mass if mass else 0.5, len(others)), score))
        if best[-1][0].steady > 1 - 1e-9 and best[-1][0].tested:
            break
    return best[-1]


def follows(way: Way, other: Split, unit: float) -> bool:
    parts: dict[tuple[str, Side], list[float]] = {}
    for side in Side:
        rows = [i for i, x in enumerate(way.source.upright) if x.side is side]
        rest = other.totals[side] - sum(float(way.fixed[i] or 0) for i in rows)
        whole = sum(way.weights[i] for i in rows if way.fixed[i] is None)
        if whole <= 0 or rest < 0:
            return False
        for i in rows:
            x, known = way.source.upright[i], way.fixed[i]
            part = rest * way.weights[i] / whole if known is None else float(known)
            parts.setdefault((x.account, x.side), []).append(part)
    return parts.keys() == other.amounts.keys() and all(
        len(p) == len(other.amounts[place])
        and all(abs(a - b) < 1.5 * unit for a, b in zip(sorted(p), other.amounts[place], strict=True))
        for place, p in parts.items()
    )


bought_often = st.builds(
    lambda net, rate, fee: [
        a_line(f"D 1 {net}"), a_line(f"D 2 {round(net * rate, 2)}"), a_line(f"D 3 {fee}"),
        a_line(f"C 4 {net + round(net * rate, 2) + fee}"),
    ],
    st.integers(100, 10**6).map(lambda n: Decimal(n) / 100), st.sampled_from([Decimal("0.2"), Decimal("0.055")]),
    st.sampled_from([Decimal(5), Decimal(7), Decimal("3.33")]),
)  # fmt: skip


@given(st.lists(some_lines | bought_often, min_size=1, max_size=9))
def test_leaving_out_what_cannot_win_changes_nothing(past: list[list[Line]]) -> None:
    precedents = [Precedent(Split(tuple(x)), 0.9**i) for i, x in enumerate(past)]
    if all(len(x) == len({y.side for y in x}) for x in past):
        return  # nothing to share out
    quick, (slow, _) = choose(precedents, CENT), in_full(precedents, CENT)
    assert (quick.way.source, quick.way.weights, quick.way.fixed) == (slow.way.source, slow.way.weights, slow.way.fixed)
    assert (quick.steady, quick.tested) == (slow.steady, slow.tested)


@given(st.integers(1, 40), st.integers(10, 10**6))
def test_a_whole_percent_is_found_again_from_rounded_amounts(percent: int, base: int) -> None:
    tax = round(base * percent / 100)
    found = round_rate((tax - 0.5) / (base + 0.5), (tax + 0.5) / (base - 0.5))
    assert found is None or abs(found - percent / 100) <= 1.0 / base * 1.5 + 1e-9
    if base > 2000:
        assert found == pytest.approx(percent / 100)
