"""What a generated company is made of: its chart, its partners, its habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.journal import Account, AccountType

ALWAYS = 10_000  # a month that never comes


# How companies end; nobody types it.
FORMS = frozenset("AG AS BV GmbH Inc. KG LLC Ltd SA SARL SAS a.G. eG".split())


def spoken(name: str) -> str:
    """Return a company's name as people say it: without its legal form."""
    words = name.split()
    return " ".join(words[:-1]) if len(words) > 1 and words[-1] in FORMS else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something a supplier bills: its wording, its account and its net price in whole currency units."""

    topic: str
    account: str  # a role of the chart
    low: int
    high: int
    rate: str = "full"  # full, reduced or none; foreign suppliers turn it into reverse charge
    weight: float = 1.0
    fixed: bool = False  # the same price each time, raised once a year
    special: str = ""  # asset, gift, entertain, mixed, freight, phone or customs: see costs.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A supplier; ``since`` and ``until`` are months counted from the first of the book."""

    name: str
    items: tuple[Item, ...]
    short: str = ""  # how the people in accounting call it
    language: str = ""  # empty: the language of the house
    per_month: float = 1.0
    every: int = 1  # months between invoices
    day: int = 0  # fixed day of the month; 0: any
    terms: int = 14
    pays: str = "transfer"  # transfer, debit (collected later), direct (booked from the bank), card, cash or employee
    where: str = "home"  # home, eu or world
    currency: str = ""
    since: int = 0
    until: int = ALWAYS
    discount: bool = False  # 2 % for quick payers
    essential: bool = False  # stays in every variation of the company


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """Something the company sells; ``shares`` are revenue roles and their weights within one invoice."""

    topic: str
    shares: tuple[tuple[str, float], ...]
    low: int
    high: int
    rate: str = "full"
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    name: str
    language: str = ""
    where: str = "home"
    terms: int = 14
    discount: bool = False
    weight: float = 1.0
    since: int = 0
    late: int = 8  # days after the due date, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A VAT rate in tenths of a per cent, with the roles of its two accounts."""

    permille: int
    paid: str
    charged: str


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance that the book opens with, in whole units; one with a party is settled in the first month."""

    role: str
    side: str
    whole: int
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A company from which a book can be generated."""

    name: str
    currency: str
    languages: tuple[tuple[str, float], ...]  # (code, weight); the first is the language of the house
    journals: Mapping[str, str]  # purchases, sales, bank, payroll, general -> journal code
    chart: str  # lines of code | name | type | parent | role
    rates: Mapping[str, Rate]
    vendors: tuple[Vendor, ...]
    customers: tuple[Customer, ...]
    sales: tuple[Sale, ...]
    sales_per_month: float
    pace: float  # of suppliers without a fixed day, so that the months make about 2,000 entries
    staff: tuple[str, ...]
    cities: tuple[str, ...]
    tax_office: str
    health_fund: str
    house_bank: str
    monthly_gross: tuple[int, int]  # wages and salaries in whole units
    prepaid_taxes: tuple[int, int] = (2_450, 1_980)  # a quarter, in whole units: on income, on trade
    takings: str = ""  # topic of daily takings, for shops with a till
    start: date = date(2024, 11, 1)
    months: int = 24
    opening: tuple[Balance, ...] = ()  # capital takes the difference
    depreciation: tuple[tuple[str, int], ...] = ()  # asset role, whole units a month
    foreign: Mapping[str, int] = field(default_factory=dict)  # currency -> its price in 1/10000 of the book currency
    threshold: tuple[int, int] = (250, 800)  # net prices from which a thing is low-value, and an asset

    def accounts(self) -> tuple[Account, ...]:
        """Read the chart, by code; a line that lacks a field raises ValueError."""
        return tuple(sorted((account for account, _ in self._rows()), key=lambda a: a.code))

    def roles(self) -> dict[str, str]:
        """Return role -> account code."""
        return {role: account.code for account, role in self._rows() if role}

    def _rows(self) -> list[tuple[Account, str]]:
        rows = []
        for text in self.chart.strip().splitlines():
            code, name, kind, parent, role = (x.strip() for x in text.split("|"))
            control = role in ("receivables", "payables")
            rows.append((Account(code=code, name=name, type=AccountType(kind), parent=parent, control=control), role))
        return rows
