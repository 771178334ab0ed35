"""What the journal refuses, whoever asks; ``str(error)`` says what was found and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from storage.errors import StorageError


class Refused(StorageError):
    """Base of every act that the rules of bookkeeping forbid."""


class NotBalanced(Refused):
    """Lines whose debits and credits differ, or that lack one of the two sides."""

    def __init__(self, debit: str, credit: str, why: str) -> None:
        self.debit, self.credit, self.why = debit, credit, why
        super().__init__(
            f"This entry cannot be saved: debit {debit}, credit {credit}; {why}. "
            "Change an amount or add a line until both sides are equal. What you typed is still there."
        )


class AccountUnusable(Refused):
    """A line names an account that the catalog lacks or that is closed on the entry's day."""

    def __init__(self, line: int, account: str, why: str) -> None:
        self.line, self.account, self.why = line, account, why
        super().__init__(f"Line {line}: account {account!r} {why}. Choose an open account of the catalog.")


class AmountRefused(Refused):
    """An amount of zero, a negative one where none may be, or one with more decimals than the currency has."""

    def __init__(self, line: int, amount: str, why: str) -> None:
        self.line, self.amount, self.why = line, amount, why
        super().__init__(f"Line {line}: the amount {amount} {why}. Correct it.")


class PartyMissing(Refused):
    """A line on a control account that does not say whose it is."""

    def __init__(self, line: int, account: str) -> None:
        self.line, self.account = line, account
        super().__init__(f"Line {line}: account {account!r} is kept by party, and the line names none. Add the party.")


class ClosedPeriod(Refused):
    """A day in a period that is locked."""

    def __init__(self, day: date, lock: str, by: str) -> None:
        self.day, self.lock, self.by = day, lock, by
        remedy = (
            "Choose a day in an open period, or ask an admin to reopen it."
            if lock == "hard"
            else "Choose a day in an open period, or ask somebody who may book into soft-closed periods."
        )
        super().__init__(f"{day.isoformat()} lies in a period that is closed ({lock}, by {by}). {remedy}")


class PeriodOccupied(Refused):
    """A period that cannot be closed for good because entries in it are not finished."""

    def __init__(self, first: date, last: date, count: int, entries: Sequence[str]) -> None:
        self.first, self.last, self.count, self.entries = first, last, count, tuple(entries)
        super().__init__(
            f"{first.isoformat()} to {last.isoformat()} cannot be closed: {count} entries in it are not finished. "
            "Post them, return or discard them, or move them to the next open period."
        )


class FourEyesNeeded(Refused):
    """Somebody asked to approve what they wrote or submitted themselves."""

    def __init__(self, by: str, why: str) -> None:
        self.by, self.why = by, why
        super().__init__(f"{by} cannot approve this: {why}. Another person has to look at it.")


class NothingToConfirm(Refused):
    """A confirmation of something that no reviewer corrected."""

    def __init__(self) -> None:
        super().__init__("No reviewer corrected this entry, so there is nothing to confirm. Approve or return it.")


class NotYours(Refused):
    """Somebody asked to take back what another person did."""

    def __init__(self, by: str, owner: str) -> None:
        self.by, self.owner = by, owner
        super().__init__(f"{owner} did this, so {by} cannot take it back. Return it with a reason instead.")


class AlreadyDecided(Refused):
    """Somebody else was faster; nothing was overwritten."""

    def __init__(self, by: str, act: str, at: datetime | None) -> None:
        self.by, self.act, self.at = by, act, at
        when = f" at {at:%H:%M:%S} UTC" if at else ""
        super().__init__(f"{by} has {act} this a moment ago{when}. Nothing of yours was saved; look at it again.")


class WrongState(Refused):
    """An act that does not fit where the entry stands."""

    def __init__(self, act: str, state: str, allowed: Sequence[str]) -> None:
        self.act, self.state, self.allowed = act, state, tuple(allowed)
        super().__init__(f"An entry that is {state} cannot be {act}; it would have to be {' or '.join(allowed)}.")


class DocumentMissing(Refused):
    """A submission without a document number and without a reason for having none."""

    def __init__(self) -> None:
        super().__init__("There is no document number. Give one, or say why there is no document.")


class ReasonMissing(Refused):
    """An act that has to be explained was not."""

    def __init__(self, act: str) -> None:
        self.act = act
        super().__init__(f"An entry is {act} for a reason. Say it in a few words; it stays with the entry.")


class AlreadyReversed(Refused):
    """A second reversal of an entry that has a live one."""

    def __init__(self, reversal: str) -> None:
        self.reversal = reversal
        super().__init__(f"This entry has a reversal already: {reversal}. Open that one, or discard it first.")


class ReversalFixed(Refused):
    """A reversal with other lines than those it takes back, or one that is itself to be reversed."""

    def __init__(self) -> None:
        super().__init__(
            "A reversal takes back exactly what it names and is not reversed itself. "
            "Discard it while it is not posted, or book the event anew."
        )


class AlreadyExported(Refused):
    """An undo of something that has left the house."""

    def __init__(self) -> None:
        super().__init__("This entry was exported, so it cannot be taken back any more. Reverse it instead.")


class BadFiscalYear(Refused):
    """A fiscal year that overlaps another, ends before it begins, or lacks a name."""

    def __init__(self, label: str, why: str) -> None:
        self.label, self.why = label, why
        super().__init__(f"The fiscal year {label!r} cannot be added: {why}.")


class BadPolicy(Refused):
    """A rule of a book's policy that does not exist or cannot have this value."""

    def __init__(self, rule: str, value: str, why: str) -> None:
        self.rule, self.value, self.why = rule, value, why
        super().__init__(f"The rule {rule!r} cannot be {value!r}: {why}.")


class UnknownChange(Refused):
    """A change that waits for nobody: there is none by that id, or it was settled."""

    def __init__(self, change_id: str) -> None:
        self.change_id = change_id
        super().__init__(f"No change {change_id!r} waits in this book. It may have been settled a moment ago.")


class SecondPersonNeeded(Refused):
    """Somebody tried to confirm their own change."""

    def __init__(self, by: str) -> None:
        self.by = by
        super().__init__(f"{by} proposed this change and cannot confirm it. Another person who may do so has to.")
