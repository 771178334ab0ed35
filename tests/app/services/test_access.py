"""Every use case as every role and as nobody: what the table of rights says is what happens."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import app.services
from app.services import access, books, controls, desk, explain, import_, journal, people, review, train, verify
from app.services.access import GENERATED, RIGHTS, RULES, NotAllowed, Right, Role, Who
from app.services.export import Export, Prepared
from app.services.import_ import ImportOptions
from app.services.people import NewUser, Reach
from app.services.taxes import TypedTax
from app.services.workbench import Workbench
from engine.journal import Proposal, Status
from storage import audit
from storage.acts import Edit, Seen
from storage.errors import UnknownBook, UnknownEntry
from storage.identity import utc_now
from storage.people import Limits
from storage.periods import FiscalYear, Lock
from storage.records import JournalQuery, NewEntry, Staged
from tests.app.conftest import ANA, FillBook
from tests.builders import A_DAY, a_line, an_entry, an_event
from tests.databases import behind_the_store

ROOT = Path(app.services.__file__).parents[2]
REFUSED = (NotAllowed, UnknownBook)
NOBODY, STRANGER, RUNNER = "nobody", "stranger", "runner"
PEOPLE = (*Role, NOBODY, STRANGER, RUNNER)
DENIED: frozenset[Right] = frozenset()

# What a use case is asked with, by the type of its parameter; the book is empty, so that nothing long begins.
SAMPLES: Mapping[str, Any] = {
    "str": "nothing", "int": 1, "bool": True, "date": A_DAY, "date | None": A_DAY,
    "Path": Path("/dev/null/nowhere"),  # nothing can be read or written there
    "Sequence[str]": (), "Mapping[str, Any]": {"book": "test", "description": "Rent", "amount": "9"},
    "Callable[[str], None]": lambda _: None, "JournalQuery": JournalQuery(), "Event": an_event(),
    "Seen": Seen(version=1), "Edit": Edit(lines=()), "Lock": Lock.SOFT, "tuple[date, date]": (A_DAY, A_DAY),
    "FiscalYear": FiscalYear(label="", first=A_DAY, last=A_DAY), "Mapping[str, object]": {}, "Mapping[str, bytes]": {},
    "Sequence[Line]": (), "Role": Role.ACCOUNTANT, "NewUser": NewUser(login="new.one", name="New", secret="x"),
    "TypedTax": TypedTax(code="V19", withdraw=True),
    "Proposal": Proposal(event=an_event(), bundle="", status=Status.NOT_SURE, candidates=()),
    "Prepared": Prepared(
        book="test", data=b"", entry_ids=(), total=Decimal(0),
        export=Export(
            export_id="x", format="fec", file_name="x", sha256="x", size=0, entries=0, recorded=utc_now(), by="x"
        ),
    ),
    "ImportOptions": ImportOptions(), "Staged": Staged(book_hint="", format="t", reason="", accounts=(), entries=()),
}  # fmt: skip


def use_cases() -> dict[str, Callable[..., Any]]:
    """Every public function of the services that works on a workbench."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.iter_modules(app.services.__path__):
        loaded = importlib.import_module(f"app.services.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            own = function.__module__ == loaded.__name__ and not name.startswith("_")
            if own and first is not None and first.annotation == "Workbench":
                found[f"{loaded.__name__}.{name}"] = function
    return found


def ruled() -> list[str]:
    use_cases()
    return sorted(name for name, rule in RULES.items() if rule.right is not None)


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An empty book "test" with one person a role, a stranger who is all of it in "other", and a run of "test"."""
    from app.home import Home
    from app.services.workbench import open_workbench

    wb = open_workbench(Home(tmp_path_factory.mktemp("peopled") / "home"))
    with wb.writing() as uow:
        mine, other = (uow.books.create(name, "EUR", by="Ana").book_id for name in ("test", "other"))
        for role in Role:
            uow.people.set_role(mine, uow.people.add(role, "", "Ana"), role, "Ana", granted=True)
        stranger = uow.people.add(STRANGER, "", "Ana")
        for role in Role:
            uow.people.set_role(other, stranger, role, "Ana", granted=True)
        uow.people.set_installation(uow.people.add(RUNNER, "", "Ana"), "Ana", granted=True)
        uow.people.add("nothing", "", "Ana")
    wb.jobs.prepare({"kind": "train", "book": "test", "book_id": mine, "by": "Ana", "snapshot": ""})
    yield wb
    wb.close()


def who(name: str) -> Who:
    return Who(id="" if name == NOBODY else name)


def arguments(wb: Any, function: Callable[..., Any]) -> dict[str, Any]:
    """A value for each parameter that has no default."""
    made = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if name == "who" or parameter.default is not inspect.Parameter.empty:
            continue
        known = {"book": "test", "job": wb.jobs.names()[0], "kind": "normal", "reference": "01900000-nowhere"}
        assert name in known or parameter.annotation in SAMPLES, f"say in SAMPLES what a {parameter.annotation} is"
        made[name] = known[name] if name in known else SAMPLES[parameter.annotation]
    return made


def test_every_use_case_has_a_rule_and_a_reason_where_it_needs_no_right() -> None:
    assert set(use_cases()) <= set(RULES)
    assert len(ruled()) > 15
    assert not [name for name, rule in RULES.items() if rule.right is None and len(rule.why) < 20]


@pytest.mark.parametrize("name", ruled())
def test_a_use_case_is_for_those_whose_role_allows_it(peopled: Any, name: str) -> None:
    function, right = use_cases()[name], RULES[name].right
    assert right is not None
    for person in PEOPLE:
        allowed = RIGHTS.get(person, DENIED) if person != RUNNER else RIGHTS[Role.ADMIN] | {Right.INSTALLATION}
        if name == "app.services.people.reset":  # a whole person is at stake, not a book
            allowed = frozenset({right}) if person == RUNNER else DENIED
        refused = _refused(function, peopled, who(person))
        assert refused is (right not in allowed), f"{person} and {name}"


def _refused(function: Callable[..., Any], wb: Any, who: Who) -> bool:
    asked = arguments(wb, function)
    try:
        function(wb, who, **asked)
    except REFUSED:
        return True
    except Exception:  # noqa: BLE001  any other error means that the right was there
        return False  # an empty book gives most use cases another reason to stop
    return False


def test_pages_reach_the_workbench_only_through_use_cases() -> None:
    reached = re.compile(r"\bwb\.(?!url\b|loopback\b)\w+")
    pages = [p for folder in ("pages", "widgets") for p in (ROOT / "app" / folder).glob("*.py")]
    assert len(pages) > 10
    assert [(p.name, m[0]) for p in pages for m in reached.finditer(p.read_text())] == []


def test_a_list_of_books_names_only_ones_that_may_be_read(peopled: Workbench) -> None:
    def names(person: str) -> list[str]:
        return [card.name for card in books.list_books(peopled, who(person))]

    assert names(STRANGER) == ["other"]
    assert names(NOBODY) == []
    assert names(Role.AUDITOR) == ["test"]
    assert names(RUNNER) == ["test", "other"]
    for book in ("test", "nowhere"):
        with pytest.raises(UnknownBook) as refusal:
            books.catalog(peopled, who(STRANGER), book)
        assert refusal.value.known == ("other",)


def test_an_admin_books_nothing_and_an_auditor_changes_nothing() -> None:
    booking = {Right.CORRECT, Right.SUBMIT, Right.CONFIRM, Right.APPROVE, Right.POST, Right.REVERSE}
    assert not booking & RIGHTS[Role.ADMIN]
    assert RIGHTS[Role.AUDITOR] == {Right.READ, Right.AUDIT}
    assert RIGHTS[Role.ACCOUNTANT] < RIGHTS[Role.REVIEWER]


def test_an_auditor_sees_the_granted_years_only_and_for_the_granted_time(wb: Workbench, fill: FillBook) -> None:
    fill(wb, entries=[an_entry(f"Rent {y}", entry_id=f"E{y}", date=date(y, 5, 1)) for y in (2023, 2024, 2025)])
    people.add_user(wb, ANA, NewUser(login="vera", name="Vera", secret="long enough here"))
    vera = Who(id="vera")
    reach = Reach(first_year=2024, last_year=2024, last_day=utc_now().date() + timedelta(days=30))
    people.set_role(wb, ANA, "test", "vera", Role.AUDITOR, granted=True, reason="audit of 2024", reach=reach)
    found = journal.search(wb, vera, "test", JournalQuery())
    assert [r.description for r in found.rows] == ["Rent 2024"]
    assert journal.entry_detail(wb, vera, "test", found.rows[0].entry_id).entry.description == "Rent 2024"
    other = journal.search(wb, ANA, "test", JournalQuery(text="2023")).rows[0].entry_id
    with pytest.raises(UnknownEntry):
        journal.entry_detail(wb, vera, "test", other)
    with wb.writing() as uow:
        gone = Limits(first_year=2024, last_year=2024, expires=datetime(2025, 1, 1, tzinfo=UTC))
        user, book_id = uow.people.get("vera"), uow.books.get("test").book_id
        uow.people.set_role(book_id, user, Role.AUDITOR, "Ana", granted=True, limits=gone)
    with pytest.raises(UnknownBook):
        journal.search(wb, vera, "test", JournalQuery())


@pytest.fixture
def two_years(wb: Workbench, fill: FillBook) -> tuple[str, str]:
    """Ids of an open entry of 2023 and of its twin of 2024; the auditor vera may read 2024."""
    found = fill(wb)
    made = []
    with wb.writing() as uow:
        for year in (2023, 2024):
            new = NewEntry(description=f"Rent of {year}", date=date(year, 5, 1), document="R 1", party="Lenz")
            made.append(uow.journal.open_entry(found.book_id, new, "kim"))
            lines = [a_line("D 4210 10"), a_line("C 1600 10 Lenz")]
            uow.journal.add_version(made[-1], lines, author="kim", origin="person")
            uow.reviews.submit(found, made[-1], "kim", uow.reviews.standing(found.book_id, made[-1]).seen)
        limits = Limits(first_year=2024, last_year=2024)
        vera = uow.people.add("vera", "Vera", "Ana")
        uow.people.set_role(found.book_id, vera, Role.AUDITOR, "Ana", granted=True, limits=limits)
    return made[0], made[1]


@pytest.mark.parametrize("name", [n for n in ruled() if RULES[n].right in RIGHTS[Role.AUDITOR]])
def test_no_use_case_shows_an_auditor_an_entry_of_another_year(
    wb: Workbench, two_years: tuple[str, str], name: str
) -> None:
    hidden, open_ = two_years
    function = use_cases()[name]
    wb.jobs.prepare({"kind": "train", "book": "test", "book_id": "", "by": "Ana", "snapshot": ""})
    for asked_for in (hidden, open_):
        asked = arguments(wb, function)
        for parameter in {"entry_id", "reference"} & set(asked):
            asked[parameter] = asked_for
        if "entry_ids" in asked:
            asked["entry_ids"] = two_years
        if {"first", "last"} <= set(asked):
            asked |= {"first": date(2000, 1, 1), "last": date(2100, 1, 1)}
        try:
            shown = repr(function(wb, Who(id="vera"), **asked))
        except Exception as error:  # noqa: BLE001  a refusal must not show it either
            shown = "" if isinstance(error, UnknownEntry) else str(error)
        assert "Rent of 2023" not in shown
        assert hidden not in shown


def test_an_auditor_of_one_year_reviews_what_was_granted(wb: Workbench, two_years: tuple[str, str]) -> None:
    hidden, open_ = two_years
    vera = Who(id="vera")
    assert review.opened(wb, ANA, "test", open_).twins == (hidden,)
    assert review.opened(wb, vera, "test", open_).twins == ()
    assert [e.entry_id for e in review.queue(wb, vera, "test")] == [open_]
    assert (desk.count(wb, ANA, "test"), desk.count(wb, vera, "test")) == (2, 1)
    everything = (date(2000, 1, 1), date(2100, 1, 1))
    assert set(controls.unfinished(wb, ANA, "test", *everything)) == {hidden, open_}
    assert controls.unfinished(wb, vera, "test", *everything) == (open_,)
    assert explain.named(wb, vera, "test", open_) == ("test", open_)
    for refused in (review.opened, explain.origin, explain.named):
        with pytest.raises(UnknownEntry):
            refused(wb, vera, "test", hidden)


def test_an_auditor_of_one_year_learns_that_a_chain_is_broken_and_not_what_stands_there(
    wb: Workbench, two_years: tuple[str, str]
) -> None:
    with behind_the_store(wb.store) as session:
        session.execute(sa.text("UPDATE entries SET description = 'Rent of 2022' WHERE description = 'Rent of 2023'"))
    told, all_of_it = (verify.verify(wb, who, "test") for who in (Who(id="vera"), ANA))
    assert not told.whole
    assert [f.sequence for f in told.report.faults] == [f.sequence for f in all_of_it.report.faults]
    assert "Rent of 2022" in str(all_of_it.to_json())
    assert "Rent of 2022" not in str(told.to_json())
    assert two_years[0] not in str(told.to_json())


def test_a_role_taken_back_ends_at_once_and_both_acts_are_in_the_chain(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)
    people.add_user(wb, ANA, NewUser(login="ben", name="Ben", secret="long enough here"))
    for granted in (True, False):
        people.set_role(wb, ANA, "test", "ben", Role.REVIEWER, granted=granted, reason="joins, then leaves")
        assert bool(books.list_books(wb, Who(id="ben"))) is granted
    with wb.reading() as uow:
        assert audit.verify(uow.session, book.book_id) is None


def test_personas_have_the_playground_until_somebody_s_business_is_in_it(wb: Workbench, fill: FillBook) -> None:
    staged = Staged(book_hint="demo", format=GENERATED, reason="", accounts=(), entries=(an_entry(),))
    import_.import_staged(wb, Who.program(), "demo", staged, ImportOptions(demo=True))
    fill(wb, "own")
    accountant, admin = Who.persona(Role.ACCOUNTANT), Who.persona(Role.ADMIN)
    assert [b.name for b in books.list_books(wb, accountant)] == ["demo"]
    with pytest.raises(UnknownBook):
        books.catalog(wb, accountant, "own")
    with pytest.raises(NotAllowed):
        import_.import_staged(wb, accountant, "demo", staged, ImportOptions())
    with pytest.raises(NotAllowed):
        people.people_of(wb, admin, "demo")
    with wb.writing() as uow:
        book_id = uow.books.get("demo").book_id
        mine = uow.journal.open_entry(book_id, NewEntry(description="Try", date=A_DAY), accountant.id)
        uow.journal.add_version(mine, [a_line("D 1 9"), a_line("C 2 9")], author=accountant.id, origin="person")
    assert books.list_books(wb, accountant)
    with wb.writing() as uow:
        real = uow.journal.open_entry(book_id, NewEntry(description="Real", date=A_DAY), "ben")
        uow.journal.add_version(real, [a_line("D 1 9"), a_line("C 2 9")], author="ben", origin="person")
    assert books.list_books(wb, accountant) == []


def test_a_refusal_names_who_what_and_where(peopled: Workbench) -> None:
    with pytest.raises(NotAllowed, match="auditor may not train in book 'test'"):
        train.start(peopled, Who(id="auditor"), "test")
    assert access.NOBODY.id == ""
