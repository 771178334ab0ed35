"""Account types that codes and names imply, where a chart says none: which national chart it is tells the names.

Names in several languages say the type of some accounts (a bank, a rent). The chart whose classes agree with most of
them is taken for the others; where none agrees, names alone decide and the rest stays open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.journal import AccountType
from storage.identity import fold
from storage.importers.types import french_type
from storage.records import Staged

_A, _L, _E = AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY
_I, _X, _U = AccountType.INCOME, AccountType.EXPENSE, AccountType.UNKNOWN

# By the longest first digits of a code; classes are published rules of the charts.
_CHARTS: Mapping[str, Mapping[str, AccountType]] = {
    "the German chart SKR03": {
        "0": _A, "06": _L, "07": _L, "08": _E, "095": _L, "096": _L, "097": _L, "099": _L, "1": _A, "16": _L, "17": _L,
        "18": _E, "19": _E, "2": _X, "25": _I, "26": _I, "27": _I, "3": _X, "398": _A, "4": _X, "7": _A, "8": _I,
        "9": _E,
    },
    "the German chart SKR04": {
        "0": _A, "1": _A, "2": _E, "3": _L, "4": _I, "5": _X, "6": _X, "7": _X, "70": _I, "71": _I, "9": _E,
    },
    "the Swedish chart BAS": {
        "1": _A, "2": _L, "20": _E, "21": _E, "3": _I, "4": _X, "5": _X, "6": _X, "7": _X, "8": _X, "80": _I, "82": _I,
        "83": _I,
    },
    "the Swiss chart KMU": {
        "1": _A, "2": _L, "28": _E, "29": _E, "3": _I, "4": _X, "5": _X, "6": _X, "695": _I, "7": _I, "8": _X, "9": _E,
    },
    "classes of five, assets to expenses": {
        "0": _A, "1": _A, "2": _L, "3": _E, "4": _I, "5": _X, "6": _X, "7": _X, "8": _X, "9": _X,
    },
    "the Chinese chart of 2006": {"1": _A, "2": _L, "4": _E, "5": _X, "6": _X, "60": _I, "61": _I, "62": _I, "63": _I},
    "the Chinese chart before 2006": {
        "1": _A, "2": _L, "3": _E, "4": _X, "5": _X, "501": _I, "511": _I, "531": _I, "541": _I,
    },
}  # fmt: skip
_FRENCH = "the French chart"

# What a name begins with or holds; words whose type depends on the country are left out.
_NAMES: Mapping[AccountType, tuple[str, ...]] = {
    _A: (
        "bank", "banque", "caisse", "kasse", "cash", "petty", "inventory", "stock of", "vorrate", "warenbestand",
        "accounts receivable", "trade debtors", "debtors", "clients", "forderung", "kundfordring", "postgiro",
        "checking", "savings", "prepaid", "furniture", "vehicles", "machinery", "computer equipment", "maschinen",
        "fuhrpark", "immobilisation", "materiel", "inventarier", "anlagen", "vorsteuer", "银行存款", "现金",
        "应收", "固定资产",
        "原材料", "存货", "预付",
    ),
    _L: (
        "accounts payable", "trade creditors", "creditors", "fournisseurs", "verbindlichkeit", "leverantorsskuld",
        "loan", "emprunt", "darlehen", "credit card", "umsatzsteuer", "utgaende moms", "tva collectee", "mortgage",
        "应付", "借款", "预收", "应交",
    ),
    _E: (
        "share capital", "capital social", "gezeichnetes kapital", "stammkapital", "aktiekapital", "retained earnings",
        "eigenkapital", "owner's equity", "opening balance equity", "report a nouveau", "实收资本",
        "资本公积", "盈余公积",
        "本年利润", "利润分配",
    ),
    _I: (
        "sales", "revenue", "umsatzerlose", "erlose", "ventes", "prestations de services", "forsaljning",
        "service income", "interest income", "zinsertrage", "ranteintakt", "主营业务收入", "其他业务收入", "营业外收入",
        "投资收益", "产品销售收入",
    ),
    _X: (
        "rent", "miete", "loyer", "locations", "lokalhyra", "wages", "salaries", "salary", "gehalter", "lohne",
        "remunerations", "loner", "advertising", "werbe", "publicite", "insurance", "versicherung", "assurance",
        "telephone", "telefon", "postage", "porto", "travel", "reisekosten", "depreciation expense", "abschreibung",
        "dotations", "electricity", "utilities", "office supplies", "burobedarf", "fournitures", "purchases", "achats",
        "wareneingang", "cost of goods", "bank charges", "repairs", "管理费用", "销售费用",
        "财务费用", "营业费用", "营业外支出",
        "主营业务成本", "所得税",
    ),
}  # fmt: skip
_FEWEST, _AGREE = 4, 0.8  # names that must speak, and the share of them that a chart must agree with


@dataclass(frozen=True, slots=True)
class Derived:
    """``types`` by code; ``source`` says in words what they come from."""

    types: dict[str, AccountType]
    source: str


def with_types(staged: Staged) -> Staged:
    """The same with types for accounts that have none, marked as derived and said in the reason."""
    missing = [a for a in staged.accounts if a.type is _U]
    derived = types_by_code({a.code: a.name for a in staged.accounts}) if missing else None
    if derived is None or not any(a.code in derived.types for a in missing):
        return staged
    accounts = tuple(replace(a, type=derived.types.get(a.code, _U)) if a.type is _U else a for a in staged.accounts)
    said = f"{len(missing):,} types of accounts are not in it and were derived from {derived.source}"
    reason = f"{staged.reason.removesuffix('.')}; {said}."
    return replace(staged, accounts=accounts, types_derived=True, reason=reason)


def types_by_code(names: Mapping[str, str]) -> Derived | None:
    """Types of the accounts (code to name) that can be told; None where none can."""
    spoken = {code: kind for code, name in names.items() if (kind := _by_name(name)) is not _U}
    chart = _chart_of(spoken, names)
    if chart:
        # A chart's class is surer than a word: "bank charges" begins like a bank.
        by_class = {code: _by_class(code, chart) for code in names}
        types = {code: kind if kind is not _U else spoken.get(code, _U) for code, kind in by_class.items()}
        return Derived({c: k for c, k in types.items() if k is not _U}, f"{chart}, which their names agree with")
    return Derived(spoken, "their names") if spoken else None


def _chart_of(spoken: Mapping[str, AccountType], names: Mapping[str, str]) -> str:
    """The chart that agrees with most names; empty where too few speak or none agrees."""
    chinese = [chart for chart in _CHARTS if "Chinese" in chart]
    written = any("\u4e00" <= sign <= "\u9fff" for name in names.values() for sign in name)
    charts = chinese if written else [_FRENCH, *(c for c in _CHARTS if c not in chinese)]
    voices = {code: kind for code, kind in spoken.items() if code[:1].isdigit()}
    if len(voices) < _FEWEST or len(set(voices.values())) < 2:
        return ""
    agree = {
        chart: sum(_by_class(code, chart) is kind for code, kind in voices.items()) / len(voices) for chart in charts
    }
    best = max(agree, key=lambda chart: agree[chart])
    return best if agree[best] >= _AGREE else ""


def _by_class(code: str, chart: str) -> AccountType:
    if chart == _FRENCH:
        return french_type(code)
    prefixes = _CHARTS[chart]
    return next((prefixes[code[:n]] for n in (3, 2, 1) if code[:n] in prefixes), _U)


def _by_name(name: str) -> AccountType:
    """By the longest word that the name begins with, for names begin with what they are."""
    text = fold(name)
    best, kind = 0, _U
    for candidate, words in _NAMES.items():
        for word in words:
            if len(word) > best and text.startswith(word):
                best, kind = len(word), candidate
    return kind
