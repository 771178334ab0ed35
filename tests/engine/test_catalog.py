"""A book's accounts in their order, with parents that may be wrong."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import MAX_DEPTH, Catalog
from engine.journal import Account, AccountType
from tests.builders import CATALOG, an_entry

codes = st.text("0123456789AB:", min_size=1, max_size=4)
account = st.builds(Account, code=codes, name=st.text(max_size=8), parent=codes | st.just(""))
catalogs = st.lists(account, max_size=12, unique_by=lambda a: a.code)


@given(catalogs, st.randoms(use_true_random=False))
def test_order_of_the_source_changes_nothing(accounts: list[Account], random: st.DataObject) -> None:
    shuffled = list(accounts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = Catalog.of(accounts), Catalog.of(shuffled)
    assert one == other
    assert one.digest == other.digest
    assert [a.code for a in one.accounts] == sorted(a.code for a in accounts)
    assert [one.rows[a.code] for a in one.accounts] == list(range(len(one)))


@given(catalogs)
def test_any_parents_end(accounts: list[Account]) -> None:
    """Parents that are unknown, their own, or in a loop."""
    catalog = Catalog.of(accounts)
    parents = catalog.parents()
    for row, (account, up) in enumerate(zip(catalog.accounts, catalog.ancestry(), strict=True)):
        assert len(up) <= MAX_DEPTH
        assert (parents[row] >= 0) == (account.parent in catalog.rows and account.parent != account.code)
        for child, parent in zip((row, *up), up, strict=False):
            assert catalog.accounts[child].parent == catalog.accounts[parent].code
    assert len(catalog.texts()) == len(catalog)


def test_a_loop_of_parents_ends_at_the_greatest_depth() -> None:
    loop = (Account(code="1", parent="2"), Account(code="2", parent="3"), Account(code="3", parent="1"))
    assert [len(up) for up in Catalog.of(loop).ancestry()] == [MAX_DEPTH] * 3


def test_an_unknown_parent_is_no_parent() -> None:
    catalog = Catalog.of([Account(code="4210", name="Rent", parent="4200")])
    assert catalog.parents() == [-1]
    assert catalog.ancestry() == [()]


def test_codes_that_only_entries_use_are_added_bare() -> None:
    catalog = Catalog.of(CATALOG, [an_entry("x", "D 9999 1.00", "C 1200 1.00")])
    assert catalog.accounts[catalog.rows["9999"]] == Account(code="9999")
    assert len(catalog) == len(CATALOG) + 1
    assert catalog.accounts[catalog.rows["1200"]].name == "Bank"


def test_the_text_of_an_account_tells_its_parents_and_type() -> None:
    catalog = Catalog.of(CATALOG)
    rent = catalog.texts()[catalog.rows["4210"]]
    assert rent.text == "Rent"
    assert rent.words == "4210 expense Premises"


def test_every_field_that_changes_answers_changes_the_digest() -> None:
    rent = CATALOG[9]
    changed = [
        replace(rent, name="Leases"), replace(rent, type=AccountType.ASSET), replace(rent, parent=""),
        replace(rent, code="4211"), replace(rent, control=True),
    ]  # fmt: skip
    digests = {Catalog.of([*CATALOG[:9], a, *CATALOG[10:]]).digest for a in [rent, *changed]}
    assert len(digests) == len(changed) + 1


def test_headings_are_accounts_with_children_that_nobody_booked_on() -> None:
    catalog = Catalog.of([
        Account(code="4"), Account(code="40", parent="4"), Account(code="401", parent="40"),
        Account(code="own", parent="own"), Account(code="lost", parent="gone"),
    ])  # fmt: skip
    assert catalog.headings(()) == {"4", "40"}
    assert catalog.headings({"40", "401"}) == {"4"}
