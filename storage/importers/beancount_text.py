"""The text of a beancount file: logical rows (a quoted text may span several), strings, arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation, localcontext

from storage.importers.cells import BadCell
from storage.importers.plain_amounts import Amount

_STRING = r'"(?:[^"\\]|\\.)*"'
STRING = re.compile(_STRING, re.DOTALL)
_STRING_OR_END = re.compile(rf"{_STRING}|;", re.DOTALL)
CURRENCY = r"[A-Z/][A-Z0-9'._\-/]*"
_TOKEN = re.compile(r"\s*(?:(?P<number>\d[\d,]*(?:\.\d*)?|\.\d+)|(?P<sign>[-+*/()]))")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CURRENCY = re.compile(rf"\s*(?P<currency>{CURRENCY})")
_LONGEST = 200  # characters of an expression, which bounds its depth
_SPAN = 200  # rows that a quoted text may take


def logical_rows(rows: list[str]) -> Iterator[tuple[int, str]]:
    """Number of the first row and text; rows are joined while a quotation mark is open, up to a limit."""
    at = 0
    while at < len(rows):
        row, taken = rows[at], 1
        if '"' in row and _open(row):
            for more in range(2, min(_SPAN, len(rows) - at) + 1):
                if '"' not in rows[at + more - 1]:
                    continue
                joined = "\n".join(rows[at : at + more])
                if not _open(joined):
                    row, taken = joined, more
                    break
        yield at + 1, row
        at += taken


def _open(text: str) -> bool:
    """Whether a quotation mark is open at the end of a text."""
    return '"' in uncommented(STRING.sub("", text))[0]


def uncommented(text: str) -> tuple[str, str]:
    """What stands before a comment, and the comment; a semicolon in a string begins none."""
    for found in _STRING_OR_END.finditer(text):
        if found[0] == ";":
            return text[: found.start()].rstrip(), text[found.end() :].strip()
    return text.rstrip(), ""


def plain_text(literal: str) -> str:
    """What a string in quotation marks says."""
    return _ESCAPED.sub(lambda m: _ESCAPES.get(m[1], m[1]), literal[1:-1])


def amount_at(text: str, at: int = 0) -> tuple[Amount | None, int]:
    """The amount that begins at a place, and where it ends; None where only a currency stands. Raises BadCell."""
    start = at
    while found := _TOKEN.match(text, at):
        at = found.end()
    number = _worked_out(text[start:at]) if text[start:at].strip() else None
    currency = _CURRENCY.match(text, at)
    if currency is None:
        if number is not None:
            raise BadCell("has an amount without a currency", "Write it like 1234.50 EUR.")
        return None, at
    return (None if number is None else Amount(number, currency["currency"])), currency.end()


def _worked_out(text: str) -> Decimal:
    """The value of an expression of numbers, + - * / and brackets. Raises BadCell."""
    problem = BadCell("is no amount", "Write it like 1234.50 EUR.")
    if len(text) > _LONGEST:
        raise problem
    tokens = [m["number"] or m["sign"] for m in _TOKEN.finditer(text)]
    try:
        with localcontext() as context:
            context.prec = 60
            value, rest = _sum(tokens)
    except (InvalidOperation, ZeroDivisionError, IndexError, ArithmeticError) as error:
        raise problem from error
    if rest:
        raise problem
    return value


def _sum(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _product(tokens)
    while tokens and tokens[0] in "+-":
        sign, (other, rest) = tokens[0], _product(tokens[1:])
        value, tokens = (value + other if sign == "+" else value - other), rest
    return value, tokens


def _product(tokens: list[str]) -> tuple[Decimal, list[str]]:
    value, tokens = _factor(tokens)
    while tokens and tokens[0] in "*/":
        sign, (other, rest) = tokens[0], _factor(tokens[1:])
        value, tokens = (value * other if sign == "*" else value / other), rest
    return value, tokens


def _factor(tokens: list[str]) -> tuple[Decimal, list[str]]:
    first, rest = tokens[0], tokens[1:]
    if first in "+-":
        value, rest = _factor(rest)
        return (-value if first == "-" else value), rest
    if first == "(":
        value, rest = _sum(rest)
        if rest[0] != ")":
            raise IndexError
        return value, rest[1:]
    return Decimal(first.replace(",", "")), rest
