"""The national forms of SAF-T: how each is told, which day counts, and what it says or implies of an account's type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.journal import AccountType
from storage.identity import fold

_A, _L, _E = AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY
_I, _X, _NONE = AccountType.INCOME, AccountType.EXPENSE, AccountType.UNKNOWN
_NAMESPACE = re.compile(r"xmlns(?::[\w.-]+)?\s*=\s*[\"']([^\"']*)[\"']")
_COUNTRY = re.compile(r"<(?:[\w.-]+:)?AuditFileCountry>\s*([A-Za-z]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a file says of one account."""

    code: str
    type: str = ""
    standard: str = ""  # its number in the national chart
    category: str = ""  # its group in the national scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """``derived``: the file says no types, they are worked out. ``posted_day``: GLPostingDate is the accounting day."""

    country: str
    called: str
    type_of: Callable[[Facts], AccountType]
    derived: bool = True
    posted_day: bool = False
    closing: str = ""  # the TransactionType that closes the year's accounts
    no_tax: frozenset[str] = frozenset()  # tax codes that stand for none


def _by_digits(types: Mapping[str, AccountType]) -> Callable[[str], AccountType]:
    """The longest prefix of a code wins."""
    longest = max(map(len, types))

    def found(code: str) -> AccountType:
        return next((types[code[:n]] for n in range(longest, 0, -1) if code[:n] in types), _NONE)

    return found


# Norsk Standard 4102: class 2 begins with the equity, class 8 mixes financial income, financial expense and tax.
_NORWEGIAN = _by_digits({
    "1": _A, "2": _L, "20": _E, "3": _I, "4": _X, "5": _X, "6": _X, "7": _X, "8": _X, "80": _I, "84": _I, "88": _E,
    "89": _E,
})  # fmt: skip
_NORWEGIAN_GROUPS = (("egenkapital", _E), ("gjeld", _L), ("inntekt", _I), ("kostnad", _X), ("middel", _A))

# Sistema de Normalização Contabilística: class 2 holds what others owe and what is owed to them.
_PORTUGUESE = _by_digits({
    "1": _A, "2": _L, "21": _A, "218": _L, "219": _A, "228": _A, "232": _A, "238": _A, "241": _A, "2431": _A,
    "2432": _A, "2437": _A, "2438": _A, "2721": _A, "278": _NONE, "26": _NONE, "27": _NONE, "2722": _L, "281": _A,
    "282": _L, "29": _L, "3": _A, "4": _A, "5": _E, "6": _X, "7": _I, "8": _E,
})  # fmt: skip
# Plano Geral de Contabilidade of Angola: income is class 6 and expense class 7, unlike in Portugal.
_ANGOLAN = _by_digits({
    "1": _A, "2": _A, "3": _L, "31": _A, "37": _NONE, "4": _A, "5": _E, "6": _I, "7": _X, "8": _E,
})  # fmt: skip
_ROMANIAN = _by_digits({
    "1": _L, "10": _E, "11": _E, "12": _E, "14": _E, "2": _A, "3": _A, "4": _NONE, "5": _NONE, "6": _X, "7": _I,
    "8": _NONE,
})  # fmt: skip
_LUXEMBOURGISH = _by_digits({
    "1": _E, "17": _L, "18": _L, "19": _L, "2": _A, "3": _A, "4": _L, "40": _A, "41": _A, "42": _A, "5": _A, "6": _X,
    "7": _I,
})  # fmt: skip
_LITHUANIAN = {"it": _A, "tt": _A, "nk": _E, "i": _L, "p": _I, "s": _X}
_WORDS = (
    ("asset", _A), ("acti", _A), ("ativ", _A), ("liabil", _L), ("pasi", _L), ("passi", _L), ("equity", _E),
    ("charge", _X), ("expense", _X), ("cost", _X), ("produit", _I), ("income", _I), ("revenue", _I), ("sale", _I),
)  # fmt: skip


def _word(text: str, words: tuple[tuple[str, AccountType], ...] = _WORDS) -> AccountType:
    folded = fold(text)
    return next((kind for part, kind in words if part in folded), _NONE)


def _norwegian(a: Facts) -> AccountType:
    return _word(a.category, _NORWEGIAN_GROUPS) or _NORWEGIAN(a.standard or a.code)


def _romanian(a: Facts) -> AccountType:
    """Income, expense and equity by class; the rest by Activ and Pasiv. What is both by turns stays open."""
    kind = _ROMANIAN(a.standard or a.code)
    if kind in (_X, _I, _E):
        return kind
    return _word(a.type) if a.type else kind


def _luxembourgish(a: Facts) -> AccountType:
    kind, said = _LUXEMBOURGISH(a.standard or a.code), _word(a.type)
    return kind if not said or (said is _L and kind is _E) else said


_PLAIN = Dialect(country="", called="SAF-T file", type_of=lambda a: _word(a.type), derived=False)
_DIALECTS = {
    d.country: d
    for d in (
        Dialect(country="NO", called="Norwegian SAF-T Financial file", type_of=_norwegian),
        Dialect(country="DK", called="Danish SAF-T Financial file", type_of=lambda a: _word(a.type), derived=False),
        Dialect(
            country="PT", called="Portuguese SAF-T file for accounting", type_of=lambda a: _PORTUGUESE(a.code),
            posted_day=True, closing="A",
        ),
        Dialect(
            country="AO", called="Angolan SAF-T file", type_of=lambda a: _ANGOLAN(a.code), posted_day=True, closing="A"
        ),
        Dialect(
            country="RO", called="Romanian D406 SAF-T file", type_of=_romanian, no_tax=frozenset({"0", "000000"})
        ),
        Dialect(country="LU", called="Luxembourgish audit file (FAIA)", type_of=_luxembourgish, derived=False),
        Dialect(
            country="LT", called="Lithuanian SAF-T file",
            type_of=lambda a: _LITHUANIAN.get(fold(a.type), _NONE), derived=False,
        ),
    )
}  # fmt: skip
_SIGNS = (
    ("financial:no", "NO"), ("financial:dk", "DK"), (":pt_", "PT"), (":ao_", "AO"), ("mfp:anaf", "RO"),
    ("d406", "RO"), ("vmi.lt", "LT"), ("saf-t-lt", "LT"),
)  # fmt: skip


def dialect_of(beginning: str) -> Dialect:
    """The dialect of a file by its beginning: its namespace, else the country that its header names."""
    spaces = " ".join(_NAMESPACE.findall(beginning)).lower()
    country = next((code for sign, code in _SIGNS if sign in spaces), "")
    if not country and (named := _COUNTRY.search(beginning)):
        country = named[1].upper()
    return _DIALECTS.get(country, _PLAIN)
