from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.views.versions import ADDED, CHANGED, REMOVED, SAME, Writing, any_change, diff
from engine.journal import Line
from tests.app.views.made import NAMES
from tests.builders import a_line, an_entry

WRITING = Writing(NAMES, "EUR")
RENT = an_entry().lines


def test_the_same_lines_have_no_mark() -> None:
    pairs = diff(RENT, RENT, WRITING)
    assert {p.mark for p in pairs} == {SAME}
    assert not any_change(pairs)
    assert pairs[0].after is not None
    assert pairs[0].after.account == "4210 Rent"


def test_a_changed_account_marks_its_cell_only() -> None:
    after = (a_line("D 4970 1000.00"), *RENT[1:])
    pairs = diff(RENT, after, WRITING)
    assert [(p.mark, sorted(p.cells)) for p in pairs] == [(CHANGED, ["account"]), (SAME, []), (SAME, [])]
    assert any_change(pairs)


def test_a_changed_amount_marks_its_side() -> None:
    after = (a_line("D 4210 900.00"), a_line("D 1576 190.00"), a_line("C 1600 1090.00"))
    assert [sorted(p.cells) for p in diff(RENT, after, WRITING)] == [["debit"], [], ["credit"]]


def test_added_and_removed_lines_stand_alone() -> None:
    after = (RENT[0], RENT[2], a_line("C 1200 5.00"))
    pairs = diff(RENT, after, WRITING)
    assert [p.mark for p in pairs] == [SAME, SAME, ADDED, REMOVED]
    assert (pairs[2].before, pairs[3].after) == (None, None)


def test_a_line_that_changed_sides_is_another_line() -> None:
    pairs = diff([a_line("D 1200 5.00")], [a_line("C 1200 5.00")], WRITING)
    assert [p.mark for p in pairs] == [ADDED, REMOVED]


lines = st.lists(
    st.builds(a_line, st.sampled_from(["D 4210 10.00", "D 4210 20.00", "D 1576 5.00", "C 1600 7.00", "C 1200 7.00"])),
    max_size=6,
)


@given(lines, lines)
def test_every_line_of_both_versions_appears_once(before: list[Line], after: list[Line]) -> None:
    pairs = diff(before, after, WRITING)
    assert sum(p.before is not None for p in pairs) == len(before)
    assert sum(p.after is not None for p in pairs) == len(after)
