"""A disk without room, or a limit on a file's size, as one error of the store."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from storage.errors import StorageError

_SIGNS = ("No space left on device", "File too large", "Disk quota exceeded", "could not extend file")
_SPOILT = "database has been invalidated"  # DuckDB after a write-ahead log that it could not write


class StoreFull(StorageError):
    """The database could not grow."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(
            f"There is no room left for {where}. Nothing of what was asked for was saved, and what was there before is "
            "as it was. Free some space on that disk and try again."
        )


def is_full(error: DBAPIError) -> bool:
    """Whether a statement failed because its disk had no room, or because one before it did."""
    return any(sign in str(error.orig) for sign in (*_SIGNS, _SPOILT))
