"""The command about imported batches, as `app.commands` lists it."""

from __future__ import annotations

from app.commands import Answer, Arguments, text_of
from app.owner_socket import Progress
from app.services import batches as use_case
from app.services.workbench import Workbench
from app.system_user import console
from storage.batches import Batch


def batches(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    """The batches of a book, newest first, after one was taken back where that was asked for."""
    book, undone = text_of(arguments, "book"), text_of(arguments, "undo")
    if undone:
        use_case.undo(wb, console(), book, undone, text_of(arguments, "reason"))
    found = use_case.batches(wb, console(), book)
    text = tuple(line for b in found for line in _in_words(b)) or ("Nothing was imported yet.",)
    return Answer(document={"book": book, "batches": [_document(b) for b in found]}, text=text)


def _in_words(b: Batch) -> tuple[str, ...]:
    what = f"{b.new} new, {b.known} known, {b.alike} alike, {b.quarantined} problems"
    first = f"{b.batch_id}  {b.recorded:%Y-%m-%d %H:%M}  {b.file_name or b.format}  by {b.by}: {what}"
    if not b.undone_by or b.undone is None:
        return (first,)
    return first, f"    taken back on {b.undone:%Y-%m-%d %H:%M} by {b.undone_by}: {b.undone_reason}"


def _document(b: Batch) -> dict[str, object]:
    return {
        "batch": b.batch_id, "file": b.file_name, "sha256": b.file_sha256, "format": b.format, "reason": b.reason,
        "new": b.new, "known": b.known, "alike": b.alike, "quarantined": b.quarantined,
        "recorded": b.recorded.isoformat(), "by": b.by, "undone_by": b.undone_by,
        "undone": b.undone.isoformat() if b.undone else None, "undone_reason": b.undone_reason,
    }  # fmt: skip
