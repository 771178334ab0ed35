"""What recurs with the calendar: bank charges, loan, taxes, accruals, depreciation, VAT settlement, year end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.demo.days import add_months, business_day, in_month, month_end
from engine.demo.ledger import Draft, Ledger, Part, half_up, opposite
from engine.demo.profile import spoken
from engine.demo.wording import WORDS
from engine.journal import Kind

ACCRUED = ("energy", "freight_out", "subcontract", "cleaning")  # in the order of the wordings of `t:accrue`
PREMIUMS = ("insurance", "car_insurance")


class Periods:
    """Month by month, after the documents of the month are written."""

    def __init__(self, ledger: Ledger) -> None:
        self._l = ledger
        self._loan = next((100 * x.whole for x in ledger.profile.opening if x.role == "loan"), 0)
        self._instalment = self._loan // 60
        self._release: dict[date, dict[str, int]] = {}  # last day of a month -> role -> cents of premiums
        self._seen = 0  # drafts already looked at for prepayments

    def opening(self) -> None:
        """Post the balances the first year starts with; capital takes what is missing."""
        sign = {"D": 100, "C": -100}
        balances = self._l.profile.opening
        parts = [Part(role=x.role, cents=sign[x.side] * x.whole, party=x.party) for x in balances]
        parts.append(Part(role="capital", cents=-sum(p.cents for p in parts)))
        first = self._l.profile.start
        text = self._l.say("opening", first, self._l.speaker.bank())
        self._general(first, text, tuple(sorted(parts, key=lambda p: p.cents < 0)), Kind.OPENING)
        for part in (p for p in parts if p.party):
            day = business_day(in_month(first, self._l.dice.between(4, 24)))
            topic = "receive" if part.cents > 0 else "pay"
            short = spoken(part.party)
            bank, settled = Part(role="bank", cents=part.cents), replace(part, cents=-part.cents)
            text = self._l.say(topic, day, self._l.speaker.bank(), v=short, cust=short)
            lines = (bank, settled) if part.cents > 0 else (settled, bank)
            journal = self._l.profile.journals["bank"]
            self._l.post(Draft(day=day, journal=journal, text=text, parts=lines, party=part.party))

    def month(self, first: date, index: int) -> None:
        self._bank_charges(first)
        if self._l.profile.takings:
            self._deposit(first)
        self._repay(first)
        self._card(first)
        self._taxes(first)
        self._accruals(first)
        self._insurance(first)
        self._depreciation(first)
        if index % 12 == 11:
            self._year_end(first)
        self._vat(first)

    def _general(self, day: date, text: str, parts: tuple[Part, ...], kind: Kind = Kind.NORMAL) -> None:
        self._l.post(Draft(day=day, journal=self._l.profile.journals["general"], text=text, parts=parts, kind=kind))

    def _from_bank(self, day: date, topic: str, parts: tuple[Part, ...], who: str = "") -> None:
        """Pay from the bank what the parts add up to; negative totals come in."""
        total = sum(p.cents for p in parts)
        bank = Part(role="bank", cents=-total)
        text = self._l.say(topic, day, self._l.speaker.bank(), v=who or self._l.profile.house_bank)
        lines = (*parts, bank) if total > 0 else (bank, *parts)
        journal = self._l.profile.journals["bank"]
        self._l.post(Draft(day=day, journal=journal, text=text, parts=lines, party=who))

    def _bank_charges(self, first: date) -> None:
        dice, end = self._l.dice, business_day(in_month(first, 28))
        self._from_bank(end, "fee", (Part(role="bank_fees", cents=dice.between(1290, 4890)),))
        if dice.chance(0.6):
            day = business_day(in_month(first, dice.between(5, 25)))
            self._from_bank(day, "fee_foreign", (Part(role="bank_fees", cents=dice.between(450, 3900)),))
        if dice.chance(0.5):
            self._from_bank(end, "fee_terminal", (Part(role="bank_fees", cents=dice.between(1900, 5400)),))
        if first.month % 3 == 0:
            topic = "interest" if dice.chance(0.6) else "interest_in"
            cents = dice.between(900, 21_000)
            part = Part(role="interest", cents=cents) if topic == "interest" else Part(role="interest_in", cents=-cents)
            self._from_bank(end, topic, (part,))
        if self._l.has("cash") and not self._l.profile.takings and dice.chance(0.5):
            day = business_day(in_month(first, dice.between(2, 26)))
            self._from_bank(day, "cash_out", (Part(role="cash", cents=dice.between(1, 6) * 5000),))

    def _deposit(self, first: date) -> None:
        """Bring the till's notes to the bank twice a month, and keep the change."""
        for day in (14, 28):
            on = business_day(in_month(first, day))
            held = sum(p.cents for d in self._l.drafts if d.day <= on for p in d.parts if p.role == "cash")
            if held > 100_000:
                brought = (held - 40_000) // 5_000 * 5_000
                self._from_bank(on, "cash_in", (Part(role="cash", cents=-brought),))

    def _repay(self, first: date) -> None:
        """The same instalment every month for five years, and interest on what is left."""
        if not self._loan:
            return
        interest = half_up(self._loan * 46, 12_000)
        back = min(self._instalment, self._loan)
        self._loan -= back
        day = business_day(in_month(first, 15))
        parts = (Part(role="loan", cents=back), Part(role="interest_loan", cents=interest))
        self._from_bank(day, "loan", parts, self._l.profile.house_bank)

    def _card(self, first: date) -> None:
        spent = -sum(p.cents for p in self._parts(first) if p.role == "card")
        if spent > 0:
            day = business_day(in_month(add_months(first, 1), 4))
            self._from_bank(day, "card_settle", (Part(role="card", cents=spent),))

    def _parts(self, first: date) -> list[Part]:
        return [p for d in self._l.drafts if first <= d.day <= month_end(first) for p in d.parts]

    def _taxes(self, first: date) -> None:
        if first.month % 3 == 0:
            day, office = business_day(in_month(first, 10)), self._l.profile.tax_office
            main = Part(role="income_tax", cents=100 * self._l.profile.prepaid_taxes[0])
            extra = (
                (Part(role="solidarity", cents=half_up(main.cents * 55, 1000)),) if self._l.has("solidarity") else ()
            )
            self._from_bank(day, "tax", (main, *extra), office)
        if first.month % 3 == 2 and self._l.has("trade_tax"):
            day = business_day(in_month(first, 15))
            self._from_bank(day, "trade_tax", (Part(role="trade_tax", cents=100 * self._l.profile.prepaid_taxes[1]),))

    def _accruals(self, first: date) -> None:
        """Book at month end what was received and not billed, and take it back on the next month's first day."""
        dice, end = self._l.dice, month_end(first)
        for i in sorted({dice.below(4) for _ in range(dice.between(1, 2))}):
            role = ACCRUED[i]
            if not self._l.has(role):
                continue
            language = self._l.speaker.language()
            thing = WORDS[language]["t:accrue"][i]
            cents = dice.cents(80, 2400)
            parts = (Part(role=role, cents=cents), Part(role="accrued", cents=-cents))
            self._general(end, self._l.say("accrue", end, language, t=thing), parts, Kind.ACCRUAL)
            back = business_day(add_months(first, 1))
            text = self._l.say("release", end, language, t=thing)
            self._general(back, text, opposite(parts), Kind.ACCRUAL_RELEASE)

    def _insurance(self, first: date) -> None:
        """Carry over the months of a yearly premium that lie ahead, and release this month's shares."""
        end = month_end(first)
        for draft in self._l.drafts[self._seen :]:
            if draft.journal == self._l.profile.journals["purchases"] and draft.kind is Kind.NORMAL:
                for part in draft.parts:
                    if part.role in PREMIUMS and part.cents > 60_000 and not draft.reversed:
                        self._prepay(draft, part)
        self._seen = len(self._l.drafts)
        shares = self._release.pop(end, {})
        if shares:
            parts = tuple(Part(role=role, cents=cents) for role, cents in sorted(shares.items()))
            all_of_them = Part(role="prepaid", cents=-sum(shares.values()))
            text = self._l.say("prepaid_release", end)
            self._general(end, text, (*parts, all_of_them), Kind.ACCRUAL_RELEASE)

    def _prepay(self, draft: Draft, premium: Part) -> None:
        """Defer eleven twelfths of a premium, and plan their release over the eleven months ahead."""
        first = draft.day.replace(day=1)
        share = premium.cents // 12
        parts = (Part(role="prepaid", cents=11 * share), Part(role=premium.role, cents=-11 * share))
        end = month_end(first)
        text = self._l.say("prepaid", end, v=draft.party or self._l.profile.house_bank)
        self._general(end, text, parts, Kind.ACCRUAL)
        for ahead in range(1, 12):
            shares = self._release.setdefault(month_end(add_months(first, ahead)), {})
            shares[premium.role] = shares.get(premium.role, 0) + share

    def _depreciation(self, first: date) -> None:
        end = month_end(first)
        known = self._l.profile.depreciation
        assets = tuple(Part(role=role, cents=-100 * whole) for role, whole in known)
        total = Part(role="depreciation", cents=sum(100 * whole for _, whole in known))
        self._general(end, self._l.say("depreciate", end), (total, *assets))
        small = sum(p.cents for p in self._parts(first) if p.role == "low_value")
        if small > 0 and self._l.has("low_value_expense"):
            parts = (Part(role="low_value_expense", cents=small), Part(role="low_value", cents=-small))
            self._general(end, self._l.say("write_down", end), parts)

    def _year_end(self, first: date) -> None:
        end, dice = month_end(first), self._l.dice
        if self._l.has("stock", "stock_change"):
            cents = dice.cents(2000, 14_000)
            parts = (Part(role="stock", cents=cents), Part(role="stock_change", cents=-cents))
            self._general(end, self._l.say("stock", end), parts if dice.chance(0.5) else opposite(parts))
        for role in ("accounting", "salaries", "repair"):
            if self._l.has(role):
                cents = dice.cents(800, 4200)
                parts = (Part(role=role, cents=cents), Part(role="provision", cents=-cents))
                self._general(end, self._l.say("provision", end), parts, Kind.ACCRUAL)

    def _vat(self, first: date) -> None:
        """Close the month's tax accounts into one balance, which is paid or paid back on the tenth."""
        roles = {r for x in self._l.profile.rates.values() for r in (x.paid, x.charged)}
        roles |= {r for r in ("reverse_paid", "reverse_charged", "import_paid") if self._l.has(r)}
        sums = dict.fromkeys(sorted(roles), 0)
        for part in self._parts(first):
            if part.role in sums:
                sums[part.role] += part.cents
        due = -sum(sums.values())
        lines = [Part(role=role, cents=-cents) for role, cents in sums.items()]
        lines.append(Part(role="vat_due", cents=-due))
        end = month_end(first)
        self._general(end, self._l.say("vat_close", end), tuple(sorted(lines, key=lambda p: p.cents < 0)))
        day = business_day(in_month(add_months(first, 1), 10))
        topic = "vat_pay" if due > 0 else "vat_back"
        self._from_bank(day, topic, (Part(role="vat_due", cents=due),), self._l.profile.tax_office)
