"""Generated books for round trips: whatever a person could type, in currencies without decimals and with three."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from engine.journal import Account, AccountType, Entry, Kind, Line, Side, minor_units

CODES = (
    "1200", "0420", "1600", "8400", "Expenses:Food", "Assets:Bank:Main", "a b", "a-b", "é;1", "9(x)", "4711\U0001f989",
)  # fmt: skip
awkward = st.sampled_from([
    'say "hi"', "a; b: c, d", "x | y", "(code) text", "* star", "line\nbreak", "tab\tstop", "back\\slash\\",
    "\U0001f989 owl", "cp-id: x", "{1 2}", "  two  spaces  ", "= 5 EUR", "#tag ^link", "ÅÄÖ åäö", "-1,5", "\r\n", "'",
])  # fmt: skip
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
tax_codes = st.sampled_from(["", "VSt 19", "9; x", 'a "b"'])
texts = st.one_of(awkward, anything, st.just(""))


@dataclass(frozen=True)
class Books:
    currency: str
    accounts: tuple[Account, ...]
    entries: tuple[Entry, ...]


def _money(currency: str) -> st.SearchStrategy[Decimal]:
    places = minor_units(currency)
    most = Decimal(10) ** 9
    return st.decimals(-most, most, places=places, allow_nan=False).filter(bool)


@st.composite
def _lines(draw: st.DrawFn, currency: str, said: st.SearchStrategy[str]) -> tuple[Line, ...]:
    """Lines that balance; some negative, as reversals by sign are; some of another currency."""
    drawn = draw(
        st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(Side), _money(currency)), min_size=1, max_size=4)
    )
    lines = [
        Line(account=code, side=side, amount=amount, party=draw(said), label=draw(said), tax_code=draw(tax_codes))
        for code, side, amount in drawn
    ]
    rest = sum((x.amount if x.side is Side.DEBIT else -x.amount for x in lines), Decimal(0))
    closing = rest or Decimal(1)
    if not rest:
        lines.append(Line(account="1200", side=Side.DEBIT, amount=closing))
    lines.append(Line(account="1600", side=Side.CREDIT if closing > 0 else Side.DEBIT, amount=abs(closing)))
    if draw(st.booleans()):
        foreign = draw(st.decimals(Decimal("0.01"), Decimal(10**6), places=2))
        rate = draw(st.none() | st.just((abs(lines[0].amount) / foreign).quantize(Decimal("0.000001"))))
        lines[0] = replace(
            lines[0], original_amount=draw(st.sampled_from([foreign, -foreign])), rate=rate, rate_source=draw(said),
            original_currency=draw(st.sampled_from(["USD", "JPY", "KWD", currency, "odd one"])),
            rate_date=draw(st.none() | st.just(date(2024, 2, 29))),
        )  # fmt: skip
    return tuple(lines)


@st.composite
def books(draw: st.DrawFn, said: st.SearchStrategy[str] = texts) -> Books:
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD", "SEK"]))
    accounts = tuple(
        Account(
            code=code, name=draw(said), type=draw(st.sampled_from(AccountType)), control=draw(st.booleans()),
            opened=draw(st.none() | st.just(date(2020, 1, 1))),
        )
        for code in CODES
    )  # fmt: skip
    count = draw(st.integers(1, 4))
    entries = tuple(
        Entry(
            entry_id=f"0192-{n}", date=draw(st.dates(date(1990, 1, 1), date(2099, 12, 31))), description=draw(said),
            lines=draw(_lines(currency, said)), currency=currency, journal=draw(said), party=draw(said),
            kind=draw(st.sampled_from(Kind)), number=draw(said), document=draw(said), position=n,
            document_date=draw(st.none() | st.just(date(2024, 2, 29))),
        )
        for n in range(count)
    )  # fmt: skip
    return Books(currency, accounts, entries)
