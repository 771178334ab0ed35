"""Anchors: where a book's chain stood at a time, written outside its database.

Whoever can write the database can rewrite a chain from any link on so that it is whole in itself. What they cannot do
is make it end in the hash that was noted elsewhere before. An anchor's own digest guards against accidents only;
against people it is worth what the place is worth where it lies.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import chain, schema
from storage.disk import write_whole
from storage.errors import StorageError
from storage.identity import utc_now

FORMAT = 1
_LONGEST = 1 << 16  # bytes; an anchor has a few hundred


class AnchorUnreadable(StorageError):
    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path} is no anchor that can be used: {why}. Give the file as counterpoint anchor wrote it.")


class AnchorNotWritten(StorageError):
    def __init__(self, path: Path, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"The anchor {path} was not written: {why}. Choose another place, or make room there.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A chain's newest link at a time; ``sequence`` is also the number of links, ``reason`` what it was made for."""

    book_id: str
    book: str
    sequence: int
    hash: str
    made: datetime
    reason: str

    def to_json(self) -> dict[str, Any]:
        body = {"format": FORMAT, **asdict(self), "made": self.made.isoformat()}
        return {**body, "digest": chain.digest(body)}


def take(session: Session, book_id: str, reason: str) -> Anchor:
    """The anchor of a book as it stands; every book has at least one link."""
    t, b = schema.chain.c, schema.books.c
    head = session.execute(
        sa.select(t.sequence, t.hash, b.name)
        .join(schema.books, b.book_id == t.book_id)
        .where(t.book_id == book_id)
        .order_by(t.sequence.desc())
        .limit(1)
    ).one()
    return Anchor(
        book_id=book_id, book=head.name, sequence=head.sequence, hash=head.hash, made=utc_now(), reason=reason
    )


def file_name(anchor: Anchor) -> str:
    """Sorts by place in the chain; holds no text of people's."""
    return f"{anchor.sequence:012d}-{anchor.made:%Y%m%dT%H%M%S%f}.json"


def write(anchor: Anchor, path: Path) -> Path:
    """Write to disk, whole or not at all, and wait until it is there. Raises AnchorNotWritten."""
    text = json.dumps(anchor.to_json(), ensure_ascii=False, indent=2) + "\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except OSError as error:
        raise AnchorNotWritten(path, error.strerror or str(error)) from error
    return path


def read(path: Path) -> Anchor:
    """Raises AnchorUnreadable."""
    try:
        with path.open("rb") as file:
            return parse(file.read(_LONGEST), path)
    except OSError as error:
        raise AnchorUnreadable(path, error.strerror or str(error)) from error


def parse(data: bytes, path: Path) -> Anchor:
    """An anchor from the bytes of its file, which ``path`` names in errors. Raises AnchorUnreadable."""
    try:
        content = json.loads(data[:_LONGEST])
    except ValueError as error:
        raise AnchorUnreadable(path, "it is not JSON") from error
    if not isinstance(content, dict) or content.pop("digest", None) != chain.digest(content):
        raise AnchorUnreadable(path, "its digest does not fit; it was changed or cut off")
    if content.pop("format", None) != FORMAT:
        raise AnchorUnreadable(path, "another release wrote it in another format")
    try:
        return Anchor(**{**content, "made": datetime.fromisoformat(content["made"])})
    except (KeyError, TypeError, ValueError) as error:
        raise AnchorUnreadable(path, "it lacks something") from error
