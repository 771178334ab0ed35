"""Makes other companies of the same kind, so that a model can read many books before it reads a real one."""

from __future__ import annotations

from dataclasses import replace

from engine.demo.dice import Dice
from engine.demo.profile import Customer, Profile, Vendor

SYLLABLES = "Al Bar Cor Dan El Far Gol Hal Is Jor Kal Lin Mar Nor Ol Per Quin Ros Sal Tor Ul Var Wen Yar Zel".split()
ENDINGS = "bach berg dal feld ford hof lund mont rive stad tal ton vik ville wald".split()


def varied(profile: Profile, seed: int) -> Profile:
    """Return a sibling of the company: other partners, another mix of languages, sometimes longer account codes."""
    dice = Dice(seed * 7919 + 1)
    names: dict[str, str] = {}
    vendors = tuple(_vendor(v, dice, names) for v in profile.vendors if v.essential or dice.chance(0.8))
    customers = tuple(_customer(c, dice, names) for c in profile.customers if dice.chance(0.8)) or profile.customers
    house, *others = profile.languages
    weights = tuple((code, weight * dice.between(20, 200) / 100) for code, weight in others)
    pay = profile.monthly_gross[0] * dice.between(70, 150) // 100
    opening = tuple(replace(x, party=names.get(x.party, x.party)) for x in profile.opening)
    return replace(
        profile,
        vendors=vendors,
        customers=customers,
        languages=(house, *weights),
        chart=_longer(profile.chart, dice.between(0, 3)),
        sales_per_month=profile.sales_per_month * dice.between(60, 140) / 100,
        monthly_gross=(pay, pay + pay * dice.between(20, 90) // 100),
        opening=opening,
    )


def _longer(chart: str, zeros: int) -> str:
    """Pad every account code with zeros, as packages with longer numbers do."""
    rows = []
    for text in chart.strip().splitlines():
        code, name, kind, parent, role = (x.strip() for x in text.split("|"))
        if code.isdigit():
            code, parent = code + "0" * zeros, parent + "0" * zeros if parent else ""
        rows.append(f"{code} | {name} | {kind} | {parent} | {role}")
    return "\n".join(rows)


def _name(old: str, dice: Dice, names: dict[str, str]) -> str:
    """Give the partner another proper name and keep what it does and its legal form."""
    if old not in names:
        coined = dice.pick(SYLLABLES) + dice.pick(ENDINGS)
        words = old.split()
        names[old] = " ".join([coined, *words[1:]]) if len(words) > 1 else coined
    return names[old]


def _vendor(vendor: Vendor, dice: Dice, names: dict[str, str]) -> Vendor:
    pace = vendor.per_month if vendor.day else vendor.per_month * dice.between(50, 160) / 100
    return replace(vendor, name=_name(vendor.name, dice, names), short="", per_month=pace)


def _customer(customer: Customer, dice: Dice, names: dict[str, str]) -> Customer:
    return replace(
        customer, name=_name(customer.name, dice, names), weight=customer.weight * dice.between(40, 180) / 100
    )
