"""Several files of one ledger, such as one a month, staged as one: in order of their days, each entry once.

Files of one export overlap where periods do. What says the same under the same key in two of them is one entry; a file
repeats a key with an occurrence behind it, so that genuine repetitions in one file stay. The same key with other
content is for a person to decide, and stays outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.journal import Account, Entry
from storage.errors import ImportRefused
from storage.importers import kinds
from storage.importers.source import Source
from storage.records import Kept, RowError, Staged
from storage.rows import content_digest

_NAMED = 5  # files that a sentence names


@dataclass(frozen=True, slots=True)
class _Part:
    file: str
    sha256: str
    staged: Staged

    @property
    def first_day(self) -> tuple[date, str]:
        return min((e.date for e in self.staged.entries), default=date.max), self.file


def joined(
    where: str, sources: Iterable[Source], detect: Callable[[Source], str], read: Callable[[str, Source], Staged]
) -> Staged:
    """Read each source, one in memory at a time, and join what they hold.

    Raises ImportRefused where none is of a known format, where they are of several, or where one cannot be read.
    """
    found: list[_Part] = []
    strange: list[ImportRefused] = []
    for source in sources:
        try:
            name = detect(source)
        except ImportRefused as refused:
            strange.append(refused)
            continue
        found.append(_Part(source.main, source.sha256, read(name, source)))
        _check_format(where, found)
    if not found:
        raise strange[0]
    if len(found) == 1 and not strange:
        return found[0].staged
    return _join(sorted(found, key=lambda p: p.first_day), strange)


def _check_format(where: str, found: Sequence[_Part]) -> None:
    one, other = found[0], found[-1]
    if one.staged.format != other.staged.format:
        raise ImportRefused(
            where, f"its files are of several formats ({one.file} is {one.staged.format}, "
            f"{other.file} is {other.staged.format})", "Import them one by one.",
        )  # fmt: skip


def _join(parts: Sequence[_Part], strange: Sequence[ImportRefused]) -> Staged:
    first = parts[0].staged
    entries, repeated, clashes = _entries(parts)
    errors = [*_errors(parts), *clashes, *(_left_out(s) for s in strange)]
    names = [(j.journal, j.code, j.name) for p in parts for j in p.staged.journals]
    return replace(
        first, accounts=_accounts(parts), entries=tuple(replace(e, position=n) for n, e in enumerate(entries)),
        errors=tuple(errors), reason=_reason(parts, repeated), file_sha256=_sha256(parts),
        journals=kinds.propose(entries, names), types_derived=any(p.staged.types_derived for p in parts),
        statements=tuple(s for p in parts for s in p.staged.statements), kept=_kept(parts, len(clashes)),
        warnings=tuple(_named(p, w) for p in parts for w in p.staged.warnings),
    )  # fmt: skip


def _entries(parts: Sequence[_Part]) -> tuple[list[Entry], int, list[RowError]]:
    """The entries of all parts, how many stood in several, and those of one key that differ."""
    seen: dict[str, tuple[str, str]] = {}
    out: list[Entry] = []
    repeated, clashes = 0, []
    for part in parts:
        for e in part.staged.entries:
            content = content_digest(e)
            file, known = seen.setdefault(e.entry_id, (part.file, content))
            if file == part.file:
                out.append(e)
            elif known == content:
                repeated += 1
            else:
                clashes.append(_clash(e, file, part.file))
    return out, repeated, clashes


def _clash(e: Entry, one: str, other: str) -> RowError:
    return RowError(
        row=0, column=f"{other}: entry", value=e.number or e.entry_id,
        why=f"stands in {one} too, with other content", remedy="Import the file that is right by itself.",
    )  # fmt: skip


def _errors(parts: Sequence[_Part]) -> list[RowError]:
    return [_named(p, e) for p in parts for e in p.staged.errors]


def _named(part: _Part, e: RowError) -> RowError:
    return replace(e, column=f"{part.file}: {e.column}".rstrip(": "))


def _left_out(refused: ImportRefused) -> RowError:
    return RowError(
        row=0, column=refused.file, value="", why=f"was left out: {refused.why}",
        remedy="Leave it away, or import it by itself.",
    )  # fmt: skip


def _accounts(parts: Sequence[_Part]) -> tuple[Account, ...]:
    """Each account as the first part that names it has it."""
    known: dict[str, Account] = {}
    for a in (a for p in parts for a in p.staged.accounts):
        if a.code not in known or (a.name and not known[a.code].name):
            known[a.code] = a
    return tuple(known[code] for code in sorted(known))


def _kept(parts: Sequence[_Part], clashes: int) -> Kept:
    """What stays outside; rows only where all files are tables of the same columns."""
    kept = [p.staged.kept for p in parts]
    shapes = {k.shape for k in kept}
    same = len(shapes) == 1
    return Kept(
        entries=sum(k.entries for k in kept) + clashes, rows=sum(k.rows for k in kept),
        shape=shapes.pop() if same else None, outside=tuple(o for k in kept for o in k.outside) if same else (),
    )  # fmt: skip


def _reason(parts: Sequence[_Part], repeated: int) -> str:
    names = ", ".join(p.file for p in parts[:_NAMED]) + (", ..." if len(parts) > _NAMED else "")
    again = f" {repeated} entries stand in several of them and were taken once." if repeated else ""
    many = f"{len(parts)} files as one ledger" if len(parts) > 1 else "One file"
    return f"{many} ({names}). {parts[0].staged.reason}{again}"


def _sha256(parts: Sequence[_Part]) -> str:
    """Of the one file, or of all names and contents, in whichever order and wherever they lay."""
    if len(parts) == 1:
        return parts[0].sha256
    whole = "".join(f"{p.file}\0{p.sha256}\n" for p in sorted(parts, key=lambda p: p.file))
    return hashlib.sha256(whole.encode()).hexdigest()
