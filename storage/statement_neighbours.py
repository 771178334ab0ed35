"""Lines that nothing tells apart, in statements that follow each other within one day.

A bank may begin a new page or a new statement in the middle of a day. Where one opens with the balance by which the
other closes, a line of each is two movements, however alike they are; where two statements overlap, it is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from storage.schema_statements import statement_lines, statement_members, statements
from storage.statement_records import Balance, Statement
from storage.statement_rows import line_key, read_balance


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What of a statement decides whether another one goes on where it ends; ``keys`` are those of its lines."""

    first: date | None
    last: date | None
    opening: Balance | None
    closing: Balance | None
    keys: frozenset[str]

    def goes_on(self, after: Neighbour) -> bool:
        """Whether it begins on the day and with the balance by which the other one ends."""
        if self.opening is None or after.closing is None or self.first is None or self.first != after.last:
            return False
        return self.opening.amount == after.closing.amount


def counted_on(session: Session, book_id: str, found: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements of a file, their lines counted on from those of the statements that they go on from.

    The same file gives the same numbers however often it comes.
    """
    earlier: dict[str, list[Neighbour]] = {}
    out = []
    for s in found:
        if s.account not in earlier:
            earlier[s.account] = list(_kept(session, book_id, s.account, found))
        own = _neighbour(s)
        others = [n for n in earlier[s.account] if not _same(own, n)]
        counted = _counted(s, _used(own, others))
        earlier[s.account].append(_neighbour(counted))
        out.append(counted)
    return tuple(out)


def _neighbour(s: Statement) -> Neighbour:
    return Neighbour(s.first, s.last, s.opening, s.closing, frozenset(line_key(s.account, x) for x in s.lines))


def _same(one: Neighbour, other: Neighbour) -> bool:
    """Whether it is the statement itself, which came before: the occurrence of its lines may have been counted on."""
    bare = [Counter(k.partition("#")[0] for k in n.keys) for n in (one, other)]
    return replace(one, keys=frozenset()) == replace(other, keys=frozenset()) and bare[0] == bare[1]


def _used(own: Neighbour, others: Iterable[Neighbour]) -> frozenset[str]:
    """Keys of the statements that follow each other up to this one, and from it on, without a gap."""
    used: set[str] = set()
    rest, front = list(others), [own]
    while front:
        at = front.pop()
        near = [n for n in rest if n.goes_on(at) or at.goes_on(n)]
        rest = [n for n in rest if n not in near]
        front += near
        used.update(*(n.keys for n in near))
    return frozenset(used)


def _counted(s: Statement, used: frozenset[str]) -> Statement:
    """Lines without a bank's reference get the next number that no neighbour has."""
    if not used:
        return s
    taken = set(used)
    lines = []
    for x in s.lines:
        line = x
        while not x.reference and line_key(s.account, line) in taken:
            line = replace(line, occurrence=line.occurrence + 1)
        taken.add(line_key(s.account, line))
        lines.append(line)
    return replace(s, lines=tuple(lines))


def _kept(session: Session, book_id: str, account: str, found: Sequence[Statement]) -> Iterator[Neighbour]:
    """Statements of the account that are in the book and touch a day of the file."""
    days = [d for s in found if s.account == account for d in (s.first, s.last) if d is not None]
    if not days:
        return
    t, m, x = statements.c, statement_members.c, statement_lines.c
    near = (t.book_id == book_id, t.account == account, t.last_day >= min(days), t.first_day <= max(days))
    keys: dict[str, set[str]] = {}
    asked = (
        sa.select(m.statement_id, x.line_key)
        .join(statement_lines, x.line_id == m.line_id)
        .join(statements, t.statement_id == m.statement_id)
    )
    for r in session.execute(asked.where(*near)):
        keys.setdefault(r.statement_id, set()).add(r.line_key)
    for r in session.execute(sa.select(statements).where(*near).order_by(t.sequence)):
        opening, closing = read_balance(r.opening_day, r.opening), read_balance(r.closing_day, r.closing)
        yield Neighbour(r.first_day, r.last_day, opening, closing, frozenset(keys.get(r.statement_id, ())))
