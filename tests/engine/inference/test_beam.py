"""Beam search against enumerating every entry there is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
import torch

from engine.features import Reader
from engine.inference.beam import FLOOR, Hypothesis, Placed, decode
from engine.journal import Account, Side
from engine.model.network import Inputs
from engine.targets import Step, Target
from engine.training.losses import Targets, write_along
from tests.builders import an_entry
from tests.engine.made import TINY, School, a_school, many_shapes, stirred

D, C = Side.DEBIT, Side.CREDIT
WIDE = 400


@pytest.fixture(scope="module")
def small(reader: Reader) -> School:
    """Three accounts and at most four lines: few enough entries to write them all down."""
    entries = [
        an_entry("Miete", "D 1 5", "C 2 5", entry_id="a"),
        an_entry("Ware", "D 1 3", "D 3 2", "C 2 5", entry_id="b"),
        an_entry("Kauf", "D 3 5", "C 1 5", entry_id="c"),
    ]
    config = replace(TINY, network=replace(TINY.network, max_lines=4, scale_init=2.0))
    accounts = [Account(code=c, name=n) for c, n in (("1", "Rent"), ("2", "Bank"), ("3", "Goods"))]
    return stirred(a_school(reader, entries, config, accounts), seed=4)


@pytest.fixture(scope="module")
def school(reader: Reader) -> School:
    return stirred(a_school(reader, many_shapes(20)))


def inputs_of(school: School, rows: Sequence[int]) -> Inputs:
    return school.lessons.inputs(list(rows), school.config.memory.slots)


def search(
    school: School, rows: Sequence[int], known: Sequence[Sequence[Placed]], width: int
) -> list[list[Hypothesis]]:
    with torch.inference_mode():
        return decode(school.network, inputs_of(school, rows), school.accounts, known, width)


def every_entry(accounts: int, longest: int, known: Sequence[Placed]) -> Iterator[tuple[Placed, ...]]:
    """All lines a decoder may write after the known ones: debits, then credits, both sides present."""
    for more in range(longest - len(known) + 1):
        for debits in range(more + 1):
            sides = [D] * debits + [C] * (more - debits)
            for rows in itertools.product(range(accounts), repeat=more):
                lines = (*known, *zip(rows, sides, strict=True))
                if {s for _, s in lines} == {D, C}:
                    yield lines


@torch.inference_mode()
def log_probability(school: School, row: int, lines: Sequence[Placed], known: int) -> float:
    """By definition: every written line's account and side, and every free stop decision."""
    network, accounts = school.network, school.accounts
    context = network.context(inputs_of(school, [row]), accounts)
    target = Target(tuple(Step(a, s, 1.0) for a, s in lines), known)
    written = write_along(network, context, Targets.of([target]))
    total = 0.0
    for t, (stop, free) in enumerate(zip(target.stops, target.decisive, strict=True)):
        if free:
            p = 1 / (1 + math.exp(-float(written.stop[0, t])))
            total += math.log(p if stop else 1 - p)
        if known <= t < len(lines):
            account, side = lines[t]
            sides = network.side_logits(written, torch.full((1, len(lines) + 1, 1), account), accounts)[0, t, 0]
            total += math.log(float(written.mixture.total[0, t, account]))
            total += float(sides.log_softmax(-1)[int(side)])
    return total


@pytest.mark.parametrize("known", [(), ((1, C),), ((0, D), (1, C)), ((2, C), (2, C), (0, D))], ids=str)
def test_a_wide_beam_finds_the_most_probable_entries_there_are(small: School, known: tuple[Placed, ...]) -> None:
    want = sorted(((log_probability(small, 2, x, len(known)), x) for x in every_entry(3, 4, known)), reverse=True)
    found = search(small, [2], [known], WIDE)[0]
    best = min(5, len([p for p, _ in want if p > FLOOR]))
    assert [h.lines for h in found[:best]] == [x for _, x in want[:best]]
    assert [h.log_probability for h in found[:best]] == pytest.approx([p for p, _ in want[:best]], abs=1e-3)


def test_no_entry_is_found_twice_and_each_has_its_own_probability(small: School) -> None:
    found = search(small, [0], [()], WIDE)[0]
    assert len({h.lines for h in found}) == len(found)
    for h in found[:: max(1, len(found) // 8)]:
        assert h.log_probability == pytest.approx(log_probability(small, 0, h.lines, 0), abs=1e-3)
    assert sum(math.exp(h.log_probability) for h in found) <= 1 + 1e-4


def test_known_lines_come_first_and_cost_nothing(small: School) -> None:
    """With an entry's every line given, only the stop is left to decide."""
    lines = ((2, C), (0, D), (0, D))
    first = next(h for h in search(small, [1], [lines], 8)[0] if h.lines == lines)
    target = Target(tuple(Step(a, s, 1.0) for a, s in lines), 3)
    with torch.inference_mode():
        context = small.network.context(inputs_of(small, [1]), small.accounts)
        stop = write_along(small.network, context, Targets.of([target])).stop[0, 3]
    assert first.log_probability == pytest.approx(float(torch.nn.functional.logsigmoid(stop)), abs=1e-4)


@pytest.mark.parametrize("width", [1, 2, 6])
def test_every_hypothesis_is_an_entry(school: School, width: int) -> None:
    rows = list(range(20))
    bank = school.lessons.rows["1200"]
    known: list[list[Placed]] = [
        [(bank, C)] if i % 3 == 0 else [(bank, D), (bank, C)] if i % 3 == 1 else [] for i in rows
    ]
    for given, hypotheses in zip(known, search(school, rows, known, width), strict=True):
        logs = [h.log_probability for h in hypotheses]
        assert logs == sorted(logs, reverse=True)
        for h in hypotheses:
            sides = [s for _, s in h.lines]
            assert list(h.lines[: len(given)]) == given
            assert set(sides) == {D, C}
            assert sides[len(given) :] == sorted(sides[len(given) :])
            assert len(h.lines) <= school.config.network.max_lines
            assert len(h.shares) == len(h.memory) == len(h.lines)
            assert all(0 <= m <= 1 + 1e-4 for m in h.memory)


def test_a_batch_is_its_events_one_by_one(school: School) -> None:
    rows = [3, 9, 0, 14]
    bank = school.lessons.rows["1200"]
    known: list[list[Placed]] = [[], [(bank, C)], [], [(bank, C), (bank, C)]]
    for row, given, together in zip(rows, known, search(school, rows, known, 4), strict=True):
        alone = search(school, [row], [given], 4)[0]
        assert [h.lines for h in alone] == [h.lines for h in together]
        assert [h.log_probability for h in alone] == pytest.approx([h.log_probability for h in together], abs=1e-3)


def test_closed_accounts_are_written_only_where_they_are_given(school: School) -> None:
    inputs = inputs_of(school, [12])
    rent, bank = school.lessons.rows["4210"], school.lessons.rows["1200"]
    allowed = torch.zeros_like(inputs.allowed)
    allowed[:, [rent, bank]] = True
    closed = replace(inputs, allowed=allowed)
    with torch.inference_mode():
        found = decode(school.network, closed, school.accounts, [()], 6)[0]
    assert found
    assert {a for h in found for a, _ in h.lines} <= {rent, bank}


def test_more_beams_find_nothing_worse(school: School) -> None:
    rows = list(range(8))
    narrow, broad = (search(school, rows, [()] * 8, width) for width in (1, 12))
    for few, many in zip(narrow, broad, strict=True):
        if few:
            assert many[0].log_probability >= few[0].log_probability - 1e-4
