"""What is hidden stays hidden from the training, and what is counted is what the page says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks import hidden_page
from benchmarks.hidden import NEVER, configured, groups, measure, most_used, place, without
from benchmarks.ledgers import once
from engine.config import TrainConfig
from tests.builders import a_snapshot, some_entries

BOOK = a_snapshot(*some_entries(60))


def test_the_most_used_accounts_come_first() -> None:
    assert most_used(BOOK, 3) == ["1600", "1200", "1576"]
    assert len(most_used(BOOK, 99)) == len({x.account for e in BOOK.entries for x in e.lines})


def test_groups_hold_each_account_once_and_part_the_most_used() -> None:
    made = groups(tuple("abcdefg"), 3)
    assert sorted(c for g in made for c in g) == list("abcdefg")
    assert max(map(len, made)) <= 3
    assert not any({"a", "b"} <= set(g) for g in made)


def test_a_training_goes_without_the_account_and_its_entries() -> None:
    left = without(BOOK, ["1576"])
    assert "1576" not in {a.code for a in left.accounts}
    assert left.entries
    assert all(x.account != "1576" for e in left.entries for x in e.lines)
    assert len(without(BOOK, []).entries) == 48, "the test part is never learnt"


def test_places_count_from_one_and_equals_stand_before() -> None:
    chances = torch.tensor([0.5, 0.2, 0.2, 0.0])
    assert [place(chances, i) for i in range(4)] == [1, 3, 3, NEVER]


def test_a_hidden_account_is_asked_about_in_every_way() -> None:
    config = replace(TrainConfig.tiny(), base="none")
    found = measure(BOOK, ["4970"], ["4970"], config)
    assert found["entries"] == len(without(BOOK, ["4970"]).entries)
    assert found["asked"]
    for row in found["asked"]:
        assert row["account"] == "4970"
        assert all(1 <= row[way] <= 13 for way in ("text", "pointer", "mixture", "writing"))
        assert all(0 <= row[way] <= 5 for way in ("proposal", "completion"))
    again = measure(BOOK, [], ["4970"], config)
    assert all(row["completion"] == 1 for row in again["asked"]), "an account that the training had is no riddle"


def test_shares_are_of_entries_or_of_accounts() -> None:
    asked = [
        {"account": "a", "mixture": 1},
        {"account": "a", "mixture": 4},
        {"account": "a", "mixture": 0},
        {"account": "b", "mixture": 2},
    ]
    assert hidden_page.within([1, 4, 0, 2], 3) == 0.5
    assert hidden_page.by_account(asked, "mixture", 3) == pytest.approx((1 / 3 + 1) / 2)


def test_the_page_has_a_part_for_each_book_and_base() -> None:
    row = {"account": "1", "entry": "E"} | dict.fromkeys(hidden_page.WAYS, 1)
    results = [
        {
            "book": "b", "base": base, "hidden": hidden, "codes": ["1"], "entries": 5, "asked": [row],
            "config": configured(2, base, 0).to_dict(),
        }
        for base in ("none", "auto")
        for hidden in ([], ["1"])
    ]  # fmt: skip
    text = hidden_page.page(results, 4)
    assert "## b\n" in text
    assert "## b, from a base" in text
    assert "| 1 | 1 | 1.00 / 1.00 / 1.00 | 1.00 / 1.00 / 1.00 |" in text


def test_a_result_is_measured_once(tmp_path: Path) -> None:
    calls: list[int] = []

    def work() -> dict[str, int]:
        calls.append(1)
        return {"found": len(calls)}

    assert once(tmp_path, {"a": 1}, work, fresh=False)["found"] == 1
    assert once(tmp_path, {"a": 1}, work, fresh=False)["found"] == 1
    assert once(tmp_path, {"a": 2}, work, fresh=False)["found"] == 2
    assert once(tmp_path, {"a": 1}, work, fresh=True)["found"] == 3
