"""Appends and reads decisions: acts on an entry or on the book itself."""

from __future__ import annotations

import json
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import chain, schema
from storage.bulk import insert_rows
from storage.identity import clean, new_id, new_ids, new_salt, new_salts, utc_now
from storage.records import Decision

# What happens to an entry; "remembered" takes "forgotten" back, "withdrawn" a submission, "unapproved" an approval.
ACTS = frozenset({
    "submitted", "returned", "approved", "confirmed", "posted", "reversed", "discarded", "exported",
    "withdrawn", "unapproved", "commented", "assigned", "forgotten", "remembered", "released", "erased", "audited",
})  # fmt: skip


def add_decision(  # noqa: PLR0913  the fields of an act; a record would repeat Decision without its id and time
    session: Session,
    book_id: str,
    *,
    act: str,
    by: str,
    entry_id: str = "",
    version: int | None = None,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> Decision:
    """Append an act with its chain link. Whether it is allowed is the caller's business."""
    if act not in ACTS:
        raise ValueError(f"an act is one of {sorted(ACTS)}, got {act!r}")
    now = utc_now()
    row = {
        "decision_id": new_id(), "book_id": book_id, "entry_id": entry_id, "version": version, "act": act,
        "detail": chain.canonical(dict(detail or {})), "recorded": now, "recorded_by": by,
    }  # fmt: skip
    salt = new_salt()
    content = chain.digest({**row, "reason": chain.text_digest(salt, [clean(reason)])})
    sequence = chain.append(session, book_id, "decisions", str(row["decision_id"]), content, now)
    session.execute(sa.insert(schema.decisions), [{**row, "reason": clean(reason), "salt": salt, "sequence": sequence}])
    return Decision(
        decision_id=str(row["decision_id"]), sequence=sequence, act=act, by=by, recorded=now,
        entry_id=entry_id, version=version, reason=clean(reason), detail=dict(detail or {}),
    )  # fmt: skip


def add_decisions(
    session: Session, book_id: str, act: str, by: str, versions: Mapping[str, int], detail: Mapping[str, object]
) -> None:
    """Append the same act on many entries, given with their versions; each has a link of its own."""
    if act not in ACTS:
        raise ValueError(f"an act is one of {sorted(ACTS)}, got {act!r}")
    now, said = utc_now(), chain.canonical(dict(detail))
    rows: list[dict[str, object]] = []
    links: list[tuple[str, str]] = []
    pairs = zip(versions.items(), new_ids(len(versions)), new_salts(len(versions)), strict=True)
    for (entry_id, version), decision_id, salt in pairs:
        row = {
            "decision_id": decision_id, "book_id": book_id, "entry_id": entry_id, "version": version, "act": act,
            "detail": said, "recorded": now, "recorded_by": by,
        }  # fmt: skip
        links.append((decision_id, chain.digest({**row, "reason": chain.text_digest(salt, [""])})))
        rows.append({**row, "reason": "", "salt": salt})
    first = chain.append_all(session, book_id, "decisions", links, now)
    insert_rows(session, schema.decisions, [{**row, "sequence": first + n} for n, row in enumerate(rows)])


def decisions_of(session: Session, book_id: str, entry_id: str = "") -> tuple[Decision, ...]:
    """Acts on one entry, or on the book where ``entry_id`` is empty, in order."""
    t = schema.decisions.c
    rows = session.execute(
        sa.select(schema.decisions).where(t.book_id == book_id, t.entry_id == entry_id).order_by(t.sequence)
    )
    return tuple(
        Decision(
            decision_id=r.decision_id, sequence=r.sequence, act=r.act, by=r.recorded_by, recorded=r.recorded,
            entry_id=r.entry_id, version=r.version, reason=r.reason, detail=json.loads(r.detail),
        )
        for r in rows
    )  # fmt: skip
