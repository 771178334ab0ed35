"""Bank statements in a book: brought in once however often they overlap, and what became of each line.

A line is no entry. It waits until somebody drafts an entry for it, says that one is there already, or sets it aside;
each of these is an event that the chain covers, and the line stands where its last event puts it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage import chain, schema, views
from storage.bulk import insert_rows
from storage.identity import clean, new_id, utc_now
from storage.restricted import NOTHING, Restricted, visible
from storage.schema_statements import bank_accounts, statement_events, statement_lines, statement_members, statements
from storage.statement_errors import EntryTaken, LineTaken, UnknownLine
from storage.statement_neighbours import counted_on
from storage.statement_records import KeptLine, KeptStatement, LineState, Statement, StatementLine
from storage.statement_rows import line_keys, line_rows, read_balance, statement_content, statement_digest

PROPOSED, MATCHED, SET_ASIDE, REOPENED = "proposed", "matched", "set aside", "reopened"
_ACTS = frozenset({PROPOSED, MATCHED, SET_ASIDE, REOPENED})
_ENDED = frozenset({"discarded", "reversed"})  # acts on an entry after which its line waits again
_DONE = frozenset({"approved", "confirmed", "posted"})
_PART = 5_000  # ids in one question


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFile:
    """Where statements come from."""

    name: str
    sha256: str
    format: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What one statement brought: its lines that are new and known. ``statement_id`` is empty where nothing was kept.

    Nothing is kept of a statement that is here already, and of one that has no lines and moves nothing.
    """

    statement: Statement
    statement_id: str
    new: int
    known: int


class StatementStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def plan(self, book_id: str, found: Sequence[Statement]) -> tuple[Brought, ...]:
        """What `bring_in` would do, writing nothing; ``book_id`` may be empty."""
        return tuple(
            Brought(statement=s, statement_id="", new=len(keys) - known, known=known)
            for s, keys, known in self._counted(book_id, counted_on(self._session, book_id, found))
        )

    def bring_in(self, book_id: str, found: Sequence[Statement], file: StatementFile) -> tuple[Brought, ...]:
        """Keep what is new of each statement, in the order of the file."""
        chain.lock(self._session, book_id)
        return tuple(self._keep(book_id, s, file) for s in counted_on(self._session, book_id, found))

    def _counted(self, book_id: str, found: Sequence[Statement]) -> Iterable[tuple[Statement, list[str], int]]:
        """Each statement with its keys and how many of them are here, or come earlier in the file."""
        here = set(self._line_ids(book_id, [k for s in found for k in line_keys(s)]))
        for s in found:
            keys = line_keys(s)
            yield s, keys, sum(k in here for k in keys)
            here |= set(keys)

    def _keep(self, book_id: str, s: Statement, file: StatementFile) -> Brought:
        keys = line_keys(s)
        here = self._line_ids(book_id, keys)
        new = [(k, x) for k, x in zip(keys, s.lines, strict=True) if k not in here]
        brought = Brought(statement=s, statement_id="", new=len(new), known=len(keys) - len(new))
        content = statement_content(s, keys)
        if self._is_here(book_id, content) or (not keys and s.difference == 0):
            return brought
        statement_id, now = new_id(), utc_now()
        lines = line_rows(book_id, statement_id, s.account, new)
        ids = here | {r["line_key"]: r["line_id"] for r in lines}
        row = {
            "statement_id": statement_id, "book_id": book_id, "account": s.account, "currency": s.currency,
            "number": s.number, "opening_day": s.opening.day if s.opening else None,
            "opening": s.opening.amount if s.opening else None, "closing_day": s.closing.day if s.closing else None,
            "closing": s.closing.amount if s.closing else None, "first_day": s.first, "last_day": s.last,
            "movement": s.movement, "content": content, "file_name": clean(file.name), "file_sha256": file.sha256,
            "format": file.format, "reason": file.reason, "recorded": now, "recorded_by": file.by,
        }  # fmt: skip
        body = statement_digest(row, [ids[k] for k in keys], {r["line_id"]: r for r in lines})
        sequence = chain.append(self._session, book_id, statements.name, statement_id, body, now)
        self._session.execute(sa.insert(statements), [{**row, "sequence": sequence}])
        insert_rows(self._session, statement_lines, lines)
        insert_rows(self._session, statement_members, [
            {"statement_id": statement_id, "number": n, "line_id": ids[k]} for n, k in enumerate(keys)
        ])  # fmt: skip
        return Brought(statement=s, statement_id=statement_id, new=len(new), known=brought.known)

    def _is_here(self, book_id: str, content: str) -> bool:
        t = statements.c
        mine = sa.select(t.statement_id).where(t.book_id == book_id, t.content == content)
        return self._session.scalar(mine) is not None

    def _line_ids(self, book_id: str, keys: Sequence[str]) -> dict[str, str]:
        """Ids of the lines that the book has, by key."""
        t = statement_lines.c
        found: dict[str, str] = {}
        for at in range(0, len(keys), _PART):
            mine = sa.select(t.line_key, t.line_id).where(t.book_id == book_id, t.line_key.in_(keys[at : at + _PART]))
            found |= {r.line_key: r.line_id for r in self._session.execute(mine)}
        return found

    def list(self, book_id: str) -> tuple[KeptStatement, ...]:
        """Every statement of a book, by account and day."""
        t = statements.c
        mine = sa.select(statements).where(t.book_id == book_id).order_by(t.account, t.first_day, t.sequence)
        return tuple(
            KeptStatement(
                statement_id=r.statement_id, account=r.account, currency=r.currency, number=r.number,
                opening=read_balance(r.opening_day, r.opening), closing=read_balance(r.closing_day, r.closing),
                first=r.first_day, last=r.last_day, movement=r.movement, file_name=r.file_name, sequence=r.sequence,
            )
            for r in self._session.execute(mine)
        )  # fmt: skip

    def lines(self, book_id: str, statement_id: str) -> tuple[KeptLine, ...]:
        """The lines of one statement in its order, those that an earlier one brought included."""
        m, t = statement_members.c, statement_lines.c
        mine = sa.select(statement_lines).join(statement_members, m.line_id == t.line_id)
        return self._kept(book_id, mine.where(m.statement_id == statement_id, t.book_id == book_id).order_by(m.number))

    def line(self, book_id: str, line_id: str) -> KeptLine:
        """Raises UnknownLine, for a line of another book too."""
        t = statement_lines.c
        found = self._kept(book_id, sa.select(statement_lines).where(t.book_id == book_id, t.line_id == line_id))
        if not found:
            raise UnknownLine(line_id)
        return found[0]

    def alike(self, book_id: str, line: KeptLine) -> tuple[KeptLine, ...]:
        """Other lines of the account with its day and amount that no statement shows beside it."""
        t, m = statement_lines.c, statement_members.c
        beside = sa.select(m.line_id).where(
            m.statement_id.in_(sa.select(m.statement_id).where(m.line_id == line.line_id))
        )
        mine = sa.select(statement_lines).where(
            t.book_id == book_id, t.account == line.account, t.booked == line.line.booked,
            t.amount == line.line.amount, t.line_id != line.line_id, t.line_id.not_in(beside),
        )  # fmt: skip
        return self._kept(book_id, mine.order_by(t.line_id))

    def counts(self, book_id: str, restricted: Restricted = NOTHING) -> Mapping[str, Counter[LineState]]:
        """How many lines of each statement stand where, those left out whose entry is restricted."""
        m, t = statement_members.c, statement_lines.c
        members = self._session.execute(
            sa.select(m.statement_id, m.line_id)
            .join(statement_lines, t.line_id == m.line_id)
            .where(t.book_id == book_id)
        ).all()
        last = self._last_events(book_id)
        named = [e.entry_id for e in last.values() if e.entry_id]
        acts, seen = self._entry_acts(book_id, named), visible(self._session, book_id, restricted, named)
        hidden = {k for k, e in last.items() if e.entry_id and e.entry_id not in seen}
        out: dict[str, Counter[LineState]] = {}
        for r in members:
            if r.line_id in hidden:
                continue
            out.setdefault(r.statement_id, Counter())[_state(last.get(r.line_id), acts)] += 1
        return out

    def note(self, book_id: str, line_id: str, act: str, by: str, *, entry_id: str = "", reason: str = "") -> None:
        """Append what became of a line. Raises UnknownLine, LineTaken where it does not wait, EntryTaken."""
        if act not in _ACTS:
            raise ValueError(f"an act on a line is one of {sorted(_ACTS)}, got {act!r}")
        chain.lock(self._session, book_id)
        now_at = self.line(book_id, line_id)
        free = now_at.state is LineState.WAITING
        if free is (act == REOPENED):
            raise LineTaken(now_at.state.value, now_at.by)
        if act == MATCHED and self._explains_another(book_id, now_at, entry_id):
            raise EntryTaken(entry_id)
        now = utc_now()
        row = {
            "event_id": new_id(), "book_id": book_id, "line_id": line_id, "act": act, "entry_id": entry_id,
            "reason": clean(reason), "recorded": now, "recorded_by": by,
        }  # fmt: skip
        sequence = chain.append(
            self._session, book_id, statement_events.name, str(row["event_id"]), chain.digest(row), now
        )
        self._session.execute(sa.insert(statement_events), [{**row, "sequence": sequence}])

    def taken(self, book_id: str, account: str) -> frozenset[str]:
        """Entries that lines of an account stand for now."""
        t = statement_lines.c
        own = set(self._session.scalars(sa.select(t.line_id).where(t.book_id == book_id, t.account == account)))
        last = {k: e for k, e in self._last_events(book_id).items() if k in own and e.act in (PROPOSED, MATCHED)}
        acts = self._entry_acts(book_id, [e.entry_id for e in last.values()])
        return frozenset(e.entry_id for e in last.values() if acts.get(e.entry_id) not in _ENDED)

    def ledgers(self, book_id: str) -> dict[str, str]:
        """The book's own account for each account of a bank that has one."""
        t = bank_accounts.c
        found = self._session.execute(sa.select(t.account, t.ledger).where(t.book_id == book_id).order_by(t.sequence))
        return {r.account: r.ledger for r in found if r.ledger}

    def set_ledger(self, book_id: str, account: str, ledger: str, by: str) -> None:
        """From now on this account of a bank is that account of the book."""
        now = utc_now()
        row = {
            "bank_account_id": new_id(), "book_id": book_id, "account": clean(account), "ledger": clean(ledger),
            "recorded": now, "recorded_by": by,
        }  # fmt: skip
        sequence = chain.append(
            self._session, book_id, bank_accounts.name, str(row["bank_account_id"]), chain.digest(row), now
        )
        self._session.execute(sa.insert(bank_accounts), [{**row, "sequence": sequence}])

    def _explains_another(self, book_id: str, line: KeptLine, entry_id: str) -> bool:
        return entry_id in self.taken(book_id, line.account)

    def _kept(self, book_id: str, query: sa.Select[Any]) -> tuple[KeptLine, ...]:
        rows = self._session.execute(query).all()
        last = self._last_events(book_id, [r.line_id for r in rows])
        acts = self._entry_acts(book_id, [e.entry_id for e in last.values() if e.entry_id])
        return tuple(_kept_line(r, last.get(r.line_id), acts) for r in rows)

    def _last_events(self, book_id: str, line_ids: Sequence[str] | None = None) -> dict[str, sa.Row[Any]]:
        """The last event of each line; of all lines where none are named."""
        t = statement_events.c
        mine = sa.select(statement_events).where(t.book_id == book_id)
        if line_ids is not None:
            mine = mine.where(t.line_id.in_(line_ids))
        return {r.line_id: r for r in self._session.execute(mine.order_by(t.sequence))}

    def _entry_acts(self, book_id: str, entry_ids: Sequence[str]) -> dict[str, str]:
        """The act that gave each entry its state; an entry without one is left out."""
        t = schema.decisions.c
        found: dict[str, str] = {}
        for at in range(0, len(entry_ids), _PART):
            mine = sa.select(t.entry_id, t.act).where(
                t.book_id == book_id, t.entry_id.in_(entry_ids[at : at + _PART]), t.act.in_(views.STATE_ACTS)
            )
            found |= {r.entry_id: r.act for r in self._session.execute(mine.order_by(t.sequence))}
        return found


def _state(event: sa.Row[Any] | None, acts: Mapping[str, str]) -> LineState:
    if event is None or event.act == REOPENED:
        return LineState.WAITING
    if event.act == SET_ASIDE:
        return LineState.SET_ASIDE
    act = acts.get(event.entry_id)
    if act in _ENDED:
        return LineState.WAITING
    return LineState.MATCHED if event.act == MATCHED or act in _DONE else LineState.PROPOSED


def _kept_line(r: sa.Row[Any], event: sa.Row[Any] | None, acts: Mapping[str, str]) -> KeptLine:
    return KeptLine(
        line_id=r.line_id, statement_id=r.statement_id, account=r.account, state=_state(event, acts),
        entry_id=event.entry_id if event else "", reason=event.reason if event else "",
        by=event.recorded_by if event else "",
        line=StatementLine(
            booked=r.booked, valued=r.valued, amount=r.amount, currency=r.currency, text=r.text, party=r.party,
            party_account=r.party_account, reference=r.reference, end_to_end=r.end_to_end, occurrence=r.occurrence,
            raw=r.raw,
        ),
    )  # fmt: skip
