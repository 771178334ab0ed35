"""From a typed event to a proposal, and from an edited proposal to a draft in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.services.workbench import Workbench
from engine.journal import Event, Line, Proposal


def event_from_text(
    description: str,
    amount_text: str,
    date_text: str | date | None = None,
    currency: str = "",
    journal: str = "",
    party: str = "",
    lines: Sequence[Line] = (),
) -> Event:
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
