"""Entries that Counterpoint exported, read back: the marks beside each row say what DATEV's columns have no room for.

The marks are kinds and contents of additional information: ``Counterpoint`` the entry's id, ``Zeilen`` the numbers of
the two lines that a row pairs, ``Soll``, ``Haben`` and ``Buchung`` what else lines and entry say, ``Steuer`` the tax
lines that were left to DATEV to work out. A row that was changed since says so by its own columns, which then count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from engine.journal import Entry, Kind, Line, Side
from storage.importers.cells import BadCell, exact_amount, read_day
from storage.importers.datev_chart import is_personal
from storage.importers.datev_rows import Pair

_LAST = 10**6  # numbers lines whose row lost its mark


def own_entry(pairs: Sequence[Pair], names: Mapping[str, str], currency: str, digits: int) -> Entry:
    """An entry that Counterpoint exported, as it was, with the changes that were made to its rows since."""
    whole = _mark(pairs, "Buchung")
    lines = _OwnLines()
    for p in pairs:
        lines.add(p, names, digits)
    best = max(pairs, key=lambda p: abs(p.amount))
    kind = str(whole.get("kind", ""))
    return Entry(
        entry_id=pairs[0].infos[""], date=pairs[0].day, description=str(whole.get("text", best.text)),
        lines=lines.made(), currency=str(whole.get("currency", currency)), journal=str(whole.get("journal", "")),
        party=str(whole.get("party", "")), kind=Kind(kind) if kind in {k.value for k in Kind} else Kind.NORMAL,
        number=str(whole.get("number", "")), document=str(whole.get("document", best.document)),
        document_date=_day(whole.get("document_date")),
    )  # fmt: skip


class _OwnLines:
    """Lines by the number that they had, so that pairs become the lines that they were made of."""

    def __init__(self) -> None:
        self._lines: dict[tuple[int, str, Side], Line] = {}

    def add(self, p: Pair, names: Mapping[str, str], digits: int) -> None:
        numbers = [_number(x) for x in p.infos.get("Zeilen", "").split("/")]
        numbers += [_LAST + p.row] * (2 - len(numbers))  # a row that lost its mark comes last
        taxes = _taxes(p)
        for place, account in enumerate(p.accounts):
            debit = p.is_debit(place)
            number = numbers[0 if debit else 1]
            mark = _mark([p], "Soll" if debit else "Haben")
            amount, code = p.amount, p.key if place == p.key_at else ""
            if taxes and taxes.debit == debit:
                amount, code = taxes.base, taxes.code
                for extra_number, line in taxes.lines:
                    self._put(extra_number, line)
            party = (names.get(account) or account) if is_personal(account, digits) else ""
            side = Side.DEBIT if debit else Side.CREDIT
            base = Line(account=account, side=side, amount=amount, party=party, tax_code=code)
            self._put(abs(number), _line(mark, base, flipped=number < 0))

    def _put(self, number: int, line: Line) -> None:
        key = (number, line.account, line.side)
        if (known := self._lines.get(key)) is not None:
            line = replace(known, amount=known.amount + line.amount)
        self._lines[key] = line

    def made(self) -> tuple[Line, ...]:
        return tuple(line for _, line in sorted(self._lines.items(), key=lambda x: x[0][0]) if line.amount)


def _line(mark: Mapping[str, Any], base: Line, *, flipped: bool) -> Line:
    """A line as its mark completes it. ``flipped``: it was negative on the other side, which DATEV has no room for."""
    side, amount = (Side(1 - base.side), -base.amount) if flipped else (base.side, base.amount)
    return Line(
        account=str(mark.get("account", base.account)), side=side, amount=amount,
        party=str(mark.get("party", base.party)), label=str(mark.get("label", "")),
        tax_code=str(mark.get("tax", base.tax_code)), original_amount=_exact(mark.get("original")),
        original_currency=str(mark.get("currency", "")), rate=_exact(mark.get("rate")),
        rate_date=_day(mark.get("rate_date")), rate_source=str(mark.get("rate_source", "")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Taxes:
    """The tax lines that the export left to DATEV, on which side their base stands and what remains for it."""

    debit: bool
    code: str
    base: Decimal
    lines: list[tuple[int, Line]]


def _taxes(p: Pair) -> _Taxes | None:
    """None where the row has none, or was changed since."""
    mark = _mark([p], "Steuer")
    side, code, gross, lines = (mark.get(name) for name in ("side", "code", "gross", "lines"))
    sign = -1 if p.amount < 0 else 1
    if side not in ("D", "C") or _exact(gross) != abs(p.amount) or not isinstance(lines, list):
        return None
    base, made = p.amount, []
    for found in lines:
        if not isinstance(found, list) or len(found) != 5 or found[1] not in ("D", "C"):
            return None
        number, letter, account, amount, rest = found[0], found[1], str(found[2]), _exact(found[3]), found[4]
        if amount is None or not isinstance(number, int) or not isinstance(rest, dict):
            return None
        base -= sign * (amount if letter == side else -amount)
        line = Line(account=account, side=Side.of(letter), amount=sign * amount)
        made.append((number, _line(rest, line, flipped=False)))
    return _Taxes(side == "D", code if isinstance(code, str) else "", base, made)


def _mark(pairs: Sequence[Pair], kind: str) -> Mapping[str, Any]:
    """What a mark of ours says; nothing where somebody changed it into something else."""
    for text in (p.infos[kind] for p in pairs if kind in p.infos):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    return {}


def _number(text: str) -> int:
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 8 and "-" not in text[1:] else _LAST


def _exact(value: object) -> Decimal | None:
    return exact_amount(value) if isinstance(value, str) else None


def _day(value: object) -> date | None:
    try:
        return read_day(value) if isinstance(value, str) else None
    except BadCell:
        return None
