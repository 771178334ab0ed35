"""Wages, what is paid because of them, and the expenses of people on the road."""

from __future__ import annotations

from datetime import date, timedelta

from engine.demo.days import add_months, business_day, in_month, month_end
from engine.demo.ledger import Draft, Ledger, Part, half_up


def payroll(ledger: Ledger, first: date) -> None:
    """Post the month's payroll and the payments that follow from it."""
    low, high = ledger.profile.monthly_gross
    growth = 100 + 3 * ((first - ledger.profile.start).days // 365)
    salaries = half_up(100 * low * growth, 100) + ledger.dice.between(-40_000, 40_000)
    wages = half_up(100 * (high - low) * growth, 100) + ledger.dice.between(-60_000, 60_000)
    bonus = half_up(salaries, 2) if first.month == 11 else 0
    gross = salaries + wages + bonus
    employer, employee, tax = half_up(gross * 206, 1000), half_up(gross * 204, 1000), half_up(gross * 148, 1000)
    car = 48_700 if ledger.has("benefits") else 0
    car_tax = half_up(car * 190, 1190)
    net = gross - employee - tax - car
    day = business_day(in_month(first, 26))
    parts = [
        Part(role="salaries", cents=salaries + bonus),
        Part(role="wages", cents=wages),
        Part(role="social", cents=employer),
        Part(role="wage_tax", cents=-tax),
        Part(role="social_due", cents=-employer - employee),
        Part(role="wages_due", cents=-net),
    ]
    if car:
        parts += [Part(role="benefits", cents=car_tax - car), Part(role="vat_full", cents=-car_tax)]
    topic = "bonus" if bonus and ledger.dice.chance(0.5) else "payroll"
    journal = ledger.profile.journals["payroll"]
    ledger.post(Draft(day=day, journal=journal, text=ledger.say(topic, first), parts=tuple(parts)))
    fund, office = ledger.profile.health_fund, ledger.profile.tax_office
    _pay(ledger, "social", "social_due", employer + employee, business_day(in_month(first, 27)), fund)
    _pay(ledger, "net_wages", "wages_due", net, business_day(in_month(first, 28)), "")
    _pay(ledger, "wage_tax", "wage_tax", tax, business_day(in_month(add_months(first, 1), 10)), office)


def _pay(ledger: Ledger, topic: str, role: str, cents: int, day: date, who: str) -> None:
    text = ledger.say(topic, day, ledger.speaker.bank(), v=who or ledger.profile.house_bank)
    parts = (Part(role=role, cents=cents), Part(role="bank", cents=-cents))
    ledger.post(Draft(day=day, journal=ledger.profile.journals["bank"], text=text, parts=parts, party=who))


def expense_reports(ledger: Ledger, first: date) -> None:
    """One to three reports of travellers: fares, nights, meals, each with the tax its receipts show."""
    for _ in range(ledger.dice.count(2.2 * ledger.scale)):
        who = ledger.dice.pick(ledger.profile.staff)
        day = business_day(in_month(first, ledger.dice.between(3, 25)))
        parts = _report(ledger)
        total = sum(p.cents for p in parts)
        text = ledger.say("travel", day, who=who)
        owed = Part(role="staff_payable", cents=-total, party=who)
        party = who if ledger.dice.chance(0.8) else ""
        journal = ledger.profile.journals["general"]
        ledger.post(Draft(day=day, journal=journal, text=text, parts=(*parts, owed), party=party))
        paid = business_day(day + timedelta(days=ledger.dice.between(5, 14)))
        parts = (Part(role="staff_payable", cents=total, party=who), Part(role="bank", cents=-total))
        text = ledger.say("expense_pay", paid, ledger.speaker.bank(), who=who)
        ledger.post(Draft(day=paid, journal=ledger.profile.journals["bank"], text=text, parts=parts, party=party))


def _report(ledger: Ledger) -> tuple[Part, ...]:
    dice, reduced = ledger.dice, ledger.profile.rates.get("reduced")
    nights = dice.between(0, 3)
    fares, hotel, meals = dice.cents(20, 260), nights * dice.cents(70, 140), (nights + 1) * 1400
    parts = [Part(role="travel", cents=fares)]
    if hotel:
        parts.append(Part(role="hotel", cents=hotel))
    parts.append(Part(role="meals", cents=meals))
    if reduced is not None:
        parts.append(Part(role=reduced.paid, cents=half_up((fares + hotel) * reduced.permille, 1000)))
    return tuple(parts)


def pay_staff(ledger: Ledger, first: date) -> None:
    """Refund what staff paid for the company with their own money this month, person by person."""
    owed: dict[str, int] = {}
    for draft in ledger.drafts:
        if draft.journal != ledger.profile.journals["purchases"] or not first <= draft.day <= month_end(first):
            continue
        for part in draft.parts:
            if part.role == "staff_payable":
                owed[part.party] = owed.get(part.party, 0) - part.cents
    day = business_day(month_end(first))
    for who, cents in sorted(owed.items()):
        text = ledger.say("expense_pay", first, ledger.speaker.bank(), who=who)
        parts = (Part(role="staff_payable", cents=cents, party=who), Part(role="bank", cents=-cents))
        ledger.post(Draft(day=day, journal=ledger.profile.journals["bank"], text=text, parts=parts, party=who))
