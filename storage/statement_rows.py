"""Lines of bank statements as rows: the keys that know them again, and what the chain keeps of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from storage import chain
from storage.identity import new_ids, new_salts
from storage.statement_records import Balance, Statement, StatementLine


def line_key(account: str, x: StatementLine) -> str:
    """The bank's id with day and amount, else a hash of day, amount and text; with an occurrence."""
    told = [account, x.booked, x.amount, x.reference, "" if x.reference else x.text]
    return f"{chain.digest(told)}#{x.occurrence}"


def line_keys(s: Statement) -> list[str]:
    """One key a line."""
    return [line_key(s.account, x) for x in s.lines]


def statement_content(s: Statement, keys: Sequence[str]) -> str:
    """What a statement says in all, to know it when it comes again."""
    return chain.digest([s.account, s.number, _balance(s.opening), _balance(s.closing), list(keys)])


def statement_digest(row: Mapping[str, Any], line_ids: Sequence[str], new: Mapping[str, Mapping[str, Any]]) -> str:
    """What the chain keeps of a statement: its row, and each line; of those known before only the id."""
    return chain.digest([dict(row), [_line_body(new[i]) if i in new else i for i in line_ids]])


def _line_body(row: Mapping[str, Any]) -> dict[str, Any]:
    """What of a line matters for a booking; texts that may name people are a salted digest."""
    personal = [str(row[k]) for k in ("text", "party", "party_account", "reference", "end_to_end", "raw")]
    kept = ("line_id", "statement_id", "line_key", "account", "booked", "valued", "amount", "currency", "occurrence")
    return {k: row[k] for k in kept} | {"texts": chain.text_digest(str(row["salt"]), personal)}


def line_rows(
    book_id: str, statement_id: str, account: str, lines: Sequence[tuple[str, StatementLine]]
) -> list[dict[str, Any]]:
    """New lines, each with its key, as the store keeps them."""
    salts, ids = new_salts(len(lines)), new_ids(len(lines))
    return [
        {
            "line_id": line_id, "book_id": book_id, "statement_id": statement_id, "line_key": key,
            "account": account, "booked": x.booked, "valued": x.valued, "amount": x.amount, "currency": x.currency,
            "text": x.text, "party": x.party, "party_account": x.party_account, "reference": x.reference,
            "end_to_end": x.end_to_end, "occurrence": x.occurrence, "raw": x.raw, "salt": salt,
        }
        for (key, x), salt, line_id in zip(lines, salts, ids, strict=True)
    ]  # fmt: skip


def _balance(b: Balance | None) -> list[object]:
    return [b.day, b.amount] if b else []


def read_balance(day: date | None, amount: Decimal | None) -> Balance | None:
    """A balance from its two columns; None where the file did not give it."""
    return None if day is None or amount is None else Balance(day=day, amount=amount)
