"""What a writer of text formats hands back: files, and what the format could not say as it was."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What became of one entry, or of many where ``entry_id`` is empty. ``left_out``: it is in no file."""

    text: str
    entry_id: str = ""
    left_out: bool = False

    def __str__(self) -> str:
        return f"Entry {self.entry_id}: {self.text}." if self.entry_id else f"{self.text}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Files by name, in order, and the notes for whoever takes them. The same entries give the same bytes."""

    files: tuple[tuple[str, bytes], ...]
    notes: tuple[Note, ...] = ()


def counted(entries: int, what: str) -> Note:
    """That some entries have what the format has no place for: ``3 entries have tax codes: this file …``."""
    start = "1 entry has" if entries == 1 else f"{entries} entries have"
    return Note(text=f"{start} {what}: this file has no place for them")
