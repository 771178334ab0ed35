"""Invoices to customers, what they pay, and what they do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from engine.demo.days import business_day, in_month, is_business_day, month_end
from engine.demo.ledger import Draft, Ledger, Part, half_up, opposite
from engine.demo.profile import Customer, Sale, spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An invoice sent and not yet paid."""

    customer: Customer
    number: str
    booked: date
    gross: int
    taxed: bool


class Sales:
    """Writes the month's invoices and the payments they lead to."""

    def __init__(self, ledger: Ledger) -> None:
        self._l = ledger
        self._number = 0
        self._waiting: dict[str, Claim] = {}

    def month(self, first: date, index: int) -> None:
        profile, dice = self._l.profile, self._l.dice
        known = [c for c in profile.customers if c.since <= index]
        season = (85, 90, 105, 105, 100, 100, 80, 75, 105, 115, 120, 110)[first.month - 1] / 100
        count = dice.count(profile.sales_per_month * self._l.scale * season) if known else 0
        for day in sorted(business_day(in_month(first, dice.between(1, 28))) for _ in range(count)):
            self._invoice(dice.weighted(known, [c.weight for c in known]), day)
        if profile.takings:
            self._takings(first)

    def _invoice(self, customer: Customer, day: date) -> None:
        dice = self._l.dice
        sale = dice.weighted(self._l.profile.sales, [s.weight for s in self._l.profile.sales])
        net, number = dice.cents(sale.low, sale.high), self._next(day)
        revenue, taxed = self._revenue(customer, sale, net)
        gross = -sum(p.cents for p in revenue)
        claim = Part(role="receivables", cents=gross, party=customer.name)
        text = self._text(sale.topic, customer, number, day)
        self._document(Draft(day=day, journal="sales", text=text, parts=(claim, *revenue), document=number), customer)
        if dice.chance(0.03):
            back = business_day(day + timedelta(days=dice.between(3, 15)))
            text = self._text("sale_credit", customer, number, back)
            parts = opposite((claim, *revenue))
            self._document(
                Draft(day=back, journal="sales", text=text, parts=parts, document=self._next(back)), customer
            )
            return
        self._settle(Claim(customer=customer, number=number, booked=day, gross=gross, taxed=taxed))

    def _document(self, draft: Draft, customer: Customer) -> None:
        party = customer.name if self._l.dice.chance(0.9) else ""
        self._l.post(
            Draft(
                day=draft.day, journal=self._l.profile.journals[draft.journal], text=draft.text, parts=draft.parts,
                party=party, document=draft.document, document_date=draft.day,
            )
        )  # fmt: skip

    def _next(self, day: date) -> str:
        self._number += 1
        return f"{day:%y}{self._number:04d}"

    def _text(self, topic: str, customer: Customer, number: str, day: date) -> str:
        language = self._l.speaker.language(customer.language or self._l.speaker.home)
        return self._l.say(topic, day, language, cust=spoken(customer.name), nr=number)

    def _revenue(self, customer: Customer, sale: Sale, net: int) -> tuple[tuple[Part, ...], bool]:
        """Return the credits: abroad one tax-free account, at home the shares of the sale and their tax."""
        if customer.where != "home":
            service = sale.shares[0][0] == "sales_service"
            role = f"sales_service_{customer.where}" if service else f"sales_{customer.where}"
            return (Part(role=role if self._l.has(role) else f"sales_{customer.where}", cents=-net),), False
        rate = self._l.profile.rates[sale.rate]
        left, parts = net, []
        for role, share in sale.shares[1:]:
            some = half_up(net * int(1000 * share), 1000)
            parts.append(Part(role=role, cents=-some))
            left -= some
        tax = half_up(net * rate.permille, 1000)
        return (Part(role=sale.shares[0][0], cents=-left), *parts, Part(role=rate.charged, cents=-tax)), True

    def _settle(self, claim: Claim) -> None:
        dice, customer = self._l.dice, claim.customer
        if dice.chance(0.012):
            self._write_off(claim)
            return
        if customer.discount and dice.chance(0.6):
            self._receive([claim], business_day(claim.booked + timedelta(days=dice.between(6, 9))), discount=True)
            return
        day = business_day(claim.booked + timedelta(days=customer.terms + dice.between(-2, customer.late)))
        if claim.gross > 200_000 and dice.chance(0.08):
            first = claim.gross // 200_000 * 100_000
            self._part(claim, day, first)
            self._part(claim, business_day(day + timedelta(days=30)), claim.gross - first)
            return
        waiting = self._waiting.pop(customer.name, None)
        if waiting is not None:
            self._receive([waiting, claim], day)
        elif dice.chance(0.12):
            self._waiting[customer.name] = claim  # paid together with the next invoice
        else:
            self._receive([claim], day)

    def _receive(self, claims: list[Claim], day: date, *, discount: bool = False) -> None:
        customer = claims[0].customer
        less: tuple[Part, ...] = ()
        topic = "receive_many" if len(claims) > 1 else "receive"
        gross = sum(c.gross for c in claims)
        if discount:
            less, topic = self._discount(claims[0]), "receive_discount"
        elif self._l.dice.chance(0.03) and self._l.has("small_differences"):
            less = (Part(role="small_differences", cents=self._l.dice.between(1, 40)),)
        bank = Part(role="bank", cents=gross - sum(p.cents for p in less))
        paid = tuple(Part(role="receivables", cents=-c.gross, party=customer.name) for c in claims)
        self._bank(customer, topic, day, (bank, *less, *paid), claims[0].number)

    def _discount(self, claim: Claim) -> tuple[Part, ...]:
        off = half_up(claim.gross * 2, 100)
        if not claim.taxed:
            return (Part(role="discount_given", cents=off),)
        vat = self._l.profile.rates["full"]
        tax = half_up(off * vat.permille, 1000 + vat.permille)
        return (Part(role="discount_given", cents=off - tax), Part(role=vat.charged, cents=tax))

    def _part(self, claim: Claim, day: date, cents: int) -> None:
        parts = (Part(role="bank", cents=cents), Part(role="receivables", cents=-cents, party=claim.customer.name))
        self._bank(claim.customer, "receive_part", day, parts, claim.number)

    def _bank(self, customer: Customer, topic: str, day: date, parts: tuple[Part, ...], number: str) -> None:
        text = self._l.say(topic, day, self._l.speaker.bank(), cust=spoken(customer.name), nr=number)
        party = customer.name if self._l.dice.chance(0.65) else ""
        self._l.post(Draft(day=day, journal=self._l.profile.journals["bank"], text=text, parts=parts, party=party))

    def _write_off(self, claim: Claim) -> None:
        """Give up after half a year: net to the loss, tax back from the office."""
        day = month_end(business_day(claim.booked + timedelta(days=180)).replace(day=1))
        vat = self._l.profile.rates["full"]
        tax = half_up(claim.gross * vat.permille, 1000 + vat.permille) if claim.taxed else 0
        parts = (
            Part(role="bad_debts", cents=claim.gross - tax),
            Part(role=vat.charged, cents=tax),
            Part(role="receivables", cents=-claim.gross, party=claim.customer.name),
        )
        text = self._l.say("write_off", day, cust=spoken(claim.customer.name), nr=claim.number)
        journal = self._l.profile.journals["general"]
        self._l.post(Draft(day=day, journal=journal, text=text, parts=parts, party=claim.customer.name))

    def _takings(self, first: date) -> None:
        """What a till took, every other business day: two rates, partly by card, which the bank credits later."""
        dice = self._l.dice
        days = [d for d in (in_month(first, n) for n in range(1, month_end(first).day + 1, 2)) if is_business_day(d)]
        for day in days:
            full, reduced = dice.cents(300, 1100), dice.cents(700, 2200)
            card = half_up((full + reduced) * dice.between(55, 85), 100)
            high, low = self._l.profile.rates["full"], self._l.profile.rates["reduced"]
            tax_high = half_up(full * high.permille, 1000 + high.permille)
            tax_low = half_up(reduced * low.permille, 1000 + low.permille)
            parts = (
                Part(role="card_claims", cents=card),
                Part(role="cash", cents=full + reduced - card),
                Part(role="sales_full", cents=tax_high - full),
                Part(role="sales_reduced", cents=tax_low - reduced),
                Part(role=high.charged, cents=-tax_high),
                Part(role=low.charged, cents=-tax_low),
            )
            text = self._l.say(self._l.profile.takings, day)
            self._l.post(Draft(day=day, journal=self._l.profile.journals["sales"], text=text, parts=parts))
            self._terminal(business_day(day + timedelta(days=2)), card)

    def _terminal(self, day: date, card: int) -> None:
        fee = half_up(card * 11, 1000)
        parts = (
            Part(role="bank", cents=card - fee),
            Part(role="bank_fees", cents=fee),
            Part(role="card_claims", cents=-card),
        )
        text = self._l.say("receive_card", day, self._l.speaker.bank())
        self._l.post(Draft(day=day, journal=self._l.profile.journals["bank"], text=text, parts=parts))
