"""What explanations are made of. Frozen records that turn into JSON; nothing here asks the predictor."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.journal import Because, Shares, Side, money_text
from engine.targets import LineSet


class Kind(StrEnum):
    """What a piece of evidence is."""

    MEMORY = "memory"  # earlier entries
    TEMPLATES = "templates"  # what the linear head over the book's line sets says for the candidate
    DECODER = "decoder"  # what the network that writes lines says for it
    WORD = "word"
    AMOUNT = "amount"
    PARTY = "party"
    JOURNAL = "journal"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What becomes of a candidate without a piece of evidence.

    ``name`` is the word or the field's value, ``entries`` the ids of earlier entries. ``before`` and ``after`` are the
    judge's probability of the candidate, 0 where nobody proposes it any more; ``answer`` is what is proposed then,
    with its own probability, and empty where nothing is. ``turns`` says that this is no longer the candidate.
    """

    kind: Kind
    name: str = ""
    entries: tuple[str, ...] = ()
    before: float
    after: float
    answer: LineSet
    answer_probability: float
    turns: bool

    @property
    def drop(self) -> float:
        return self.before - self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Near entries that were booked otherwise in one way; ``instead`` are the lines that the candidate lacks."""

    lines: LineSet
    instead: LineSet
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Earlier entries as cards, and how many of the near ones were booked like the candidate and otherwise."""

    cards: tuple[Because, ...]
    like: int
    otherwise: tuple[Rival, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordWeight:
    """A word of the text, or of the fields in front of it, and the share of attention it got."""

    word: str
    weight: float
    field: bool


Distribution = tuple[tuple[str, float], ...]  # (account code, probability), largest first


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """What spoke for one line: three distributions over accounts, the gate between pointer and copy, the words.

    ``elsewhere`` is the attention that no word got: separators, and pieces no word could be found for.
    """

    account: str
    side: Side
    gate: float
    pointer: Distribution
    copied: Distribution
    template: Distribution
    words: tuple[WordWeight, ...]
    elsewhere: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """One candidate with its probability and how much of it came from template, memory and model."""

    lines: LineSet
    probability: float
    shares: Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything there is to say about one candidate; probabilities are the judge's of a set of accounts and sides.

    ``reason`` is the one of ``evidence`` (largest drop first) without which the candidate is least probable; None
    where nothing that could be taken away lowers it. ``visible`` is the same among what people can see: entries, words
    and fields, not the heads that make something of them. ``leave_out`` takes the nearest entries like the candidate
    away, one more each time, ``turning`` is the first of these with another answer.
    """

    lines: LineSet
    probability: float
    reason: Removal | None
    visible: Removal | None
    evidence: tuple[Removal, ...]
    cards: Cards
    leave_out: tuple[Removal, ...]
    turning: Removal | None
    without_memory: Removal
    words: tuple[Removal, ...]
    line_views: tuple[LineView, ...]
    sources: tuple[Sources, ...]


def to_json(value: object) -> Any:  # noqa: ANN401 - JSON is any of its types
    """Records as dictionaries, money and days as text, sides as letters; everything else as JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [to_json(x) for x in value]
    if isinstance(value, Side):
        return value.letter
    if isinstance(value, Decimal):
        return money_text(value)
    return value.isoformat() if isinstance(value, date) else value
