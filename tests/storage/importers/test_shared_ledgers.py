"""The real ledgers that lie beside the repository: what goes in, against an independent reading of the file."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from engine.journal import Entry, Kind, Side, Snapshot
from storage import audit, imports
from storage.importers import read
from storage.session import Store

FEC_BOOKS = ("fec_food_fr", "fec_juice_fr", "fec_restaurant_fr")
BOOKS = (*FEC_BOOKS, "gl_water_cn", "org_hackclub", "sie_ovning_se")
OPENINGS = {"fec_food_fr": "ANO", "fec_juice_fr": "AN", "fec_restaurant_fr": "AD"}

Row = dict[str, str]


def raw_rows(book: Path) -> list[Row]:
    """The rows of a raw FEC by way of the csv module, knowing nothing of the importer."""
    (path,) = (book / "raw").iterdir()
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    lines = [x for x in re.split(r"[\r\n]+", text) if x]
    found = csv.DictReader(lines, delimiter="|" if "|" in lines[0] else "\t", quoting=csv.QUOTE_NONE)
    return [{k.strip(): (v or "").strip() for k, v in r.items() if k} for r in found]


def money(cell: str) -> Decimal:
    return Decimal(cell.replace(",", ".") or "0")


@pytest.mark.parametrize("name", FEC_BOOKS)
def test_every_row_of_a_raw_fec_is_in_the_book_with_its_fields(shared_ledgers: Path, store: Store, name: str) -> None:
    rows = raw_rows(shared_ledgers / name)
    staged = read(shared_ledgers / name / "raw")
    assert staged.errors == ()
    with store.unit_of_work() as unit:
        book = unit.books.create(name)
        result = imports.apply(unit, book, staged, "ana", file_name=name)
        stored = unit.journal.current(book.book_id)
    assert result.debit == result.credit == sum(money(r["Debit"]) for r in rows)

    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for r in rows:
        totals[r["CompteNum"]] += money(r["Debit"]) - money(r["Credit"])
    booked: defaultdict[str, Decimal] = defaultdict(Decimal)
    for e in stored:
        for x in e.lines:
            booked[x.account] += x.amount if x.side is Side.DEBIT else -x.amount
    assert booked == totals

    wanted = Counter(
        (r["JournalCode"], r["CompteNum"], money(r["Debit"]), money(r["Credit"]), r["EcritureLib"],
         r["CompAuxLib"] or r["CompAuxNum"])
        for r in rows if money(r["Debit"]) or money(r["Credit"])
    )  # fmt: skip
    codes = {j.journal: j.code for j in staged.journals}
    zero = Decimal(0)
    found = Counter(
        (codes[e.journal], x.account, x.amount if x.side is Side.DEBIT else zero,
         x.amount if x.side is Side.CREDIT else zero, x.label, x.party)
        for e in stored for x in e.lines
    )  # fmt: skip
    assert found == wanted
    assert all(e.difference == 0 for e in stored)


@pytest.mark.parametrize("name", ["fec_food_fr", "fec_juice_fr"])
def test_numbered_entries_keep_date_number_document_and_journal(shared_ledgers: Path, name: str) -> None:
    wanted: dict[tuple[str, str], tuple[str, list[str], int]] = {}
    for r in raw_rows(shared_ledgers / name):
        _, pieces, lines = wanted.get((r["JournalCode"], r["EcritureNum"]), ("", [], 0))
        if r["PieceRef"] and r["PieceRef"] not in pieces:
            pieces.append(r["PieceRef"])
        wanted[r["JournalCode"], r["EcritureNum"]] = (r["EcritureDate"], pieces, lines + 1)
    staged = read(shared_ledgers / name / "raw")
    codes = {j.journal: j.code for j in staged.journals}
    found = {
        (codes[e.journal], e.number): (e.date.strftime("%Y%m%d"), e.document, len(e.lines)) for e in staged.entries
    }
    assert found == {k: (day, ", ".join(pieces), n) for k, (day, pieces, n) in wanted.items()}


@pytest.mark.parametrize("name", FEC_BOOKS)
def test_only_the_opening_journal_is_kept_from_teaching(shared_ledgers: Path, name: str) -> None:
    staged = read(shared_ledgers / name / "raw")
    assert [j.code for j in staged.journals if j.kind is not Kind.NORMAL] == [OPENINGS[name]]
    assert {e.kind for e in staged.entries} <= {Kind.NORMAL, Kind.OPENING, Kind.ACCRUAL}


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


@pytest.mark.parametrize(
    ("name", "same", "covered"),
    [("fec_juice_fr", 0.98, 1.0), ("fec_restaurant_fr", 0.99, 0.99), ("fec_food_fr", 0.4, 0.98)],
)
def test_entries_are_those_of_the_published_extract(
    shared_ledgers: Path, name: str, same: float, covered: float
) -> None:
    """Dates and lines are the same for every entry; descriptions say as much or more (the extract masks numbers)."""
    by_lines: defaultdict[object, list[Entry]] = defaultdict(list)
    for e in read(shared_ledgers / name / "raw").entries:
        by_lines[e.date.isoformat(), lines_key((x.account, x.side.letter, x.amount) for x in e.lines)].append(e)
    alike = cover = 0
    published = [json.loads(x) for x in (shared_ledgers / name / "entries.jsonl").read_text().splitlines()]
    for p in published:
        lines = lines_key((x["account"], x["side"], Decimal(x["amount"])) for x in p["lines"])
        twins = by_lines[p["date"], lines]
        assert twins, p["entry_id"]
        best = next((t for t in twins if words(t.description) == words(p["description"])), twins[0])
        twins.remove(best)
        alike += words(best.description) == words(p["description"])
        cover += words(p["description"]) <= words(best.description)
    assert alike >= same * len(published)
    assert cover >= covered * len(published)


def lines_key(lines: object) -> tuple[object, ...]:
    return tuple(sorted(lines))  # type: ignore[call-overload]


@pytest.mark.parametrize("name", BOOKS)
def test_a_published_folder_goes_in_once_in_its_order_and_verifies(
    shared_ledgers: Path, store: Store, name: str
) -> None:
    staged = read(shared_ledgers / name)
    with store.unit_of_work() as unit:
        book = unit.books.create(name)
        first = imports.apply(unit, book, staged, "ana")
        again = imports.apply(unit, book, read(shared_ledgers / name), "ana")
    with store.unit_of_work(read_only=True) as unit:
        stored = unit.journal.current(book.book_id)
        assert audit.verify(unit.session, book.book_id) is None
        accounts = unit.books.catalog(book.book_id)
    published = [json.loads(x) for x in (shared_ledgers / name / "entries.jsonl").read_text().splitlines()]
    assert (first.new, first.alike, len(staged.errors)) == (len(published), 0, 0)
    assert (again.new, again.known) == (0, len(published))
    assert [e.description for e in stored] == [p["description"] for p in published]
    assert [[(x.account, x.side.letter, x.amount) for x in e.lines] for e in stored] == [
        [(x["account"], x["side"], Decimal(x["amount"])) for x in p["lines"]] for p in published
    ]
    assert {x.account for e in stored for x in e.lines} <= {a.code for a in accounts}
    assert len(Snapshot(book=name, accounts=accounts, entries=stored).digest) == 64


@pytest.mark.parametrize("name", FEC_BOOKS)
def test_a_raw_fec_imported_twice_adds_nothing(shared_ledgers: Path, store: Store, name: str) -> None:
    with store.unit_of_work() as unit:
        book = unit.books.create(name)
        results = [imports.apply(unit, book, read(shared_ledgers / name / "raw"), "ana") for _ in range(2)]
    assert results[0].new == results[1].known > 200
    assert (results[0].alike, results[1].new, results[1].alike, results[1].new_accounts) == (0, 0, 0, 0)
