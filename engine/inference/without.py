"""What one question is answered without: the counterfactuals that explanations are made of.

Nothing is forgotten and nothing changes for anybody else: what is left out is left out of this one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from engine.features import Ints
from engine.retrieval.memory import NONE
from engine.targets import LineSet

T = TypeVar("T")


@dataclass(frozen=True)
class Without:
    """``rows`` of the memory that are hidden; line sets about which the template head and the decoder keep silent."""

    rows: Ints = field(default_factory=lambda: NONE)
    templates: frozenset[LineSet] = frozenset()
    decoder: frozenset[LineSet] = frozenset()


EVERYTHING = Without()  # an answer with all that there is


def unsaid(says: dict[LineSet, T], silent: frozenset[LineSet]) -> dict[LineSet, T]:
    """What a source says, but for what it keeps silent about."""
    return {lines: x for lines, x in says.items() if lines not in silent} if silent else says


def hidden_rows(without: Sequence[Without]) -> tuple[Ints, ...]:
    """The rows each question is answered without; empty where none is hidden from any."""
    return tuple(w.rows for w in without) if any(len(w.rows) for w in without) else ()
