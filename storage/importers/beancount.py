"""Beancount journals (beancount.github.io, "Language Syntax"), read without the program, whose licence is another.

What beancount works out from other entries is not worked out here: ``pad``, and lots that are taken from earlier
purchases by an empty ``{}``. Such rows are errors that say what to write instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from engine.journal import Account, AccountType
from storage.errors import ImportRefused
from storage.importers.beancount_text import CURRENCY, STRING, amount_at, logical_rows, plain_text, uncommented
from storage.importers.cells import BadCell, need_day
from storage.importers.ledger_file import told
from storage.importers.plain import OURS, Journal, PlainEntry, PlainLine, ours
from storage.importers.plain_amounts import Amount
from storage.importers.reader import Head, Reader
from storage.importers.source import Source, decode, rows_of
from storage.importers.staging import Staging
from storage.records import Staged

NAME = "beancount"
_DAY = r"\d{4}[-/]\d\d?[-/]\d\d?"
_FLAG = r"(?:\*|!|txn|[A-Z&\#?%])"
_ACCOUNT = re.compile(r"[^\s:\"{}@;]+(?::[^\s:\"{}@;]+)+")
_DATED = re.compile(rf"(?P<day>{_DAY})\s+(?P<word>\*|!|[A-Za-z&#?%]+)\s*(?P<rest>.*)", re.DOTALL)
_META = re.compile(r"(?P<key>[a-z][A-Za-z0-9\-_]*):(?:\s+(?P<value>.*))?", re.DOTALL)
_COST = re.compile(r"\s*(?P<open>\{\{?)(?P<body>[^{}]*)\}\}?")
_PRICE = re.compile(r"\s*(?P<sign>@@?)")
_LINKS = re.compile(r"[#^][A-Za-z0-9\-_/.]+")
_LOOKS = re.compile(
    rf"^(?:{_DAY}[ \t]+(?:open|close|balance|pad|commodity|price|note|document|event|query|custom)[ \t]+\S"
    rf'|{_DAY}[ \t]+{_FLAG}[ \t]+"(?:[^"\\\n]|\\.)*"(?:[ \t]+"(?:[^"\\\n]|\\.)*")?(?:[ \t]+[#^]\S+)*[ \t]*\r?(?:;.*)?$'
    rf'|option[ \t]+"\w+"[ \t]+")',
    re.MULTILINE,
)
_ROOTS = {
    "assets": AccountType.ASSET, "liabilities": AccountType.LIABILITY, "equity": AccountType.EQUITY,
    "income": AccountType.INCOME, "expenses": AccountType.EXPENSE,
}  # fmt: skip
_PASSED = frozenset({"balance", "note", "document", "event", "query", "custom", "commodity"})
_UNDATED = frozenset({"option", "plugin", "include", "pushtag", "poptag", "pushmeta", "popmeta"})


@dataclass(slots=True)
class _File:
    """What was read so far, and what the next row belongs to."""

    journal: Journal
    skipped: Counter[str] = field(default_factory=Counter)
    open: PlainEntry | None = None
    declared: str = ""
    passing: bool = True
    dates: dict[str, tuple[date | None, date | None]] = field(default_factory=dict)

    def fail(self, row: int, value: str, problem: BadCell) -> None:
        self.journal.staging.fail(row, "", value, problem.why, problem.remedy)


def read_beancount(source: Source) -> Staged:
    """Stage a beancount file. Raises ImportRefused where it has neither transactions nor accounts."""
    text, encoding = decode(source.main, source.data)
    found = _File(Journal(Staging(source, NAME), types=dict(_ROOTS)))
    limit = source.limits.row_characters
    for number, row in logical_rows(rows_of(text.replace("\0", ""))):
        if len(row) > limit:
            problem = BadCell(f"has {len(row):,} characters and the limit is {limit:,}", "Check its quotation marks.")
            found.fail(number, row, problem)
            continue
        try:
            _take(found, number, row)
        except BadCell as problem:
            found.fail(number, row.strip(), problem)
            if found.open:
                found.open.broken = found.open.broken or number
    if not found.journal.entries and not found.journal.accounts:
        raise ImportRefused(source.main, "it has no transaction and no account", "Export it again.")
    return _staged(found, encoding)


def _take(f: _File, number: int, row: str) -> None:
    body, comment = uncommented(row)
    if not body.strip():
        return
    if body[0] in " \t":
        _indented(f, number, body.strip(), comment)
        return
    f.open, f.declared, f.passing = None, "", True
    if found := _DATED.fullmatch(body):
        _dated(f, number, found)
    elif (word := body.partition(" ")[0]) in _UNDATED:
        _undated(f, word, [plain_text(s) for s in STRING.findall(body)])
    elif body[0] not in "*#:!&?%":  # headings of outlines, which beancount passes over
        raise BadCell("begins with no date and no word that is known", "Begin a comment with a semicolon.")


def _undated(f: _File, word: str, texts: list[str]) -> None:
    if word == "include":
        why = "names another file, which an import never opens"
        raise BadCell(why, "Join the files into one (for example with bean-query FILE print) and import that.")
    if word == "plugin":
        f.skipped["plugins are not run"] += 1
    if word == "option" and len(texts) == 2:
        if texts[0] == "operating_currency":
            f.journal.currency = f.journal.currency or texts[1]
        elif (kind := _ROOTS.get(texts[0].removeprefix("name_"))) is not None and texts[0].startswith("name_"):
            f.journal.types[texts[1].casefold()] = kind


def _dated(f: _File, number: int, found: re.Match[str]) -> None:
    word, rest = found["word"], found["rest"]
    if word in _PASSED:
        return
    day = need_day(found["day"])
    if word in _DIRECTIVES:
        _DIRECTIVES[word](f, day, rest)
    elif word in ("*", "!", "txn") or len(word) == 1:
        _transaction(f, number, day, rest)
    else:
        raise BadCell(f"has the word {word!r} after its date, which is not known", "Check the row.")


def _transaction(f: _File, number: int, day: date, rest: str) -> None:
    f.open = PlainEntry(row=number, day=day)
    f.passing = False
    f.journal.entries.append(f.open)
    texts = [plain_text(s) for s in STRING.findall(rest)]
    left = _LINKS.sub("", STRING.sub("", rest)).replace("|", "").strip()
    if len(texts) > 2 or left:
        raise BadCell("has more than a payee and a narration", "Write both in quotation marks.")
    payee, narration = texts if len(texts) == 2 else ["", *texts, ""][:2]
    f.open.party = payee
    f.open.description = narration


def _open(f: _File, day: date, rest: str) -> None:
    name = rest.split(maxsplit=1)[0] if rest else ""
    if not _ACCOUNT.fullmatch(name):
        raise BadCell("opens no account", "Write it like 2024-01-31 open Assets:Bank EUR.")
    parent, _, last = name.rpartition(":")
    f.journal.accounts.setdefault(name, Account(code=name, name=last, parent=parent))
    f.declared = name
    f.dates[name] = day, f.dates.get(name, (None, None))[1]


def _close(f: _File, day: date, rest: str) -> None:
    f.dates[rest.strip()] = f.dates.get(rest.strip(), (None, None))[0], day


def _price(f: _File, day: date, rest: str) -> None:
    what, _, worth = rest.partition(" ")
    amount, _ = amount_at(worth)
    if amount is None or not re.fullmatch(CURRENCY, what):
        raise BadCell("is no price", "Write it like 2024-01-31 price USD 0.92 EUR.")
    f.journal.prices.add(day, what, amount)


def _pad(_file: _File, _day: date, _rest: str) -> None:
    why = "fills an account up to a later balance, which is not worked out here"
    raise BadCell(why, "Write the transaction out; bean-query FILE print shows it.")


_DIRECTIVES: dict[str, Callable[[_File, date, str], None]] = {
    "open": _open, "close": _close, "price": _price, "pad": _pad,
}  # fmt: skip


def _indented(f: _File, number: int, body: str, comment: str) -> None:
    if meta := _META.fullmatch(body):
        _told(f, meta["key"], (meta["value"] or "").strip())
    elif f.open is not None:
        if body[0] in "#^" and not _LINKS.sub("", body).strip():
            return
        f.open.lines.append(_posting(number, body, comment))
    elif not f.passing and not f.declared:
        raise BadCell("is indented and belongs to no transaction", "Begin the transaction with its date.")


def _told(f: _File, key: str, value: str) -> None:
    """Metadata of the posting above, of the transaction, or of an account that is opened."""
    is_text = value.startswith('"')
    text = (ours(value) if key.startswith(OURS) else plain_text(value)) if is_text and len(value) > 1 else value
    if f.declared and key.startswith(OURS):
        f.journal.whole.add(f.declared)
        account = f.journal.accounts[f.declared]
        f.journal.accounts[f.declared] = told(account, key.removeprefix(OURS), text)
    elif f.open is not None:
        (f.open.lines[-1].tags if f.open.lines else f.open.tags)[key] = text


def _posting(number: int, body: str, comment: str) -> PlainLine:
    """Raises BadCell."""
    body = re.sub(rf"^{_FLAG}\s+", "", body)
    found = _ACCOUNT.match(body)
    if found is None:
        raise BadCell("is no posting", "Write it like Assets:Bank  12.50 EUR.")
    line = PlainLine(row=number, account=found[0], label=comment)
    line.amount, at = amount_at(body, found.end())
    if cost := _COST.match(body, at):
        line.cost, at = _cost(cost, line.amount), cost.end()
    if sign := _PRICE.match(body, at):
        price, at = amount_at(body, sign.end())
        line.price = _total(price, line.amount, whole=sign["sign"] == "@@") if price else None
    if body[at:].strip():
        raise BadCell("has something after its amount that is neither cost nor price", "Check the posting.")
    return line


def _cost(found: re.Match[str], amount: Amount | None) -> Amount | None:
    """The worth of a lot: so much each, so much for all, or both (``{500.00 # 9.95 USD}``)."""
    parts = [p.strip() for p in found["body"].split(",")]
    worth = next((p for p in parts if re.search(rf"\d[\s)]*(?:{CURRENCY})?$", p) and not re.fullmatch(_DAY, p)), "")
    worth = next((p for p in parts if re.search(rf"[\d.)]\s*{CURRENCY}$", p)), worth)
    each, sign, whole = worth.partition("#")
    currency = re.search(rf"{CURRENCY}$", worth)
    if not worth or currency is None or amount is None:
        raise BadCell(
            "takes its cost from earlier purchases, which is not worked out here",
            "Write the cost in the braces, such as {500.00 USD}.",
        )
    if not sign:
        return _total(amount_at(worth)[0], amount, whole=found["open"] == "{{")
    unit = amount_at(f"{each.strip() or '0'} {currency[0]}")[0]
    rest = _total(amount_at(whole.strip())[0], amount, whole=True)
    first = _total(unit, amount, whole=False)
    return Amount((first.number if first else Decimal(0)) + (rest.number if rest else Decimal(0)), currency[0])


def _total(worth: Amount | None, amount: Amount | None, *, whole: bool) -> Amount | None:
    if worth is None or amount is None:
        return None
    sign = Decimal(-1) if amount.number < 0 else Decimal(1)
    return Amount(sign * abs(worth.number) if whole else worth.number * amount.number, worth.commodity)


def _staged(f: _File, encoding: str) -> Staged:
    journal, reasons = f.journal, f.journal.staging.reasons
    for e in journal.entries:
        if f"{OURS}id" not in e.tags and e.party:
            e.description = f"{e.party} {e.description}".strip()
    for name, (opened, closed) in f.dates.items():
        if name in journal.accounts and name not in journal.whole:
            journal.accounts[name] = replace(journal.accounts[name], opened=opened, closed=closed)
    reasons.append(f"A beancount journal: dated directives, texts in quotation marks; text is {encoding}")
    journal.stage()
    reasons.append(f"the book's currency is {journal.book_currency()}")
    reasons.extend(f"{count} {what}" for what, count in f.skipped.items())
    return journal.staging.finish(journal.catalog())


def looks_like(head: Head) -> bool:
    return bool(_LOOKS.search(head.text)) or head.name.endswith((".beancount", ".bean"))


READER = Reader(NAME, looks_like, read_beancount)
