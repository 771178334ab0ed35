"""A book's own tax codes: controlled changes, rates by day, and proposals that follow them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.commands import perform
from app.home import Home
from app.services import controls, train
from app.services.access import NotAllowed, Role, Who
from app.services.errors import BadInput
from app.services.propose import propose
from app.services.taxes import TypedTax, codes, in_words, set_code, table_of
from app.services.workbench import Workbench, open_workbench
from engine.inference.taxes import TaxKind
from engine.journal import Account, AccountType, Entry, Line, Proposal, Side
from storage import audit
from storage.refusals import ReasonMissing
from storage.taxes import TaxRow
from tests.app.conftest import ANA, FillBook, put
from tests.builders import CATALOG, a_line, an_entry, an_event

ACCOUNTS = (
    *CATALOG,
    Account(code="1577", name="Input VAT reverse charge", type=AccountType.ASSET),
    Account(code="1787", name="VAT owed reverse charge", type=AccountType.LIABILITY),
)
V19 = TypedTax(code="V19", rate="19", kind="input", account="1576")


def test_a_code_is_kept_with_its_days_and_its_change(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)
    set_code(wb, ANA, "test", V19, "the usual rate")
    change = set_code(wb, ANA, "test", TypedTax(code="V19", rate="16 %", kind="input", account="1576",
                      since="2020-07-01", until="2020-12-31", key="7"), "the law of that half year")  # fmt: skip
    assert (change.before, change.holds) == (None, True)
    rows = codes(wb, ANA, "test")
    assert [in_words(x) for x in rows] == [
        "V19  19 % input on 1576", "V19  16 % input on 1576, from 2020-07-01, until 2020-12-31, key 7",
    ]  # fmt: skip
    days = (date(2020, 6, 30), date(2020, 7, 1), date(2020, 12, 31), date(2021, 1, 1))
    assert [table_of(rows).get("V19", d).rate for d in days] == [
        Decimal("0.19"), Decimal("0.16"), Decimal("0.16"), Decimal("0.19"),
    ]  # fmt: skip
    with wb.reading() as uow:
        assert audit.verify(uow.session, book.book_id) is None


def test_the_same_first_day_replaces_and_a_mistake_is_withdrawn(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    set_code(wb, ANA, "test", V19, "start")
    change = set_code(wb, ANA, "test", TypedTax(code="V19", deductible="50"), "half of it may be deducted")
    assert change.before["deductible"] == "1"
    (row,) = codes(wb, ANA, "test")
    assert (row.rate, row.account, row.deductible) == (Decimal("0.19"), "1576", Decimal("0.5"))
    with pytest.raises(BadInput, match="says so already"):
        set_code(wb, ANA, "test", TypedTax(code="V19"), "again")
    set_code(wb, ANA, "test", TypedTax(code="V19", withdraw=True), "another code is meant")
    assert codes(wb, ANA, "test") == ()
    with pytest.raises(BadInput, match="no version of it begins"):
        set_code(wb, ANA, "test", TypedTax(code="V19", withdraw=True), "again")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rate": "x"}, "Rate"),
        ({"rate": "100"}, "Rate"),
        ({"rate": "-3"}, "Rate"),
        ({"kind": "sales"}, "Kind"),
        ({"account": ""}, "Account"),
        ({"account": "9999"}, "Account"),
        ({"kind": "reverse charge"}, "Account"),
        ({"since": "2020-07-01", "until": "2020-06-30"}, "Until"),
        ({"code": " "}, "Tax code"),
    ],
)
def test_a_code_that_makes_no_sense_is_refused(
    wb: Workbench, fill: FillBook, changes: dict[str, str], field: str
) -> None:
    fill(wb)
    typed = TypedTax(**{"code": "V19", "rate": "19", "kind": "input", "account": "1576", **changes})  # type: ignore[arg-type]
    with pytest.raises(BadInput) as caught:
        set_code(wb, ANA, "test", typed, "why")
    assert caught.value.field == field
    with pytest.raises(ReasonMissing):
        set_code(wb, ANA, "test", V19, " ")
    assert codes(wb, ANA, "test") == ()


def test_a_second_admin_confirms_before_a_code_holds(wb: Workbench, fill: FillBook) -> None:
    book = fill(wb)
    ada, bea, kim = (Who(id=n) for n in ("ada", "bea", "kim"))
    with wb.writing() as uow:
        for who, role in ((ada, Role.ADMIN), (bea, Role.ADMIN), (kim, Role.ACCOUNTANT)):
            user = uow.people.add(who.id, "", "Ana")
            uow.people.set_role(book.book_id, user, role, "Ana", granted=True)
    with pytest.raises(NotAllowed):
        set_code(wb, kim, "test", V19, "start")
    change = set_code(wb, ada, "test", V19, "start")
    assert change.waits
    assert codes(wb, kim, "test") == ()
    controls.confirm_change(wb, bea, "test", change.change_id)
    assert [x.code for x in codes(wb, kim, "test")] == ["V19"]


def test_the_command_line_lists_and_sets(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    arguments = {"act": "set", "book": "test", "code": "V19", "rate": "19", "kind": "input", "account": "1576",
                 "since": "2007-01-01", "reason": "start"}  # fmt: skip
    empty = perform(wb, "taxes", {"book": "test"}, print)
    assert "no tax codes of its own" in empty.notes[0]
    assert perform(wb, "tax", arguments, print).document["holds"] is True
    listed = perform(wb, "taxes", {"book": "test"}, print)
    assert listed.text == ("V19  19 % input on 1576, from 2007-01-01",)
    assert listed.document["codes"][0]["rate"] == "0.19"
    refused = perform(wb, "tax", {**arguments, "account": "9999", "rate": "16"}, print)
    assert (refused.code, "9999" in refused.error) == (1, True)


def taxed_history(count: int = 60) -> list[Entry]:
    """Goods at 19 % and services from abroad with reverse charge; the net is never the same."""
    out = []
    for i in range(count):
        net = Decimal(1000 + 137 * i) / 10
        tax = round(net * Decimal("0.19"), 2)
        lines: Sequence[Line | str] = (
            (a_line(f"D 3400 {net}", tax_code="V19"), f"D 1576 {tax}", f"C 1600 {net + tax}"),
            (a_line(f"D 4970 {net}", tax_code="R19"), f"D 1577 {tax}", f"C 1787 {tax}", f"C 1600 {net}"),
        )[i % 2]
        text = ("Ware Lieferung", "Software aus Irland")[i % 2]
        day = date(2019, 1, 7) + timedelta(days=7 * i)
        out.append(an_entry(f"{text} {i}", *lines, entry_id=f"T{i}", position=i, date=day))
    return out


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("taxed") / "home")
    wb = open_workbench(home)
    put(wb, "taxed", taxed_history(), ACCOUNTS)
    train.wait(wb, ANA, train.start(wb, ANA, "taxed", "tiny"))
    wb.close()
    return home.path


def amounts(proposal: Proposal, *accounts: str) -> dict[str, Decimal]:
    """The candidate with these accounts; which one is first is not what is tested here."""
    wanted = set(accounts)
    found = next(c for c in proposal.candidates if {x.account for x in c.lines} == wanted)
    return {x.account: x.amount for x in found.lines}


def test_the_book_s_own_rate_is_used_by_the_day(trained: Path, home: Home) -> None:
    shutil.rmtree(home.path)
    shutil.copytree(trained, home.path)
    wb = open_workbench(home)
    goods = ("3400", "1576", "1600")

    def asked(amount: str, day: date) -> Proposal:
        return propose(wb, ANA, "taxed", an_event("Ware Lieferung", amount, date=day, journal=""))

    autumn, spring = date(2020, 9, 1), date(2021, 3, 1)
    implied = amounts(asked("119.00", autumn), *goods)
    set_code(wb, ANA, "taxed", V19, "the usual rate")
    half = TypedTax(code="V19", rate="16", kind="input", account="1576", since="2020-07-01", until="2020-12-31")
    set_code(wb, ANA, "taxed", half, "the law of that half year")
    own = amounts(asked("116.00", autumn), *goods), amounts(asked("119.00", spring), *goods)
    set_code(wb, ANA, "taxed", TypedTax(code="R19", rate="19", kind="reverse charge", account="1577", owed="1787"), "x")
    event = an_event("Software aus Irland", "200.00", date=spring, journal="")
    both = propose(wb, ANA, "taxed", event)
    wb.close()
    usual = {"3400": Decimal(100), "1576": Decimal(19), "1600": Decimal(119)}
    assert implied == usual
    assert own == ({"3400": Decimal(100), "1576": Decimal(16), "1600": Decimal(116)}, usual)
    lines = next(c for c in both.candidates if len(c.lines) == 4).lines
    sides = {(x.account, x.side): x.amount for x in lines}
    assert (
        sides[("1577", Side.DEBIT)] == sides[("1787", Side.CREDIT)] == round(sides[("4970", Side.DEBIT)] * 19 / 100, 2)
    )


def test_every_kind_of_the_engine_can_be_stored_and_read() -> None:
    for kind in TaxKind:
        row = TaxRow(code="X", rate=Decimal("0.19"), kind=kind.value, account="1", owed="2", valid_to=date(2020, 1, 1))
        assert TaxRow.from_json(row.to_json()) == row
        assert table_of([row]).get("X", date(2019, 1, 1)).kind is kind
