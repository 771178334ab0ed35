"""Errors of the store that a caller may want to catch; ``str(error)`` is a sentence for the user."""

from __future__ import annotations

from collections.abc import Sequence

from storage.printable import shown


class StorageError(Exception):
    """Base of every error that a caller of ``storage`` may want to catch."""


class StoreLocked(StorageError):
    """Another process owns the database file."""

    def __init__(self, path: str, process: str, pid: int | None) -> None:
        self.path, self.process, self.pid = path, process, pid
        owner = f"{process} (process {pid})" if pid is not None else process
        super().__init__(
            f"The database {path} is in use by {owner}. Only one program can own the file: "
            "close that one, or let it do the work for you."
        )


class StoreUnreadable(StorageError):
    """The database file cannot be opened, though nobody else holds it."""

    def __init__(self, path: str, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(
            f"The database {path} cannot be opened: {why}. Nothing was changed. "
            "Check the path and its permissions, or restore the file from a backup."
        )


class StoreUnreachable(StorageError):
    """The database server does not answer, or does not let this program in; ``url`` is without its password."""

    def __init__(self, url: str, why: str) -> None:
        self.url, self.why = url, why
        super().__init__(
            f"The database {url} cannot be used: {why}. Nothing was changed. "
            "Check COUNTERPOINT_DATABASE_URL, and that the server runs and knows this user."
        )


class StoreNewer(StorageError):
    """The database was written by a later release."""

    def __init__(self, path: str, found: str, known: str) -> None:
        self.path, self.found, self.known = path, found, known
        super().__init__(
            f"The database {path} has schema {found}; this release knows up to {known}. "
            "Nothing was changed. Install the newer release again, or restore an older backup."
        )


class StoreBusy(StorageError):
    """A write kept colliding with others, or waited too long for its turn."""

    def __init__(self, attempts: int, why: str) -> None:
        self.attempts, self.why = attempts, why
        super().__init__(f"Saving did not succeed after {attempts} attempts: {why}. Nothing was saved; try again.")


class NestedUnitOfWork(StorageError):
    """A program mistake: a writing unit of work was opened inside another one."""

    def __init__(self) -> None:
        super().__init__("A unit of work is already open in this thread. Pass it on instead of opening a second one.")


class UnknownBook(StorageError):
    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        have = ", ".join(repr(k) for k in known[:10]) if known else "none yet"
        super().__init__(f"There is no book {name!r}. Books: {have}. Import a file into it to create it.")


class BookExists(StorageError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"A book {name!r} exists already. Choose another name, or use the one that is there.")


class BadBook(StorageError):
    def __init__(self, field: str, value: str, why: str) -> None:
        self.field, self.value, self.why = field, value, why
        super().__init__(f"The book's {field} {value!r} {why}.")


class UnknownEntry(StorageError):
    def __init__(self, entry_id: str) -> None:
        self.entry_id = entry_id
        super().__init__(f"There is no entry {entry_id!r} in this book. Search the journal for it.")


class UnknownJournal(StorageError):
    def __init__(self, journal: str, known: Sequence[str]) -> None:
        self.journal, self.known = journal, tuple(known)
        have = ", ".join(repr(k) for k in known[:20]) if known else "none yet"
        super().__init__(f"There is no journal {journal!r} in this book. Journals: {have}.")


class UnknownModel(StorageError):
    def __init__(self, digest: str) -> None:
        self.digest = digest
        super().__init__(f"This book has no model {digest!r}. Train one, or choose one of the book's models.")


class LinesRefused(StorageError):
    """Lines that may not be saved: one would be lost or falsified in the store."""

    def __init__(self, what: str, value: str, remedy: str) -> None:
        self.what, self.value, self.remedy = what, value, remedy
        super().__init__(f"{what}: {value}. {remedy}")


class ImportRefused(StorageError):
    """A file as a whole cannot be imported; nothing of it was."""

    def __init__(self, file: str, why: str, remedy: str) -> None:
        self.file, self.why, self.remedy = file, why, remedy
        super().__init__(f"{shown(file)} cannot be imported: {why}. {remedy}")


class CopyRefused(StorageError):
    """Books were not copied into another database, where nothing was changed; ``url`` is without its password."""

    def __init__(self, url: str, why: str, remedy: str) -> None:
        self.url, self.why, self.remedy = url, why, remedy
        super().__init__(f"Nothing was copied to {url}: {why}. {remedy}")
