"""The one road of every importer: candidate entries and row errors in, a `Staged` out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from engine.journal import Account, Entry, Side, money_text
from storage.errors import LinesRefused
from storage.identity import clean
from storage.importers import kinds
from storage.importers.outside import Raw
from storage.importers.source import Source
from storage.printable import hidden, shown
from storage.records import Kept, Outside, RowError, Staged
from storage.rows import check_lines, cleaned

SHOWN = 80  # characters of a cell that an error repeats


@dataclass(slots=True)
class _Warned:
    """One kind of thing that rows should not have: the first of them, and how many there are."""

    row: int
    value: str
    remedy: str
    count: int = 1

    def said(self, column: str, why: str) -> RowError:
        more = f" ({self.count:,} rows, this is the first)" if self.count > 1 else ""
        return RowError(row=self.row, column=column, value=shown(self.value), why=f"{why}{more}", remedy=self.remedy)


@dataclass(slots=True)
class Staging:
    """Collects what a file yields; `finish` checks every entry and orders them as the source did."""

    source: Source
    format: str
    reasons: list[str] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    _entries: list[tuple[int, Entry]] = field(default_factory=list)
    failed: int = 0  # problems, listed in `errors` or not
    _keys: set[str] = field(default_factory=set)
    _repeats: dict[str, int] = field(default_factory=dict)
    _seen_codes: set[str] = field(default_factory=set)
    _warned: dict[tuple[str, str], _Warned] = field(default_factory=dict)
    raw: Raw | None = None  # of a table, so that rows can be kept as they are
    entries_out: int = 0
    _rows_out: dict[int, str] = field(default_factory=dict)  # rows that stay outside, and the key of their entry
    _why: dict[int, str] = field(default_factory=dict)

    def fail(self, row: int, column: str, value: str, why: str, remedy: str) -> None:
        """Keep a problem; after the limit they are only counted, and `finish` says how many."""
        self.failed += 1
        if len(self.errors) < self.source.limits.errors:
            short = value if len(value) <= SHOWN else value[: SHOWN - 3] + "..."
            error = RowError(row=row, column=column, value=shown(short), why=why, remedy=remedy)
            self.errors.append(error)
            if self.raw:
                said = f"{column}: {why}. {remedy}" if column else f"{why}. {remedy}"
                self._why[row] = f"{self._why[row]} {said}" if row in self._why else said
        if self.raw:
            self._rows_out.setdefault(row, "")

    def warn(self, row: int, column: str, value: str, why: str, remedy: str) -> None:
        """Keep what is to be known and keeps nothing out: the first row that has it, and how many do."""
        if known := self._warned.get((column, why)):
            known.count += 1
        elif len(self._warned) < self.source.limits.errors:
            self._warned[column, why] = _Warned(row, value[:SHOWN], remedy)

    def add(self, row: int, entry: Entry) -> bool:
        """Take an entry that begins in ``row``, or quarantine it. Its key gets an occurrence where it repeats."""
        entry = _clean_entry(entry)
        if problem := self._hidden(entry) or _problem(entry, self.source.limits.lines):
            self.fail(row, *problem)
            self.entries_out += 1
            return False
        key = self._free(entry.entry_id)
        self._keys.add(key)
        self._entries.append((row, entry if key == entry.entry_id else replace(entry, entry_id=key)))
        return True

    def stay(self, rows: Iterable[int], key: str) -> None:
        """These rows stay outside because of their entry, which has ``key`` once it is mended."""
        if self.raw:
            self._rows_out |= dict.fromkeys(rows, clean(key))

    def _kept(self) -> Kept:
        """What stays outside, rows in the order of the file, as many as problems may be listed."""
        if self.raw is None:
            return Kept(entries=self.entries_out)
        numbers = sorted(self._rows_out)
        outside = []
        for n, cells in self.raw.cells(numbers[: self.source.limits.errors]):
            why = self._why.get(n) or "stays outside with the other rows of its entry."
            outside.append(Outside(row=n, cells=tuple(map(clean, cells)), why=clean(why), key=self._rows_out[n]))
        return Kept(entries=self.entries_out, rows=len(numbers), shape=self.raw.shape, outside=tuple(outside))

    def _ordered(self) -> Iterator[Entry]:
        """The entries as the source has them, each once: they are let go of here."""
        self._entries.sort(key=lambda x: x[0])
        self._entries.reverse()
        position = 0
        while self._entries:
            yield replace(self._entries.pop()[1], position=position)
            position += 1

    def _free(self, wanted: str) -> str:
        """The key, with the next number that is free where it repeats; a file of one key stays linear."""
        key, n = wanted, self._repeats.get(wanted, 2)
        while key in self._keys:
            key, n = f"{wanted}#{n}", n + 1
            self._repeats[wanted] = n
        return key

    def _hidden(self, entry: Entry) -> tuple[str, str, str, str] | None:
        """A code with signs that nobody sees would pass for another account."""
        for code in (t for x in entry.lines for t in (x.account, x.tax_code)):
            if code in self._seen_codes:
                continue
            if sign := hidden(code):
                return "account", code, f"the code holds the invisible sign {sign}", "Type the code anew in the source."
            self._seen_codes.add(code)
        return None

    def finish(self, accounts: Sequence[Account], journals: Iterable[tuple[str, str, str]] = ()) -> Staged:
        """The staged file. ``journals`` are (text, code, name); accounts that only lines name are added."""
        if rest := self.failed - len(self.errors):
            remedy = "Mend those that are listed, then import the file again."
            last = max(e.row for e in self.errors)
            self.errors.append(
                RowError(row=last, column="", value=str(rest), why="more problems are not listed", remedy=remedy)
            )
        entries = tuple(self._ordered())
        proposed = kinds.propose(entries, journals)
        return Staged(
            book_hint=self.source.name, format=self.format, reason="; ".join(self.reasons) + ".",
            accounts=_complete(accounts, entries), entries=kinds.apply(entries, proposed),
            errors=tuple(sorted(self.errors, key=lambda e: e.row)), file_sha256=self.source.sha256, journals=proposed,
            kept=self._kept(), warnings=tuple(w.said(*key) for key, w in self._warned.items()),
        )  # fmt: skip


def _clean_entry(e: Entry) -> Entry:
    """Without what no database holds; nearly always it is there as it was."""
    whole = f"{e.entry_id}{e.description}{e.currency}{e.journal}{e.party}{e.number}{e.document}"
    for x in e.lines:
        whole += x.account + x.party + x.label + x.tax_code + x.original_currency + x.rate_source
    if clean(whole) == whole:
        return e
    return replace(
        e, entry_id=clean(e.entry_id), description=clean(e.description), currency=clean(e.currency),
        journal=clean(e.journal), party=clean(e.party), number=clean(e.number), document=clean(e.document),
        lines=tuple(cleaned(x) for x in e.lines),
    )  # fmt: skip


def _problem(entry: Entry, most_lines: int) -> tuple[str, str, str, str] | None:
    """Column, value, why and remedy of what keeps an entry out; None when it may go in."""
    name = entry.number or entry.entry_id
    if len(entry.lines) < 2:
        return "lines", str(len(entry.lines)), f"entry {name} has fewer than two lines with an amount", "Complete it."
    if len(entry.lines) > most_lines:
        why = f"entry {name} has more than {most_lines:,} lines"
        return "lines", str(len(entry.lines)), why, "Check how its rows are numbered."
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
    known = {clean(a.code): a for a in accounts if a.code and not hidden(clean(a.code))}
    for e in entries:
        for x in e.lines:
            known.setdefault(x.account, Account(code=x.account))
    return tuple(known[code] for code in sorted(known))
