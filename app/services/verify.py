"""Is a book still what its chain says, and what its anchors said? And: write an anchor outside the database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.services.access import ALL_YEARS, Right, Who, authorise, find, use_case
from app.services.workbench import Workbench
from storage import anchors, audit
from storage.anchors import Anchor, AnchorUnreadable
from storage.records import Book
from storage.session import UnitOfWork

__all__ = ["Anchor", "Verdict", "anchor_file", "export_anchor", "verdict", "verify", "write_anchor"]


_HIDDEN = "(only shown to who may see all years)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an audit of a book found; ``unreadable`` are anchors of the home that cannot be read any more."""

    book: str
    report: audit.Report
    unreadable: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return self.report.whole and not self.unreadable

    def to_json(self) -> dict[str, Any]:
        r = self.report
        return {
            "book": self.book,
            "whole": self.whole,
            "links": r.links,
            "entries": r.entries,
            "lines": r.lines,
            "faults": [
                {
                    "link": f.sequence,
                    "record": f.record,
                    "reference": f.reference,
                    "why": f.why,
                    "found": f.found,
                }
                for f in r.faults
            ],
            "anchors": [
                {"made": a.anchor.made.isoformat(), "link": a.anchor.sequence, "holds": not a.why, "why": a.why}
                for a in r.anchors
            ],
            "unreadable_anchors": list(self.unreadable),
        }

    def sentences(self) -> Iterator[str]:
        """For people: what was looked at, what is wrong, and how far anchors prove it."""
        r = self.report
        state = "whole" if not r.faults else "BROKEN"
        yield f"Book {self.book!r}: {r.links} links, {r.entries} entries, {r.lines} lines; the chain is {state}."
        yield from (f"  {fault}" for fault in r.faults)
        yield from (f"  {text}" for text in self.unreadable)
        yield from (f"  Anchor of {_time(a.anchor.made)}: {a.why}." for a in r.anchors if a.why)
        yield from self._proven()

    def _proven(self) -> Iterator[str]:
        r = self.report
        holding = [a.anchor for a in r.anchors if not a.why]
        if not holding:
            yield "No anchor holds: somebody who rewrote the whole chain would not be found. Not provable before now."
            return
        first, last = holding[0], holding[-1]
        if r.faults:
            yield f"The links up to {last.sequence} have the hashes that they had at the anchor of {_time(last.made)}."
            return
        yield f"Unchanged since the anchor of {_time(first.made)} (link {first.sequence}); not provable before."
        if last.sequence < r.links:
            yield f"{r.links - last.sequence} links are newer than the last anchor, of {_time(last.made)}."


@use_case(Right.AUDIT)
def verify(wb: Workbench, who: Who, book: str, given: Sequence[Path] = ()) -> Verdict:
    """Walk the chain and hold it against the home's anchors of the book and those given.

    A chain is walked whole or not at all. Who may see some years only is told which links are broken and why, and
    not what stands there.
    Raises UnknownBook, NotAllowed, and AnchorUnreadable for one that was given.
    """
    extra = [anchors.read(path) for path in given]
    with wb.reading() as uow:
        return verdict(uow, who, find(uow, who, book, Right.AUDIT), wb.home.anchors, extra)


@use_case(Right.AUDIT)
def verify_with(wb: Workbench, who: Who, book: str, given: Mapping[str, bytes]) -> Verdict:
    """As `verify`, with anchors that somebody brings along: the contents of files by their names."""
    extra = [anchors.parse(data, Path(name)) for name, data in given.items()]
    with wb.reading() as uow:
        return verdict(uow, who, find(uow, who, book, Right.AUDIT), wb.home.anchors, extra)


def verdict(uow: UnitOfWork, who: Who, book: Book, home: Path, extra: Sequence[Anchor] = ()) -> Verdict:
    """As `verify`, within a unit of work; ``home`` holds a folder of anchors a book. Raises NotAllowed."""
    kept, unreadable = _kept(home / book.book_id)
    years = authorise(uow, who, book.book_id, Right.AUDIT)
    report = audit.examine(uow.session, book.book_id, [*kept, *extra])
    if years != ALL_YEARS:
        report = replace(report, faults=tuple(_without_contents(f) for f in report.faults))
    return Verdict(book=book.name, report=report, unreadable=unreadable)


@use_case(Right.AUDIT)
def export_anchor(wb: Workbench, who: Who, book: str, out: Path) -> Anchor:
    """Write where the chain stands to ``out``, for keeping elsewhere, and into the home.

    Raises UnknownBook, NotAllowed, AnchorNotWritten.
    """
    with wb.reading() as uow:
        anchor = anchors.take(uow.session, find(uow, who, book, Right.AUDIT).book_id, "exported")
    anchors.write(anchor, out)
    _keep(wb, anchor)
    return anchor


@use_case(Right.AUDIT)
def anchor_file(wb: Workbench, who: Who, book: str) -> tuple[str, bytes]:
    """As `export_anchor`, for a browser: a name and the very bytes that a later check reads."""
    with tempfile.TemporaryDirectory(prefix="counterpoint-anchor-") as folder:
        out = Path(folder) / "anchor.json"
        anchor = export_anchor(wb, who, book, out)
        return f"anchor-{anchors.file_name(anchor)}", out.read_bytes()


@use_case(None, "the program writes it after a period was closed or an audit file made, which asked for a right")
def write_anchor(wb: Workbench, book_id: str, reason: str) -> Path:
    """Keep where the chain stands in the home; call it after the unit of work has ended. Raises AnchorNotWritten."""
    with wb.reading() as uow:
        anchor = anchors.take(uow.session, book_id, reason)
    return _keep(wb, anchor)


def _without_contents(fault: audit.BrokenLink) -> audit.BrokenLink:
    why = fault.why if fault.sequence else "rows beside the chain contradict it"  # those sentences quote rows
    return replace(fault, reference=_HIDDEN, why=why, found="")


def _keep(wb: Workbench, anchor: Anchor) -> Path:
    return anchors.write(anchor, wb.home.anchors / anchor.book_id / anchors.file_name(anchor))


def _kept(folder: Path) -> tuple[list[Anchor], tuple[str, ...]]:
    """The anchors of a folder, and why some cannot be read."""
    found: list[Anchor] = []
    unreadable = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(anchors.read(path))
        except AnchorUnreadable as error:
            unreadable.append(str(error))
    return found, tuple(unreadable)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
