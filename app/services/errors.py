"""Errors of the use cases; ``str(error)`` is the sentence that the command line prints."""

from __future__ import annotations


class ServiceError(Exception):
    """Base of every refusal a use case may answer with."""


class BadInput(ServiceError):
    """A value typed by a person that cannot be used as it stands."""

    def __init__(self, field: str, value: str, why: str, remedy: str) -> None:
        self.field, self.value, self.why, self.remedy = field, value, why, remedy
        shown = value if len(value) <= 60 else value[:57] + "..."
        super().__init__(f"{field} {shown!r}: {why}. {remedy}" if value else f"{field}: {why}. {remedy}")


class ForeignCurrency(BadInput):
    """An event in another currency than the book's."""

    def __init__(self, currency: str, book: str, own: str) -> None:
        self.book, self.own = book, own
        super().__init__(
            "Currency",
            currency,
            f"book {book!r} is kept in {own}",
            f"Give a rate, for example 1 {currency} = 0.92 {own}, or convert the amount first.",
        )


class NoDifferenceAccount(BadInput):
    """An entry whose two sides differ by an exchange or rounding difference, in a book that names no account for it."""

    def __init__(self, book: str, rule: str, difference: str) -> None:
        self.book, self.rule, self.difference = book, rule, difference
        super().__init__(
            "Line",
            difference,
            f"book {book!r} names no account for such a difference",
            f"Set {rule} in the book's policy, or book the difference on a line of your own.",
        )


class NoModelYet(ServiceError):
    """A book has no trained model that could answer."""

    def __init__(self, book: str) -> None:
        self.book = book
        super().__init__(
            f"Book {book!r} has no model yet. Import its history, then train one: counterpoint train {book}"
        )


class ModelLoading(ServiceError):
    """The model exists and is being read in the background."""

    def __init__(self, book: str) -> None:
        self.book = book
        super().__init__(f"The model of book {book!r} is still being loaded. Ask again in a few seconds.")


class TrainingBusy(ServiceError):
    """A second training of the same book was asked for while one is under way."""

    def __init__(self, book: str, job: str, pid: int) -> None:
        self.book, self.job, self.pid = book, job, pid
        super().__init__(
            f"Book {book!r} is being trained already (run {job}, process {pid}). "
            "Wait until it has finished, or cancel it first."
        )


class TrainingFailed(ServiceError):
    """A training process ended without a model."""

    def __init__(self, book: str, job: str, why: str) -> None:
        self.book, self.job, self.why = book, job, why
        super().__init__(
            f"Training of book {book!r} ended without a model (run {job}): {why} Try again: counterpoint train {book}"
        )


class OtherBook(ServiceError):
    """A proposal by a model that this book never had."""

    def __init__(self, book: str) -> None:
        self.book = book
        super().__init__(
            f"This proposal was made for another book than {book!r}, so nothing was saved. "
            "Describe the event again in this book."
        )


class NoAccounts(ServiceError):
    """A book without a single open account was asked for a proposal."""

    def __init__(self, book: str) -> None:
        self.book = book
        super().__init__(
            f"Book {book!r} has no open accounts, so nothing can be proposed. "
            "Import a ledger or a list of accounts first."
        )


class NothingToImport(ServiceError):
    """An import path that does not exist or cannot be read."""

    def __init__(self, path: str, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{path} was not imported: {why}.")
