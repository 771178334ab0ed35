"""Read what a person typed: amounts, dates, currencies and known lines as people write them.

One place for all doors (page, command line, socket), so that "1.190,00" means the same everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from app.services.errors import BadInput
from app.services.rates import read_rate
from engine.journal import Event, Exchange, Line, Side
from engine.text import MAX_CHARACTERS

LONGEST_DESCRIPTION = MAX_CHARACTERS  # whoever typed more would believe that it counts
LONGEST_FIELD = 200  # journal, party
BY_HAND = "typed by hand"  # the source of a rate that nobody else is named for
WHOLE_DIGITS, DECIMALS = 18, 4  # what DECIMAL(22,4) keeps exactly

_Day = date  # inside a record with a field called date, the name date is that field
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₺": "TRY", "zł": "PLN", "Fr.": "CHF"}
_MONEY = re.compile(r"(?P<before>[^\d+\-.,()]*)(?P<number>[-+(]?\s*\d[\d.,' ]*[-)]?)(?P<after>[^\d]*)")
_EXAMPLES = "Write it like 1190, 1190.00, 1.190,00 or 1,190.00."


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedEvent:
    """The form as it was typed; only description and amount are required.

    ``amount`` may be written 1190, 1.190,00, 1,190.00 or 1 190,00 EUR; ``date`` as 2026-03-01,
    01.03.2026, 01/03/2026 (day first), 01.03.26, or a date; empty means not known. ``rate`` is needed for another
    currency than the book's: 0.92, or 1 USD = 0.92 EUR; amounts of known lines are in the event's currency.
    """

    description: str
    amount: str | Decimal
    date: str | date | None = None
    currency: str = ""
    journal: str = ""
    party: str = ""
    lines: tuple[Line, ...] = ()
    rate: str | Decimal = ""
    rate_date: str | _Day | None = None
    rate_source: str = ""


def event_from_text(typed: TypedEvent) -> Event:
    """Read what a person typed; raises BadInput with a sentence that names the field."""
    description = read_description(typed.description)
    amount, said = read_amount(typed.amount)
    currency = read_currency(typed.currency)
    if said and currency and said != currency:
        why = f"it says {said} while the currency is {currency}"
        raise BadInput("Amount", str(typed.amount), why, "Keep one of them.")
    currency, day = currency or said, read_date(typed.date)
    return Event(
        description=description,
        amount=amount,
        date=day,
        currency=currency,
        exchange=_exchange(typed, amount, currency, day),
        journal=_short("Journal", typed.journal),
        party=_short("Party", typed.party),
        lines=typed.lines,
    )


def _exchange(typed: TypedEvent, amount: Decimal, currency: str, day: date | None) -> Exchange | None:
    """What was said of a rate; it is of the event's own day unless another one is named."""
    if not str(typed.rate).strip():
        return None
    if not currency:
        why = "the event names no currency that it could be the rate of"
        raise BadInput("Rate", str(typed.rate), why, "Give the event's currency, or leave the rate out.")
    rate, into = read_rate(typed.rate, currency)
    return Exchange(
        amount=amount,
        currency=currency,
        rate=rate,
        rate_date=read_date(typed.rate_date) or day or today(),
        rate_source=_short("Rate", typed.rate_source) or BY_HAND,
        into=into,
    )


def today() -> date:
    """The day on this machine's clock, which is the person's day; UTC may be at yesterday or tomorrow."""
    return datetime.now(UTC).astimezone().date()


def read_description(text: str) -> str:
    """The text without control characters and outer blanks; letters, signs and emoji stay as they are."""
    clean = _printable("Description", text)
    if not clean:
        remedy = "Say in a few words what happened, for example: office rent March."
        raise BadInput("Description", "", "it is empty", remedy)
    if len(clean) > LONGEST_DESCRIPTION:
        raise BadInput(
            "Description",
            clean,
            f"it has {len(clean):,} characters, and at most {LONGEST_DESCRIPTION:,} are read",
            "Keep the words that say what happened and leave the rest in the document.",
        )
    return clean


def read_amount(value: str | Decimal) -> tuple[Decimal, str]:
    """The amount, more than zero, and the currency code that stood beside it, if any."""
    if isinstance(value, Decimal):
        return _checked(value, str(value)), ""
    text = re.sub(r"\s", " ", unicodedata.normalize("NFKC", value)).replace("’", "'").replace("−", "-").strip()
    text = text.replace("٫", ".").replace("٬", "'")
    if not text:
        raise BadInput("Amount", "", "it is empty", _EXAMPLES)
    found = _MONEY.fullmatch(text)
    if found is None:
        raise BadInput("Amount", value, "this is not a number", _EXAMPLES)
    signs = [part.strip() for part in (found["before"], found["after"]) if part.strip()]
    if len(signs) > 1:
        raise BadInput("Amount", value, "it names a currency twice", _EXAMPLES)
    number = found["number"].replace(" - ", "-").strip()
    if number[0] in "-(" or number[-1] in "-)":
        raise BadInput(
            "Amount",
            value,
            "an event's amount has no sign",
            "Write the total without it, and say in the description what kind of event it is, for example: refund.",
        )
    currency = _currency_beside(signs[0], value) if signs else ""
    return _checked(_number(number.lstrip("+ "), value), value), currency


def read_currency(text: str) -> str:
    """A three-letter code in capitals, or nothing."""
    clean = text.strip()
    if not clean:
        return ""
    code = _SYMBOLS.get(clean, clean.upper())
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadInput("Currency", text, "this is not a currency code", "Use three letters, for example EUR.")
    return code


def read_date(value: str | date | None) -> date | None:
    """A day between 1900 and 2199; day first where the year does not lead."""
    if value is None or isinstance(value, date):
        return value
    text = value.strip()
    if not text:
        return None
    found = re.fullmatch(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})", text)
    if found:
        year, month, day = int(found[1]), int(found[3]), int(found[4])
    else:
        found = re.fullmatch(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})", text)
        if not found:
            raise BadInput("Date", value, "this is not a date", "Write it like 2026-03-01 or 01.03.2026.")
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        year += 2000 if year < 100 else 0
    return _day(year, month, day, value)


def read_lines(texts: Sequence[str]) -> tuple[Line, ...]:
    """Known lines written ``CODE:D:AMOUNT`` or, where the amount is not known, ``CODE:D``; C for credit.

    The code itself may hold colons.
    """
    return tuple(_line(text) for text in texts)


def _line(text: str) -> Line:
    parts = text.rsplit(":", 2)
    if len(parts) > 1 and parts[-1].strip().upper() in ("D", "C") and ":".join(parts[:-1]).strip():
        code = ":".join(parts[:-1]).strip()
        return Line(account=code, side=Side.of(parts[-1].strip().upper()), amount=Decimal(0))
    if len(parts) != 3 or not parts[0].strip() or parts[1].strip().upper() not in ("D", "C"):
        why = "it is not of the form CODE:D, CODE:D:AMOUNT or CODE:C:AMOUNT"
        raise BadInput("Line", text, why, "For example 1200:C:119.00.")
    amount, _ = read_amount(parts[2])
    return Line(account=parts[0].strip(), side=Side.of(parts[1].strip().upper()), amount=amount)


def _day(year: int, month: int, day: int, shown: str) -> date:
    remedy = "Write it like 2026-03-01 or 01.03.2026, the day before the month."
    if not 1 <= month <= 12:
        raise BadInput("Date", shown, f"there is no month {month}", remedy)
    if not 1900 <= year <= 2199:
        raise BadInput("Date", shown, f"the year {year} cannot be meant", "Use a year from 1900 to 2199.")
    try:
        return date(year, month, day)
    except ValueError:
        raise BadInput("Date", shown, "there is no such day in the calendar", remedy) from None


def _number(text: str, shown: str) -> Decimal:
    """Tell decimals from grouping: where both signs occur the last one is the decimal sign."""
    text = text.strip()
    marks = [c for c in text if c in ".,"]
    decimal_mark = ""
    if len(set(marks)) == 2:
        decimal_mark = marks[-1]
    elif len(marks) == 1:
        decimal_mark = _single_mark(text, marks[0], shown)
    if decimal_mark and text.count(decimal_mark) > 1:
        raise BadInput("Amount", shown, "it has more than one decimal sign", _EXAMPLES)
    whole, _, cents = text.partition(decimal_mark) if decimal_mark else (text, "", "")
    groups = re.split(r"[.,' ]", whole)
    if len(groups) > 1 and (any(len(g) != 3 for g in groups[1:]) or not 1 <= len(groups[0]) <= 3):
        raise BadInput("Amount", shown, "its thousands are not grouped by three", _EXAMPLES)
    if not all(g.isdigit() for g in groups) or (cents and not cents.isdigit()):
        raise BadInput("Amount", shown, "this is not a number", _EXAMPLES)
    return Decimal("".join(groups) + ("." + cents if cents else ""))


def _single_mark(text: str, mark: str, shown: str) -> str:
    whole, _, rest = text.partition(mark)
    three = len(rest) == 3 and 1 <= len(whole) <= 3 and whole.isdigit() and int(whole) > 0
    if three:
        clear = rest[:-1] if rest.endswith("0") else f"{rest}0"  # two or four decimals are never thousands
        raise BadInput(
            "Amount",
            shown,
            f"it can be read as {whole}{rest} and as {whole}.{rest}",
            f"Write {whole}{rest}.00, or {whole}.{clear}.",
        )
    return mark


def _checked(amount: Decimal, shown: str) -> Decimal:
    if not amount.is_finite():
        raise BadInput("Amount", shown, "this is not a number", _EXAMPLES)
    if amount == 0:
        raise BadInput("Amount", shown, "it is zero", "Give the total of the event; an entry of nothing is not booked.")
    if amount < 0:
        raise BadInput("Amount", shown, "an event's amount has no sign", "Write the total without it.")
    exponent = amount.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > DECIMALS:
        why = f"it has more than {DECIMALS} decimals"
        raise BadInput("Amount", shown, why, "Round it to the currency's smallest unit.")
    if amount >= Decimal(10) ** WHOLE_DIGITS:
        raise BadInput("Amount", shown, f"it has more than {WHOLE_DIGITS} digits", "Check the amount.")
    return amount


def _currency_beside(text: str, shown: str) -> str:
    code = _SYMBOLS.get(text, text.upper())
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadInput("Amount", shown, f"{text!r} is neither a number nor a currency", _EXAMPLES)
    return code


def _short(field: str, text: str) -> str:
    clean = _printable(field, text)
    if len(clean) > LONGEST_FIELD:
        raise BadInput(field, clean, f"it has more than {LONGEST_FIELD} characters", "Shorten it.")
    return clean


def _printable(field: str, text: str) -> str:
    if any(unicodedata.category(c) == "Cs" for c in text):
        raise BadInput(field, ascii(text), "some of its bytes are no text", "Type it again, or use UTF-8.")
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in text).strip()
