"""What an event must be for an entry to be proposed for it."""

from __future__ import annotations

from decimal import Decimal

from engine.catalog import Catalog
from engine.errors import BadEvent
from engine.journal import Event
from engine.text import normalise

LARGEST = Decimal(10) ** 18  # amounts stay below it, as in the store


def check(event: Event, catalog: Catalog, room: int) -> None:
    """Refuse what cannot be booked; ``room`` is the most lines of an entry. Raises BadEvent with what to do."""
    if not normalise(event.description):
        raise BadEvent(
            "Description", event.description, "there are no words in it", "Say in a few words what happened."
        )
    _check_amount("Amount", event.amount, "Give the total of the event.")
    if len(event.lines) > room:
        raise BadEvent("Known lines", str(len(event.lines)), f"an entry has at most {room}", "Book them in parts.")
    for line in event.lines:
        if line.amount != 0:  # 0: the amount is not known
            _check_amount(f"Amount on {line.account}", line.amount, "Correct it, or give account and side alone.")
        if line.account not in catalog.rows:
            raise BadEvent(
                "Known line", line.account, "this account is not in the catalog", "Choose an account of this book."
            )
        if event.date and not catalog.accounts[catalog.rows[line.account]].open_on(event.date):
            raise BadEvent(
                "Known line",
                line.account,
                f"this account is not open on {event.date}",
                "Choose another account or date.",
            )


def _check_amount(field: str, amount: Decimal, remedy: str) -> None:
    if not amount.is_finite() or amount == 0:
        raise BadEvent(field, str(amount), "an entry needs an amount other than 0", remedy)
    if abs(amount) >= LARGEST:
        raise BadEvent(field, str(amount), "a journal holds at most 18 digits before the point", remedy)
