"""Imported batches: which there are, what stayed outside, and taking one back."""

from __future__ import annotations

from app.services.access import Right, Who, find, use_case
from app.services.workbench import Workbench
from storage.batches import Batch
from storage.records import RowError

__all__ = ["Batch", "batches", "outside", "undo"]


@use_case(Right.READ)
def batches(wb: Workbench, who: Who, book: str) -> tuple[Batch, ...]:
    """Every batch of a book, newest first. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return uow.batches.list(find(uow, who, book, Right.READ).book_id)


@use_case(Right.IMPORT)
def outside(wb: Workbench, who: Who, book: str, batch: str) -> tuple[RowError, ...]:
    """What of a batch's file stayed outside, and why. Raises UnknownBatch, UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        book_id = find(uow, who, book, Right.IMPORT).book_id
        return uow.batches.errors(uow.batches.get(book_id, batch).batch_id)


@use_case(Right.WITHDRAW_BATCH)
def undo(wb: Workbench, who: Who, book: str, batch: str, reason: str) -> Batch:
    """Take all entries of a batch back. Raises UnknownBatch, BatchInUse, BatchUndone, ReasonMissing, NotAllowed."""
    return wb.store.write(
        lambda uow: uow.batches.undo(find(uow, who, book, Right.WITHDRAW_BATCH).book_id, batch, who.id, reason)
    )
