"""A book's accounts in a fixed order, with their hierarchy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.journal import Account, Entry, account_rows
from engine.text import Conditioned, account_text

MAX_DEPTH = 6


@dataclass(frozen=True)
class Catalog:
    """Accounts by code; rows of tensors are positions in ``accounts``."""

    accounts: tuple[Account, ...]

    @classmethod
    def of(cls, accounts: Iterable[Account], entries: Iterable[Entry] = ()) -> Catalog:
        """Accounts sorted by code, plus a bare account for each code that only entries use."""
        by_code = {a.code: a for a in accounts}
        for entry in entries:
            for line in entry.lines:
                by_code.setdefault(line.account, Account(code=line.account))
        return cls(tuple(by_code[c] for c in sorted(by_code)))

    def __len__(self) -> int:
        return len(self.accounts)

    @cached_property
    def rows(self) -> dict[str, int]:
        return {a.code: i for i, a in enumerate(self.accounts)}

    @property
    def digest(self) -> str:
        body = json.dumps(account_rows(self.accounts), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(body.encode()).hexdigest()

    def headings(self, booked: Collection[str]) -> set[str]:
        """Codes that only group others: accounts with children that no entry ever used."""
        rows = self.rows
        return {a.parent for a in self.accounts if a.parent != a.code and a.parent in rows} - set(booked)

    def parents(self) -> list[int]:
        """Row of each account's parent; -1 where there is none."""
        rows = self.rows
        return [rows.get(a.parent, -1) if a.parent != a.code else -1 for a in self.accounts]

    def ancestry(self) -> list[tuple[int, ...]]:
        """Rows from parent to root for each account; a loop in the data ends after MAX_DEPTH."""
        parents = self.parents()
        return [_climb(i, parents) for i in range(len(parents))]

    def texts(self) -> list[Conditioned]:
        lines = self.ancestry()
        return [
            account_text(a.code, a.name, tuple(self.accounts[p].name for p in up), a.type.value)
            for a, up in zip(self.accounts, lines, strict=True)
        ]


def _climb(row: int, parents: Sequence[int]) -> tuple[int, ...]:
    up: list[int] = []
    while (row := parents[row]) >= 0 and len(up) < MAX_DEPTH:
        up.append(row)
    return tuple(up)
