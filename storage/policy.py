"""A book's policy: who has to look at what, and how things are taken back. The newest row holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Account, Line, money_text
from storage import chain, schema
from storage.identity import clean, new_id, utc_now
from storage.refusals import BadPolicy
from storage.restricted import Restricted


class FourEyes(StrEnum):
    """When a second person has to approve."""

    ALWAYS = "always"
    ABOVE = "above"  # above an amount, or on named accounts
    OFF = "off"  # a book of one person, said wherever its figures are shown


class Reversal(StrEnum):
    """How an entry is taken back."""

    BY_SIDE = "side"  # debits become credits
    BY_SIGN = "sign"  # the same sides with negative amounts (Generalumkehr)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one book; amounts are in book currency.

    ``above`` and ``classes`` (account codes, beginnings of codes, or account types) matter where ``four_eyes`` is
    ABOVE: whatever is larger, or touches one of them, needs two. With ``confirm_corrections`` an entry that its
    reviewer corrected waits for another person. ``ready_limit`` is the amount above which nothing is ever ready unseen.
    Entries of ``restricted_journals``, or with a line on ``restricted_accounts`` (codes or their beginnings), are seen
    by people with a right of its own only, and teach nothing.
    """

    four_eyes: FourEyes = FourEyes.ALWAYS
    above: Decimal = Decimal(0)
    classes: tuple[str, ...] = ()
    confirm_corrections: bool = True
    reversal: Reversal = Reversal.BY_SIDE
    document_required: bool = True
    ready_limit: Decimal | None = None
    restricted_journals: tuple[str, ...] = ()
    restricted_accounts: tuple[str, ...] = ()
    exchange_gain_account: str = ""
    exchange_loss_account: str = ""
    rounding_account: str = ""

    @property
    def restricted(self) -> Restricted:
        return Restricted(self.restricted_journals, self.restricted_accounts)

    def needs_two(self, total: Decimal, lines: Iterable[Line], accounts: Mapping[str, Account]) -> bool:
        """Whether an entry of this size on these accounts needs a second person."""
        if self.four_eyes is not FourEyes.ABOVE:
            return self.four_eyes is FourEyes.ALWAYS
        return abs(total) > self.above or any(self._named(x.account, accounts) for x in lines)

    def _named(self, code: str, accounts: Mapping[str, Account]) -> bool:
        known = accounts.get(code)
        kind = known.type.value if known else ""
        return any(code.startswith(c) or c == kind for c in self.classes)

    def to_json(self) -> dict[str, Any]:
        """Plain values: amounts as text, lists for tuples."""
        body = asdict(self)
        for name, value in body.items():
            if isinstance(value, Decimal):
                body[name] = money_text(value)
            elif isinstance(value, tuple):
                body[name] = list(value)
        return body

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Policy:
        """Read what `to_json` wrote; fields that are missing have their default. Raises BadPolicy."""
        return cls().changed(body)

    def changed(self, values: Mapping[str, Any]) -> Policy:
        """The policy with other values, given as text, numbers or lists. Raises BadPolicy."""
        known = {f.name for f in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise BadPolicy(name, str(value), f"there is no such rule; rules: {', '.join(sorted(known))}")
        read: dict[str, Any] = {name: _READ[name](name, value) for name, value in values.items()}
        return replace(self, **read)


def _four_eyes(name: str, value: object) -> FourEyes:
    return FourEyes(_one_of(name, value, [x.value for x in FourEyes]))


def _reversal(name: str, value: object) -> Reversal:
    return Reversal(_one_of(name, value, [x.value for x in Reversal]))


def _one_of(name: str, value: object, choices: list[str]) -> str:
    text = str(value).strip().casefold()
    if text not in choices:
        raise BadPolicy(name, str(value), f"it is one of {', '.join(choices)}")
    return text


def _amount(name: str, value: object) -> Decimal:
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise BadPolicy(name, str(value), "it is not a number") from error
    if not amount.is_finite() or amount < 0:
        raise BadPolicy(name, str(value), "it is an amount of zero or more")
    return amount


def _maybe_amount(name: str, value: object) -> Decimal | None:
    return None if value is None or str(value).strip() == "" else _amount(name, value)


def _flag(name: str, value: object) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    text = str(value).strip().casefold()
    if text not in words:
        raise BadPolicy(name, str(value), "it is yes or no")
    return words[text]


def _codes(_name: str, value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, (list, tuple)) else str(value).split(",")
    return tuple(dict.fromkeys(clean(str(p)).strip() for p in parts if str(p).strip()))


def _code(_name: str, value: object) -> str:
    return clean(str(value)).strip()


_READ = {
    "four_eyes": _four_eyes, "above": _amount, "classes": _codes, "confirm_corrections": _flag,
    "reversal": _reversal, "document_required": _flag, "ready_limit": _maybe_amount,
    "restricted_journals": _codes, "restricted_accounts": _codes,
    "exchange_gain_account": _code, "exchange_loss_account": _code, "rounding_account": _code,
}  # fmt: skip


class PolicyStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def current(self, book_id: str) -> tuple[str, Policy]:
        """The id of the newest policy row and what it says; an empty id and the defaults before the first."""
        return self.version(book_id, None)

    def version(self, book_id: str, policy_id: str | None) -> tuple[str, Policy]:
        """A policy that held once; None asks for the newest, the empty id for the defaults."""
        t = schema.book_policies.c
        query = sa.select(t.policy_id, t.policy).where(t.book_id == book_id).order_by(t.sequence.desc()).limit(1)
        if policy_id is not None:
            query = query.where(t.policy_id == policy_id)
        row = self._session.execute(query).one_or_none()
        return (row.policy_id, Policy.from_json(json.loads(row.policy))) if row else ("", Policy())

    def put(self, book_id: str, policy: Policy, by: str, reason: str) -> str:
        """Append a policy, in force at once; returns its id. Who has to agree is settled in `storage.control`."""
        now = utc_now()
        row = {
            "policy_id": new_id(), "book_id": book_id, "policy": chain.canonical(policy.to_json()),
            "reason": clean(reason), "recorded": now, "recorded_by": by,
        }  # fmt: skip
        sequence = chain.append(self._session, book_id, "book_policies", str(row["policy_id"]), chain.digest(row), now)
        self._session.execute(sa.insert(schema.book_policies), [{**row, "sequence": sequence}])
        return str(row["policy_id"])
