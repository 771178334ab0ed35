"""Two versions of an entry side by side, line by line. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.views.accounts import label
from app.views.numbers import money
from engine.journal import Line, Side

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """One line in one version, as text."""

    account: str
    debit: str
    credit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same line in both versions; `cells` names the columns that changed."""

    before: Half | None
    after: Half | None
    mark: str
    cells: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Writing:
    """How to write a line: account names by code, and the currency whose decimals amounts have."""

    names: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""


def diff(before: Sequence[Line], after: Sequence[Line], writing: Writing) -> tuple[Pair, ...]:
    """The lines of both versions side by side, as text."""
    return tuple(_pair(old, new, writing) for old, new in partners(before, after))


def partners(before: Sequence[Line], after: Sequence[Line]) -> list[tuple[Line | None, Line | None]]:
    """Pair the lines: first those on the same account and side, then the rest of a side in order."""
    left = dict(enumerate(before))
    partner: dict[int, Line] = {}
    open_after: list[int] = []
    for j, line in enumerate(after):
        i = _find(left, line, exact=True)
        if i is None:
            open_after.append(j)
        else:
            partner[j] = left.pop(i)
    for j in open_after:
        i = _find(left, after[j], exact=False)
        if i is not None:
            partner[j] = left.pop(i)
    pairs: list[tuple[Line | None, Line | None]] = [(partner.get(j), line) for j, line in enumerate(after)]
    return [*pairs, *((line, None) for line in left.values())]


def any_change(pairs: Sequence[Pair]) -> bool:
    return any(p.mark != SAME for p in pairs)


def half(line: Line, writing: Writing) -> Half:
    amount = money(line.amount, writing.currency)
    debit = line.side is Side.DEBIT
    return Half(
        account=label(line.account, writing.names.get(line.account, "")),
        debit=amount if debit else "",
        credit="" if debit else amount,
    )


def _find(left: dict[int, Line], line: Line, *, exact: bool) -> int | None:
    same = [i for i, x in left.items() if x.side is line.side and (x.account == line.account or not exact)]
    return min(same, key=lambda i: abs(left[i].amount - line.amount)) if same else None


def _pair(before: Line | None, after: Line | None, writing: Writing) -> Pair:
    a = half(before, writing) if before else None
    b = half(after, writing) if after else None
    if a is None or b is None:
        return Pair(before=a, after=b, mark=REMOVED if b is None else ADDED)
    cells = frozenset(name for name in ("account", "debit", "credit") if getattr(a, name) != getattr(b, name))
    return Pair(before=a, after=b, mark=CHANGED if cells else SAME, cells=cells)
