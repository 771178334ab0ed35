"""Writes a journal that hledger and Ledger read, with what they have no place for in tags that begin with ``cp-``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.journal import Account, AccountType, Entry, minor_units
from storage.exporters import plain_names as names
from storage.exporters.written import Written
from storage.importers.plain import OURS

_TYPES = {
    AccountType.ASSET: "A", AccountType.LIABILITY: "L", AccountType.EQUITY: "E", AccountType.INCOME: "R",
    AccountType.EXPENSE: "X",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HledgerOptions:
    """``title`` stands as a comment on the first row, and names the file."""

    title: str = "journal"


def export(
    currency: str, accounts: Sequence[Account], entries: Sequence[Entry], options: HledgerOptions
) -> Written:  # fmt: skip
    """The entries as one file, in their order; ``currency`` is the book's, ``accounts`` its catalog."""
    commodity = names.commodity_code(currency)
    catalog = names.catalog_of(accounts, entries)
    called = names.hledger_names(catalog)
    rows = [f"; {names.readable(options.title)}", ""]
    for code in _commodities(commodity, entries):
        places = minor_units(code)
        rows += [f"commodity {code}", f"    format 1,000.{'0' * places} {code}"]
    rows.append("")
    for a in catalog:
        rows.append(f"account {called[a.code]}")
        if a.type in _TYPES:
            rows.append(f"    ; type: {_TYPES[a.type]}")
        rows += _tags(names.account_tags(a))
    for e in entries:
        rows += ["", *_transaction(e, commodity, called)]
    text = "\n".join(rows) + "\n"
    return Written(files=((f"{_file_name(options.title)}.journal", text.encode()),))


def _commodities(commodity: str, entries: Iterable[Entry]) -> list[str]:
    found = {x.original_currency for e in entries for x in e.lines if names.priced(x, commodity)}
    return [commodity, *sorted(found)]


def _transaction(e: Entry, commodity: str, called: dict[str, str]) -> Iterator[str]:
    text = names.readable(e.description, ";|")
    if text.startswith(("(", "*", "!", "=")):
        text = f". {text}"
    document = names.readable(e.document, "();")
    yield f"{e.date.isoformat()} * {f'({document}) ' if document else ''}{text}".rstrip()
    tags = names.entry_tags(e, commodity)
    tags += [(f"{OURS}party", e.party)] if e.party else []
    tags += [(f"{OURS}document", e.document)] if document != e.document else []
    tags += [(f"{OURS}description", e.description)] if text != e.description else []
    yield from _tags(tags)
    for x in e.lines:
        yield f"    {called[x.account]}  {names.posted(x, commodity)}"
        yield from _tags(names.line_tags(x, priced=names.priced(x, commodity)))


def _tags(tags: Iterable[names.Tag]) -> Iterator[str]:
    for name, value in tags:
        yield f"    ; {name}: {names.tag_text(value)}"


def _file_name(title: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in names.readable(title)).strip("._") or "journal"
