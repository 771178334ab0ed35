"""The demo book repeats, balances, and is hard for the reasons that real books are hard."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest

from engine.demo import PROFILES, demo_book, generated_book
from engine.journal import AccountType, Entry, Kind, Side, Snapshot, State, in_order, teaches

# Changes when a wording, a supplier or a rule of the generator changes: then bump it, and say so in the CHANGELOG,
# because figures measured on the demo book change with it.
DEMO_DIGEST = "e9e7b2e384fa7aa5bc27493ea4096f1964c93e7a618b48bca546d8e3ce05104c"


@pytest.fixture(scope="module")
def demo() -> Snapshot:
    return demo_book()


def account_set(entry: Entry) -> frozenset[tuple[str, Side]]:
    return frozenset((x.account, x.side) for x in entry.lines)


def test_the_same_seed_gives_the_same_book(demo: Snapshot) -> None:
    assert demo.digest == demo_book().digest == DEMO_DIGEST
    assert demo_book(seed=1).digest != demo.digest


@pytest.mark.parametrize("profile", sorted(PROFILES))
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_entry_balances_to_the_cent_on_accounts_of_the_chart(profile: str, seed: int) -> None:
    book = generated_book(profile, seed, entries=600)
    codes = {a.code for a in book.accounts}
    for entry in book.entries:
        assert entry.difference == 0
        assert entry.total > 0
        assert {x.account for x in entry.lines} <= codes
        assert all(x.amount > 0 and x.amount == x.amount.quantize(Decimal("0.01")) for x in entry.lines)
        assert {x.side for x in entry.lines} == {Side.DEBIT, Side.CREDIT}
        sides = [x.side for x in entry.lines]
        assert entry.description == entry.description.strip() != ""
        assert "{" not in entry.description
        assert sides == sorted(sides)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_charts_hang_together(profile: str) -> None:
    accounts = generated_book(profile, seed=3, entries=100).accounts
    codes = [a.code for a in accounts]
    assert len(codes) == len(set(codes))
    assert {a.parent for a in accounts} - {""} <= set(codes)
    assert {a.type for a in accounts} == set(AccountType) - {AccountType.UNKNOWN}


def test_size_and_order(demo: Snapshot) -> None:
    assert 1900 <= len(demo.entries) <= 2200
    assert demo.entries == in_order(demo.entries)
    assert [e.position for e in demo.entries] == list(range(len(demo.entries)))
    assert len({e.entry_id for e in demo.entries}) == len(demo.entries)
    assert (demo.entries[0].date, demo.entries[-1].date) == (date(2024, 11, 1), date(2026, 10, 31))
    at_weekends = [e for e in demo.entries if e.date.weekday() > 4]
    assert len(at_weekends) < len(demo.entries) / 30  # month ends only
    assert all(e.journal == "OD" for e in at_weekends)


@pytest.mark.parametrize(("entries", "low", "high"), [(200, 120, 320), (1000, 850, 1250), (4000, 3400, 5000)])
def test_a_book_of_another_size(entries: int, low: int, high: int) -> None:
    assert low <= len(demo_book(entries=entries).entries) <= high


def test_kinds_and_states(demo: Snapshot) -> None:
    kinds = Counter(e.kind for e in demo.entries)
    assert demo.entries[0].kind is Kind.OPENING
    assert kinds[Kind.OPENING] == 1
    assert kinds[Kind.ACCRUAL] >= 24
    assert kinds[Kind.ACCRUAL_RELEASE] >= 24
    assert kinds[Kind.REVERSAL] >= 8
    assert kinds[Kind.REVERSAL] == sum(e.state is State.REVERSED for e in demo.entries)
    assert sum(map(teaches, demo.entries)) > 0.97 * len(demo.entries)


def test_a_reversal_undoes_an_entry_of_the_same_document(demo: Snapshot) -> None:
    gone = {e.document: e for e in demo.entries if e.state is State.REVERSED}
    for entry in (e for e in demo.entries if e.kind is Kind.REVERSAL):
        original = gone[entry.document]
        undone = {(x.account, x.side.name, x.amount) for x in original.lines}
        assert {(x.account, Side(1 - x.side).name, x.amount) for x in entry.lines} == undone
        assert entry.date > original.date


def test_an_accrual_is_released_by_the_same_amount(demo: Snapshot) -> None:
    balance: dict[str, Decimal] = defaultdict(Decimal)
    for e in demo.entries:
        for x in e.lines:
            balance[x.account] += x.amount if x.side is Side.DEBIT else -x.amount
    ends = [x for e in demo.entries if e.date == date(2026, 10, 31) for x in e.lines if x.account == "0971"]
    assert balance["0971"] == -sum((x.amount for x in ends), Decimal(0))


def test_tax_accounts_are_empty_after_each_settlement(demo: Snapshot) -> None:
    tax = {"1571", "1576", "1577", "1588", "1771", "1776", "1787"}
    held: dict[str, Decimal] = defaultdict(Decimal)
    settled = 0
    for month in sorted({(e.date.year, e.date.month) for e in demo.entries}):
        for e in demo.entries:
            if (e.date.year, e.date.month) == month:
                for x in (x for x in e.lines if x.account in tax):
                    held[x.account] += x.amount if x.side is Side.DEBIT else -x.amount
        assert not any(held.values()), month
        settled += 1
    assert settled == 24


def test_the_company_could_live(demo: Snapshot) -> None:
    """Neither the bank nor the till is ever overdrawn, and no supplier or customer account turns upside down."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    for e in demo.entries:
        for x in e.lines:
            held[x.account] += x.amount if x.side is Side.DEBIT else -x.amount
        assert held["1200"] >= 0
        assert held["1000"] >= 0
    assert held["1400"] > 0 > held["1600"]


def test_tax_is_what_the_rate_says(demo: Snapshot) -> None:
    """Sales at home carry 19 % or 7 % of their revenue lines, to the cent."""
    seen = Counter[str]()
    for e in (e for e in demo.entries if e.journal == "AR"):
        amounts = {x.account: x.amount for x in e.lines}
        for tax, percent in (("1776", 19), ("1771", 7)):
            if tax in amounts:
                net = sum((a for code, a in amounts.items() if code.startswith("8")), Decimal(0))
                assert abs(net * percent / 100 - amounts[tax]) <= Decimal("0.005")
                seen[tax] += 1
    assert seen["1776"] > 100
    assert seen["1771"] > 5


def test_payroll_has_five_lines_or_more(demo: Snapshot) -> None:
    payroll = [e for e in demo.entries if e.journal == "LO"]
    assert len(payroll) == 24
    assert all(len(e.lines) >= 5 for e in payroll)


def test_parties_stand_on_the_control_accounts(demo: Snapshot) -> None:
    control = {a.code for a in demo.accounts if a.control}
    assert control == {"1400", "1600"}
    assert all(x.party for e in demo.entries for x in e.lines if x.account in control)
    documents = [e for e in demo.entries if e.journal in ("ER", "AR")]
    with_party = sum(bool(e.party) for e in documents) / len(documents)
    assert 0.75 < with_party < 0.98


def test_foreign_lines_carry_what_was_billed(demo: Snapshot) -> None:
    foreign = [x for e in demo.entries for x in e.lines if x.rate is not None]
    assert {x.original_currency for x in foreign} == {"USD", "GBP"}
    for x in foreign:
        assert x.original_amount is not None
        assert x.rate is not None
        assert abs(x.original_amount * x.rate - x.amount) <= Decimal("0.005")


def test_reverse_charge_shows_both_taxes(demo: Snapshot) -> None:
    entries = [e for e in demo.entries if any(x.account == "1577" for x in e.lines) and e.journal == "ER"]
    assert len(entries) > 20
    for e in entries:
        amounts = {x.account: x.amount for x in e.lines}
        assert amounts["1577"] == amounts["1787"]


def test_new_partners_appear_over_time(demo: Snapshot) -> None:
    first: dict[str, date] = {}
    for e in demo.entries:
        for x in e.lines:
            if x.party:
                first.setdefault(x.party, e.date)
    late = [party for party, day in first.items() if day >= date(2025, 5, 1)]
    assert len(late) >= 8


def test_three_languages(demo: Snapshot) -> None:
    words = Counter(word for e in demo.entries for word in e.description.lower().split())
    for some in (("rechnung", "zahlung", "miete"), ("payment", "invoice", "from"), ("commande", "facture", "fact.")):
        assert sum(words[w] for w in some) >= 5, some


def test_no_class_dominates(demo: Snapshot) -> None:
    sets = Counter(account_set(e) for e in demo.entries)
    assert sets.most_common(1)[0][1] < 0.2 * len(demo.entries)
    assert len(sets) > 100
    assert sum(n == 1 for n in sets.values()) >= 10


def test_the_text_alone_does_not_give_the_accounts_away(demo: Snapshot) -> None:
    """Of the words before the first digit, the most usual accounts in the past are right for far from all entries."""
    past: dict[str, Counter[frozenset[tuple[str, Side]]]] = defaultdict(Counter)
    right = known = 0
    for e in demo.entries:
        words = "".join(" " if c.isdigit() else c for c in e.description.lower()).split()
        key = " ".join(words[:2])
        if past[key]:
            known += 1
            right += past[key].most_common(1)[0][0] == account_set(e)
        past[key][account_set(e)] += 1
    assert known > len(demo.entries) / 3
    assert right / len(demo.entries) < 0.6


def test_amount_party_and_journal_decide(demo: Snapshot) -> None:
    by_party: dict[str, set[str]] = defaultdict(set)
    for e in demo.entries:
        party = next((x.party for x in e.lines if x.party), "")
        by_party[party] |= {x.account for x in e.lines if x.side is Side.DEBIT}
    assert {"0420", "0480", "4930"} <= by_party["Bürowelt Hagen"]
    assert {"4360", "4520"} <= by_party["Alpenrand Versicherung a.G."]
    for e in demo.entries:
        for x in e.lines:
            if x.account in ("0420", "0430") and e.journal == "ER" and x.side is Side.DEBIT:
                assert x.amount > 800
            if x.account == "0480" and x.side is Side.DEBIT:
                assert 250 < x.amount <= 800


REAL = (
    "amazon google microsoft apple telekom vodafone orange siemens bosch sap dhl ups fedex hermes shell aral esso "
    "allianz axa ikea lidl aldi metro conrad sixt uber datev stripe paypal visa mastercard makita hilti carrefour "
    "sparkasse volksbank deutsche commerzbank lufthansa edf engie adobe zoom slack github openai"
).split()


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_no_real_company_is_named(profile: str) -> None:
    book = generated_book(profile, entries=2000)
    texts = [e.description for e in book.entries] + [x.party for e in book.entries for x in e.lines]
    words = {word.strip(".,:/()").lower() for text in texts for word in text.split()}
    assert not words & set(REAL)


def test_other_seeds_are_other_companies() -> None:
    one, two = generated_book("cafe-fr", 1, entries=400), generated_book("cafe-fr", 2, entries=400)
    assert {a.code for a in one.accounts} != {a.code for a in two.accounts}
    parties = [{x.party for e in book.entries for x in e.lines} - {""} for book in (one, two)]
    assert len(parties[0] & parties[1]) < len(parties[0]) / 3


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="cafe-fr"):
        generated_book("bakery")


def test_a_book_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        demo_book(entries=0)
