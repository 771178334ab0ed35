"""What the chain covers of bank statements: each with its lines as one link, each event on a line as another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from storage.chained import SHOWN, Link, Rows, Stray, View, told, uncovered, without_place
from storage.schema_statements import statement_lines, statement_members, statements
from storage.statement_rows import statement_digest

_STATEMENTS, _LINES, _MEMBERS = statements.c, statement_lines.c, statement_members.c


class Statements:
    """A statement, which of its lines it brought, and which were there before."""

    def digests(self, view: View, links: Sequence[Link]) -> Mapping[int, str]:
        found = {}
        for link in links:
            mine = (_STATEMENTS.statement_id == link.reference, _STATEMENTS.sequence == link.sequence)
            for row in view.rows(sa.select(statements).where(_STATEMENTS.book_id == view.book_id, *mine)):
                found[link.sequence] = self._digest(view, row)
        return found

    def _digest(self, view: View, row: Mapping[str, object]) -> str:
        members = sa.select(_MEMBERS.line_id).where(_MEMBERS.statement_id == row["statement_id"])
        brought = view.rows(sa.select(statement_lines).where(_LINES.statement_id == row["statement_id"]))
        ids = list(view.session.scalars(members.order_by(_MEMBERS.number)))
        return statement_digest(without_place(row), ids, {r["line_id"]: r for r in brought})

    def describe(self, view: View, link: Link) -> str:
        mine = sa.select(statements).where(_STATEMENTS.statement_id == link.reference)
        lines = sa.select(
            _LINES.line_id, _LINES.booked, _LINES.amount, _LINES.text
        ).where(_LINES.statement_id == link.reference)  # fmt: skip
        return "; ".join(filter(None, (told(view.rows(mine)), told(view.rows(lines.order_by(_LINES.line_id))))))

    def strays(self, view: View) -> Iterable[Stray]:
        yield from Rows(statements, "statement_id").strays(view)
        own = sa.exists().where(
            _MEMBERS.line_id == _LINES.line_id, _MEMBERS.statement_id == _LINES.statement_id,
            _STATEMENTS.statement_id == _LINES.statement_id, _STATEMENTS.book_id == _LINES.book_id,
        )  # fmt: skip
        alone = sa.select(_LINES.line_id).where(_LINES.book_id == view.book_id, ~own).limit(SHOWN)
        yield from uncovered(view, statement_lines.name, alone)
