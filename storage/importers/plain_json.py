"""What ``hledger print -O json`` prints: every amount exact, whatever the decimal mark of the journal was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from storage.errors import ImportRefused
from storage.importers.cells import BadCell, need_day
from storage.importers.ledger_file import ROOTS
from storage.importers.ledger_postings import tags_in
from storage.importers.plain import Journal, PlainEntry, PlainLine
from storage.importers.plain_amounts import Amount, commodity
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, decode
from storage.importers.staging import Staging
from storage.records import Staged

NAME = "hledger-json"
_LOOKS = re.compile(r'"(?:tpostings|paccount)"\s*:')
_MOST_PLACES = 30
_AGAIN = "Print it again with hledger print -O json."


def read_json(source: Source) -> Staged:
    """Stage the transactions. Raises ImportRefused for what is no list of them."""
    text, _ = decode(source.main, source.data)
    try:
        # Numbers stay text until an amount asks for them: one of a million digits costs nothing.
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ImportRefused(source.main, f"it is not JSON ({error})", _AGAIN) from error
    transactions = [t for t in found if isinstance(t, dict)] if isinstance(found, list) else []
    if not transactions:
        raise ImportRefused(source.main, "it has no transaction", _AGAIN)
    journal = Journal(Staging(source, NAME), types=dict(ROOTS))
    virtual = sum(_take(journal, row, t) for row, t in enumerate(transactions, start=1))
    reasons = journal.staging.reasons
    reasons.append("Transactions as hledger prints them in JSON; rows are counted in transactions")
    journal.stage()
    reasons.append(f"the book's currency is {journal.book_currency() or 'not told'}")
    if virtual:
        reasons.append(f"{virtual} virtual postings are no bookings and are left out")
    reasons.append("account types are derived from the first part of their names")
    return replace(journal.staging.finish(journal.catalog()), types_derived=True)


def _take(journal: Journal, row: int, found: Mapping[str, Any]) -> int:
    """Put a transaction in; how many of its postings are virtual."""
    virtual = 0
    payee, _, note = _text(found, "tdescription").partition("|")
    tags, comments = _tags(_text(found, "tcomment"))
    text = " ".join(filter(None, (payee.strip(), note.strip(), *comments)))
    try:
        entry = PlainEntry(row=row, day=need_day(_text(found, "tdate")), description=text, tags=tags)
        entry.party, entry.document = (payee.strip() if note.strip() else ""), _text(found, "tcode")
        for posting in _list(found, "tpostings"):
            if _text(posting, "ptype") in ("VirtualPosting", "BalancedVirtualPosting"):
                virtual += 1
            else:
                entry.lines += _lines(row, posting)
    except BadCell as problem:
        journal.staging.fail(row, "", text, problem.why, problem.remedy)
    else:
        journal.entries.append(entry)
    return virtual


def _lines(row: int, posting: Mapping[str, Any]) -> Iterator[PlainLine]:
    """A posting's amounts; one of several commodities makes a line for each."""
    if not (account := _text(posting, "paccount")):
        raise BadCell("has a posting without an account", _AGAIN)
    tags, comments = _tags(_text(posting, "pcomment"))
    for found in _list(posting, "pamount"):
        amount = _amount(found)
        line = PlainLine(row=row, account=account, amount=amount, label=" ".join(comments), tags=tags)
        price = found.get("aprice") or found.get("acost")
        if isinstance(price, dict) and isinstance(price.get("contents"), dict):
            worth, whole = _amount(price["contents"]), _text(price, "tag").startswith("Total")
            sign = Decimal(-1) if amount.number < 0 else Decimal(1)
            number = sign * abs(worth.number) if whole else worth.number * amount.number
            line.price = Amount(number, worth.commodity)
        yield line


def _amount(found: Mapping[str, Any]) -> Amount:
    quantity = found.get("aquantity")
    digits, places = ("", "")
    if isinstance(quantity, dict):
        digits, places = _text(quantity, "decimalMantissa"), _text(quantity, "decimalPlaces")
    if not re.fullmatch(r"-?\d{1,60}", digits, re.ASCII) or not re.fullmatch(r"\d{1,2}", places, re.ASCII):
        raise BadCell("has an amount that is none", _AGAIN)
    return Amount(Decimal(digits).scaleb(-min(int(places), _MOST_PLACES)), commodity(_text(found, "acommodity")))


def _tags(comment: str) -> tuple[dict[str, str], list[str]]:
    tags: dict[str, str] = {}
    texts: list[str] = []
    for row in comment.splitlines():
        more, text = tags_in(row.strip())
        tags |= more
        texts += [text] if text else []
    return tags, texts


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value.strip() if isinstance(value, str) else ""


def _list(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = found.get(name)
    return [x for x in value if isinstance(x, dict)] if isinstance(value, list) else []


def looks_like(head: Head) -> bool:
    return head.text.lstrip().startswith("[") and bool(_LOOKS.search(head.text))


READER = Reader(NAME, looks_like, read_json)
