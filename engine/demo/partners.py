"""Reads the tables of suppliers and customers that the profiles are written in.

A supplier is a line ``Name = short name; terms`` and an indented line for each thing it bills:
``topic account low-high`` and then any of a rate (``reduced``, ``none``), ``fixed``, ``x`` with a weight,
or a special treatment. Terms are ``2.5 a month``, ``day 3``, ``every 12``, ``terms 30``, ``since 4``, a language,
``eu`` or ``world``, a currency, ``debit``, ``direct``, ``card``, ``cash`` or ``employee``, ``discount``, ``essential``.
"""

from __future__ import annotations

from dataclasses import replace

from engine.demo.profile import Customer, Item, Vendor

NUMBERED = frozenset({"day", "every", "terms", "since", "until", "late"})
FLAGS = frozenset({"discount", "essential"})
LANGUAGES = frozenset({"de", "en", "fr"})
SPECIAL = frozenset({"asset", "gift", "entertain", "mixed", "freight", "phone", "customs"})


def read_vendors(table: str) -> tuple[Vendor, ...]:
    """Read a supplier table; an unknown word or a supplier that bills nothing raises ValueError."""
    vendors: list[Vendor] = []
    for line in table.strip().splitlines():
        if line.startswith(" "):
            vendors[-1] = replace(vendors[-1], items=(*vendors[-1].items, _item(line)))
        else:
            names, _, terms = line.partition(";")
            name, _, short = (x.strip() for x in names.partition("="))
            vendors.append(_vendor(Vendor(name=name, short=short, items=()), terms))
    if idle := [v.name for v in vendors if not v.items]:
        raise ValueError(f"these suppliers bill nothing: {idle}")
    return tuple(vendors)


def read_customers(table: str) -> tuple[Customer, ...]:
    """Read lines of ``Name; x2 terms 30 discount fr eu since 4 late 20``."""
    return tuple(_customer(*line.split(";")) for line in table.strip().splitlines())


def _vendor(vendor: Vendor, terms: str) -> Vendor:
    for term in filter(None, (x.strip() for x in terms.split(","))):
        word, _, number = term.partition(" ")
        if number == "a month":
            vendor = replace(vendor, per_month=float(word))
        elif word in NUMBERED:
            vendor = _numbered(vendor, word, int(number))
        elif word in FLAGS:
            vendor = replace(vendor, discount=vendor.discount or word == "discount")
            vendor = replace(vendor, essential=vendor.essential or word == "essential")
        elif word in LANGUAGES:
            vendor = replace(vendor, language=word)
        elif word in ("eu", "world"):
            vendor = replace(vendor, where=word)
        elif word in ("debit", "direct", "card", "cash", "employee"):
            vendor = replace(vendor, pays=word)
        elif word.isupper() and len(word) == 3:
            vendor = replace(vendor, currency=word)
        else:
            raise ValueError(f"{vendor.name}: {term!r} is no term")
    return vendor


def _numbered(vendor: Vendor, word: str, number: int) -> Vendor:
    if word == "day":
        return replace(vendor, day=number)
    if word == "every":
        return replace(vendor, every=number)
    if word == "terms":
        return replace(vendor, terms=number)
    return replace(vendor, since=number) if word == "since" else replace(vendor, until=number)


def _item(line: str) -> Item:
    topic, account, prices, *words = line.split()
    low, _, high = prices.partition("-")
    item = Item(topic=topic, account=account, low=int(low), high=int(high))
    for word in words:
        if word in ("reduced", "low", "none"):
            item = replace(item, rate=word)
        elif word == "fixed":
            item = replace(item, fixed=True)
        elif word in SPECIAL:
            item = replace(item, special=word)
        elif word.startswith("x"):
            item = replace(item, weight=float(word[1:]))
        else:
            raise ValueError(f"{line.strip()!r}: {word!r} is no word for a thing billed")
    return item


def _customer(name: str, terms: str = "") -> Customer:
    customer, words = Customer(name=name.strip()), terms.split()
    while words:
        word = words.pop(0)
        if word in ("terms", "since", "late"):
            number = int(words.pop(0))
            customer = (
                replace(customer, terms=number) if word == "terms"
                else replace(customer, since=number) if word == "since"
                else replace(customer, late=number)
            )  # fmt: skip
        elif word == "discount":
            customer = replace(customer, discount=True)
        elif word in LANGUAGES:
            customer = replace(customer, language=word)
        elif word in ("eu", "world"):
            customer = replace(customer, where=word)
        elif word.startswith("x"):
            customer = replace(customer, weight=float(word[1:]))
        else:
            raise ValueError(f"{name}: {word!r} is no word for a customer")
    return customer
