"""Copies the whole database elsewhere: from the laptop's file to a team's server, or back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.services.access import Right, Who, authorise_installation, use_case
from app.services.workbench import Workbench
from storage.session import open_store
from storage.transfer import Copied, copy_everything


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What was copied and where to; ``url`` is without its password."""

    url: str
    copied: Copied

    def sentences(self) -> list[str]:
        books = ", ".join(self.copied.books) or "none"
        return [
            f"{sum(self.copied.rows.values())} rows were copied to {self.url}; books: {books}.",
            "Every book agrees with its chain there. Nobody is signed in there yet, and nothing changed here.",
            "To work there from now on, set COUNTERPOINT_DATABASE_URL to that address.",
        ]

    def to_json(self) -> Mapping[str, Any]:
        return {"to": self.url, "books": list(self.copied.books), "rows": dict(self.copied.rows)}


@use_case(Right.INSTALLATION)
def copy_to(wb: Workbench, who: Who, url: str, progress: Callable[[str], None] = lambda _: None) -> CopyReport:
    """Copy every book into the empty database at ``url``, which gets its tables first.

    Raises NotAllowed, CopyRefused, StoreUnreachable, StoreLocked, StoreNewer, StoreUnreadable.
    """
    with wb.reading() as uow:
        authorise_installation(uow, who)
    target = open_store(url)
    try:
        return CopyReport(target.url, copy_everything(wb.store, target, progress))
    finally:
        target.close()
