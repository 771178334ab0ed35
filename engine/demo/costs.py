"""Which accounts a supplier's price lands on: where price, party or rules decide, not the wording."""

from __future__ import annotations

from dataclasses import dataclass

from engine.demo.ledger import Foreign, Ledger, Part, half_up
from engine.demo.profile import Item, Vendor


@dataclass(frozen=True, slots=True)
class Price:
    """A net price in cents of the book currency, and in the currency it was billed in."""

    net: int
    foreign: Foreign | None = None


def costs(ledger: Ledger, vendor: Vendor, item: Item, price: Price) -> tuple[Part, ...]:
    """Return the cost and tax lines of an invoice; for reverse charge both tax lines, which cancel out."""
    if vendor.where != "home":
        return _reverse_charge(ledger, vendor, item, price)
    if item.special == "customs":
        duty = Part(role=item.account, cents=price.net)
        return (duty, Part(role="import_paid", cents=half_up(price.net * ledger.dice.between(58, 66), 10)))
    if item.special == "gift" and price.net > 5000:  # too dear: neither cost nor tax may be deducted
        vat = ledger.profile.rates["full"]
        return (Part(role="gift_private", cents=price.net + half_up(price.net * vat.permille, 1000)),)
    if item.special == "mixed":
        reduced = half_up(price.net * ledger.dice.between(55, 85), 100)
        low = _taxed(ledger, (Part(role=item.account, cents=reduced),), "reduced")
        high = _taxed(ledger, (Part(role=item.account, cents=price.net - reduced),), "full")
        return (low[0], high[0], low[1], high[1])
    return _taxed(ledger, _split(ledger, item, price.net), item.rate)


def _split(ledger: Ledger, item: Item, net: int) -> tuple[Part, ...]:
    """Choose the account by the price where the rules say so, and add the lines that invoices of this kind have."""
    if item.special == "asset":
        low, high = ledger.profile.threshold
        role = item.account if net > 100 * high else "low_value" if net > 100 * low else "office"
        return (Part(role=role, cents=net),)
    if item.special == "gift":
        return (Part(role="gift", cents=net),)
    if item.special == "entertain":
        allowed = half_up(net * 70, 100)
        return (Part(role="entertain", cents=allowed), Part(role="entertain_private", cents=net - allowed))
    if item.special in ("freight", "phone") and ledger.dice.chance(0.45):
        other, most = ("freight_in", 9) if item.special == "freight" else ("internet", 45)
        some = half_up(net * ledger.dice.between(3, most), 100)
        return (Part(role=item.account, cents=net - some), Part(role=other, cents=some))
    return (Part(role=item.account, cents=net),)


def _taxed(ledger: Ledger, parts: tuple[Part, ...], rate: str) -> tuple[Part, ...]:
    if rate == "none":
        return parts
    vat = ledger.profile.rates[rate]
    return (*parts, Part(role=vat.paid, cents=half_up(sum(p.cents for p in parts) * vat.permille, 1000)))


def _reverse_charge(ledger: Ledger, vendor: Vendor, item: Item, price: Price) -> tuple[Part, ...]:
    role = f"{item.account}_{vendor.where}"
    cost = Part(role=role if ledger.has(role) else item.account, cents=price.net, foreign=price.foreign)
    if item.rate == "none":
        return (cost,)
    tax = half_up(price.net * ledger.profile.rates["full"].permille, 1000)
    return (cost, Part(role="reverse_paid", cents=tax), Part(role="reverse_charged", cents=-tax))
