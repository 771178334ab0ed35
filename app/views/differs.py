"""What differs between an event and an earlier entry, in the reader's language. No Streamlit.

The engine names the fields that differ; this module adds the values where the event has them.
"""

from __future__ import annotations

from app.i18n import _
from app.views.numbers import change
from engine.journal import Because, Event

MAX_WORDS = 4


def differs_text(evidence: Because, event: Event) -> str:
    """``differs: month, amount -3 %``; an entry that differs in nothing says so."""
    found = [_one(what, evidence, event) for what in evidence.differs]
    shown = [text for text in found if text]
    return _("differs: {what}", what=", ".join(shown)) if shown else _("the same in everything we compare")


def _one(what: str, evidence: Because, event: Event) -> str:
    field, _sep, detail = what.partition(" ")
    field = field.rstrip(":")
    if field == "amount":
        return "" if evidence.amount == event.amount else f"{_('amount')} {change(evidence.amount, event.amount)}"
    words = {
        "words": _("words"),
        "text": _("words"),
        "month": _("month"),
        "date": _("date"),
        "day": _("day"),
        "year": _("year"),
        "party": _("party"),
        "journal": _("journal"),
        "currency": _("currency"),
    }
    return f"{words.get(field, field)} {detail}".strip()
