"""Puts the flows together into one company's book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from engine.demo.cafe_fr import CAFE_FR
from engine.demo.consultancy_en import CONSULTANCY_EN
from engine.demo.days import add_months, business_day, month_end
from engine.demo.dice import Dice
from engine.demo.ledger import Draft, Ledger, opposite
from engine.demo.payroll import expense_reports, pay_staff, payroll
from engine.demo.periods import Periods
from engine.demo.profile import Profile
from engine.demo.purchases import Purchases
from engine.demo.sales import Sales
from engine.demo.trader_de import TRADER_DE
from engine.demo.vary import varied
from engine.demo.wording import Speaker
from engine.journal import Kind, Snapshot

PROFILES = {p.name: p for p in (TRADER_DE, CAFE_FR, CONSULTANCY_EN)}
USUAL = 2000  # entries that the profiles' frequencies lead to in their months
STEADY = 900  # of them, those that recur whatever the size of the company


def demo_book(seed: int = 0, entries: int = USUAL) -> Snapshot:
    """Return the demo company's two years; the same seed gives the same book, digest and all."""
    return replace(_book(TRADER_DE, seed, entries), book="demo")


def generated_book(profile: str | Profile, seed: int = 0, entries: int = USUAL) -> Snapshot:
    """Return the book of one company of this kind; each seed but 0 varies chart, partners and languages.

    Raises:
        ValueError: the name is not one of `PROFILES`.
    """
    if isinstance(profile, str):
        if profile not in PROFILES:
            raise ValueError(f"there is no profile {profile!r}; there are {', '.join(PROFILES)}")
        profile = PROFILES[profile]
    return _book(varied(profile, seed) if seed else profile, seed, entries)


def _book(profile: Profile, seed: int, entries: int) -> Snapshot:
    if entries < 1:
        raise ValueError(f"a generated book needs at least one entry, got {entries}")
    # Fewer entries are fewer months of the same company; more are a busier one.
    months = min(profile.months, max(1, round(profile.months * entries / USUAL)))
    scale = max(1.0, (entries - STEADY) / (USUAL - STEADY))
    last = month_end(add_months(profile.start, months - 1))
    dice = Dice(seed)
    ledger = Ledger(profile, dice, Speaker(dice, profile.languages), profile.roles(), last, scale)
    purchases, sales, periods = Purchases(ledger), Sales(ledger), Periods(ledger)
    periods.opening()
    for index in range(months):
        first = add_months(profile.start, index)
        purchases.month(first, index)
        sales.month(first, index)
        payroll(ledger, first)
        expense_reports(ledger, first)
        pay_staff(ledger, first)
        _mistakes(ledger, first)
        periods.month(first, index)
    return Snapshot(book=f"{profile.name}-{seed}", accounts=profile.accounts(), entries=ledger.entries(profile.name))


def _mistakes(ledger: Ledger, first: date) -> None:
    """Find a mistake now and then: a wrong account, booked again rightly, or a document entered twice."""
    if not ledger.dice.chance(0.7):
        return
    end = month_end(first)
    usual = [i for i, d in enumerate(ledger.drafts) if d.document and first <= d.day <= end and d.kind is Kind.NORMAL]
    if not usual:
        return
    at = ledger.dice.pick(usual)
    right = ledger.drafts[at]
    day = business_day(right.day + timedelta(days=ledger.dice.between(1, 9)))
    if day > end:
        return
    wrong = _wrong(ledger, right)
    if wrong is None:
        wrong = replace(right, reversed=True)
        ledger.post(wrong)
    else:
        ledger.drafts[at] = wrong
        ledger.post(replace(right, day=day))
    text = ledger.say("reversal", day, ref=right.document)
    ledger.post(replace(wrong, day=day, text=text, parts=opposite(wrong.parts), kind=Kind.REVERSAL, reversed=False))


def _wrong(ledger: Ledger, right: Draft) -> Draft | None:
    """Return the entry with its cost on a neighbouring account, or None where it has no cost to misplace."""
    known = [p.role for p in right.parts if p.cents > 0]
    other = next((r for r in ("sundry", "office", "repair") if ledger.has(r) and r not in known), None)
    if right.journal != ledger.profile.journals["purchases"] or not known or other is None:
        return None
    parts = (replace(right.parts[0], role=other), *right.parts[1:])
    return replace(right, parts=parts, reversed=True) if right.parts[0].cents > 0 else None
