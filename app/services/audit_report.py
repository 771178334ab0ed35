"""What came out of an audit file: what was checked, for people, for programs and for the folder's own README."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.services.audit_file import MANIFEST, Folder
from app.services.audit_process import safe
from storage.anchors import Anchor
from storage.periods import FiscalYear
from storage.records import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that was counted twice on different roads, or looked for; ``found`` says what came out."""

    name: str
    holds: bool
    found: str

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "holds": self.holds, "found": self.found}

    def __str__(self) -> str:
        return f"{'holds' if self.holds else 'DOES NOT HOLD'}: {self.name}. {self.found}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What went into an audit file; ``manifest`` is the SHA-256 of its manifest."""

    book: str
    path: Path
    year: FiscalYear
    entries: int
    files: int
    manifest: str
    anchor: Anchor
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        return all(c.holds for c in self.checks)

    def to_json(self) -> dict[str, Any]:
        return {
            "book": self.book, "path": str(self.path), "year": year_json(self.year), "entries": self.entries,
            "files": self.files, "manifest_sha256": self.manifest, "anchor": self.anchor.to_json(),
            "checks": [c.to_json() for c in self.checks],
        }  # fmt: skip

    def sentences(self) -> Iterator[str]:
        y = self.year
        yield (
            f"{self.path}: fiscal year {y.label} of book {self.book!r} ({y.first} to {y.last}), {self.entries} entries "
            f"in {self.files} files."
        )
        yield from (str(c) for c in self.checks)
        yield f"SHA-256 of {MANIFEST}: {self.manifest}"


def readme(book: Book, year: FiscalYear, checks: Sequence[Check], folder: Folder) -> str:
    """The folder's README: what was checked, and what each file is."""
    parts = [*folder.parts, replace(folder.parts[0], name=MANIFEST, says="The SHA-256 of every file here.", rows=None)]
    return "\n".join([
        f"# Audit file of {safe(book.name)}, fiscal year {safe(year.label)}",
        "",
        (f"{year.first} to {year.last}, in {book.currency}. Begin with process.md. CSV is in UTF-8 with commas; "
        "amounts have a decimal point, times are UTC. A text that would run as a formula has an apostrophe "
        "in front."),
        "",
        "## What was checked",
        "",
        *(f"- {safe(str(c))}" for c in checks),
        "",
        "## Files",
        "",
        "| file | rows | a row or the file is |",
        "|---|--:|---|",
        *(f"| {p.name} | {'' if p.rows is None else p.rows} | {safe(p.says)} |" for p in parts),
        "",
    ])  # fmt: skip


def year_json(year: FiscalYear) -> dict[str, str]:
    return {"label": year.label, "first": year.first.isoformat(), "last": year.last.isoformat()}
