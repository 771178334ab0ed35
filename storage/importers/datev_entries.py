"""From gross pairs to entries: rows of one booking are joined where the file shows that they belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.journal import Entry, Kind
from storage.importers.assemble import entry_of
from storage.importers.datev_chart import is_carried, is_personal
from storage.importers.datev_own import own_entry
from storage.importers.datev_rows import Pair
from storage.importers.grouping import Group
from storage.importers.posting import ZERO, Posting

Leg = tuple[str, bool]  # an account and whether it is debited


def groups(pairs: Iterable[Pair], digits: int) -> list[list[Pair]]:
    """The rows of each entry, in the order in which entries begin.

    Every row balances by itself, so rows are joined only for a reason: they share Belegfeld 1 and day, and beyond that
    a party's account on the same side, or account, side and text, or an account that they bring to zero together
    (clearing). Rows that our own export wrote carry their entry's id and are joined by it.
    """
    buckets: dict[object, list[Pair]] = {}
    for n, p in enumerate(pairs):
        own = p.infos.get("")
        key: object = (own, p.day) if own else (p.document, p.day, p.reversal) if p.document else n
        buckets.setdefault(key, []).append(p)
    found = [g for b in buckets.values() for g in ([b] if b[0].infos.get("") or len(b) == 1 else _joined(b, digits))]
    return sorted(found, key=lambda g: g[0].row)


def _joined(bucket: list[Pair], digits: int) -> list[list[Pair]]:
    """Rows of one document and day, divided into those that hang together."""
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    for p in bucket:
        for place, account in enumerate(p.accounts):
            balances[account] += p.amount if p.is_debit(place) else -p.amount
    leaders = list(range(len(bucket)))
    first: dict[object, int] = {}
    for n, p in enumerate(bucket):
        for place, account in enumerate(p.accounts):
            leg: Leg = (account, p.is_debit(place))
            links: list[object] = [(leg, p.text)]
            if is_personal(account, digits):
                links.append(leg)
            elif not balances[account]:
                links.append(account)
            for link in links:
                _unite(leaders, first.setdefault(link, n), n)
    out: dict[int, list[Pair]] = {}
    for n, p in enumerate(bucket):
        out.setdefault(_leader(leaders, n), []).append(p)
    return list(out.values())


def _leader(leaders: list[int], n: int) -> int:
    while leaders[n] != n:
        leaders[n] = n = leaders[leaders[n]]
    return n


def _unite(leaders: list[int], one: int, other: int) -> None:
    a, b = sorted((_leader(leaders, one), _leader(leaders, other)))
    leaders[b] = a


def entry(pairs: Sequence[Pair], names: Mapping[str, str], currency: str, digits: int) -> Entry:
    """The entry of one group, by our own marks where it has them."""
    made = (
        own_entry(pairs, names, currency, digits)
        if pairs[0].infos.get("")
        else _foreign(pairs, names, currency, digits)
    )
    if made.kind is not Kind.NORMAL:
        return made
    if all(p.reversal for p in pairs):
        return replace(made, kind=Kind.REVERSAL)
    if any(is_carried(a, digits) for p in pairs for a in p.accounts):
        return replace(made, kind=Kind.OPENING)
    return made


def _foreign(pairs: Sequence[Pair], names: Mapping[str, str], currency: str, digits: int) -> Entry:
    postings = [_posting(p, place, names, currency, digits) for p in pairs for place in (0, 1)]
    return entry_of(Group(tuple(_merged(postings, pairs)), numbered=False), "")


def _posting(p: Pair, place: int, names: Mapping[str, str], currency: str, digits: int) -> Posting:
    account = p.accounts[place]
    text = f"{p.text} {p.costs}".strip() if p.costs and place == p.key_at else p.text
    debit = p.is_debit(place)
    return Posting(
        row=p.row, date=p.day, account=account, debit=p.amount if debit else ZERO, credit=ZERO if debit else p.amount,
        account_name=names.get(account, ""), label=text, description=p.text or p.document,
        party=(names.get(account) or account) if is_personal(account, digits) else "", document=p.document,
        currency=currency, tax_code=p.key if place == p.key_at else "", original_amount=p.original,
        original_currency=p.currency, rate=p.rate,
    )  # fmt: skip


def _merged(postings: list[Posting], pairs: Sequence[Pair]) -> list[Posting]:
    """One line for the account that all rows have on the same side: the invoice's total, not its parts."""
    if len(pairs) == 1:
        return postings
    legs = [{(a, p.is_debit(n)) for n, a in enumerate(p.accounts)} for p in pairs]
    common = set.intersection(*legs)
    same = [p for p in postings if (p.account, bool(p.debit)) in common]
    others = [p for p in postings if (p.account, bool(p.debit)) not in common]
    if len(common) != 1 or any(p.tax_code or p.original_currency != same[0].original_currency for p in same):
        return postings
    originals = [p.original_amount for p in same if p.original_amount is not None]
    label = same[0].label if len({p.label for p in same}) == 1 else ""
    total = replace(
        same[0], debit=sum((p.debit for p in same), ZERO), credit=sum((p.credit for p in same), ZERO), label=label,
        original_amount=sum(originals, ZERO) if originals else None,
        rate=same[0].rate if len({p.rate for p in same}) == 1 else None,
    )  # fmt: skip
    return [total, *others]
