from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from storage.importers.grouping import Grouping, group
from storage.importers.posting import Posting


def posting(row: int, debit: int, credit: int, day: int = 1, **fields: str) -> Posting:
    return Posting(
        row=row, date=date(2024, 1, day), account="1", debit=Decimal(debit), credit=Decimal(credit),
        **{"journal": "BQ", **fields},  # type: ignore[arg-type]
    )  # fmt: skip


def rows_of(found: Grouping) -> list[list[int]]:
    return [[p.row for p in g.postings] for g in found.groups]


def never(_: Posting) -> bool:
    return False


def test_a_number_with_one_date_is_one_entry_even_scattered_and_of_several_pieces() -> None:
    rows = [
        posting(1, 5, 0, number="7", document="a"), posting(2, 9, 0, number="8"),
        posting(3, 0, 5, number="7", document="b"), posting(4, 0, 9, number="8"),
    ]  # fmt: skip
    found = group(rows, never)
    assert rows_of(found) == [[1, 3], [2, 4]]
    assert all(g.numbered for g in found.groups)
    assert found.reasons() == []


def test_a_files_own_entry_id_goes_before_everything() -> None:
    rows = [posting(1, 5, 0, key="x"), posting(2, 5, 0, key="y"), posting(3, 0, 5, key="x"), posting(4, 0, 5, key="y")]
    assert rows_of(group(rows, never)) == [[1, 3], [2, 4]]


def test_left_overs_of_several_pieces_meet_on_their_day() -> None:
    rows = [
        posting(1, 5, 0, document="a"),
        posting(2, 3, 0, document="b"),
        posting(3, 0, 3, document="b"),
        posting(4, 0, 5),
    ]
    found = group(rows, never)
    assert rows_of(found) == [[1, 4], [2, 3]]
    assert found.split == 2


def test_what_balances_nowhere_is_marked_broken_by_piece() -> None:
    rows = [posting(1, 5, 0, document="a"), posting(2, 4, 0, day=2, document="b"), posting(3, 0, 9, day=3)]
    found = group(rows, never)
    assert rows_of(found) == [[1], [2], [3]]
    assert not any(g.whole for g in found.groups)
    assert rows_of(group(rows, lambda _: True)) == [[1, 2, 3]]  # an opening: its rows belong together


amounts = st.lists(st.integers(1, 5), min_size=1, max_size=12)


@given(amounts, st.booleans())
def test_every_row_lands_in_exactly_one_group_and_closed_groups_balance(drawn: list[int], scatter: bool) -> None:
    debits = [posting(2 * i, n, 0, day=1 + i % 3, document=str(i % 2)) for i, n in enumerate(drawn)]
    others = [posting(2 * i + 1, 0, n, day=1 + i % (2 if scatter else 3)) for i, n in enumerate(drawn)]
    rows = sorted([*debits, *others], key=lambda p: p.row)
    found = group(rows, never)
    assert sorted(p.row for g in found.groups for p in g.postings) == [p.row for p in rows]
    for g in found.groups:
        assert (sum(p.balance for p in g.postings) == 0) == g.whole
    assert [g.postings[0].row for g in found.groups] == sorted(g.postings[0].row for g in found.groups)
