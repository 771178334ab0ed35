"""Making a base checkpoint from open ledgers and generated books."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.benchmark import distinct, snapshot_of
from app.services.errors import BadInput
from engine.config import TrainConfig
from engine.demo import PROFILES, generated_book
from engine.journal import Snapshot

if TYPE_CHECKING:
    from engine.base.checkpoint import Base, Source

STATEMENT = "SOURCE.md"  # beside the ledger: says whose it is and under which licence
GENERATED_ENTRIES = 700
_FIRST_SEED = 101  # away from those of the demo and of tests
_OWN = "the project's own"


def make(
    paths: Sequence[Path], out: Path, *, companies: int = 2, seed: int = 0, say: Callable[[str], None] = lambda _: None
) -> list[Base]:
    """A base of everything, and for each ledger one that has not seen it, in folders below ``out``.

    Args:
        companies: generated books of each kind.

    Raises:
        BadInput: ``out`` holds bases already, or a ledger states no licence.
    """
    from engine.base.pretrain import pretrain, source_of

    if out.exists() and any(out.iterdir()):
        raise BadInput("--out", str(out), "there is something already", "Choose a new folder, or empty it first.")
    snapshots = [snapshot_of(path) for path in paths]
    names = distinct([s.book for s in snapshots])
    books = [
        (named, source_of(named, *_statement(path)))
        for path, name, snapshot in zip(paths, names, snapshots, strict=True)
        for named in [replace(snapshot, book=name)]
    ]
    return pretrain([*books, *_generated(companies)], out, TrainConfig.quick(seed), say)


def _generated(companies: int) -> list[tuple[Snapshot, Source]]:
    from engine.base.pretrain import source_of

    found = []
    for profile in PROFILES:
        for seed in range(_FIRST_SEED, _FIRST_SEED + companies):
            book = replace(generated_book(profile, seed, GENERATED_ENTRIES), book=f"{profile}-{seed}")
            found.append((book, source_of(book, _OWN)))
    return found


def _statement(path: Path) -> tuple[str, str]:
    """Licence and origin as the ledger's statement names them."""
    file = (path if path.is_dir() else path.parent) / STATEMENT
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    licence = re.search(r"^- licence: *(.+)$", text, re.MULTILINE)
    if licence is None:
        raise BadInput(
            "PATH", str(path), f"no licence is stated in a {STATEMENT} beside it",
            "A base is handed on to others, so it may only learn from ledgers whose licence allows that: add a line "
            "'- licence: …'.",
        )  # fmt: skip
    origin = re.search(r"^- repo: *(.+)$", text, re.MULTILINE)
    return licence[1].strip(), origin[1].strip() if origin else str(path.name)
