"""Supplier invoices and how they are paid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from engine.demo.costs import Price, costs
from engine.demo.days import add_months, business_day, in_month
from engine.demo.ledger import Draft, Foreign, Ledger, Part, half_up, opposite
from engine.demo.profile import Item, Vendor, spoken

# How it is paid -> the account it leaves, the journal it is booked in.
AT_ONCE = {
    "direct": ("bank", "bank"),
    "card": ("card", "bank"),
    "cash": ("cash", "general"),
    "employee": ("staff_payable", "purchases"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An invoice received and not yet paid."""

    vendor: Vendor
    number: str
    booked: date
    due: date
    parts: tuple[Part, ...]
    gross: int
    foreign: Foreign | None


class Purchases:
    """Writes invoices month by month, and pays the open ones in weekly runs."""

    def __init__(self, ledger: Ledger) -> None:
        self._l = ledger
        self._prices: dict[tuple[str, str], int] = {}
        self._next: dict[str, int] = {}
        self.open: list[Bill] = []

    def month(self, first: date, index: int) -> None:
        for vendor in self._l.profile.vendors:
            if not vendor.since <= index < vendor.until or (index - vendor.since) % vendor.every:
                continue
            busy = (
                vendor.per_month
                if vendor.day or vendor.every > 1
                else vendor.per_month * self._l.scale * self._l.profile.pace
            )
            for _ in range(self._l.dice.count(busy)):
                self._bill(vendor, self._day(vendor, first), index)
        self._pay(add_months(first, 1))

    def _day(self, vendor: Vendor, first: date) -> date:
        day = vendor.day + self._l.dice.between(-1, 2) if vendor.day else self._l.dice.between(1, 28)
        return business_day(in_month(first, max(day, 1)))

    def _bill(self, vendor: Vendor, day: date, index: int) -> None:
        item = self._l.dice.weighted(vendor.items, [x.weight for x in vendor.items])
        number, text, foreign = self._number(vendor), self._text(vendor, item, day), None
        net = self._price(vendor, item, index)
        if vendor.currency:
            foreign = Foreign(cents=net, currency=vendor.currency, rate=self._rate(vendor.currency, index))
            net = foreign.booked
        parts = costs(self._l, vendor, item, Price(net, foreign))
        gross = sum(p.cents for p in parts)
        party = vendor.name if self._l.dice.chance(0.88) else ""
        if vendor.pays in AT_ONCE:
            self._at_once(vendor, Draft(day=day, journal="bank", text=text, parts=parts, party=party, document=number))
            return
        owed = Part(role="payables", cents=-gross, party=vendor.name, foreign=foreign)
        invoice = Draft(day=day, journal="purchases", text=text, parts=(*parts, owed), party=party, document=number)
        self._post(invoice)
        bill = Bill(
            vendor=vendor, number=number, booked=day, due=day + timedelta(days=vendor.terms), parts=parts,
            gross=gross, foreign=foreign,
        )  # fmt: skip
        self._later(bill, party)

    def _at_once(self, vendor: Vendor, draft: Draft) -> None:
        """Book what was paid when it was bought: by card, from the bank, or by somebody of the staff."""
        gross, text = sum(p.cents for p in draft.parts), draft.text
        role, journal = AT_ONCE[vendor.pays]
        who = self._l.dice.pick(self._l.profile.staff) if vendor.pays == "employee" else ""
        if journal == "bank" and self._l.dice.chance(0.6):
            topic = "card" if vendor.pays == "card" else "pay_debit"
            text = self._l.say(topic, draft.day, vendor.language, v=_short(vendor), nr=draft.document)
        paid = Part(role=role, cents=-gross, party=who)
        party = draft.party if vendor.pays == "direct" else ""
        self._post(replace(draft, journal=journal, text=text, parts=(*draft.parts, paid), party=party))

    def _later(self, bill: Bill, party: str) -> None:
        """Send a few goods back, otherwise leave the invoice to the payment runs."""
        goods = any(p.role.startswith("goods") for p in bill.parts)
        if goods and bill.foreign is None and self._l.dice.chance(0.04):
            day = business_day(bill.booked + timedelta(days=self._l.dice.between(4, 12)))
            text = self._l.say("goods_in_return", day, bill.vendor.language, v=_short(bill.vendor), nr=bill.number)
            owed = Part(role="payables", cents=-bill.gross, party=bill.vendor.name)
            back = opposite((*bill.parts, owed))
            self._post(
                Draft(day=day, journal="purchases", text=text, parts=back, party=party, document=f"G{bill.number}")
            )
            return
        self.open.append(bill)

    def _post(self, draft: Draft) -> None:
        """Post a document: its journal is a role until here, and it was written some days before it was booked."""
        written = draft.day - timedelta(days=self._l.dice.between(0, 5))
        self._l.post(replace(draft, journal=self._l.profile.journals[draft.journal], document_date=written))

    def _text(self, vendor: Vendor, item: Item, day: date) -> str:
        language = self._l.speaker.language(vendor.language or self._l.speaker.home)
        return self._l.say(item.topic, day, language, v=_short(vendor), nr=self._last(vendor))

    def _number(self, vendor: Vendor) -> str:
        """Invoice numbers grow, each supplier in its own manner."""
        start = 100 + 1000 * (sum(map(ord, vendor.name)) % 90)
        self._next[vendor.name] = self._next.get(vendor.name, start) + self._l.dice.between(1, 23)
        return self._last(vendor)

    def _last(self, vendor: Vendor) -> str:
        n = self._next[vendor.name]
        styles = (str(n), f"R{n}", f"25-{n}", f"{n:07d}", f"{vendor.name[:2].upper()}{n}")
        return styles[sum(map(ord, vendor.name)) % len(styles)]

    def _price(self, vendor: Vendor, item: Item, index: int) -> int:
        """Net price in cents; a fixed one is drawn once and raised by 3 % after a year."""
        if not item.fixed:
            return self._l.dice.cents(item.low, item.high)
        key = (vendor.name, item.topic)
        if key not in self._prices:
            self._prices[key] = self._l.dice.cents(item.low, item.high)
        return half_up(self._prices[key] * (103 if index - vendor.since >= 12 else 100), 100)

    def _rate(self, currency: str, index: int) -> int:
        """A price of the currency that wanders by a few per cent around its start."""
        base = self._l.profile.foreign[currency]
        wave = (index * 7 % 11 - 5) * base // 400
        return base + wave + self._l.dice.between(-base // 300, base // 300)

    def _pay(self, until: date) -> None:
        """Pay what is due before a day: collections on their day, transfers on Thursdays, some suppliers at once."""
        due = sorted((b for b in self.open if self._when(b) < until), key=lambda b: (self._when(b), b.number))
        self.open = [b for b in self.open if self._when(b) >= until]
        while due:
            bill = due.pop(0)
            alike = [b for b in due if b.vendor is bill.vendor and not b.foreign and not bill.foreign]
            together = alike[:3] if bill.vendor.pays == "transfer" and self._l.dice.chance(0.3) else []
            due = [b for b in due if b not in together]
            self._payment([bill, *together])

    def _when(self, bill: Bill) -> date:
        if bill.vendor.discount and bill.gross % 3:
            return business_day(bill.booked + timedelta(days=8))
        if bill.vendor.pays == "debit":
            return business_day(bill.booked + timedelta(days=6))
        return business_day(bill.due + timedelta(days=(3 - bill.due.weekday()) % 7))

    def _payment(self, bills: list[Bill]) -> None:
        vendor, day = bills[0].vendor, self._when(bills[0])
        gross = sum(b.gross for b in bills)
        less: tuple[Part, ...] = ()
        topic = "pay_debit" if vendor.pays == "debit" else "pay_many" if len(bills) > 1 else "pay"
        if vendor.discount and all(b.gross % 3 for b in bills) and self._l.has("discount_taken"):
            less, topic = self._discount(gross), "pay_discount"
        paid = gross + sum(p.cents for p in less)
        if bills[0].foreign is not None:
            less, paid = self._exchange(bills[0], day)
        owed = tuple(Part(role="payables", cents=b.gross, party=vendor.name, foreign=b.foreign) for b in bills)
        text = self._l.say(topic, day, self._l.speaker.bank(), v=_short(vendor), nr=bills[0].number)
        party = vendor.name if self._l.dice.chance(0.7) else ""
        parts = (*owed, *(p for p in less if p.cents > 0), Part(role="bank", cents=-paid))
        parts += tuple(p for p in less if p.cents < 0)
        self._l.post(Draft(day=day, journal=self._l.profile.journals["bank"], text=text, parts=parts, party=party))

    def _discount(self, gross: int) -> tuple[Part, ...]:
        """Take 2 % off, of which the tax goes back to the tax account."""
        vat = self._l.profile.rates["full"]
        off = half_up(gross * 2, 100)
        tax = half_up(off * vat.permille, 1000 + vat.permille)
        return (Part(role="discount_taken", cents=tax - off), Part(role=vat.paid, cents=-tax))

    def _exchange(self, bill: Bill, day: date) -> tuple[tuple[Part, ...], int]:
        """Return the exchange difference and what the bank paid."""
        if bill.foreign is None:
            raise ValueError(f"invoice {bill.number} has no foreign amount")
        index = (day.year - self._l.profile.start.year) * 12 + day.month - self._l.profile.start.month
        now = replace(bill.foreign, rate=self._rate(bill.foreign.currency, index))
        owed = bill.gross
        gap = now.booked - owed
        return (Part(role="exchange_loss" if gap > 0 else "exchange_gain", cents=gap),), now.booked


def _short(vendor: Vendor) -> str:
    return vendor.short or spoken(vendor.name)
