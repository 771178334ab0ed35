"""Which models a book has, and which one answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import schema
from storage.decisions import add_decision
from storage.errors import UnknownModel
from storage.identity import new_id, utc_now
from storage.records import Decision, ModelRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """A bundle as training left it."""

    digest: str
    folder: str
    snapshot_digest: str
    metrics: Mapping[str, float]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One change of the model in use. ``before`` is empty for the first; ``back`` marks a return to an earlier one."""

    digest: str
    before: str
    by: str
    recorded: datetime
    reason: str
    back: bool
    accepted: str = ""  # what was knowingly accepted with it


class ModelStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, book_id: str, model: NewModel, by: str) -> ModelRecord:
        """Record a bundle; the same digest again returns the record that is there."""
        if known := [m for m in self.list(book_id) if m.digest == model.digest]:
            return known[0]
        row = {
            "model_id": new_id(), "book_id": book_id, "digest": model.digest, "folder": model.folder,
            "snapshot_digest": model.snapshot_digest, "metrics": json.dumps(dict(model.metrics), sort_keys=True),
            "seconds": float(model.seconds), "recorded": utc_now(), "recorded_by": by,
        }  # fmt: skip
        self._session.execute(sa.insert(schema.models), [row])
        return next(m for m in self.list(book_id) if m.digest == model.digest)

    def list(self, book_id: str) -> tuple[ModelRecord, ...]:
        """All models of a book, oldest first."""
        t = schema.models.c
        champion = self._champion_digest(book_id)
        rows = self._session.execute(sa.select(schema.models).where(t.book_id == book_id).order_by(t.recorded))
        return tuple(
            ModelRecord(
                model_id=r.model_id, digest=r.digest, folder=r.folder, snapshot_digest=r.snapshot_digest,
                metrics=json.loads(r.metrics), seconds=r.seconds, created=r.recorded,
                created_by=r.recorded_by, champion=r.digest == champion,
            )
            for r in rows
        )  # fmt: skip

    def champion(self, book_id: str) -> ModelRecord | None:
        """The model in use, or None before the first release."""
        return next((m for m in self.list(book_id) if m.champion), None)

    def set_champion(
        self, book_id: str, digest: str, by: str, reason: str = "", detail: Mapping[str, str] | None = None
    ) -> Decision:
        """Release a model: an appended decision on the book. Raises UnknownModel."""
        before = self._champion_digest(book_id)
        if digest not in {m.digest for m in self.list(book_id)}:
            raise UnknownModel(digest)
        about = {"before": before, "model": digest, **(detail or {})}
        return add_decision(self._session, book_id, act="released", by=by, reason=reason, detail=about)

    def go_back(self, book_id: str, by: str, reason: str) -> Decision | None:
        """Use the model again that was in use before this one; None where there was none."""
        before = self.previous(book_id)
        return self.set_champion(book_id, before.digest, by, reason, {"back": "yes"}) if before else None

    def previous(self, book_id: str) -> ModelRecord | None:
        """The model that going back leads to, which is one that nobody went back from."""
        stack: list[str] = []
        for one in self.releases(book_id):
            if one.back:
                stack.pop()
            else:
                stack.append(one.digest)
        return next((m for m in self.list(book_id) if stack[-2:-1] == [m.digest]), None)

    def releases(self, book_id: str) -> tuple[Release, ...]:
        """Every change of the model in use, oldest first."""
        t = schema.decisions.c
        rows = self._session.execute(
            sa.select(t.recorded_by, t.recorded, t.reason, t.detail)
            .where(t.book_id == book_id, t.act == "released")
            .order_by(t.sequence)
        )
        return tuple(_release(r.recorded_by, r.recorded, r.reason, json.loads(r.detail)) for r in rows)

    def _champion_digest(self, book_id: str) -> str:
        t = schema.decisions.c
        detail = self._session.scalars(
            sa.select(t.detail).where(t.book_id == book_id, t.act == "released").order_by(t.sequence.desc()).limit(1)
        ).one_or_none()
        return str(json.loads(detail)["model"]) if detail else ""


def _release(by: str, recorded: datetime, reason: str, detail: Mapping[str, str]) -> Release:
    return Release(
        digest=detail["model"], before=detail["before"], by=by, recorded=recorded, reason=reason,
        back="back" in detail, accepted=detail.get("accepted", ""),
    )  # fmt: skip
