"""A folder of evidence: tables as CSV, texts, and a manifest with the digest of each; all of it or nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.services.errors import ServiceError
from storage.disk import sync
from storage.evidence import Cell
from storage.exporters.cells import write_csv

FORMAT = 1
MANIFEST = "manifest.json"


class AuditNotWritten(ServiceError):
    """An audit file that cannot go where it was asked for."""

    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(
            f"The audit file {path} was not written: {why}. Give a new or empty folder in a place with room."
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the folder; ``rows`` without the header, None where it is no table."""

    name: str
    says: str
    sha256: str
    size: int
    rows: int | None


@dataclass(slots=True)
class Folder:
    """Files are written in turn and forgotten; what stays is what the manifest says of them."""

    path: Path
    parts: list[Part] = field(default_factory=list)

    def table(self, name: str, says: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
        """Write ``name``.csv; returns how many rows it has."""
        count = 0

        def counted() -> Iterator[Sequence[Cell]]:
            nonlocal count
            for row in rows:
                count += 1
                yield row

        with (self.path / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            write_csv(out, header, counted())
        self._note(f"{name}.csv", says, count)
        return count

    def text(self, name: str, says: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")
        self._note(name, says, None)

    def document(self, name: str, says: str, content: object) -> None:
        self.text(name, says, json.dumps(content, ensure_ascii=False, indent=2) + "\n")

    def manifest(self, about: dict[str, Any]) -> str:
        """Write the manifest, which names every other file; returns its SHA-256."""
        files = [
            {"name": p.name, "sha256": p.sha256, "bytes": p.size, "rows": p.rows, "says": p.says} for p in self.parts
        ]
        text = json.dumps({"format": FORMAT, **about, "files": files}, ensure_ascii=False, indent=2) + "\n"
        (self.path / MANIFEST).write_text(text, encoding="utf-8")
        return hashlib.sha256(text.encode()).hexdigest()

    def _note(self, name: str, says: str, rows: int | None) -> None:
        path = self.path / name
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self.parts.append(Part(name, says, sha256, path.stat().st_size, rows))


def check(out: Path) -> None:
    """Raise AuditNotWritten unless ``out`` is an empty folder, or nothing in a folder that is there."""
    try:
        if out.is_dir():
            if any(out.iterdir()):
                raise AuditNotWritten(out, "the folder is not empty")
        elif out.exists() or out.is_symlink():
            raise AuditNotWritten(out, "there is a file of this name")
        elif not out.parent.is_dir():
            raise AuditNotWritten(out, f"there is no folder {out.parent}")
    except OSError as error:
        raise AuditNotWritten(out, error.strerror or str(error)) from error


@contextmanager
def writing(out: Path) -> Iterator[Folder]:
    """A folder beside ``out`` that gets its name when the block ends, and is removed when the block raises.

    Raises AuditNotWritten for a place that cannot be written, and when there is no room.
    """
    check(out)
    try:
        part = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise AuditNotWritten(out, error.strerror or str(error)) from error
    try:
        yield Folder(part)
        _settle(part)
        part.replace(out)  # over an empty folder, and never over one that somebody has filled meanwhile
        sync(out.parent)
    except OSError as error:
        raise AuditNotWritten(out, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)  # it has its name by now, unless something went wrong


def _settle(folder: Path) -> None:
    """Every file on the disk before the folder has its name."""
    for path in folder.iterdir():
        sync(path)
    sync(folder)
