"""The one road of every importer: candidate entries and row errors in, a `Staged` out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from engine.journal import Account, Entry, Side, money_text
from storage.errors import LinesRefused
from storage.identity import clean
from storage.importers import kinds
from storage.importers.source import Source
from storage.records import RowError, Staged
from storage.rows import check_lines, cleaned

SHOWN = 80  # characters of a cell that an error repeats


@dataclass(slots=True)
class Staging:
    """Collects what a file yields; `finish` checks every entry and orders them as the source did."""

    source: Source
    format: str
    reasons: list[str] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    _entries: list[tuple[int, Entry]] = field(default_factory=list)
    _keys: set[str] = field(default_factory=set)

    def fail(self, row: int, column: str, value: str, why: str, remedy: str) -> None:
        shown = clean(value) if len(value) <= SHOWN else clean(value[: SHOWN - 3]) + "..."
        self.errors.append(RowError(row=row, column=column, value=shown, why=why, remedy=remedy))

    def add(self, row: int, entry: Entry) -> None:
        """Take an entry that begins in ``row``, or quarantine it. Its key gets an occurrence where it repeats."""
        entry = _clean_entry(entry)
        if problem := _problem(entry):
            self.fail(row, *problem)
            return
        key, n = entry.entry_id, 2
        while key in self._keys:
            key, n = f"{entry.entry_id}#{n}", n + 1
        self._keys.add(key)
        self._entries.append((row, replace(entry, entry_id=key)))

    def finish(self, accounts: Sequence[Account], journals: Iterable[tuple[str, str, str]] = ()) -> Staged:
        """The staged file. ``journals`` are (text, code, name); accounts that only lines name are added."""
        self._entries.sort(key=lambda x: x[0])
        entries = tuple(replace(e, position=i) for i, (_, e) in enumerate(self._entries))
        proposed = kinds.propose(entries, journals)
        return Staged(
            book_hint=self.source.name, format=self.format, reason="; ".join(self.reasons) + ".",
            accounts=_complete(accounts, entries), entries=kinds.apply(entries, proposed),
            errors=tuple(sorted(self.errors, key=lambda e: e.row)), file_sha256=self.source.sha256, journals=proposed,
        )  # fmt: skip


def _clean_entry(e: Entry) -> Entry:
    return replace(
        e, entry_id=clean(e.entry_id), description=clean(e.description), currency=clean(e.currency),
        journal=clean(e.journal), party=clean(e.party), number=clean(e.number), document=clean(e.document),
        lines=tuple(cleaned(x) for x in e.lines),
    )  # fmt: skip


def _problem(entry: Entry) -> tuple[str, str, str, str] | None:
    """Column, value, why and remedy of what keeps an entry out; None when it may go in."""
    name = entry.number or entry.entry_id
    if len(entry.lines) < 2:
        return "lines", str(len(entry.lines)), f"entry {name} has fewer than two lines with an amount", "Complete it."
    try:
        check_lines(entry.lines)
    except LinesRefused as error:
        return "amount", error.value, f"{error.what} cannot be kept", error.remedy
    if entry.difference != 0:
        debit = sum(x.amount for x in entry.lines if x.side is Side.DEBIT)
        value = f"{money_text(entry.difference)} (debit {debit})"
        return "debit/credit", value, f"entry {name} does not balance", "Correct the source, then import it again."
    return None


def _complete(accounts: Sequence[Account], entries: Sequence[Entry]) -> tuple[Account, ...]:
    known = {clean(a.code): a for a in accounts if a.code}
    for e in entries:
        for x in e.lines:
            known.setdefault(x.account, Account(code=x.account))
    return tuple(known[code] for code in sorted(known))
