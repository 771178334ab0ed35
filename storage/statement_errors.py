"""What is refused around the lines of bank statements."""

from __future__ import annotations

from storage.refusals import Refused


class UnknownLine(Refused):
    """A line of no statement of this book."""

    def __init__(self, line_id: str) -> None:
        self.line_id = line_id
        super().__init__(f"There is no statement line {line_id!r} in this book. Open the list of statements again.")


class LineTaken(Refused):
    """Somebody else was faster, or the line was dealt with before."""

    def __init__(self, state: str, by: str) -> None:
        self.state, self.by = state, by
        super().__init__(f"This line is {state} already, by {by}. Nothing of yours was saved; look at it again.")


class EntryTaken(Refused):
    """An entry that explains another line; one entry is matched with one line of an account."""

    def __init__(self, entry_id: str) -> None:
        self.entry_id = entry_id
        super().__init__(f"Entry {entry_id!r} belongs to another line of this account. Choose another one.")
