"""What waits on a reviewer's desk, in the order in which it deserves eyes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.services import journal
from app.services.access import ALL_YEARS, Right, Who, authorise, find, members, use_case
from app.services.workbench import Workbench
from engine.journal import Entry, State
from storage import waiting
from storage.records import JournalQuery

SHOWN = 500  # entries that a desk holds; a longer queue is worked off in parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One entry that waits: how sure the model was of it (None where no model proposed it), and who submitted it.

    ``corrected`` says that a reviewer changed it, so that another person has to confirm it; ``assigned`` is who was
    asked to look at it.
    """

    entry: Entry
    probability: float | None
    by: str
    corrected: bool
    assigned: str = ""

    @property
    def weight(self) -> Decimal:
        """How much deserves eyes: what is not sure, times its amount."""
        doubt = 1.0 if self.probability is None else 1.0 - self.probability
        return abs(self.entry.total) * Decimal(doubt)


@use_case(Right.READ)
def waiting_entries(wb: Workbench, who: Who, book: str, state: State = State.SUBMITTED) -> tuple[Waiting, ...]:
    """Entries in a state, those that ``who`` was asked to look at first, then least sure times largest first.

    Raises UnknownBook, NotAllowed.
    """
    query = JournalQuery(state=state, newest_first=False, size=SHOWN)
    entries = journal.search(wb, who, book, query).rows
    ids = [e.entry_id for e in entries]
    with wb.reading() as uow:
        book_id = find(uow, who, book, Right.READ).book_id
        sure = waiting.probabilities(uow.session, ids)
        asked = waiting.asked(uow.session, book_id, ids)
        given = waiting.assigned(uow.session, book_id, ids)
    found = [
        Waiting(
            entry=e,
            probability=sure.get(e.entry_id),
            by=asked[e.entry_id].by if e.entry_id in asked else "",
            corrected=e.entry_id in asked and asked[e.entry_id].corrected,
            assigned=given.get(e.entry_id, ""),
        )
        for e in entries
    ]
    return tuple(sorted(found, key=lambda w: (w.assigned != who.id, -w.weight)))


@use_case(Right.READ)
def count(wb: Workbench, who: Who, book: str) -> int:
    """How many entries that ``who`` may read wait for approval. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        book_id = find(uow, who, book, Right.READ).book_id
        if authorise(uow, who, book_id, Right.READ) == ALL_YEARS:
            return waiting.count(uow.session, book_id)
    return journal.search(wb, who, book, JournalQuery(state=State.SUBMITTED, size=1)).total


@use_case(Right.READ)
def names(wb: Workbench, who: Who, book: str) -> Mapping[str, str]:
    """What the people of a book are called, by the login that acts are signed with. Raises UnknownBook, NotAllowed."""
    with wb.reading() as uow:
        return members(uow, find(uow, who, book, Right.READ).book_id)
