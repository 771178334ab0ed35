from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.services.access import RIGHTS, Role
from app.services.controls import Lock, PeriodLock
from app.services.desk import Waiting
from app.services.explain import Origin
from app.services.review import Opened, Seen, Standing
from app.views.lineage import lineage_view
from app.views.review import entry_lines, queue_count, queue_rows, warnings
from engine.journal import Kind, State
from storage.policy import FourEyes, Policy
from storage.records import MODEL, PERSON, Decision, EntryDetail
from tests.app.views.made import NAMES
from tests.app.views.test_journal import NOON, OTHER, a_detail, a_version
from tests.builders import A_DAY, a_line, an_entry

REVIEWER = RIGHTS[Role.REVIEWER]
LINEAGE = {
    "bundle": "0123456789abcdef", "memory": 42, "probability": 0.87, "set_probability": 0.95, "because": ["E1"],
    "lines": [
        {"account": "4210", "side": "D", "probability": 0.93, "gate": 0.7},
        {"account": "1600", "side": "C", "probability": None, "gate": None},
    ],
}  # fmt: skip


def an_opened(detail: EntryDetail | None = None, *, acts: tuple[str, ...] = ("approve",), **changes: object) -> Opened:
    standing = Standing(
        entry_id="E9", state=State.SUBMITTED, kind=Kind.NORMAL, day=A_DAY, journal="ER", document="R 1",
        total=Decimal(1190), reverses="", seen=Seen(version=2, decided=3), last_act="submitted", last_by="ana",
        last_at=NOON,
    )  # fmt: skip
    opened = Opened(
        detail=detail or a_detail(a_version(1, PERSON, author="ana")), standing=standing, acts=acts, twins=(),
        reversal="", four_eyes=True,
    )  # fmt: skip
    return replace(opened, **changes)  # type: ignore[arg-type]


def said(opened: Opened, *locks: PeriodLock, me: str = "ben") -> list[str]:
    return [w.text for w in warnings(opened, REVIEWER, locks, me)]


def a_lock(lock: Lock, first: date = A_DAY) -> PeriodLock:
    return PeriodLock(first=first, last=A_DAY, lock=lock, reason="closed", by="ada", sequence=1)


def a_wait(probability: float | None, total: str, **changes: object) -> Waiting:
    entry = an_entry("Miete", f"D 4210 {total}", f"C 1600 {total}")
    waiting = Waiting(entry=entry, probability=probability, by="ana", corrected=False)
    return replace(waiting, **changes)  # type: ignore[arg-type]


def test_what_is_least_sure_and_largest_weighs_most() -> None:
    sure, unsure, large, by_hand = a_wait(0.99, "100"), a_wait(0.4, "100"), a_wait(0.9, "9000"), a_wait(None, "100")
    order = sorted((sure, unsure, large, by_hand), key=lambda w: -w.weight)
    assert order == [large, by_hand, unsure, sure]


def test_a_row_says_how_sure_and_who_submitted() -> None:
    rows = queue_rows([a_wait(0.87, "100"), a_wait(None, "5", by="ben", corrected=True)], "ben", {"ana": "Ana Lenz"})
    assert (rows[0].amount, rows[0].chips, rows[0].about) == ("100.00", ("87%",), "3 Mar 2025 · Ana Lenz")
    assert (rows[1].chips, rows[1].about) == (("by hand", "corrected"), "3 Mar 2025 · you")


def test_nothing_to_beware_of_says_nothing() -> None:
    assert said(an_opened()) == []


@pytest.mark.parametrize(("author", "verb"), [("ben", "wrote"), ("ana", "submitted")])
def test_who_may_not_approve_is_told_why(author: str, verb: str) -> None:
    opened = an_opened(a_detail(a_version(1, PERSON, author=author)), acts=("withdraw",))
    assert said(opened) == [f"You {verb} it, so somebody else has to approve it."]
    assert warnings(opened, RIGHTS[Role.ACCOUNTANT], (), "ben") == ()


def test_a_closed_day_is_told_unless_it_was_opened_again() -> None:
    assert "closed for good" in said(an_opened(), a_lock(Lock.HARD))[0]
    assert "only reviewers" in said(an_opened(), a_lock(Lock.SOFT))[0]
    assert said(an_opened(), a_lock(Lock.HARD), a_lock(Lock.OPEN)) == []


def test_twins_are_named() -> None:
    warned = warnings(an_opened(twins=("E1", "E2")), REVIEWER, (), "ben")
    assert warned[0].entries == ("E1", "E2")
    assert "2 other entries have the same party" in warned[0].text


def test_lines_show_how_sure_the_model_was_and_what_they_carry() -> None:
    rate = {"original_amount": Decimal(100), "original_currency": "USD", "rate": Decimal("0.92"), "rate_source": "ECB"}
    entry = an_entry(
        "Miete", a_line("D 4210 92.00", **rate), a_line("C 1600 92.00 Lenz", tax_code="V19"), state=State.DRAFT
    )
    model = replace(a_version(1, MODEL), lineage=LINEAGE)
    lines = entry_lines(entry, NAMES, an_origin(a_detail(model)))
    assert (lines[0].debit, lines[0].spoken, lines[0].dots) == ("92.00", "93%", "●●●●")
    assert lines[0].note.startswith("100.00\xa0USD × 0.92 (ECB")
    assert (lines[1].credit, lines[1].dots, lines[1].note) == ("92.00", "", "Lenz · V19")
    assert entry_lines(entry, NAMES)[0].dots == ""


def an_origin(detail: EntryDetail, *because: str, **rules: Policy) -> Origin:
    earlier = tuple(an_entry(text, entry_id=f"E{n}") for n, text in enumerate(because, start=1))
    return Origin(book="test", detail=detail, because=earlier, rules=rules)


def test_a_lineage_names_model_memory_neighbours_gate_and_people() -> None:
    model, ana = replace(a_version(1, MODEL), lineage=LINEAGE), a_version(2, PERSON, OTHER, author="ana")
    done = Decision(
        decision_id="D1", sequence=9, act="approved", by="ben", recorded=NOON, detail={"policy": "P1", "opened": True}
    )
    origin = an_origin(a_detail(model, ana, decisions=(done,)), "Miete Februar", P1=Policy(four_eyes=FourEyes.OFF))
    view = lineage_view(origin, {"ana": "Ana Lenz", "ben": "Ben"})
    assert view.model == "Proposed by model 0123456789ab: 87% right in full, 95% for its accounts."
    assert view.memory == "from 1 earlier entry; its memory reached to record 42 of the book"
    assert view.neighbours[0].text == "3 Mar 2025 · Miete Februar · 1,190.00"
    assert view.lines == ("4210: 93%, weight of memory 70%",)
    assert view.people == ("changed by Ana Lenz", "approved by Ben, four eyes off")


def test_an_entry_without_a_model_has_no_lineage() -> None:
    view = lineage_view(an_origin(a_detail()), {})
    assert (view.model, view.memory, view.neighbours, view.lines, view.people) == ("", "", (), (), ())


def test_the_heaps_count_themselves() -> None:
    assert queue_count(1, State.SUBMITTED).startswith("1 entry waits for approval")
    assert queue_count(2, State.APPROVED) == "2 entries are approved and not posted yet."
