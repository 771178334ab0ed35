"""Journals of Ledger and hledger: a date and a description, indented postings, amounts that may be left out.

The grammar is that of both manuals (ledger-cli.org/3.0/doc/ledger3.html, hledger.org/hledger.html), read by content.
Virtual postings, automated and periodic transactions are no bookings and are left out; the reason counts them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from storage.errors import ImportRefused
from storage.importers.cells import BadCell
from storage.importers.ledger_file import DATE, DIRECTIVES, ROOTS, LedgerFile, about, day_of, named, uncommented
from storage.importers.ledger_postings import Raw, posting_of, resolved, tags_in
from storage.importers.plain import Journal, PlainEntry
from storage.importers.plain_amounts import written
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, decode, rows_of
from storage.importers.staging import Staging
from storage.records import Staged

NAME = "ledger"
_HEAD = re.compile(
    rf"(?P<day>{DATE})(?:=(?P<other>{DATE}))?(?:\s+(?P<flag>[*!]))?(?:\s+\((?P<code>[^)]*)\))?(?:\s+(?P<text>.*))?$"
)
_LOOKS = re.compile(
    rf"^{DATE}(?:={DATE})?(?:[ \t]+[^\n]*)?\r?\n(?:[ \t]+;[^\n]*\r?\n)*[ \t]+[^\s;,][^\n,]*", re.MULTILINE
)
_COMMENTS = ";#*%|"
_BLOCKS = frozenset({"comment", "test"})
_PASSED = frozenset({  # directives that say nothing about what was booked
    "payee", "tag", "define", "def", "eval", "expr", "assert", "check", "capture", "python", "import", "value",
    "bucket", "year", "i", "o", "I", "O", "h", "b", "C", "N", "--command-line-flags",
})  # fmt: skip


def read_ledger(source: Source) -> Staged:
    """Stage a journal. Raises ImportRefused where it has no transaction."""
    text, encoding = decode(source.main, source.data)
    found = LedgerFile(Journal(Staging(source, NAME), types=dict(ROOTS)))
    limit = source.limits.row_characters
    for number, row in enumerate(rows_of(text.replace("\0", "")), start=1):
        if len(row) > limit:
            why = f"has {len(row):,} characters and the limit is {limit:,}"
            found.fail(number, row, why, "Check the end of the row before it.")
            continue
        _take(found, number, row.rstrip())
    if not found.raw:
        raise ImportRefused(
            source.main, "it has no transaction", "A transaction begins with its date; export it again."
        )
    return _staged(found, encoding)


def _take(f: LedgerFile, number: int, row: str) -> None:
    if f.until:
        f.until = "" if row.strip() in (f.until, "end") else f.until
    elif not row.strip():
        f.open, f.declared, f.passing = None, "", False
    elif row[0] in " \t":
        _indented(f, number, row.strip())
    else:
        f.open, f.declared, f.passing = None, "", False
        if row[0].isdigit():
            _transaction(f, number, row)
        elif row[0] not in _COMMENTS:
            _directive(f, number, row)


def _transaction(f: LedgerFile, number: int, row: str) -> None:
    head, _, comment = uncommented(row)
    found = _HEAD.fullmatch(head)
    f.passing = True  # until the row is known to be sound, what follows it belongs to nothing
    if found is None:
        f.fail(number, row, "begins like a transaction and has no date", "Write it like 2024-01-31 Description.")
        return
    try:
        day = day_of(found["day"], f.year)
    except BadCell as problem:
        f.fail(number, found["day"], problem.why, problem.remedy)
        return
    payee, _, note = (found["text"] or "").partition("|")
    entry = PlainEntry(
        row=number, day=day, description=f"{payee.strip()} {note.strip()}".strip(),
        party=payee.strip() if note.strip() else "", document=(found["code"] or "").strip(),
    )  # fmt: skip
    f.open, f.passing = Raw(entry, note.strip()), False
    f.raw.append(f.open)
    _note(f, comment)


def _note(f: LedgerFile, comment: str) -> None:
    """A comment of a transaction: its tags, and text that says more about it."""
    if f.open is None or not comment:
        return
    tags, text = tags_in(comment)
    f.open.entry.tags.update(tags)
    if text:
        f.open.notes.append(text)


def _indented(f: LedgerFile, number: int, text: str) -> None:
    if f.declared:
        about(f, text)
    elif f.open is None:
        if not f.passing and text[0] not in _COMMENTS:
            f.fail(number, text, "is indented and belongs to no transaction", "Begin the transaction with its date.")
    elif text[0] in ";#%|":
        tags, rest = tags_in(text[1:].strip())
        if f.open.postings:
            last = f.open.postings[-1]
            last.tags.update(tags)
            last.label = f"{last.label} {rest}".strip()
        else:
            _note(f, text[1:].strip())
    else:
        try:
            posting = posting_of(number, text)
        except BadCell as problem:
            f.fail(number, text, problem.why, problem.remedy)
            f.open.entry.broken = f.open.entry.broken or number
            return
        posting.account = named(f, posting.account)
        f.open.postings.append(posting)


def _directive(f: LedgerFile, number: int, row: str) -> None:
    word, _, rest = row.lstrip("!@").partition(" ")
    rest, _, comment = uncommented(rest.strip())
    if row[0] in "~=":
        f.passing = True
        f.skipped["periodic transactions (~)" if row[0] == "~" else "automated rules (=)"] += 1
    elif row[0] == "Y" and row[1:].strip().isdigit():
        f.year = int(row[1:])
    elif word in DIRECTIVES:
        DIRECTIVES[word](f, number, rest, comment)
    elif word in _BLOCKS:
        f.until = f"end {word}"
    elif word in _PASSED:
        f.passing = True
    else:
        f.passing = True
        why = "begins with no date and no directive that is known"
        f.fail(number, row, why, "Indent it if it is a posting, or begin it with ; if it is a comment.")


def _staged(f: LedgerFile, encoding: str) -> Staged:
    journal = f.journal
    f.marks.note(a for raw in f.raw for p in raw.postings for a in p.amounts())
    for number, day, what, worth in f.prices:
        if (found := written(worth)) is not None:
            try:
                journal.prices.add(day, what, f.marks.read(found[0]))
            except BadCell as problem:
                f.fail(number, worth, problem.why, problem.remedy)
    for raw in f.raw:
        journal.entries.append(resolved(raw, f.marks, f.default, f.bucket, journal.staging))
        f.skipped["virtual postings"] += raw.virtual
    reasons = journal.staging.reasons
    reasons.append(f"A journal of Ledger or hledger: dated descriptions with indented postings; text is {encoding}")
    journal.stage()
    currency = journal.book_currency()
    reasons.append(f"the book's currency is {currency}" if currency else "amounts have no currency")
    reasons.extend(f"{count} {what} are no bookings and are left out" for what, count in f.skipped.items() if count)
    derived = any(not a.type for a in journal.accounts.values()) or len(journal.accounts) < len(journal.catalog())
    if derived:
        reasons.append("account types are derived from the first part of their names")
    return replace(journal.staging.finish(journal.catalog()), types_derived=derived)


def looks_like(head: Head) -> bool:
    """By a dated row with an indented one below it; by the file's name where accounts fill the beginning."""
    return bool(_LOOKS.search(head.text)) or head.name.endswith((".ledger", ".journal", ".hledger", ".j"))


READER = Reader(NAME, looks_like, read_ledger)
