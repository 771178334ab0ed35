"""What a person means by the text in the search box. No Streamlit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from app.services.errors import BadInput
from app.services.typed import read_amount

_RANGE = re.compile(r"(.+?)\s*\.\.\s*(.+)")
_AMOUNT_LIKE = re.compile(r"\d[\d.,' \u00a0\u202f]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to understand the text: words to find, or amounts between which an entry lies."""

    text: str = ""
    low: Decimal | None = None
    high: Decimal | None = None


def readings(text: str) -> tuple[Reading, ...]:
    """What the text may mean, likeliest first; a page shows the first that finds anything.

    ``500..900`` is a range of amounts. A number is an amount, or failing that a document number. Everything
    else is words. Raises BadInput for a range whose ends are no amounts.
    """
    bare = text.strip()
    words = Reading(text=bare)
    if found := _RANGE.fullmatch(bare):
        low, high = (read_amount(found[i])[0] for i in (1, 2))
        return (Reading(low=min(low, high), high=max(low, high)),)
    if _AMOUNT_LIKE.fullmatch(bare):
        try:
            amount = read_amount(bare)[0]
        except BadInput:
            return (words,)
        return Reading(low=amount, high=amount), words
    return (words,)
