"""Payroll and the like: what only confidants see, and nothing learns from."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.services import controls, desk, explain, journal, people, propose, review, statements
from app.services.access import NotAllowed, Role, Who
from app.services.people import NewUser
from app.services.propose import TypedEvent, event_from_text
from app.services.review import Edit, Seen
from app.services.workbench import Workbench
from engine.journal import Line
from storage.errors import UnknownEntry
from storage.records import JournalQuery
from storage.restricted import Restricted
from storage.statement_errors import UnknownLine
from storage.statement_records import Statement, StatementLine
from storage.statements import MATCHED, StatementFile
from tests.app.conftest import ANA, FillBook
from tests.builders import A_DAY, a_line

KIM, BEN, LEA = Who(id="kim"), Who(id="ben"), Who(id="lea")
PAY = (a_line("D 4970 900"), a_line("C 1600 900 Lenz"))
RENT = (a_line("D 4210 900"), a_line("C 1600 900 Lenz"))


@pytest.fixture
def book(wb: Workbench, fill: FillBook) -> str:
    """A book where 497… is restricted; kim books, ben reviews, lea reviews and is a confidant."""
    fill(wb)
    given = {"kim": (Role.ACCOUNTANT,), "ben": (Role.REVIEWER,), "lea": (Role.REVIEWER, Role.CONFIDANT)}
    for login, roles in given.items():
        people.add_user(wb, ANA, NewUser(login=login, name="", secret="long enough here"))
        for role in roles:
            people.set_role(wb, ANA, "test", login, role, granted=True, reason="starts")
    return "test"


def restrict(wb: Workbench, **rules: object) -> None:
    controls.change_policy(wb, ANA, "test", rules, "payroll is nobody's business")
    assert controls.policy(wb, ANA, "test").restricted, "nobody else may confirm it, so it holds at once"


def submitted(wb: Workbench, who: Who, lines: tuple[Line, ...], text: str = "Salary") -> str:
    proposal = propose.by_hand(
        wb, who, "test", event_from_text(TypedEvent(description=text, amount="900", journal="ER"))
    )
    entry = propose.save(wb, who, "test", proposal, proposal.event, lines, document="R 1")
    review.submit(wb, who, "test", entry, Seen(version=1))
    return entry


def test_who_is_no_confidant_meets_it_nowhere(wb: Workbench, book: str) -> None:
    hidden, shown = submitted(wb, LEA, PAY), submitted(wb, LEA, RENT, "Rent")
    assert set(review.opened(wb, BEN, "test", shown).twins) == set()
    restrict(wb, restricted_accounts="497")
    everything = JournalQuery(size=500)
    for who, seen in ((BEN, {shown}), (LEA, {hidden, shown})):
        found = journal.search(wb, who, "test", everything)
        assert {e.entry_id for e in found.rows} & {hidden, shown} == seen
        assert found.total == len(found.rows)
        assert {w.entry.entry_id for w in desk.waiting_entries(wb, who, "test")} == seen
        assert desk.count(wb, who, "test") == len(seen)
    for refused in (review.opened, explain.origin, explain.named, journal.entry_detail):
        assert refused(wb, LEA, "test", hidden)
        with pytest.raises(UnknownEntry):
            refused(wb, BEN, "test", hidden)


def test_no_act_reaches_it_without_the_right(wb: Workbench, book: str) -> None:
    entry = submitted(wb, KIM, PAY)
    restrict(wb, restricted_accounts=["4970"])
    seen = review.opened(wb, LEA, "test", entry).standing.seen
    for act in (
        lambda: review.approve(wb, BEN, "test", entry, seen), lambda: review.comment(wb, BEN, "test", entry, "hm"),
        lambda: review.give_back(wb, BEN, "test", entry, seen, "no"),
        lambda: review.assign(wb, BEN, "test", entry, "ben"),
        lambda: review.correct(wb, BEN, "test", entry, seen, Edit(lines=RENT)),
        lambda: review.withdraw(wb, KIM, "test", entry, seen),
    ):  # fmt: skip
        with pytest.raises(UnknownEntry):
            act()
    review.approve(wb, LEA, "test", entry, seen)


def test_bank_lines_of_it_are_hidden_with_it(wb: Workbench, book: str) -> None:
    texts = ("Lohn Kim", "Miete")
    moved = [StatementLine(booked=A_DAY, amount=Decimal(-10), currency="EUR", text=text) for text in texts]
    found = Statement(account="DE02", currency="EUR", lines=tuple(moved))
    file = StatementFile(name="a.sta", sha256="f" * 64, format="mt940", reason="A test made it.", by="ana")
    entry = submitted(wb, LEA, PAY)
    with wb.writing() as uow:
        book_id = uow.books.get("test").book_id
        (brought,) = uow.statements.bring_in(book_id, [found], file)
        wages, rent = uow.statements.lines(book_id, brought.statement_id)
        uow.statements.note(book_id, wages.line_id, MATCHED, "lea", entry_id=entry)
    restrict(wb, restricted_accounts="497")
    for who, seen in ((BEN, [rent]), (LEA, [wages, rent])):
        shown = statements.lines(wb, who, "test", brought.statement_id)
        assert [x.line_id for x in shown] == [x.line_id for x in seen]
        (progress,) = statements.listed(wb, who, "test")
        assert progress.total == len(seen)
    with pytest.raises(UnknownLine):
        statements.alike(wb, BEN, "test", wages.line_id)
    assert statements.alike(wb, LEA, "test", wages.line_id) == ()


def test_nobody_books_what_they_could_not_see(wb: Workbench, book: str) -> None:
    restrict(wb, restricted_accounts="497", restricted_journals="BK")
    with pytest.raises(NotAllowed, match="kim may not see restricted entries"):
        submitted(wb, KIM, PAY)
    entry = submitted(wb, KIM, RENT)
    seen = review.opened(wb, BEN, "test", entry).standing.seen
    with pytest.raises(NotAllowed):
        review.correct(wb, BEN, "test", entry, seen, Edit(lines=PAY))
    assert submitted(wb, LEA, PAY)


def test_a_version_that_touched_it_keeps_the_entry_restricted(wb: Workbench, book: str) -> None:
    entry = submitted(wb, KIM, PAY)
    seen = review.opened(wb, LEA, "test", entry).standing.seen
    review.correct(wb, LEA, "test", entry, seen, Edit(lines=RENT))
    restrict(wb, restricted_accounts="4970")
    with pytest.raises(UnknownEntry):
        review.opened(wb, BEN, "test", entry)
    assert entry not in {e.entry_id for e in journal.search(wb, BEN, "test", JournalQuery(size=500)).rows}


def test_nothing_is_learnt_from_it(wb: Workbench, book: str) -> None:
    def taught() -> set[str]:
        with wb.reading() as uow:
            return {e.journal.split(" ")[0] for e in uow.journal.teaching(uow.books.get("test").book_id)}

    before = taught()
    assert "BK" in before
    with wb.reading() as uow:
        head = uow.journal.head(uow.books.get("test").book_id)
    restrict(wb, restricted_journals="BK")
    assert taught() == before - {"BK"}
    with wb.reading() as uow:
        assert uow.journal.head(uow.books.get("test").book_id) > head, "memories are told by the chain's head"


def test_a_journal_is_named_by_its_code_and_nothing_else_is_meant() -> None:
    kept = Restricted(journals=("BK",), accounts=("64",))
    line = a_line("D 4210 9")
    assert kept.covers("BK Bank", [line])
    assert kept.covers("BK", [])
    assert kept.covers("ER", [line, replace(line, account="6411")])
    assert not kept.covers("BKX", [line])
    assert not kept.covers("ER", [replace(line, account="1640")])
    assert not Restricted().covers("BK", [line])
