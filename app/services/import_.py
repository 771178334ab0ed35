"""Bring a file, zip or folder into a book through the one staging road."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.services.workbench import Workbench
from storage.records import RowError

__all__ = ["ImportOptions", "ImportReport", "RowError", "import_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import brought, or would bring when ``dry_run``.

    ``entries`` and ``lines`` count what the file holds in good order; ``new``, ``known`` and
    ``alike`` say what became of them; ``debit`` and ``credit`` are over the new ones.
    """

    book: str
    format: str
    reason: str
    entries: int
    lines: int
    accounts: int
    debit: Decimal
    credit: Decimal
    new: int
    known: int
    alike: int
    quarantined: tuple[RowError, ...]
    created_book: bool
    dry_run: bool

    def to_json(self) -> dict[str, Any]:
        """The shape of INTERFACES.md."""
        raise NotImplementedError

    def sentences(self) -> list[str]:
        """The report for people; the last line counts what is new and what was here."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """``format`` and ``profile`` force a reader and a saved mapping; None lets the header decide."""

    format: str | None = None
    profile: str | None = None
    dry_run: bool = False


def import_file(
    wb: Workbench, book: str, path: Path, options: ImportOptions | None = None, *, by: str = "system"
) -> ImportReport:
    """Create the book when missing and add what is new in one transaction; a dry run writes nothing."""
    raise NotImplementedError
