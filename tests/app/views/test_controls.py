from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.services.controls import Change, FiscalYear, FourEyes, Lock, PeriodLock, Policy
from app.views.controls import change_view, fiscal_years, months, one_person, value_word, year_title

YEAR = FiscalYear(label="2025/26", first=date(2025, 7, 15), last=date(2025, 9, 30))
CHANGE = Change(
    change_id="C1", subject="policy", key="above, four_eyes", before={"above": "0", "four_eyes": "always"},
    after={"above": "250", "four_eyes": "off"}, reason="small book", needs_second=True, by="ada",
    recorded=datetime(2026, 3, 1, 12, tzinfo=UTC),
)  # fmt: skip


def test_a_year_has_the_months_of_its_days() -> None:
    found = months(YEAR, (), {})
    assert [(m.first.day, m.last.day, m.title) for m in found] == [
        (15, 31, "Jul 2025"), (1, 31, "Aug 2025"), (1, 30, "Sept 2025"),
    ]  # fmt: skip
    assert {m.lock for m in found} == {Lock.OPEN}


def test_of_two_locks_the_later_one_holds() -> None:
    def lock(kind: Lock, sequence: int) -> PeriodLock:
        return PeriodLock(
            first=date(2025, 8, 1), last=date(2025, 8, 31), lock=kind, reason="filed", by="ada", sequence=sequence
        )

    august = months(YEAR, (lock(Lock.SOFT, 1), lock(Lock.HARD, 2)), {"ada": "Ada"})[1]
    assert (august.lock, august.about) == (Lock.HARD, "Ada: filed")


def test_years_that_were_named_take_the_place_of_calendar_years() -> None:
    found = fiscal_years([YEAR], date(2026, 5, 1))
    assert [y.label for y in found] == ["2027", "2026", "2025/26", "2024", "2023"]
    assert year_title(YEAR) == "2025/26: 15 Jul 2025 to 30 Sept 2025"


def test_a_change_says_what_becomes_of_what_and_why() -> None:
    view = change_view(CHANGE, "bea", {"ada": "Ada"})
    assert view.rows == (
        ("Above this amount", "0", "250"),
        ("Second person", "always: nobody approves what they wrote", "off: one person may do it all"),
    )
    assert view.about == "proposed by Ada · 1 Mar 2026, 12:00 UTC · small book · waits for a second person"
    assert not view.mine
    assert change_view(CHANGE, "ada", {}).mine


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"act": "confirmed", "act_by": "bea"}, "confirmed by Bea"),
        ({"act": "declined", "act_by": "bea"}, "declined by Bea"),
        ({"needs_second": False}, "held at once, without a second person"),
    ],
)
def test_a_settled_change_says_by_whom(changes: dict[str, object], standing: str) -> None:
    view = change_view(replace(CHANGE, **changes), "x", {"bea": "Bea"})  # type: ignore[arg-type]
    assert view.about.endswith(standing)


def test_a_period_is_reopened_by_its_days() -> None:
    change = replace(
        CHANGE, subject="period", key="2025-03-01 to 2025-03-31", before={"lock": "hard"},
        after={"lock": "open", "days": ["2025-03-01", "2025-03-31"]},
    )  # fmt: skip
    view = change_view(change, "ada", {})
    assert view.title == "Reopen 1 Mar 2025 to 31 Mar 2025"
    assert view.rows == (("Lock", "closed for good", "open"),)


def test_a_book_of_one_person_says_so() -> None:
    assert one_person(Policy()) == ""
    assert one_person(Policy(four_eyes=FourEyes.OFF)) == "Four eyes are off: one person may book alone."


@pytest.mark.parametrize(
    ("value", "word"), [(True, "yes"), (False, "no"), (["4", "6"], "4, 6"), ("", "–"), (None, "–")]
)
def test_values_are_words(value: object, word: str) -> None:
    assert value_word("classes", value) == word


def test_a_role_is_whose_which_and_how_far() -> None:
    given = {
        "login": "vera", "role": "auditor", "granted": True, "first_year": 2024, "last_year": 2025,
        "expires": "2026-03-31T23:59:59+00:00",
    }  # fmt: skip
    before = {"login": "vera", "role": "auditor", "granted": False}
    view = change_view(replace(CHANGE, subject="role", before=before, after=given), "ada", {"vera": "Vera Lenz"})
    assert view.title == "Role of Vera Lenz"
    assert view.rows == (("Auditor", "no", "yes, 2024 to 2025, until 31 Mar 2026"),)
