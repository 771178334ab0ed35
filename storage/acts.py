"""What the acts on an entry are given and stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from engine.journal import Kind, Line, State
from storage.policy import Reversal
from storage.records import MODEL, Version

DISCARDED_AS = ("duplicate", "transfer counterpart", "not ours", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What somebody had in front of them: the version, and the chain sequence of the last act (0 for none)."""

    version: int
    decided: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an entry stands, as one row of the current view says."""

    entry_id: str
    state: State
    kind: Kind
    day: date
    journal: str
    document: str
    total: Decimal
    reverses: str
    seen: Seen
    last_act: str
    last_by: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """New lines of an entry, with a posting date or a document where they change too."""

    lines: tuple[Line, ...]
    posting_date: date | None = None
    document: str | None = None
    document_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How somebody came to an approval: with the entry opened, alone or as one of many."""

    opened: bool = True
    bulk: bool = False
    soft_exempt: bool = False  # their role may book into softly closed periods


def taken_back(line: Line, how: Reversal) -> Line:
    """The line that undoes ``line``."""
    if how is Reversal.BY_SIDE:
        return replace(line, side=type(line.side)(1 - line.side))
    original = None if line.original_amount is None else -line.original_amount
    return replace(line, amount=-line.amount, original_amount=original)


def others_work(versions: Sequence[Version], by: str) -> bool:
    """Whether somebody else had touched the lines before: a model's proposal that nobody changed does not count."""
    last_model: tuple[Line, ...] | None = None
    for v in versions[:-1]:
        if v.origin == MODEL:
            last_model = v.lines
        elif v.author != by and v.lines != last_model:
            return True
    return False
