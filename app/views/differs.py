"""What differs between an event and an earlier entry, in the reader's language. No Streamlit.

The engine names the fields that differ; this module adds the values where the event has them.
"""

from __future__ import annotations

from app.i18n import _
from app.views.numbers import change, month
from engine.journal import Because, Event


def differs_text(evidence: Because, event: Event) -> str:
    """``differs: month, amount -3 %``; an entry that differs in nothing says so."""
    found = [_one(what, evidence, event) for what in evidence.differs]
    shown = [text for text in found if text]
    return _("differs: {what}", what=", ".join(shown)) if shown else _("the same in everything we compare")


def _one(what: str, evidence: Because, event: Event) -> str:
    """One ``field: value`` of the engine in words; the amount's change is worked out from the money itself."""
    field, _sep, detail = (part.strip() for part in what.partition(":"))
    if field == "amount":
        same = evidence.amount == event.amount
        return "" if same else _("amount {change}", change=change(evidence.amount, event.amount, event.currency))
    if field == "month":
        return _("month ({month})", month=month(evidence.date))
    words = {"words": _("words"), "day": _("day"), "party": _("party"), "journal": _("journal")}
    name = words.get(field, field)
    return f"{name} ({detail})" if detail else name
