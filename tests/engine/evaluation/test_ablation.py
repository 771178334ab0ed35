"""Rows change what they name and nothing else, every one can be trained, and luck is told apart from a difference."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.config import EncoderConfig, JudgeConfig, NetworkConfig, TrainConfig
from engine.evaluation import ablation, ablation_run
from engine.evaluation.ablation import DEFAULT, Row, macro_bootstrap, rows, stem, verdict
from engine.evaluation.ablation_run import SharedEncoder, WholeEvents, examine
from engine.evaluation.metrics import Interval, paired_bootstrap
from engine.evaluation.views import bare
from engine.features import Reader
from engine.inference.predictor import Predictor
from engine.journal import Side, event_of
from engine.model.encoder import Encoded, TextEncoder
from engine.text import Conditioned
from engine.training.run import fit
from tests.builders import a_snapshot, an_event, some_entries
from tests.engine.evaluation.ledger import a_year

# As the quick profile in everything that a row may rest on, and small.
BASE = TrainConfig(
    epochs=1, epochs_more=1, cuts=(0.5,), network=NetworkConfig(hidden=32, heads=2), judge=JudgeConfig(rounds=5),
    encoder=EncoderConfig(tune_epochs=1),
)  # fmt: skip
ROWS = rows(BASE)
CHANGES = [r for r in ROWS if r.settings]


def flat(settings: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Settings by dotted path."""
    out: dict[str, Any] = {}
    for name, value in settings.items():
        out |= flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return out


@pytest.mark.parametrize("row", CHANGES, ids=lambda r: r.name)
def test_a_row_differs_from_the_default_by_what_it_names(row: Row) -> None:
    before, after = flat(BASE.to_dict()), flat(row.config(BASE).to_dict())
    assert {path: value for path, value in after.items() if value != before[path]} == dict(row.settings)


@pytest.mark.parametrize("row", CHANGES, ids=lambda r: r.name)
def test_every_row_can_be_trained_and_answers(row: Row, reader: Reader) -> None:
    config = row.config(BASE)
    own = reader if config.encoder == reader.encoder.config else Reader(TextEncoder(config.encoder))
    predictor = Predictor(fit(a_snapshot(*some_entries(20)), config, reader=own).bundle)
    lines = predictor.predict([an_event()])[0].candidates[0].lines
    assert sum(x.amount * (1 if x.side is Side.DEBIT else -1) for x in lines) == 0


def test_names_are_used_once_and_every_question_is_one() -> None:
    assert len({r.name for r in ROWS}) == len(ROWS)
    assert ROWS[0].name == DEFAULT
    assert ROWS[0].config(BASE) == BASE
    assert all(r.question.endswith("?") for r in ROWS[1:])
    assert all("," not in r.name and r.name == r.name.casefold() for r in ROWS), "names are given with commas between"


def test_every_row_that_is_written_down_is_possible() -> None:
    """A renamed setting would silently lose its row."""
    lost = [r.name for r in ablation._ROWS if not r.possible(BASE)]
    assert lost == []


def test_what_this_version_lacks_or_has_already_is_left_out() -> None:
    row = Row(name="x", group="X", question="?", settings={"network.nonsense": 1})
    assert not row.possible(BASE)
    assert not replace(row, settings={"nonsense.pointer": 1}).possible(BASE)
    assert not replace(row, settings={"epochs.more": 1}).possible(BASE)
    assert not replace(row, settings={"network.pointer": "euclid"}).possible(BASE)
    assert replace(row, settings={"network.pointer": "dot"}).possible(BASE)
    names = {r.name for r in rows(BASE)}
    assert "k_20" in names
    assert "k_10" not in names, "it is the default"
    other = rows(replace(BASE, memory=replace(BASE.memory, slots=20)))
    assert {"k_10", "k_5"} <= {r.name for r in other}
    assert "k_20" not in {r.name for r in other}


def slow_bootstrap(pairs: list[tuple[list[float], list[float]]], draws: int, seed: int) -> list[float]:
    """One draw, one book, one entry at a time, with the same random numbers."""
    rng = np.random.default_rng(seed)
    picked = [rng.integers(0, len(ours), (draws, len(ours))) for ours, _ in pairs]
    means = []
    for d in range(draws):
        books = []
        for (ours, theirs), chosen in zip(pairs, picked, strict=True):
            gaps = [ours[i] - theirs[i] for i in chosen[d]]
            books.append(sum(gaps) / len(gaps))
        means.append(sum(books) / len(books))
    return sorted(means)


def test_the_bootstrap_is_its_definition() -> None:
    rng = np.random.default_rng(5)
    pairs = [(rng.random(n).round().tolist(), rng.random(n).round().tolist()) for n in (7, 40, 13)]
    found = macro_bootstrap(pairs, draws=200, seed=3)
    want = slow_bootstrap(pairs, 200, 3)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(want, [0.025, 0.975])))
    assert found.mean == pytest.approx(np.mean([np.mean(a) - np.mean(b) for a, b in pairs]))


def test_with_one_book_it_is_the_plain_paired_bootstrap() -> None:
    rng = np.random.default_rng(6)
    ours, theirs = rng.random(50) < 0.7, rng.random(50) < 0.5
    one, plain = macro_bootstrap([(ours, theirs)]), paired_bootstrap(ours, theirs)
    assert one.mean == plain.mean
    assert (one.low, one.high) == pytest.approx((plain.low, plain.high), abs=0.03)


def test_books_weigh_the_same_and_resampling_stays_within_them() -> None:
    small, large = ([1.0] * 3, [0.0] * 3), ([0.0] * 300, [0.0] * 300)
    assert macro_bootstrap([small, large]) == Interval(0.5, 0.5, 0.5)


def test_a_comparison_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one book"):
        macro_bootstrap([])
    with pytest.raises(ValueError, match="an entry in each"):
        macro_bootstrap([([], [])])


@pytest.mark.parametrize(
    ("difference", "word"),
    [
        (Interval(-0.03, -0.05, -0.01), "worse"),
        (Interval(0.03, 0.01, 0.05), "better"),
        (Interval(0.001, -0.01, 0.012), "no difference"),
        (Interval(0.001, -0.04, 0.04), "luck"),
        (Interval(-0.015, -0.02, 0.005), "luck"),
    ],
)
def test_a_verdict_speaks_about_the_default(difference: Interval, word: str) -> None:
    assert word in verdict(difference)


def test_only_whole_events_are_asked() -> None:
    book = a_year(60)
    system = WholeEvents(BASE)
    system.fit(replace(book, entries=book.entries[:40]))
    entry = book.entries[45]
    known = replace(event_of(entry), lines=entry.lines[:1])
    answers = system.answer([bare(entry), event_of(entry), known])
    assert [bool(a) for a in answers] == [False, True, False]
    assert answers[1] == system.answer([event_of(entry)])[0]


def test_a_shorter_history_is_the_newest_part_and_the_test_stays() -> None:
    book = a_year(60)
    short = examine(book, [BASE], 6)[0].outcomes["static"]
    full = examine(book, [BASE])[0].outcomes["static"]
    assert len(short.right) == len(full.right) == 12
    assert short.score != full.score


def test_a_judge_learnt_again_answers_as_one_of_a_training_of_its_own() -> None:
    """With enough history for trees, so that their settings matter."""
    base = replace(BASE, cuts=(0.3,), judge=JudgeConfig(rounds=10, min_rows=5))
    book = a_year(130)
    untaught, fewer = (replace(base, judge=replace(base.judge, rounds=n)) for n in (0, 2))
    together = examine(book, [base, untaught, fewer])
    alone = [examine(book, [c])[0] for c in (base, untaught, fewer)]
    assert [m.outcomes for m in together] == [m.outcomes for m in alone]
    scores = [m.outcomes["static"].score for m in alone]
    assert scores[0] != scores[1]
    assert scores[0] != scores[2]


def test_a_stem_leaves_out_the_judge_s_learning_and_nothing_else() -> None:
    judges = [replace(BASE.judge, rounds=9, leaves=3, l2=2.0), replace(BASE.judge, beams=2)]
    learning, beams = (replace(BASE, judge=j) for j in judges)
    assert stem(learning) == stem(BASE)
    assert stem(beams) != stem(BASE)
    assert stem(replace(BASE, epochs=3)) != stem(BASE)


def test_rows_that_read_the_same_share_the_encoder_s_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it can be seen in the outcomes."""
    passes: list[int] = []
    really = TextEncoder._forward

    def counted(self: TextEncoder, texts: Sequence[Conditioned]) -> list[Encoded]:
        passes.append(len(texts))
        return really(self, texts)

    monkeypatch.setattr(TextEncoder, "_forward", counted)
    monkeypatch.setattr(SharedEncoder, "_passes", OrderedDict())
    book = a_year(60)
    first = examine(book, [BASE])[0].outcomes
    done = len(passes)
    assert done > 0
    assert examine(book, [BASE])[0].outcomes == first
    assert len(passes) == done
    examine(book, [replace(BASE, encoder=replace(BASE.encoder, words=False))])
    assert len(passes) > done
    monkeypatch.setattr(ablation_run, "PASSES", 0)
    assert examine(book, [BASE])[0].outcomes == first
    assert not SharedEncoder._passes
