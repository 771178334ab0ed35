"""Loaded models: real bundles of the tiny profile, trained once for this module."""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.home import Home
from app.services import train
from app.services.errors import ModelLoading, NoModelYet
from app.services.journal import entry_detail
from app.services.propose import by_hand, propose, save
from app.services.workbench import Workbench, open_workbench
from engine.errors import BadEvent, BundleDamaged, BundleMismatch
from engine.journal import Account, AccountType, Line, Side, Status
from storage.records import Book
from tests.app.conftest import ANA, FillBook, put
from tests.builders import CATALOG, a_line, an_entry, an_event, some_entries


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with book 'test' and its first model; tests get a copy."""
    home = Home(tmp_path_factory.mktemp("trained") / "home")
    wb = open_workbench(home)
    put(wb, "test", some_entries(60), CATALOG)
    train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny"))
    wb.close()
    return home.path


@pytest.fixture
def wb(trained: Path, home: Home) -> Iterator[Workbench]:
    shutil.rmtree(home.path)
    shutil.copytree(trained, home.path)
    workbench = open_workbench(home)
    yield workbench
    workbench.close()


def bundle_of(wb: Workbench) -> Path:
    record = wb.predictors.champion(wb.book("test"))
    assert record is not None
    return wb.predictors.folder(record)


def until_loaded(wb: Workbench) -> str:
    deadline = time.monotonic() + 60
    while wb.model_state("test").state == "loading":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return wb.model_state("test").state


def test_loading_happens_in_the_background(wb: Workbench) -> None:
    assert wb.model_state("test").state == "loading"
    with pytest.raises(ModelLoading):
        propose(wb, ANA, "test", an_event(), wait=False)
    assert until_loaded(wb) == "ready"
    assert wb.loaded("test").memory.rows == 60  # what the bundle remembers is not read a second time
    assert propose(wb, ANA, "test", an_event(), wait=False).bundle
    assert gc.get_freeze_count() > 10_000


def test_an_answer_balances_and_gives_reasons(wb: Workbench) -> None:
    proposal = propose(wb, ANA, "test", an_event("Miete Büro Mai", "1190.00"))
    best = proposal.candidates[0]
    assert sum((x.amount if x.side is Side.DEBIT else -x.amount for x in best.lines), Decimal(0)) == 0
    assert sum((x.amount for x in best.lines if x.side is Side.DEBIT), Decimal(0)) == Decimal("1190.00")
    assert proposal.because
    assert proposal.trace
    assert proposal.bundle == wb.loaded("test").digest
    assert not propose(wb, ANA, "test", an_event(), explain=False).because


def test_many_threads_get_the_answer_of_one(wb: Workbench) -> None:
    events = [an_event(f"Miete Büro {i}", "1190.00") for i in range(4)]
    alone = [propose(wb, ANA, "test", e) for e in events]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda e: propose(wb, ANA, "test", e), events * 4))
    assert together == alone * 4


def test_all_threads_share_one_predictor(wb: Workbench) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(id, pool.map(lambda _: wb.predictor("test"), range(8))))) == 1


def test_what_is_imported_later_is_remembered_at_once(wb: Workbench) -> None:
    before = wb.predictor("test").memory_size
    late = tuple(
        an_entry(f"Messestand Köln {i}", "D 4970 500.00", "C 1200 500.00", entry_id=f"L{i}", journal="BK",
                 date=date(2025, 6, 1) + timedelta(days=i), position=100 + i)
        for i in range(3)
    )  # fmt: skip
    put(wb, "test", late, CATALOG)
    assert wb.predictor("test").memory_size == before + 3
    event = an_event("Messestand Köln 9", "500.00", date=date(2025, 6, 9), journal="BK")
    cards = [b.description for b in propose(wb, ANA, "test", event).because]
    assert "Messestand Köln 2" in cards


def test_a_draft_is_not_remembered(wb: Workbench) -> None:
    event = an_event("Miete Büro Mai", "1190.00")
    proposal = propose(wb, ANA, "test", event)
    size = wb.predictor("test").memory_size
    lines = [Line(account=x.account, side=x.side, amount=x.amount) for x in proposal.candidates[0].lines]
    entry_id = save(wb, ANA, "test", proposal, event, lines)
    assert wb.predictor("test").memory_size == size
    versions = entry_detail(wb, ANA, "test", entry_id).versions
    assert [v.origin for v in versions] == ["model", "person"]
    assert versions[0].lineage["bundle"] == proposal.bundle
    assert versions[0].lineage["because"] == [b.entry_id for b in proposal.because]


def test_forgotten_entries_leave_the_memory(wb: Workbench) -> None:
    with wb.reading() as uow:
        book_id = uow.books.get("test").book_id
        victim = uow.journal.teaching(book_id)[0].entry_id
    size = wb.predictor("test").memory_size
    with wb.writing() as uow:
        uow.journal.decide(book_id, victim, "forgotten", "Ana", "wrongly booked")
    assert wb.predictor("test").memory_size == size - 1
    with wb.writing() as uow:
        uow.journal.decide(book_id, victim, "remembered", "Ana")
    assert wb.predictor("test").memory_size == size


def test_accounts_added_later_are_accepted_and_closed_ones_left_out(wb: Workbench) -> None:
    with wb.writing() as uow:
        book = uow.books.get("test")
        changed = [
            Account(code="4211", name="Miete Lager", type=AccountType.EXPENSE),
            replace(next(a for a in CATALOG if a.code == "4210"), closed=date(2025, 6, 1)),
        ]
        uow.books.put_accounts(book.book_id, changed, "Ana")
    day = date(2025, 6, 2)
    proposal = propose(wb, ANA, "test", an_event("Miete Büro Juni", "1190.00", date=day))
    assert all("4210" not in [x.account for x in c.lines] for c in proposal.candidates)
    known = propose(wb, ANA, "test", an_event("Miete Lager", "100.00", date=day, lines=(a_line("D 4211 100.00"),)))
    assert "4211" in [x.account for x in known.candidates[0].lines]


def test_a_new_champion_is_swapped_in(wb: Workbench) -> None:
    old = wb.predictor("test")
    put(
        wb,
        "test",
        [replace(e, entry_id=f"N{e.entry_id}", description=f"{e.description} neu") for e in some_entries(5)],
        (),
    )
    report = train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny"))
    assert wb.predictor("test") is old
    with wb.writing() as uow:
        uow.models.set_champion(uow.books.get("test").book_id, report.bundle, "Ana", "better")
    new = wb.predictor("test")
    assert (new is old, new.digest) == (False, report.bundle)


class TestUnusable:
    """A model that cannot be read costs its answers, and nothing else."""

    def test_a_damaged_bundle(self, wb: Workbench) -> None:
        weights = bundle_of(wb) / "network.safetensors"
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
        with pytest.raises(BundleDamaged, match="train again"):
            propose(wb, ANA, "test", an_event())
        state = wb.model_state("test")
        assert state.state == "failed"
        assert "Restore the folder from a backup" in state.note
        self.still_books(wb)

    def test_a_repaired_bundle_is_found_without_a_restart(self, wb: Workbench, trained: Path) -> None:
        folder = bundle_of(wb)
        shutil.move(folder, folder.with_name("away"))
        with pytest.raises(BundleDamaged):
            propose(wb, ANA, "test", an_event())
        shutil.move(folder.with_name("away"), folder)
        assert propose(wb, ANA, "test", an_event()).bundle

    def test_a_bundle_of_another_book(self, wb: Workbench) -> None:
        other = put(wb, "other", some_entries(6), CATALOG)
        self.give_model(wb, other, wb.predictors.champion(wb.book("test")).digest, bundle_of(wb).name)  # type: ignore[union-attr]
        with pytest.raises(BundleMismatch, match="expected other, found test"):
            propose(wb, ANA, "other", an_event())
        assert propose(wb, ANA, "test", an_event()).bundle

    def test_a_bundle_swapped_for_another(self, wb: Workbench) -> None:
        book = wb.book("test")
        self.give_model(wb, book, "0" * 64, bundle_of(wb).name)
        with pytest.raises(BundleMismatch, match="digest"):
            propose(wb, ANA, "test", an_event())
        self.still_books(wb)

    def test_training_again_repairs_it(self, wb: Workbench) -> None:
        shutil.rmtree(bundle_of(wb))
        with pytest.raises(BundleDamaged):
            propose(wb, ANA, "test", an_event())
        put(wb, "test", [an_entry("Neu", entry_id="neu", date=date(2025, 7, 1))], ())
        assert train.wait(wb, ANA, train.start(wb, ANA, "test", "tiny")).champion
        assert propose(wb, ANA, "test", an_event()).bundle

    def still_books(self, wb: Workbench) -> None:
        """People go on by hand, and what they save is there."""
        start = by_hand(wb, ANA, "test", an_event())
        assert (start.status, start.bundle) == (Status.NOT_SURE, "")
        lines = [Line(account=x.account, side=x.side, amount=x.amount) for x in start.candidates[0].lines]
        assert entry_detail(wb, ANA, "test", save(wb, ANA, "test", start, an_event(), lines)).entry.lines

    def give_model(self, wb: Workbench, book: Book, digest: str, folder: str) -> None:
        from storage.models import NewModel

        with wb.writing() as uow:
            model = NewModel(digest=digest, folder=folder, snapshot_digest="", metrics={}, seconds=0)
            uow.models.add(book.book_id, model, "test")
            uow.models.set_champion(book.book_id, digest, "test")


def test_a_book_without_a_model_says_so(wb: Workbench, fill: FillBook) -> None:
    fill(wb, "new")
    with pytest.raises(NoModelYet, match="counterpoint train new"):
        wb.predictor("new")


@pytest.mark.parametrize("count", [2, 3])
def test_a_book_with_a_handful_of_entries_can_be_trained(wb: Workbench, fill: FillBook, count: int) -> None:
    fill(wb, "small", entries=some_entries(count))
    train.wait(wb, ANA, train.start(wb, ANA, "small", "tiny"))
    proposal = propose(wb, ANA, "small", an_event("Miete", "119.00"))
    assert proposal.bundle
    lines = proposal.candidates[0].lines
    assert sum((x.amount if x.side is Side.DEBIT else -x.amount for x in lines), Decimal(0)) == 0


@pytest.mark.parametrize("text", ["🏢🏢🏢", "إيجار المكتب", "房租", "x " * 900, "!!!", "Café Ñandú ﬁ"])
def test_any_script_gets_an_answer(wb: Workbench, text: str) -> None:
    proposal = propose(wb, ANA, "test", an_event(text, "50.00", journal=""))
    lines = proposal.candidates[0].lines
    assert sum((x.amount if x.side is Side.DEBIT else -x.amount for x in lines), Decimal(0)) == 0


def test_a_text_of_invisible_signs_is_refused(wb: Workbench) -> None:
    with pytest.raises(BadEvent, match="no words in it"):
        propose(wb, ANA, "test", an_event("\u200b", "50.00", journal=""))
