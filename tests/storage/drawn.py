"""Entries as Hypothesis draws them: every text, amount and day that the store must keep as it came."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from engine.journal import Entry, Kind, Line, Side

money = st.decimals(Decimal(-(10**18) + 1), Decimal(10**18 - 1), places=4).filter(bool)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
a_row = st.builds(
    Line, account=texts.filter(bool), side=st.sampled_from(Side), amount=money, party=texts, label=texts,
    tax_code=texts, original_amount=st.none() | money, original_currency=texts,
    rate=st.none() | st.decimals(Decimal(0), Decimal(10**11), places=12), rate_date=st.none() | days, rate_source=texts,
)  # fmt: skip
a_plain_row = st.builds(
    Line, account=texts.filter(bool), side=st.sampled_from(Side), amount=money, party=texts, label=texts, tax_code=texts
)
an_imported = st.builds(
    Entry, entry_id=st.uuids().map(str), date=days, description=texts,
    lines=st.lists(a_row | a_plain_row, min_size=1, max_size=5).map(tuple),
    currency=texts, journal=texts, party=texts, kind=st.sampled_from(Kind), number=texts, document=texts,
    document_date=st.none() | days, position=st.integers(0, 10**9),
)  # fmt: skip
