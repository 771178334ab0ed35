"""A book's rules in words: policy, fiscal years, months with their locks, changes that wait. No Streamlit."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.i18n import _
from app.services.access import Role
from app.services.controls import ROLE, Change, FiscalYear, FourEyes, Lock, PeriodLock, Policy, Reversal
from app.services.people import Limits
from app.views.life import person
from app.views.numbers import day, moment, month
from app.views.people import limits_in_words, role_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of a fiscal year; its first and last day may be cut by the year."""

    first: date
    last: date
    lock: Lock
    title: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A change of the rules: what, by whom and why, and where it stands."""

    change_id: str
    title: str
    rows: tuple[tuple[str, str, str], ...]
    about: str
    mine: bool


def rule_word(name: str) -> str:
    """A rule of the policy as people call it."""
    return {
        "four_eyes": _("Second person"),
        "above": _("Above this amount"),
        "classes": _("Accounts that always need two"),
        "confirm_corrections": _("Corrections are confirmed"),
        "reversal": _("Reversals"),
        "document_required": _("Document needed"),
        "ready_limit": _("Never unseen above"),
        "restricted_journals": _("Restricted journals"),
        "restricted_accounts": _("Restricted accounts"),
        "exchange_gain_account": _("Account for exchange gains"),
        "exchange_loss_account": _("Account for exchange losses"),
        "rounding_account": _("Account for rounding"),
        "lock": _("Lock"),
        "days": _("Days"),
    }.get(name, name)


def four_eyes_words() -> dict[str, str]:
    return {
        FourEyes.ALWAYS.value: _("always: nobody approves what they wrote"),
        FourEyes.ABOVE.value: _("above an amount, and on named accounts"),
        FourEyes.OFF.value: _("off: one person may do it all"),
    }


def reversal_words() -> dict[str, str]:
    return {
        Reversal.BY_SIDE.value: _("debits become credits"),
        Reversal.BY_SIGN.value: _("same sides, negative amounts"),
    }


def lock_word(lock: Lock) -> str:
    return {Lock.OPEN: _("open"), Lock.SOFT: _("closed, reviewers may book"), Lock.HARD: _("closed for good")}[lock]


def one_person(policy: Policy) -> str:
    """What is said on every page of a book without four eyes; empty for others."""
    return _("Four eyes are off: one person may book alone.") if policy.four_eyes is FourEyes.OFF else ""


def fiscal_years(named: Sequence[FiscalYear], today: date) -> tuple[FiscalYear, ...]:
    """The years to choose from, newest first: those that were named, and the calendar years around today."""
    calendar = [
        FiscalYear(label=str(y), first=date(y, 1, 1), last=date(y, 12, 31))
        for y in range(today.year - 3, today.year + 2)
    ]
    free = [c for c in calendar if not any(c.first <= n.last and n.first <= c.last for n in named)]
    return tuple(sorted((*named, *free), key=lambda y: y.first, reverse=True))


def months(year: FiscalYear, locks: Sequence[PeriodLock], people: Mapping[str, str]) -> tuple[Month, ...]:
    """The months of a year with what holds on their days; one of whose days not all are alike is as its first."""
    out = []
    first = year.first
    while first <= year.last:
        last = min(year.last, first.replace(day=monthrange(first.year, first.month)[1]))
        out.append(_month(first, last, locks, people))
        first = date.fromordinal(last.toordinal() + 1)
    return tuple(out)


def year_title(year: FiscalYear) -> str:
    return _("{label}: {first} to {last}", label=year.label, first=day(year.first), last=day(year.last))


def change_view(change: Change, me: str, people: Mapping[str, str]) -> ChangeView:
    who = _("you") if change.by == me else person(change.by, people)
    words = [_("proposed by {who}", who=who), moment(change.recorded), change.reason, _standing(change, people)]
    return ChangeView(
        change_id=change.change_id,
        title=_subject(change, people),
        rows=_rows(change),
        about=" · ".join(x for x in words if x),
        mine=change.by == me,
    )


def value_word(name: str, value: object) -> str:
    """A value of a rule as people read it."""
    words = {
        "four_eyes": four_eyes_words(), "reversal": reversal_words(), "lock": {x.value: lock_word(x) for x in Lock},
    }.get(name)  # fmt: skip
    if words is not None:
        return words.get(str(value), str(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(x) for x in value) or "–"
    return str(value) if value not in (None, "") else "–"


def _month(first: date, last: date, locks: Sequence[PeriodLock], people: Mapping[str, str]) -> Month:
    said = next((x for x in reversed(locks) if x.first <= first <= x.last), None)
    lock = said.lock if said else Lock.OPEN
    about = _("{who}: {why}", who=person(said.by, people), why=said.reason) if said and said.reason else ""
    return Month(first=first, last=last, lock=lock, title=month(first), about=about)


def _subject(change: Change, people: Mapping[str, str]) -> str:
    if change.subject == "policy":
        return _("Policy")
    if change.subject == "period":
        first, _to, last = change.key.partition(" to ")
        return _("Reopen {first} to {last}", first=day(date.fromisoformat(first)), last=day(date.fromisoformat(last)))
    if change.subject == ROLE:
        return _("Role of {who}", who=person(change.after["login"], people))
    return f"{change.subject} {change.key}"


def _rows(change: Change) -> tuple[tuple[str, str, str], ...]:
    """Rule, value before, value after."""
    if change.subject == ROLE:
        return ((role_words()[Role(change.after["role"])][0], _grant(change.before), _grant(change.after)),)
    after = change.after if isinstance(change.after, dict) else {}
    before = change.before if isinstance(change.before, dict) else {}
    return tuple(
        (rule_word(name), value_word(name, before.get(name)), value_word(name, value))
        for name, value in after.items()
        if name != "days"
    )


def _grant(value: Mapping[str, Any]) -> str:
    """Whether a role is held, with its limits."""
    ends = value.get("expires")
    limits = Limits(
        first_year=value.get("first_year"), last_year=value.get("last_year"),
        expires=datetime.fromisoformat(ends) if ends else None,
    )  # fmt: skip
    return ", ".join(x for x in (_("yes"), limits_in_words(limits)) if x) if value["granted"] else _("no")


def _standing(change: Change, people: Mapping[str, str]) -> str:
    if change.waits:
        return _("waits for a second person")
    if not change.needs_second:
        return _("held at once, without a second person")
    who = person(change.act_by, people)
    return _("confirmed by {who}", who=who) if change.holds else _("declined by {who}", who=who)
