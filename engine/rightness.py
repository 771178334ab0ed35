"""When an entry is right, as users mean it: one definition for training, evaluation and proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from engine.journal import Entry, Side, minor_units


class Offered(Protocol):
    """One line of an answer; None means that the answer does not say."""

    @property
    def account(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def tax_code(self) -> str | None: ...
    @property
    def party(self) -> str | None: ...


Name = tuple[str, Side, str, str]


def fully_right(lines: Sequence[Offered], entry: Entry, *, check_tax: bool = False, check_party: bool = True) -> bool:
    """Whether the lines are those of the entry as a multiset, each amount within one minor unit.

    Args:
        lines: an amount that is not given is wrong.
        entry: what was booked; its currency says how large a minor unit is.
        check_tax: whether the book has tax codes; a code that is not given is then no code.
        check_party: whether the answer names parties at all.
    """

    def name(line: Offered) -> Name:
        tax = (line.tax_code or "") if check_tax else ""
        return line.account, line.side, tax, (line.party or "") if check_party else ""

    booked: defaultdict[Name, list[Decimal]] = defaultdict(list)
    offered: defaultdict[Name, list[Decimal]] = defaultdict(list)
    for line in entry.lines:
        booked[name(line)].append(line.amount)
    for guessed in lines:
        if guessed.amount is None:
            return False
        offered[name(guessed)].append(guessed.amount)
    unit = Decimal(1).scaleb(-minor_units(entry.currency))
    return booked.keys() == offered.keys() and all(
        len(offered[n]) == len(amounts)
        and all(abs(a - b) <= unit for a, b in zip(sorted(offered[n]), sorted(amounts), strict=True))
        for n, amounts in booked.items()
    )
