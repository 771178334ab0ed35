"""A small model that has really learnt: most of a short demo book, with the newest entries kept to be asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine import bundle
from engine.demo import demo_book
from engine.explain.subject import Subject, examine
from engine.inference.predictor import Predictor
from engine.journal import Event, event_of, in_recording_order, teaches
from engine.training.run import fit
from tests.engine.made import TINY

KEPT = 24  # newest entries that the model never saw


@dataclass(frozen=True)
class Learnt:
    """A saved bundle, a predictor nobody teaches anything, and events it has to guess."""

    folder: Path
    predictor: Predictor
    events: tuple[Event, ...]

    def subjects(self, count: int = KEPT) -> Sequence[Subject]:
        return [examine(self.predictor, e) for e in self.events[:count]]


@pytest.fixture(scope="session")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Learnt:
    book = demo_book(entries=400)
    entries = [e for e in in_recording_order(book.entries) if teaches(e)]
    known = tuple(entries[:-KEPT])
    made = fit(replace(book, entries=known), replace(TINY, epochs=4, epochs_more=2)).bundle
    folder = tmp_path_factory.mktemp("explain") / "bundle"
    bundle.save(made, folder)
    return Learnt(folder, Predictor.load(folder), tuple(event_of(e) for e in entries[-KEPT:]))
