"""From a typed event to a proposal, and from an edited proposal to a draft in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.services.workbench import Workbench
from engine.journal import Event, Line, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedEvent:
    """The form as it was typed; only description and amount are required.

    ``amount`` may be written 1190, 1.190,00, 1,190.00 or 1 190,00 EUR; ``date`` as 2026-03-01,
    01.03.2026, 01/03/2026 (day first), 01.03.26, or a date; empty means today.
    """

    description: str
    amount: str | Decimal
    date: str | date | None = None
    currency: str = ""
    journal: str = ""
    party: str = ""
    lines: tuple[Line, ...] = ()


def event_from_text(typed: TypedEvent) -> Event:
    """Read what a person typed; raises BadInput with a sentence that names the field."""
    raise NotImplementedError


def propose(wb: Workbench, book: str, event: Event, *, explain: bool = True) -> Proposal:
    """Ranked candidates; the first balances. Raises UnknownBook, NoAccounts, BadEvent, ModelLoading, EngineError.

    A book without a model gets an honest "not sure" whose ``bundle`` is empty.
    """
    raise NotImplementedError


def save(wb: Workbench, book: str, proposal: Proposal, event: Event, lines: Sequence[Line], by: str) -> str:
    """Store the model's version, then the person's; the entry stays a draft.

    Returns the entry id. Raises NotBalanced, AccountUnusable, BadInput, UnknownBook; nothing is
    stored then.
    """
    raise NotImplementedError
