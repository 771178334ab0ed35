"""Brings what an importer staged into a book, in one transaction: new in, known and alike told apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.journal import Account
from storage import homecoming, intake, leftovers, rows
from storage.intake import NewBatch
from storage.prepared import Prepared, prepare
from storage.quiet import undisturbed
from storage.records import Book, ImportResult, Resembling, Staged
from storage.session import UnitOfWork

Keep = bool | Collection[str]  # which entries go in although they look like ones that are here


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Staged entries by what the book knows of them."""

    new: tuple[Prepared, ...]
    known: tuple[Prepared, ...]
    alike: tuple[Resembling, ...]


@undisturbed()
def plan(unit: UnitOfWork, book: Book | None, staged: Staged, *, keep: Keep = False) -> ImportResult:
    """What `apply` would do, writing nothing; ``book`` is None where it would be created."""
    sorted_ = _sort(unit, book, staged, keep)
    accounts = _new_accounts(unit, book, staged)
    return _result("", sorted_, accounts)


@undisturbed()
def apply(
    unit: UnitOfWork, book: Book, staged: Staged, by: str, *, file_name: str = "", keep: Keep = False
) -> ImportResult:
    """Append new accounts, journals and entries to ``book``; nothing at all where there is nothing new.

    What stays outside is kept with the batch, which is made for that alone too, once for a file.

    Entries that look alike stay out but for those with their keys in ``keep``; True keeps all of them. The catalog
    only gains accounts: an account the book knows keeps its name and type.
    """
    sorted_ = _sort(unit, book, staged, keep)
    accounts = unit.books.put_accounts(book.book_id, _missing(unit, book, staged), by, derived=staged.types_derived)
    unit.books.propose_journals(book.book_id, staged.journals, by)
    batch_id = ""
    if sorted_.new or (staged.errors and not unit.batches.of_file(book.book_id, staged.file_sha256)):
        batch = NewBatch(
            file_name=file_name, file_sha256=staged.file_sha256, format=staged.format, reason=staged.reason,
            known=len(sorted_.known), alike=len(sorted_.alike), errors=staged.errors, by=by,
        )  # fmt: skip
        fresh = _unlike_undone(sorted_.new, unit.journal.keys_of_all_time(book.book_id))
        batch_id = intake.add_prepared(unit.session, book.book_id, batch, fresh, _certain(staged, fresh))
        leftovers.add(unit.session, batch_id, staged.kept)
    return _result(batch_id, sorted_, accounts)


def _sort(unit: UnitOfWork, book: Book | None, staged: Staged, keep: Keep) -> _Sorted:
    """One-to-one: an entry of the book makes at most one staged entry known or alike."""
    here = unit.journal.source_keys(book.book_id) if book else {}
    entries = prepare(staged.entries)
    known = [p for p in entries if here.get(p.key) == p.content]
    matched = {p.key for p in known}
    free: dict[str, list[str]] = {}
    for key, content in here.items():
        if key not in matched:
            free.setdefault(content, []).append(key)
    new: list[Prepared] = []
    alike: list[tuple[Prepared, Resembling]] = []
    for p in entries:
        if p.key in matched:
            continue
        if others := free.get(p.content):
            alike.append((p, Resembling(p.key, others.pop(0), same=True)))
        elif p.key in here:
            alike.append((p, Resembling(p.key, p.key, same=False)))
        else:
            new.append(p)
    ours = homecoming.returned(unit.session, book.book_id, new) if book else homecoming.Returned()
    new = [p for p in new if p.key not in ours.keys]
    known, alike = [*known, *ours.known], [*alike, *ours.alike]
    kept = [p for p, _ in alike if keep is True or (keep and p.key in keep)]
    if kept:
        taken = {*here, *(r.other for _, r in ours.alike)}
        new, gone = _with_free_keys([*new, *kept], taken), {p.key for p in kept}
        alike = [(p, r) for p, r in alike if p.key not in gone]
    return _Sorted(tuple(new), tuple(known), tuple(r for _, r in alike))


def _with_free_keys(entries: Iterable[Prepared], taken: Iterable[str]) -> list[Prepared]:
    """The entries in file order, with a running number after keys that the book uses already."""
    used, out = set(taken), []
    for p in sorted(entries, key=lambda p: p.entry.position):
        key, n = p.key, 2
        while key in used:
            key, n = f"{p.key} ({n})", n + 1
        used.add(key)
        out.append(p._replace(key=key))
    return out


def _unlike_undone(entries: Sequence[Prepared], undone: Collection[str]) -> Sequence[Prepared]:
    """Entries with keys of ones that were taken back with their batch are told from those by a turn after the key."""
    if not undone:
        return entries
    out = []
    for p in entries:
        key, n = p.key, 2
        while key in undone:
            key, n = rows.key_of_turn(p.key, n), n + 1
        out.append(p._replace(key=key))
    return out


def _certain(staged: Staged, entries: Iterable[Prepared]) -> frozenset[str]:
    """Keys of entries whose kind is their own, because it differs from what their journal is for."""
    kinds = {j.journal: j.kind for j in staged.journals}
    return frozenset(p.key for p in entries if p.entry.journal in kinds and p.entry.kind is not kinds[p.entry.journal])


def _missing(unit: UnitOfWork, book: Book | None, staged: Staged) -> list[Account]:
    known = {a.code for a in unit.books.catalog(book.book_id)} if book else set()
    return [a for a in staged.accounts if a.code not in known]


def _new_accounts(unit: UnitOfWork, book: Book | None, staged: Staged) -> int:
    return len(_missing(unit, book, staged))


def _result(batch_id: str, found: _Sorted, accounts: int) -> ImportResult:
    return ImportResult(
        batch_id=batch_id, new=len(found.new), known=len(found.known), alike=len(found.alike),
        lines=sum(len(p.entry.lines) for p in found.new), debit=sum((p.debit for p in found.new), Decimal(0)),
        credit=sum((p.credit for p in found.new), Decimal(0)), resembling=found.alike,
        new_accounts=accounts,
    )  # fmt: skip
