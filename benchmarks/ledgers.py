"""Ledgers by name, and results that a run which was stopped finds again."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.services.benchmark import code_digest, keep, kept, snapshot_of
from engine.base import NONE, SHELF
from engine.base.checkpoint import chosen
from engine.demo import demo_book
from engine.errors import BaseUnusable
from engine.journal import Snapshot

DEMO = "demo"  # stands for the demo book instead of a path


def ledger(name: str) -> Snapshot:
    """The demo book, or a file or folder named after its book.

    Raises:
        ImportRefused: it cannot be read.
        TooLittleHistory: it cannot be split.
    """
    return demo_book() if name == DEMO else snapshot_of(Path(name))


def once(
    folder: Path, wish: Mapping[str, Any], measure: Callable[[], dict[str, Any]], *, fresh: bool
) -> dict[str, Any]:
    """The kept result of this wish, or a new one, which is kept; ``code`` in it tells which source measured it.

    A result stays when the source changes, so that a table can be finished; ``fresh`` measures it again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()
    path = folder / f"{digest[:24]}.json"
    found = None if fresh else kept(path)
    if found is None:
        found = {**wish, **measure(), "code": code_digest(ours=True)}
        keep(path, found)
    elif found["code"] != code_digest(ours=True):
        say(f"  {path.name} was measured by other source code; --fresh measures it again")
    return found


def base_for(snapshot: Snapshot, wish: str) -> str:
    """What `TrainConfig.base` is to be, so that no part of the book was seen: not only the part that is trained on.

    Raises BaseUnusable where ``auto`` finds none: a figure without a base must not be taken for one with.
    """
    base = chosen(wish, snapshot.entries)
    if base == NONE != wish:
        raise BaseUnusable(str(SHELF), f"holds no base that has not seen {snapshot.book}")
    return base


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
