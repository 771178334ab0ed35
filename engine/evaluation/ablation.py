"""Ablations: the rows as data, and whether a row's difference to the default is more than luck.

A row changes one choice of the default and says which question that answers. Rows whose setting this version does not
have, and rows that would change nothing, are left out by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from engine.base import NONE
from engine.config import JudgeConfig, TrainConfig, choices
from engine.evaluation.metrics import Interval

DEFAULT = "default"
CLOSE = 0.02  # a difference smaller than this is worth more seeds
NOTHING = 0.005  # a difference smaller than this is none in practice
_LEARNT = ("rounds", "leaves", "learning_rate", "min_rows", "l2", "kind")  # of the judge, after all else


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One choice: ``settings`` by dotted path; ``history`` entries that it learns from, the newest, None for all.

    ``note`` is what a reader of its figures must know.
    """

    name: str
    group: str
    question: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    history: int | None = None
    note: str = ""

    def config(self, default: TrainConfig) -> TrainConfig:
        """The default with this row's settings."""
        for path, value in self.settings.items():
            default = _changed(default, path.split("."), value)
        return default

    def possible(self, default: TrainConfig) -> bool:
        """Whether this version has every setting and value that the row names."""
        return all(_known(default, path.split("."), value) for path, value in self.settings.items())


def rows(default: TrainConfig) -> tuple[Row, ...]:
    """The default first, then every row that changes something."""
    there = (r for r in (*_ROWS, *_judges(default)) if r.possible(default))
    return (_DEFAULT, *(r for r in there if r.history is not None or r.config(default) != default))


def stem(config: TrainConfig) -> TrainConfig:
    """The settings without those of the judge's learning: runs of one stem train alike up to there."""
    usual = {n: getattr(JudgeConfig(), n) for n in _LEARNT if hasattr(config.judge, n)}
    return replace(config, judge=replace(config.judge, **usual))


def _changed(part: Any, path: Sequence[str], value: Any) -> Any:  # noqa: ANN401 - any part of the configuration
    first, *rest = path
    return replace(part, **{first: _changed(getattr(part, first), rest, value) if rest else value})


def _known(part: Any, path: Sequence[str], value: Any) -> bool:  # noqa: ANN401
    first, *rest = path
    if not hasattr(part, first):
        return False
    if rest:
        return is_dataclass(getattr(part, first)) and _known(getattr(part, first), rest, value)
    allowed = choices(type(part)).get(first)
    return allowed is None or value in allowed


def _judges(default: TrainConfig) -> Iterator[Row]:
    """A row for each kind of judge there is."""
    for kind in choices(type(default.judge)).get("kind", ()):
        question = f"Is a judge of the kind {kind!r} better?"
        yield Row(name=f"judge_{kind}", group="Judge", question=question, settings={"judge.kind": kind})


def _row(group: str, name: str, question: str, note: str = "", **settings: Any) -> Row:  # noqa: ANN401
    """``settings`` with two underscores for the dot."""
    by_path = {path.replace("__", "."): value for path, value in settings.items()}
    return Row(name=name, group=group, question=question, settings=by_path, note=note)


_DEFAULT = Row(name=DEFAULT, group="Default", question="What everything is compared with.")
_DOUBT = "Without a neighbour the judge never claims more than its cap, so scores are tied and stp says little."

_LOSSES = (
    _row("Losses", "running_scaling", "Does it help to divide each term by its running mean?", loss__scaling="running"),
    _row("Losses", "ramp", "Should the other terms come in slowly?", loss__schedule="ramp"),
    _row("Losses", "flow_mse", "Are squared errors of shares as good as KL?", loss__flow_kind="mse"),
    _row("Losses", "flow_off", "Does learning the shares help or hurt the accounts?", loss__flow=0.0),
    _row("Losses", "coverage", "Should accounts already written cost something?", loss__coverage=0.5),
    _row("Losses", "clip_all", "Do pointer and copy need a clip of their own?", clip_by="all"),
)
_POINTING = (
    _row("Pointer", "pointer_dot", "Does the pointer need normalised vectors?", network__pointer="dot"),
    _row(
        "Pointer", "pointer_temperature", "What does a temperature beside the scale do?",
        network__pointer="cosine+temperature",
    ),
    _row("Catalog", "catalog_hash", "Is the accounts' text worth reading?", network__catalog="hash"),
    _row(
        "Catalog", "catalog_redrawn", "What did it cost to draw the catalog encoder anew for serving?",
        "An old mistake, repeated for its price; such a model cannot be saved.", network__catalog="redrawn",
    ),
    _row("Catalog", "no_family", "Do parents and children help an account?", network__family=False),
)  # fmt: skip
_MEMORY = (
    _row("Memory", "no_memory", "What is retrieval worth, to network and judge together?", _DOUBT, memory__use="off"),
    _row("Memory", "memory_judge_only", "What is memory worth to the network?", memory__use="judge"),
    _row(
        "Memory", "no_memory_serving", "What did it cost to train with memory and serve without?", _DOUBT,
        memory__use="training",
    ),
    _row("Memory", "memory_text_only", "Does the memory key need the n-grams?", memory__key="text"),
    _row("Memory", "no_slot_accounts", "Must a slot show its account?", network__slot_accounts=False),
    _row("Memory", "no_copy", "Is reading the memory enough, without copying?", network__gate="off"),
    _row("Memory", "gate_half", "Must the gate be learned?", network__gate="half"),
    _row("Memory", "slots_mixed", "Should slots see each other?", network__mix=True),
    _row("Memory", "k_5", "Are 5 neighbours enough for the network?", memory__slots=5),
    _row("Memory", "k_10", "Are 10 neighbours the right number?", memory__slots=10),
    _row("Memory", "k_20", "Do 20 neighbours help?", memory__slots=20),
)  # fmt: skip
_READING = (
    _row("Reading", "no_sketch", "What are the hashed n-grams worth?", encoder__sketch=False),
    _row("Reading", "no_words", "Do journal, party and amount help as words?", encoder__words=False),
    _row("Reading", "no_film", "Must circumstances scale the decoder's start?", network__conditions="input"),
    _row("Reading", "no_conditions", "What are circumstances as numbers worth?", network__conditions="off"),
    _row(
        "Reading", "no_circumstances", "What are they worth to the network, as words and as numbers?",
        encoder__words=False, network__conditions="off",
    ),
    _row("Encoder", "encoder_frozen", "Is a frozen encoder enough?", encoder__train_layers=0),
    _row("Encoder", "encoder_top2", "Does tuning the two top layers pay?", encoder__train_layers=2),
    _row("Encoder", "encoder_all", "Does tuning all layers pay?", encoder__train_layers=-1),
)  # fmt: skip
_RANKING = (
    _row("Judge", "no_templates", "What are posting templates worth?", templates__on=False),
    _row("Judge", "no_judge", "What are the judge's trees worth?", judge__rounds=0),
    _row("Judge", "no_base", "What is it worth that other books were learnt from first?", base=NONE),
    _row("Judge", "beams_2", "Is a narrow beam enough?", judge__beams=2),
)
_SIZES = (
    _row("Size", "hidden_64", "Is half the width enough?", network__hidden=64),
    _row("Size", "hidden_128", "Is a width of 128 right?", network__hidden=128),
    _row("Size", "hidden_256", "Does twice the width help?", network__hidden=256),
    _row("Size", "dropout_0", "Is dropout needed?", network__dropout=0.0),
    _row("Size", "dropout_40", "Does more dropout help?", network__dropout=0.4),
    _row("Size", "epochs_half", "Is half the training enough?", epochs=5, epochs_more=3),
    _row("Size", "epochs_double", "Does twice the training help?", epochs=20, epochs_more=10),
    _row("Size", "one_cut", "Is one cut enough for the judge?", cuts=(0.6,)),
    _row("Size", "two_cuts", "Are two cuts enough for the judge?", cuts=(0.5, 0.75)),
    _row("Size", "never_blank", "Does hiding fields in training cost accuracy?", blank=0.0),
    _row("Size", "no_fixed_lines", "Does learning to complete entries cost accuracy?", fixed_line=0.0),
)
_CURVE = tuple(
    Row(name=f"history_{n}", group="History", question=f"How good is it after {n} entries?", history=n)
    for n in (5, 20, 50, 100, 200, 500)
)
_ROWS = (*_LOSSES, *_POINTING, *_MEMORY, *_READING, *_RANKING, *_SIZES, *_CURVE)


def macro_bootstrap(pairs: Sequence[tuple[ArrayLike, ArrayLike]], *, draws: int = 2_000, seed: int = 0) -> Interval:
    """Difference of two macro means, ours minus theirs, with its 95 % interval.

    Paired and stratified: entries are drawn with replacement within each book, the same for both sides, and books
    weigh the same whatever their size (Efron and Tibshirani 1993, ch. 8).

    Args:
        pairs: of each book what became of its test entries, ours and theirs in one order, in [0, 1].
    """
    differences = [np.asarray(a, np.float64) - np.asarray(b, np.float64) for a, b in pairs]
    if not differences or not all(len(d) for d in differences):
        raise ValueError("a comparison needs at least one book, and an entry in each")
    rng = np.random.default_rng(seed)
    means = np.mean([d[rng.integers(0, len(d), (draws, len(d)))].mean(axis=1) for d in differences], axis=0)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(np.mean([d.mean() for d in differences])), float(low), float(high))


def verdict(difference: Interval) -> str:
    """What a row's difference to the default says about the default's choice."""
    if difference.high < 0:
        return "worse: the default earns its place"
    if difference.low > 0:
        return "better: it should be the default"
    if max(-difference.low, difference.high) <= CLOSE and abs(difference.mean) <= NOTHING:
        return "no difference"
    return "not told apart from luck"
