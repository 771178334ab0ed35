"""Writes a beancount file, with what it has no place for in metadata whose keys begin with ``cp-``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.journal import Account, Entry
from storage.exporters import plain_names as names
from storage.exporters.written import Written
from storage.importers.plain import OURS

_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BeancountOptions:
    """``title`` is the name of the books."""

    title: str = "journal"


def export(
    currency: str, accounts: Sequence[Account], entries: Sequence[Entry], options: BeancountOptions
) -> Written:  # fmt: skip
    """The entries as one file, in their order; ``currency`` is the book's, ``accounts`` its catalog."""
    commodity = names.commodity_code(currency)
    catalog = names.catalog_of(accounts, entries)
    called = names.beancount_names(catalog)
    first = min((e.date for e in entries), default=date(1970, 1, 1))
    rows = [
        f'option "title" {_text(names.readable(options.title))}',
        f'option "operating_currency" "{commodity}"',
        "",
    ]
    for a in catalog:
        rows += [f"{first.isoformat()} open {called[a.code]}", *_metadata(names.account_tags(a), "  ")]
    for e in entries:
        rows += ["", *_transaction(e, commodity, called)]
    text = "\n".join(rows) + "\n"
    return Written(files=(("journal.beancount", text.encode()),))


def _transaction(e: Entry, commodity: str, called: dict[str, str]) -> Iterator[str]:
    narration, payee = _shown(e.description), _shown(e.party)
    yield f"{e.date.isoformat()} * {f'{_text(payee)} ' if payee else ''}{_text(narration)}"
    tags = names.entry_tags(e, commodity)
    tags += [(f"{OURS}document", e.document)] if e.document else []
    tags += [(f"{OURS}description", e.description)] if narration != e.description else []
    tags += [(f"{OURS}party", e.party)] if payee != e.party else []
    yield from _metadata(tags, "  ")
    for x in e.lines:
        yield f"  {called[x.account]}  {names.posted(x, commodity)}"
        yield from _metadata(names.line_tags(x, priced=names.priced(x, commodity)), "    ")


def _shown(text: str) -> str:
    """A text without control signs but for ends of rows, for which beancount has escapes."""
    return "".join(c if c.isprintable() or c in "\n\t\r" else " " for c in text)


def _text(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _metadata(tags: Iterable[names.Tag], indent: str) -> Iterator[str]:
    for name, value in tags:
        yield f"{indent}{name}: {names.tag_text(value)}"
