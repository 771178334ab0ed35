"""Mappings of tables that people saved for a book: found again by name, and by the header that they were made for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import chain
from storage.errors import StorageError
from storage.identity import clean, new_id, utc_now
from storage.importers.tables.mapping import Mapping, MappingRefused
from storage.schema_profiles import mapping_profiles

LONGEST = 80  # characters of a name


class UnknownProfile(StorageError):
    """Asked for a saved mapping that the book does not have."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        have = ", ".join(repr(k) for k in known) if known else "none yet"
        super().__init__(f"There is no saved profile {name!r} in this book. Its profiles: {have}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A saved mapping as it stands; ``recorded`` is when its newest version was written."""

    name: str
    fingerprint: str
    mapping: Mapping
    recorded: datetime
    by: str


class ProfileStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, book_id: str) -> tuple[Profile, ...]:
        """Every saved mapping of a book that was not withdrawn, the newest first."""
        c = mapping_profiles.c
        rows = self._session.execute(
            sa.select(mapping_profiles).where(c.book_id == book_id).order_by(c.sequence.desc())
        ).all()
        newest: dict[str, sa.Row[Any]] = {}
        for row in rows:
            newest.setdefault(row.name, row)
        return tuple(_profile(row) for row in newest.values() if not row.withdrawn)

    def find(self, book_id: str, name: str) -> Profile:
        """Raises UnknownProfile."""
        known = self.list(book_id)
        found = next((p for p in known if p.name == clean(name).strip()), None)
        if found is None:
            raise UnknownProfile(name, [p.name for p in known])
        return found

    def save(self, book_id: str, mapping: Mapping, by: str) -> Profile:
        """Append a mapping under its name; it replaces one of that name and comes first for its header.

        Raises MappingRefused for one without a name, a column or a sense.
        """
        name = clean(mapping.name).strip()
        if not name or len(name) > LONGEST:
            raise MappingRefused("name", repr(name), f"Give it a name of at most {LONGEST} characters.")
        mapping = replace(mapping, name=name)
        mapping.check()
        if not mapping.columns:
            raise MappingRefused("columns", "nothing", "Name at least the columns of day, account and amount.")
        written = json.dumps(mapping.to_json(), ensure_ascii=False)
        if "\\u0000" in written or clean(written) != written:
            raise MappingRefused(
                "a text", written, "One of its texts holds a sign that no file can have; type it anew."
            )
        self._append(book_id, mapping, by, withdrawn=False)
        return self.find(book_id, name)

    def withdraw(self, book_id: str, name: str, by: str) -> None:
        """Stop using a saved mapping; what was read with it stays. Raises UnknownProfile."""
        self._append(book_id, self.find(book_id, name).mapping, by, withdrawn=True)

    def _append(self, book_id: str, mapping: Mapping, by: str, *, withdrawn: bool) -> None:
        chain.lock(self._session, book_id)
        now = utc_now()
        values = {
            "profile_id": new_id(), "book_id": book_id, "name": mapping.name, "fingerprint": mapping.fingerprint,
            "mapping": chain.canonical(mapping.to_json()), "withdrawn": withdrawn, "recorded": now, "recorded_by": by,
        }  # fmt: skip
        key = str(values["profile_id"])
        sequence = chain.append(self._session, book_id, mapping_profiles.name, key, chain.digest(values), now)
        self._session.execute(sa.insert(mapping_profiles), [{**values, "sequence": sequence}])


def _profile(row: sa.Row[Any]) -> Profile:
    mapping = Mapping.from_json(json.loads(row.mapping))
    return Profile(
        name=row.name, fingerprint=row.fingerprint, mapping=mapping, recorded=row.recorded, by=row.recorded_by
    )
