"""The audit file: what it holds is what happened, its digests fit, and a change behind the store is found in it."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.commands import perform
from app.services import controls, review
from app.services.access import Role, Who
from app.services.audit import AuditNotWritten, write_audit
from app.services.errors import BadInput
from app.services.review import Seen
from app.services.verify import verify
from app.services.workbench import Workbench
from storage.exporters.cells import bare
from storage.people import Limits
from storage.records import MODEL, NewEntry
from storage.statement_records import Statement, StatementLine
from storage.statements import StatementFile
from tests.app.conftest import ANA, FillBook
from tests.builders import a_line, an_entry, some_entries
from tests.databases import behind_the_store

BEN = Who(id="ben")
RENT = (a_line("D 4210 10"), a_line("C 1600 10 Lenz"))


def table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{k: bare(v) for k, v in row.items()} for row in csv.DictReader(file)]


def manifest(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture
def book(wb: Workbench, fill: FillBook) -> str:
    """History of 2025, ben who reviews, and an entry of 2025 that a model proposed, ben corrected and Ana posted."""
    fill(wb)
    with wb.writing() as uow:
        book = uow.books.get("test")
        ben = uow.people.add("ben", "Ben", "op")
        uow.people.set_role(book.book_id, ben, Role.REVIEWER, "op", granted=True, reason="joins")
        entry = uow.journal.open_entry(
            book.book_id, NewEntry(description="=cmd()", date=date(2025, 6, 1), journal="ER", party="Lenz"), "ben"
        )
        lineage = {"bundle": "b" * 64, "probability": 0.71}
        uow.journal.add_version(entry, RENT, author="model b1", origin=MODEL, lineage=lineage)
        kept = (replace(RENT[0], account="4200"), RENT[1])
        uow.journal.add_version(entry, kept, author="ben", origin="person")
    review.submit(wb, BEN, "test", entry, Seen(version=2), no_document="paid in cash")
    review.approve(wb, ANA, "test", entry, review.opened(wb, ANA, "test", entry).standing.seen)
    review.post(wb, ANA, "test", entry, review.opened(wb, ANA, "test", entry).standing.seen)
    return "test"


def test_the_folder_holds_the_year_and_its_digests_fit(wb: Workbench, book: str, tmp_path: Path) -> None:
    out = tmp_path / "audit"
    report = write_audit(wb, ANA, book, "2025", out)
    content = manifest(out)
    assert {f["name"] for f in content["files"]} | {"manifest.json"} == {p.name for p in out.iterdir()}
    for file in content["files"]:
        data = (out / file["name"]).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (file["sha256"], file["bytes"])
        if file["rows"] is not None:
            assert len(table(out, file["name"][:-4])) == file["rows"]
    assert hashlib.sha256((out / "manifest.json").read_bytes()).hexdigest() == report.manifest
    assert not list(tmp_path.glob(".audit-*"))
    entries = table(out, "entries")
    assert len(entries) == report.entries == len(some_entries()) + 1
    (mine,) = (e for e in entries if e["state"] == "posted")
    assert (mine["posted_in"], mine["posted_number"], mine["description"]) == ("2025", "1", "=cmd()")
    assert "'=cmd()" in (out / "entries.csv").read_text()
    acts = [d["act"] for d in table(out, "decisions") if d["entry_id"] == mine["entry_id"]]
    assert acts == ["submitted", "approved", "posted"]
    assert [v["origin"] for v in table(out, "versions") if v["entry_id"] == mine["entry_id"]] == ["model", "person"]
    (changed,) = table(out, "corrections")
    assert (changed["probability"], changed["author"]) == ("0.71", "ben")
    assert ("D 4210 10" in changed["proposed"], "D 4200 10" in changed["kept"]) == (True, True)
    assert [(r["login"], r["role"], r["reason"]) for r in table(out, "roles")] == [("ben", "reviewer", "joins")]
    assert [i["file_sha256"] for i in table(out, "imports")] == [""]


def test_balances_add_up_from_the_lines_that_count(wb: Workbench, book: str, tmp_path: Path) -> None:
    report = write_audit(wb, ANA, book, "2025", tmp_path / "audit")
    sums: dict[str, Decimal] = {}
    for line in table(tmp_path / "audit", "lines"):
        if line["counts"] == "yes":
            amount = Decimal(line["amount"]) * (1 if line["side"] == "D" else -1)
            sums[line["account"]] = sums.get(line["account"], Decimal(0)) + amount
    balances = {b["account"]: Decimal(b["closing"]) for b in table(tmp_path / "audit", "trial_balance")}
    assert balances == sums
    assert sum(balances.values()) == 0
    failing = [c.name for c in report.checks if not c.holds]
    assert failing == ["Every model that entries rest on is kept"]  # the proposal's bundle never was in this home


def test_the_making_is_an_act_and_the_chain_s_head_lies_outside(wb: Workbench, book: str, tmp_path: Path) -> None:
    report = write_audit(wb, ANA, book, "2025", tmp_path / "audit")
    with wb.reading() as uow:
        book_id = uow.books.get(book).book_id
        row = uow.session.execute(sa.text("SELECT detail, recorded_by FROM decisions WHERE act = 'audited'")).one()
        assert json.loads(row.detail) == {"year": "2025", "entries": report.entries, "manifest": report.manifest}
        assert row.recorded_by == "Ana"
        head = uow.journal.head(book_id)
    (kept,) = (wb.home.anchors / book_id).glob("*.json")
    assert json.loads(kept.read_text())["sequence"] == head
    found = verify(wb, ANA, book, [tmp_path / "audit" / "anchor.json"])
    assert found.whole
    assert len(found.report.anchors) == 2


def test_what_was_changed_behind_the_store_is_said(wb: Workbench, book: str, tmp_path: Path) -> None:
    with behind_the_store(wb.store) as session:
        session.execute(sa.text("UPDATE lines SET amount = 11 WHERE account = '4200'"))
    report = write_audit(wb, ANA, book, "2025", tmp_path / "audit")
    failing = {c.name for c in report.checks if not c.holds}
    assert {"Every entry that counts balances", "The chain is whole and agrees with its anchors"} <= failing
    assert json.loads((tmp_path / "audit" / "verify.json").read_text())["whole"] is False
    assert "DOES NOT HOLD" in (tmp_path / "audit" / "README.md").read_text()
    answer = perform(wb, "audit", {"book": book, "year": "2025", "out": str(tmp_path / "again")}, print)
    assert answer.code == 1


def test_a_gap_in_the_numbers_is_found(wb: Workbench, book: str, tmp_path: Path) -> None:
    with behind_the_store(wb.store) as session:
        session.execute(sa.text("UPDATE postings SET number = 3"))
    write_audit(wb, ANA, book, "2025", tmp_path / "audit")
    (row,) = table(tmp_path / "audit", "numbers")
    assert (row["numbers"], row["last"], row["missing"]) == ("1", "3", "1, 2")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "every entry that began here is approved by somebody who neither wrote nor submitted it"),
        ({"four_eyes": "above", "above": "500", "classes": "1"}, "Entries above 500 EUR, and entries on 1,"),
        ({"four_eyes": "off"}, "Four eyes are OFF: one person may write, approve and post every entry alone"),
    ],
)
def test_the_description_says_plainly_who_has_to_look(
    wb: Workbench, fill: FillBook, tmp_path: Path, values: dict[str, object], says: str
) -> None:
    fill(wb)
    if values:
        controls.change_policy(wb, ANA, "test", values, "a test")
    write_audit(wb, ANA, "test", "2025", tmp_path / "audit")
    assert says in (tmp_path / "audit" / "process.md").read_text()
    assert len(table(tmp_path / "audit", "policies")) == len(table(tmp_path / "audit", "changes")) == bool(values)


def test_an_auditor_gets_the_granted_years_without_what_is_restricted(
    wb: Workbench, fill: FillBook, tmp_path: Path
) -> None:
    entries = [an_entry(f"Rent {y}", entry_id=f"E{y}", date=date(y, 5, 1)) for y in (2023, 2024)]
    pay = an_entry("Wages of Lenz", "D 4100 5", "C 1600 5", entry_id="P", date=date(2024, 6, 1))
    book = fill(wb, entries=[*entries, pay])
    controls.change_policy(wb, ANA, "test", {"restricted_accounts": "41"}, "payroll")
    with wb.writing() as uow:
        vera = uow.people.add("vera", "Vera", "Ana")
        limits = Limits(first_year=2024, last_year=2024)
        uow.people.set_role(book.book_id, vera, Role.AUDITOR, "Ana", granted=True, limits=limits)
    with pytest.raises(BadInput, match="you may see 2024-01-01 to 2024-12-31"):
        write_audit(wb, Who(id="vera"), "test", "2023", tmp_path / "other")
    assert not (tmp_path / "other").exists()
    report = write_audit(wb, Who(id="vera"), "test", "2024", tmp_path / "mine")
    everything = "".join(p.read_text() for p in (tmp_path / "mine").iterdir())
    assert ("Rent 2024" in everything, "Rent 2023" in everything, "Lenz" in everything) == (True, False, False)
    assert (report.entries, manifest(tmp_path / "mine")["entries_left_out"]) == (1, 1)
    assert write_audit(wb, ANA, "test", "2024", tmp_path / "all").entries == 2


def test_an_auditor_gets_the_statements_of_the_year_and_of_open_accounts(
    wb: Workbench, fill: FillBook, tmp_path: Path
) -> None:
    book = fill(wb, entries=[an_entry("Rent", entry_id="E", date=date(2024, 5, 1))])
    file = StatementFile(name="a.sta", sha256="f" * 64, format="mt940", reason="A test made it.", by="ana")
    with wb.writing() as uow:
        for account, day in (("WAGES", date(2024, 2, 1)), ("OLD", date(2023, 2, 1)), ("OURS", date(2024, 2, 1))):
            line = StatementLine(booked=day, amount=Decimal(-7), currency="EUR", text="Lohn")
            uow.statements.bring_in(book.book_id, [Statement(account=account, currency="EUR", lines=(line,))], file)
        uow.statements.set_ledger(book.book_id, "WAGES", "4100", "ana")
        uow.statements.set_ledger(book.book_id, "OURS", "1200", "ana")
        vera = uow.people.add("vera", "Vera", "Ana")
        limits = Limits(first_year=2024, last_year=2024)
        uow.people.set_role(book.book_id, vera, Role.AUDITOR, "Ana", granted=True, limits=limits)
    controls.change_policy(wb, ANA, "test", {"restricted_accounts": "41"}, "payroll")
    write_audit(wb, Who(id="vera"), "test", "2024", tmp_path / "hers")
    write_audit(wb, ANA, "test", "2024", tmp_path / "all")
    assert [r["account"] for r in table(tmp_path / "hers", "statements")] == ["OURS"]
    assert [r["account"] for r in table(tmp_path / "all", "statements")] == ["WAGES", "OURS"]


def test_a_folder_with_something_in_it_is_left_alone(wb: Workbench, book: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for taken, why in ((tmp_path, "not empty"), (tmp_path / "file", "a file of this name"),
                       (tmp_path / "no" / "way", "there is no folder")):  # fmt: skip
        with pytest.raises(AuditNotWritten, match=why):
            write_audit(wb, ANA, book, "2025", taken)
    with pytest.raises(BadInput, match="Its years with entries: 2025"):
        write_audit(wb, ANA, book, "1999", tmp_path / "audit")
    assert [p.name for p in tmp_path.glob("*") if p.name != "home"] == ["file"]
    (tmp_path / "empty").mkdir()
    write_audit(wb, ANA, book, "2025", tmp_path / "empty")
    assert (tmp_path / "empty" / "README.md").is_file()
