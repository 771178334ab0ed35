"""From grouped rows to entries, accounts and journals: what FEC and flat CSV files share."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from engine.journal import Account, Entry
from storage.identity import fold
from storage.importers import types
from storage.importers.grouping import Group, Grouping, group
from storage.importers.kinds import opening_by_name
from storage.importers.posting import Posting
from storage.importers.staging import Staging
from storage.records import Staged
from storage.rows import content_digest

_DIGEST = 16  # characters of a content digest that make a key


def grouped(postings: Sequence[Posting]) -> Grouping:
    """Rows as entries: by their number, else by date, piece and running balance."""
    names = _journal_names(postings)
    return group(postings, lambda p: opening_by_name(p.journal, names.get(p.journal, "")))


def stage_postings(
    staging: Staging,
    postings: list[Posting],
    broken: Sequence[Posting],
    *,
    french: bool = False,
    grouping: Grouping | None = None,
) -> Staged:
    """Group rows into entries. ``broken`` are the readable parts of rows with an error: their entries stay out.

    ``postings`` are used up: the list is empty afterwards, so that a million of them can go while entries come.
    ``french``: the account numbers follow the French chart, so types and groups can be derived.
    ``grouping``: where something else than `grouped` told the entries apart.
    """
    names, accounts = _journal_names(postings), catalog(postings, french=french)
    grouping = grouping or grouped(postings)
    postings.clear()
    staging.reasons += grouping.reasons()
    bad_numbers = {_named(p) for p in broken}
    bad_places = {(p.journal, p.date, p.document) for p in broken}
    rows = sorted({e.row for e in staging.errors})
    lost_keys: dict[tuple[str, str, str], str] = {}
    for g in grouping.taken():
        first = g.postings[0]
        lost = (
            _named(first) in bad_numbers
            if g.numbered
            else not g.whole and (first.journal, first.date, first.document) in bad_places
        )
        entry = entry_of(g, _journal_text(first.journal, names))
        if lost:
            lost_keys[_named(first)] = entry.entry_id
            _report_company(staging, g, rows)
        if lost or not staging.add(first.row, entry):
            staging.stay([p.row for p in g.postings], entry.entry_id)
    _stay(staging, broken, lost_keys)
    journals = [(_journal_text(code, names), code, name) for code, name in names.items() if code]
    return replace(staging.finish(accounts, journals), types_derived=french)


def _named(p: Posting) -> tuple[str, str, str]:
    return p.key, p.journal, p.number


def _stay(staging: Staging, broken: Sequence[Posting], keys: dict[tuple[str, str, str], str]) -> None:
    """Rows with an error, under the keys of entries that they are known to belong to."""
    staging.entries_out += len({_named(p) for p in broken} | keys.keys())
    for p in broken:
        guessed = f"{p.journal}-{p.number}-{p.date.year}" if p.number.strip("0") and p.date != date.min else ""
        staging.stay([p.row], keys.get(_named(p)) or p.key or guessed)


def _report_company(staging: Staging, g: Group, rows: Sequence[int]) -> None:
    """One sentence for the sound rows that stay out because another row of their entry is broken."""
    first = g.postings[0]
    at = bisect_left(rows, first.row)
    culprit = min(rows[max(at - 1, 0) : at + 1], key=lambda r: abs(r - first.row))
    staging.fail(
        first.row, "", first.number or first.document,
        f"belongs to an entry with a broken row (row {culprit}); its {len(g.postings)} other rows stay out too",
        "Correct that row, then import the file again.",
    )  # fmt: skip


def entry_of(g: Group, journal: str) -> Entry:
    """The entry that a group of rows makes; party stays empty unless the file has one for the entry itself.

    Its key is one that the next export of the same books repeats: the file's own, the number's, or the content's.
    """
    rows = g.postings
    best = max(rows, key=lambda p: p.size)
    day = rows[0].date if g.numbered and len({p.date for p in rows}) == 1 else max(p.date for p in rows)
    key, number = rows[0].key, rows[0].number
    if g.numbered and not key:
        key = f"{rows[0].journal}-{number}-{day.year}"
    entry = Entry(
        entry_id=key, date=day, description=best.description or _description(rows, best),
        lines=tuple(x for p in rows for x in p.lines()), currency=rows[0].currency, journal=journal,
        party=rows[0].entry_party, number=number, document=_joined(p.document for p in rows),
        document_date=_document_date(rows, best),
    )  # fmt: skip
    if key:
        return entry
    return replace(entry, entry_id=f"{rows[0].journal}~{day.isoformat()}~{content_digest(entry)[:_DIGEST]}")


def _description(rows: Sequence[Posting], best: Posting) -> str:
    """The label of the row with the largest amount: the document's total is there, not one of its parts.

    The name of the entry's only party follows where the label does not hold it already.
    """
    label = best.label or next((p.label for p in rows if p.label), "") or best.account_name
    parties = list(dict.fromkeys(p.party for p in rows if p.party))
    if len(parties) == 1 and fold(parties[0]) not in fold(label):
        return f"{label} {parties[0]}".strip()
    return label


def _document_date(rows: Sequence[Posting], best: Posting) -> date | None:
    return best.document_date or next((p.document_date for p in rows if p.document_date), None)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(t for t in texts if t))


def catalog(postings: Sequence[Posting], *, french: bool) -> tuple[Account, ...]:
    """Accounts by code with the name that most rows give; derived types and groups where the chart is French."""
    seen: dict[str, Counter[str]] = {}
    for p in postings:
        seen.setdefault(p.account, Counter())[p.account_name] += 1
    names = {code: _usual(found) for code, found in seen.items()}
    if french:
        return types.french_catalog(names, {p.account for p in postings if p.party})
    return tuple(Account(code=code, name=name) for code, name in sorted(names.items()))


def _usual(found: Counter[str]) -> str:
    return next((name for name, _ in found.most_common() if name), "")


def _journal_names(postings: Iterable[Posting]) -> dict[str, str]:
    """Journal code to its first name that is not empty."""
    names: dict[str, str] = {}
    for p in postings:
        names[p.journal] = names.get(p.journal) or p.journal_name
    return names


def _journal_text(code: str, names: dict[str, str]) -> str:
    """How an entry names its journal: code and name, for a name tells a reader and a model more."""
    name = names.get(code, "")
    return f"{code} {name}".strip() if fold(name) != fold(code) else code
