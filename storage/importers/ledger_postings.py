"""One posting of a Ledger or hledger journal: account, amount, cost and price, assertion, comment with tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from storage.importers.cells import BadCell
from storage.importers.plain import OURS, PlainEntry, PlainLine, ours
from storage.importers.plain_amounts import Amount, Marks, Written, written
from storage.importers.staging import Staging

_ACCOUNT_END = re.compile(r"\s{2,}|\t")
_TAG = re.compile(r"(?:^|(?<=[\s,]))(?P<name>[^\s:,;\"]+):(?P<value>(?:\s[^,]*|[^\s:,][^,]*)?)(?:,|$)")
_OUR_TAG = re.compile(rf"(?P<name>{OURS}[a-z-]+):\s*(?P<value>.*)")
_WORDS = re.compile(r":(?:[^\s:]+:)+")
_LOT = re.compile(r"(?P<curly>\{\{?)\s*=?\s*(?P<worth>[^}]*?)\s*\}\}?|\[[^\]]*\]|\((?!@)[^)]*\)")
_PRICE = re.compile(r"(?P<sign>\(?@@?\)?)\s*=?\s*")
_EXPRESSION = "Work it out and write the number."


@dataclass(slots=True)
class RawPosting:
    """A posting whose amounts are not yet read: the decimal mark is known only at the end of the file."""

    row: int
    account: str
    virtual: bool = False
    amount: Written | None = None
    cost: tuple[Written, bool] | None = None  # and whether it is for all of it
    price: tuple[Written, bool] | None = None
    assigned: bool = False
    label: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def amounts(self) -> Iterator[Written]:
        yield from (x for x in (self.amount, *(c[0] for c in (self.cost, self.price) if c)) if x is not None)


@dataclass(slots=True)
class Raw:
    """A transaction as its rows have it."""

    entry: PlainEntry
    note: str = ""
    postings: list[RawPosting] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    virtual: int = 0


def posting_of(row: int, text: str) -> RawPosting:
    """Raises BadCell."""
    text = re.sub(r"^[*!]\s*", "", text)
    found = _ACCOUNT_END.search(text)
    name, rest = (text[: found.start()], text[found.end() :].strip()) if found else (text, "")
    if not found and ";" in name:
        name, rest = name.partition(";")[0], ";" + name.partition(";")[2]
    name = name.strip()
    virtual = name[:1] + name[-1:] in ("()", "[]")
    if virtual:
        name = name[1:-1].strip()
    if not name:
        raise BadCell("names no account", "Write an account before the amount.")
    out = RawPosting(row, name, virtual)
    body, _, comment = rest.partition(";")
    out.tags, out.label = tags_in(comment.strip())
    _amounts(out, body.strip())
    return out


def _amounts(out: RawPosting, body: str) -> None:
    """What stands after the account: an amount, then in any order lots, a price, and an assertion at the end."""
    if not body:
        return
    if body[0] == "(":
        raise BadCell("has an expression for its amount", _EXPRESSION)
    at = 0
    if body[0] != "=":
        if (found := written(body)) is None:
            raise BadCell("has no amount that can be read after its account", "Two spaces end an account's name.")
        out.amount, at = found
    while at < len(body):
        if body[at] == "=":
            out.assigned = out.amount is None
            return
        if lot := _LOT.match(body, at):
            if lot["curly"] and lot["worth"]:
                out.cost = _worth(lot["worth"])[0], lot["curly"] == "{{"
            at = lot.end()
        elif price := _PRICE.match(body, at):
            worth, end = _worth(body[price.end() :])
            out.price = worth, "@@" in price["sign"]
            at = price.end() + end
        else:
            raise BadCell("has something after its amount that is neither price nor assertion", "Check the posting.")
        at += len(body[at:]) - len(body[at:].lstrip())


def _worth(text: str) -> tuple[Written, int]:
    found = written(text)
    if found is None:
        raise BadCell("has a cost or price that is no amount", _EXPRESSION)
    return found


def tags_in(comment: str) -> tuple[dict[str, str], str]:
    """Tags such as ``customer: Acme, paid:`` of a comment, and the text that is left. Tags of ours take a whole row."""
    if mine := _OUR_TAG.fullmatch(comment):
        return {mine["name"]: ours(mine["value"])}, ""
    tags = {m["name"].casefold(): m["value"].strip() for m in _TAG.finditer(comment)}
    if not tags:
        return {}, _WORDS.sub("", comment).strip()
    return tags, _TAG.sub("", _WORDS.sub("", comment)).strip(" ,")


def resolved(raw: Raw, marks: Marks, default: str, bucket: str, staging: Staging) -> PlainEntry:
    """The transaction with its amounts read. Problems become row errors and mark it as broken."""
    e = raw.entry
    e.description = " ".join(filter(None, (e.description, *raw.notes)))
    for p in raw.postings:
        if p.virtual:
            raw.virtual += 1
            continue
        try:
            e.lines.append(_line(p, marks, default))
        except BadCell as problem:
            staging.fail(p.row, "amount", p.amount.number if p.amount else p.account, problem.why, problem.remedy)
            e.broken = e.broken or p.row
    if len(e.lines) == 1 and bucket and e.lines[0].amount is not None:
        e.lines.append(PlainLine(row=e.row, account=bucket))
    return e


def _line(p: RawPosting, marks: Marks, default: str) -> PlainLine:
    if p.assigned:
        remedy = "Write the amount that was moved; hledger print -x shows it."
        raise BadCell("sets a balance instead of an amount", remedy)
    amount = _read(p.amount, marks, default) if p.amount else None
    return PlainLine(
        row=p.row, account=p.account, amount=amount, cost=_total(p.cost, amount, marks, default),
        price=_total(p.price, amount, marks, default), label=p.label, tags=p.tags,
    )  # fmt: skip


def _read(x: Written, marks: Marks, default: str) -> Amount:
    found = marks.read(x)
    return found if found.commodity else Amount(found.number, default)


def _total(x: tuple[Written, bool] | None, amount: Amount | None, marks: Marks, default: str) -> Amount | None:
    """What all of an amount is worth, with its sign."""
    if x is None or amount is None:
        return None
    worth, whole = _read(x[0], marks, default), x[1]
    sign = Decimal(-1) if amount.number < 0 else Decimal(1)
    return Amount(sign * abs(worth.number) if whole else worth.number * amount.number, worth.commodity)
