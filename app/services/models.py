"""A book's models: which there are, which one answers, and who put another one in its place and why.

A release is an appended decision in the book's chain; the next request is answered by the model it names. Nothing is
deleted by it, so that going back is one decision more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.services.access import Right, Role, Who, find, use_case
from app.services.errors import BadInput, ServiceError
from app.services.workbench import Workbench
from storage.errors import UnknownModel
from storage.models import Release
from storage.records import Book, ModelRecord
from storage.session import UnitOfWork

__all__ = ["Models", "Release", "models", "release", "rollback"]

SHORTEST = 6  # characters of a digest that name a model
SHOWN = 12
NEEDED = 2  # admins from which on nobody releases what they trained


class OwnModel(ServiceError):
    """Somebody would release the model whose training they started, though another admin could."""

    def __init__(self, book: str, digest: str) -> None:
        self.book, self.digest = book, digest
        super().__init__(
            f"You started the training of {digest[:SHOWN]}, and book {book!r} has another admin. "
            "Ask them to release it, so that nobody decides alone what answers."
        )


class NotCompared(ServiceError):
    """A model that was not held against the one in use."""

    def __init__(self, digest: str, champion: str) -> None:
        self.digest, self.champion = digest, champion
        super().__init__(
            f"{digest[:SHOWN]} was not compared with the model in use, {champion[:SHOWN]}, on the same later entries, "
            "so it may be worse. If it goes live all the same, say with --override what you accept."
        )


class InUseAlready(ServiceError):
    def __init__(self, digest: str) -> None:
        self.digest = digest
        super().__init__(f"{digest[:SHOWN]} is the model in use. Choose another one: counterpoint models lists them.")


class NothingBefore(ServiceError):
    def __init__(self, book: str) -> None:
        self.book = book
        super().__init__(f"Book {book!r} had no other model in use before. Release one of counterpoint models.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The models of a book, oldest first, and every change of the one in use."""

    book: str
    models: tuple[ModelRecord, ...]
    releases: tuple[Release, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "book": self.book,
            "champion": next((m.digest for m in self.models if m.champion), None),
            "models": [
                {
                    "bundle": m.digest, "run": m.folder, "created": m.created.isoformat(), "by": m.created_by,
                    "snapshot": m.snapshot_digest, "seconds": m.seconds, "metrics": dict(m.metrics),
                    "champion": m.champion,
                }
                for m in self.models
            ],
            "releases": [
                {
                    "bundle": r.digest, "before": r.before or None, "recorded": r.recorded.isoformat(), "by": r.by,
                    "reason": r.reason, "rollback": r.back, "accepted": r.accepted,
                }
                for r in self.releases
            ],
        }  # fmt: skip

    def sentences(self) -> Iterator[str]:
        if not self.models:
            yield f"Book {self.book!r} has no model yet. Train one: counterpoint train {self.book}"
        for m in self.models:
            use = "  in use" if m.champion else ""
            exact = m.metrics.get("exact")
            found = "" if exact is None else f"  exact {exact:.3f}"
            yield f"{m.digest[:SHOWN]}  {m.created:%Y-%m-%d %H:%M} UTC  by {m.created_by}{found}{use}"
        for r in self.releases:
            did = "back to" if r.back else "released"
            yield f"{r.recorded:%Y-%m-%d %H:%M} UTC  {r.by}  {did} {r.digest[:SHOWN]}: {r.reason}"


@use_case(Right.READ)
def models(wb: Workbench, who: Who, book: str) -> Models:
    """Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return _models(uow, find(uow, who, book, Right.READ))


@use_case(Right.RELEASE)
def release(wb: Workbench, who: Who, book: str, model: str, reason: str, *, override: str = "") -> Models:
    """Put a model into use, by its digest or the beginning of it; the next request is answered by it.

    Where the book has two admins, whoever started a training does not release its model. The bundle is read whole
    first. Raises UnknownBook, NotAllowed, UnknownModel, BadInput without a reason, InUseAlready, OwnModel,
    NotCompared without ``override``, BundleDamaged, BundleMismatch.
    """
    _worded(reason)
    with wb.reading() as uow:
        found = find(uow, who, book, Right.RELEASE)
        record, champion = _named(uow, found, model), uow.models.champion(found.book_id)
        _second_person(uow, found, record, who)
    if champion is not None and not override.strip():
        raise NotCompared(record.digest, champion.digest)
    wb.predictors.whole(found, record)

    def decide(uow: UnitOfWork) -> Models:
        again = find(uow, who, book, Right.RELEASE)
        _second_person(uow, again, _named(uow, again, record.digest), who)
        detail = {"accepted": override.strip()} if override.strip() else None
        uow.models.set_champion(again.book_id, record.digest, who.id, reason.strip(), detail)
        return _models(uow, again)

    return _answering(wb, book, wb.store.write(decide))


@use_case(Right.RELEASE)
def rollback(wb: Workbench, who: Who, book: str, reason: str = "") -> Models:
    """Use the model again that was in use before this one, after reading it whole.

    Raises UnknownBook, NotAllowed, NothingBefore, BundleDamaged, BundleMismatch.
    """
    with wb.reading() as uow:
        found = find(uow, who, book, Right.RELEASE)
        before = uow.models.previous(found.book_id)
    if before is None:
        raise NothingBefore(book)
    wb.predictors.whole(found, before)

    def decide(uow: UnitOfWork) -> Models:
        again = find(uow, who, book, Right.RELEASE)
        now = uow.models.previous(again.book_id)
        if now is None or now.digest != before.digest:  # somebody was quicker
            raise NothingBefore(book)
        uow.models.go_back(again.book_id, who.id, reason.strip())
        return _models(uow, again)

    return _answering(wb, book, wb.store.write(decide))


def _models(uow: UnitOfWork, book: Book) -> Models:
    return Models(book=book.name, models=uow.models.list(book.book_id), releases=uow.models.releases(book.book_id))


def _worded(reason: str) -> None:
    if not reason.strip():
        raise BadInput("Reason", "", "a release needs one", "Say in a few words why.")


def _named(uow: UnitOfWork, book: Book, model: str) -> ModelRecord:
    """The one model whose digest begins like this and that is not in use."""
    fitting = [m for m in uow.models.list(book.book_id) if len(model) >= SHORTEST and m.digest.startswith(model)]
    if len(fitting) != 1:
        raise UnknownModel(model)
    if fitting[0].champion:
        raise InUseAlready(fitting[0].digest)
    return fitting[0]


def _second_person(uow: UnitOfWork, book: Book, record: ModelRecord, who: Who) -> None:
    admins = {h.user.login for h in uow.people.roles(book.book_id) if h.role == Role.ADMIN}
    if record.created_by == who.id and len(admins | {who.id}) >= NEEDED and admins:
        raise OwnModel(book.name, record.digest)


def _answering(wb: Workbench, book: str, found: Models) -> Models:
    wb.model_state(book)  # starts reading it, so that the next request waits less
    return found
