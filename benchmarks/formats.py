"""Every file of some folders through the readers: what each was taken for, what is in it, what stays outside."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from engine.journal import Side
from storage import importers
from storage.errors import ImportRefused
from storage.records import Staged

_NOTES = frozenset({"SOURCE.md"})
_HEAD = """# What the readers make of real files

Each file of the sample folders goes through the one road of every import, without anything being said about it. Totals
are over the entries in good order; a problem keeps its entry out, and is listed with row, column, value, reason and
remedy. Written by `python -m benchmarks.formats FOLDER...`.

| file | taken for | entries | lines | accounts | debit | credit | problems | what else |
|---|---|--:|--:|--:|--:|--:|--:|---|
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One file's row of the table."""

    file: str
    staged: Staged | None = None
    refused: str = ""

    def row(self) -> str:
        if self.staged is None:
            return f"| {self.file} | refused | | | | | | | {_cell(self.refused)} |"
        s = self.staged
        counts = (f"{n:,}" if n else "" for n in (len(s.entries), s.line_count, len(s.accounts)))
        sums = (f"{n:,.2f}" if n else "" for n in (_total(s, side) for side in Side))
        cells = (*counts, *sums, str(len(s.errors) or ""))
        return f"| {self.file} | {s.format} | {' | '.join(cells)} | {_cell(_else(s))} |"


def read_all(folders: Sequence[Path]) -> list[Read]:
    """Each file below the folders, sorted by path; a reader that fails in another way fails here too."""
    return [_read(file, folder) for folder in folders for file in sorted(_files(folder))]


def page(found: Iterable[Read]) -> str:
    return _HEAD + "\n".join(r.row() for r in found) + "\n"


def _files(folder: Path) -> Iterable[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and p.name not in _NOTES)


def _read(file: Path, folder: Path) -> Read:
    name = f"{folder.parent.name}/{folder.name}/{file.relative_to(folder)}"
    try:
        return Read(file=name, staged=importers.read(file))
    except ImportRefused as error:
        return Read(file=name, refused=str(error))


def _total(s: Staged, side: Side) -> Decimal:
    return sum((x.amount for e in s.entries for x in e.lines if x.side is side), Decimal(0))


def _else(s: Staged) -> str:
    said = []
    if s.statements:
        lines = sum(len(x.lines) for x in s.statements)
        said.append(f"{len(s.statements)} bank statements with {lines} lines")
    if s.errors:
        said.append(f"first problem: {s.errors[0]}")
    return "; ".join(said)


def _cell(text: str) -> str:
    short = " ".join(text.split())
    return (short if len(short) <= 220 else short[:217] + "...").replace("|", "\\|")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    reader.add_argument("--out", type=Path, default=Path("docs/formats.md"))
    chosen = reader.parse_args()
    found = read_all(chosen.folders)
    chosen.out.write_text(page(found), encoding="utf-8")
    refused = sum(r.staged is None for r in found)
    print(f"{chosen.out}: {len(found)} files, {refused} refused")


if __name__ == "__main__":
    main()
