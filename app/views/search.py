"""What a person means by the text in the search box. No Streamlit."""

from __future__ import annotations

import re
from decimal import Decimal

from app.services.errors import BadInput
from app.services.typed import read_amount

_RANGE = re.compile(r"(.+?)\s*\.\.\s*(.+)")
_AMOUNT_LIKE = re.compile(r"[+]?\d[\d.,' \u00a0\u202f]*")


def amounts_of(text: str) -> tuple[str, Decimal | None, Decimal | None]:
    """Words to look for, and the amounts between which an entry must lie.

    ``500..900`` is a range; a text that reads as an amount with decimals is that amount; everything else,
    bare whole numbers among it, is words, because document numbers look like that. Raises BadInput for a
    range whose ends are no amounts.
    """
    bare = text.strip()
    if found := _RANGE.fullmatch(bare):
        low, high = (read_amount(found[i])[0] for i in (1, 2))
        return "", min(low, high), max(low, high)
    if _AMOUNT_LIKE.fullmatch(bare) and re.search(r"[.,]\d{1,2}$", bare):
        try:
            amount = read_amount(bare)[0]
        except BadInput:
            return bare, None, None
        return "", amount, amount
    return bare, None, None
