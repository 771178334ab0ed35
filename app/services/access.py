"""Who may do what. Every use case asks here, and the answer comes from the database each time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.services.errors import ServiceError
from storage.session import UnitOfWork


class Right(StrEnum):
    """What a role may allow; one right a use case."""

    READ = "read"
    IMPORT = "import"
    PREDICT = "predict"
    CORRECT = "correct"
    SUBMIT = "submit"
    CONFIRM = "confirm"
    APPROVE = "approve"
    POST = "post"
    REVERSE = "reverse"
    WITHDRAW_BATCH = "withdraw a batch"
    FORGET = "forget"
    EXPORT = "export"
    CATALOG = "change the catalog"
    CLOSE = "close a period"
    REOPEN = "reopen a period"
    POLICY = "change a policy"
    PEOPLE = "manage people"
    TRAIN = "train"
    RELEASE = "release a model"
    AUDIT = "audit"
    INSTALLATION = "run the installation"  # books, backups, users: not of one book


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody who acts: ``id`` is what the store writes down, ``name`` is what people read."""

    id: str
    name: str = ""

    @classmethod
    def console(cls, name: str) -> Who:
        """Whoever may read the database file and uses the command line: named after the system's user."""
        return cls(id=name, name=name)


class NotAllowed(ServiceError):
    """Somebody asked for what none of their roles in this book allows."""

    def __init__(self, who: str, right: Right, book: str) -> None:
        self.who, self.right, self.book = who, right, book
        super().__init__(
            f"{who or 'Nobody'} may not {right.value} in book {book!r}. "
            "Ask an admin of the book for a role that may, or sign in as somebody else."
        )


def authorise(unit: UnitOfWork, who: Who, book_id: str, right: Right) -> None:
    """Raise NotAllowed unless a role of ``who`` in this book allows ``right``, as the database says now."""
