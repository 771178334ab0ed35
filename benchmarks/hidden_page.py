"""The page of `benchmarks.hidden`: results in, Markdown out. No sentence on it depends on a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

WAYS = {
    "text": "likeness of the texts alone",
    "pointer": "pointer, other lines given",
    "mixture": "mixture, other lines given",
    "writing": "mixture, in writing order",
    "completion": "proposal, other lines given",
    "proposal": "proposal",
}
FIRST = (1, 3, 5)
Result = Mapping[str, Any]

HEAD = """# Accounts that the training never had

Written by `python -m benchmarks.hidden`; the figures are true for the source and settings that it ran with.

The most used accounts of a book are hidden from a training: entries that use one teach neither network nor
templates nor judge, the memory does not hold them, and the training's catalog lacks the account. Then the catalog gets
the account with its code, name, type and parents, as an administrator adds one, and the test entries (last 20 %) that
use it are asked. {together} accounts are hidden together, the most used ones in different trainings; an entry that uses
any of them is lost to that training, so these models know less of everything than the book's own.

Counted is how often the account is among the first 1, 3, 5 at its line: of all open accounts by the pointer and by the
mixture P(a), when all other lines of the entry are given ("the right line given the others"); by the mixture in
writing order, where debits by falling amount come first; and among the five candidates of a proposal, which has
account and side right or not, with the other lines given and without. A second line of the same account is not
given. *Not hidden* is one training of the same settings that hides nothing, asked the same. *Likeness of the
texts* is no model: it orders the accounts by the cosine of encoder and n-grams of description and account text. Each
account counts once, whatever the number of its test entries ("by account"); "by entry" each test entry counts once.
"""


def page(results: Sequence[Result], together: int) -> str:
    """The whole document."""
    parts = [HEAD.format(together=together)]
    for book, base in dict.fromkeys((r["book"], r["base"]) for r in results):
        own = [r for r in results if (r["book"], r["base"]) == (book, base)]
        parts.append(_book(book, base, own))
    return "\n".join(parts)


def within(places: Iterable[int], first: int) -> float:
    """Share of places from 1 to ``first``; 0 stands for none."""
    drawn = list(places)
    return sum(1 <= p <= first for p in drawn) / len(drawn)


def by_account(asked: Sequence[Mapping[str, Any]], way: str, first: int) -> float:
    """Mean over accounts of the share of their entries."""
    codes = dict.fromkeys(x["account"] for x in asked)
    shares = [within((x[way] for x in asked if x["account"] == c), first) for c in codes]
    return sum(shares) / len(shares)


def _book(book: str, base: str, results: Sequence[Result]) -> str:
    hidden = [x for r in results if r["hidden"] for x in r["asked"]]
    known = [x for r in results if not r["hidden"] for x in r["asked"]]
    if not hidden:
        return f"\n## {book}\n\nNo test entry uses one of the hidden accounts.\n"
    codes = results[0]["codes"]
    tested = len({x["account"] for x in hidden})
    taught = [r["entries"] for r in results if r["hidden"]]
    whole = max(r["entries"] for r in results)
    about = (
        f"{len(codes)} accounts hidden, {tested} of them in {len(hidden)} lines of test entries; trainings of "
        f"{min(taught)} to {max(taught)} of {whole} entries, {_epochs(results[0])}, {_start(base)}."
    )
    head = [f"\n## {book}{'' if base == 'none' else ', from a base'}\n\n{about}\n"]
    return "\n".join([*head, *_ways(hidden, known), "", *_accounts(hidden, known, codes), ""])


def _ways(hidden: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        "| among the first 1 / 3 / 5 | hidden, by account | hidden, by entry | not hidden, by account |",
        "|---|--:|--:|--:|",
    ]
    for way, told in WAYS.items():
        cells = [
            _shares(by_account(hidden, way, k) for k in FIRST),
            _shares(within((x[way] for x in hidden), k) for k in FIRST),
            _shares(by_account(known, way, k) for k in FIRST) if known else "",
        ]
        rows.append(f"| {told} | {' | '.join(cells)} |")
    return rows


def _accounts(
    hidden: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]], codes: Sequence[str]
) -> list[str]:
    """One row an account, the most used first: the mixture with the other lines given, hidden and not."""
    rows = ["| account | test entries | hidden: first 1 / 3 / 5 | not hidden |", "|---|--:|--:|--:|"]
    for code in codes:
        own, usual = ([x["mixture"] for x in part if x["account"] == code] for part in (hidden, known))
        if own:
            cells = [_shares(within(places, k) for k in FIRST) if places else "" for places in (own, usual)]
            rows.append(f"| {code} | {len(own)} | {' | '.join(cells)} |")
    return rows


def _shares(shares: Iterable[float]) -> str:
    return " / ".join(f"{s:.2f}" for s in shares)


def _epochs(result: Result) -> str:
    config = result["config"]
    return f"{config['epochs']} epochs over the first half and {config['epochs_more']} over each later part"


def _start(base: str) -> str:
    return "started from nothing" if base == "none" else "started from a base that has not seen the book"
