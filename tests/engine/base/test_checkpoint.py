"""A base: kept whole, never used on a book that it has seen, and never in the way of other settings."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import torch

from engine.base import AUTO, EVERYTHING, NONE, SHELF
from engine.base.checkpoint import choose, chosen, fingerprint, load
from engine.base.pretrain import pretrain, source_of
from engine.catalog import Catalog
from engine.config import NetworkConfig
from engine.errors import BaseUnusable
from engine.features import Reader
from engine.inference.predictor import Predictor
from engine.journal import Snapshot
from engine.model.accounts import CatalogTensors
from engine.model.network import Network, Widths
from engine.training.run import fit
from tests.builders import CATALOG, a_snapshot, an_entry, an_event, some_entries
from tests.engine.made import TINY, many_shapes


def books() -> list[Snapshot]:
    return [replace(a_snapshot(*some_entries(90)), book="one"), replace(a_snapshot(*many_shapes(40)), book="two")]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bases of two open books and a generated one."""
    folder = tmp_path_factory.mktemp("bases") / "shelf"
    own = replace(a_snapshot(*(replace(e, description=f"{e.description} own") for e in some_entries(30))), book="own")
    open_ones = [(b, source_of(b, "MIT", "somewhere/open")) for b in books()]
    pretrain([*open_ones, (own, source_of(own, "ours"))], folder, TINY)
    return folder


def test_there_is_one_of_all_and_one_without_each_open_book(shelf: Path) -> None:
    made = {p.name: load(p) for p in shelf.iterdir()}
    assert made.keys() == {EVERYTHING, "without-one", "without-two"}
    assert [s.book for s in made["without-one"].sources] == ["two", "own"]
    one, two = (b.entries for b in books())
    assert made[EVERYTHING].has_seen(one[:1])
    assert made[EVERYTHING].has_seen(two[-1:])
    assert made["without-two"].has_seen(one)
    assert not made["without-two"].has_seen(two)


def test_a_book_starts_from_the_first_base_that_has_not_seen_it(shelf: Path) -> None:
    one, two = books()

    def start(snapshot: Snapshot) -> str:
        base = choose(AUTO, snapshot.entries, shelf)
        return base.name if base else NONE

    assert [start(one), start(two)] == ["without-one", "without-two"]
    assert start(a_snapshot(an_entry("Something else"))) == EVERYTHING
    assert start(a_snapshot(*one.entries[:1], *two.entries[:1])) == NONE
    assert choose(NONE, one.entries, shelf) is None
    assert chosen(AUTO, one.entries, shelf) == str(shelf / "without-one")
    assert chosen(AUTO, [*one.entries[:1], *two.entries[:1]], shelf) == chosen(NONE, one.entries, shelf) == NONE
    with pytest.raises(BaseUnusable, match="learnt from entries of this very book"):
        choose(str(shelf / EVERYTHING), one.entries)


def test_an_entry_is_known_again_however_it_was_written() -> None:
    entry = an_entry("Miete  März", "D 4210 100.00", "C 1200 100.00")
    again = replace(entry, entry_id="other", lines=tuple(replace(x, amount=Decimal(100)) for x in entry.lines[::-1]))
    assert fingerprint(entry) == fingerprint(again)
    assert fingerprint(entry) != fingerprint(replace(entry, description="Miete April"))


def test_a_network_starts_with_its_weights_and_no_residual(shelf: Path, reader: Reader) -> None:
    base, catalog = load(shelf / EVERYTHING), Catalog.of(CATALOG)
    tensors = CatalogTensors.of(catalog, reader, catalog.rows)
    network = Network(TINY.network, Widths.of(reader, tensors, len(catalog)))
    assert base.start(network, reader)
    assert torch.equal(network.side.weight, base.weights["side.weight"])
    assert not network.catalog.residual.any()
    wider = NetworkConfig(hidden=64, heads=2)
    assert not base.start(Network(wider, Widths.of(reader, tensors, len(catalog))), reader)


@pytest.mark.parametrize("name", ["network.safetensors", "judge.txt", "seen.bin", "base.json"])
def test_a_changed_file_is_refused(shelf: Path, tmp_path: Path, name: str) -> None:
    copy = Path(shutil.copytree(shelf / EVERYTHING, tmp_path / "copy"))
    (copy / name).write_bytes((copy / name).read_bytes()[:-9])
    with pytest.raises(BaseUnusable, match=r"Use 'auto'"):
        load(copy)


def test_nothing_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BaseUnusable, match=r"nowhere.*cannot be read"):
        choose(str(tmp_path / "nowhere"), ())


def test_a_book_without_entries_answers_from_its_catalog(shelf: Path) -> None:
    empty = Snapshot(book="new", accounts=CATALOG, entries=())
    made = fit(empty, replace(TINY, base=str(shelf / "without-two"))).bundle
    proposal = Predictor(made).predict([an_event()])[0]
    assert made.base.startswith("without-two ")
    best = proposal.candidates[0]
    assert sum(x.amount for x in best.lines if x.side == 0) == sum(x.amount for x in best.lines if x.side == 1) > 0
    assert best.probability <= 0.45, "nothing is sure where nothing was ever booked"


def test_a_base_changes_how_a_book_begins(shelf: Path) -> None:
    snapshot = a_snapshot(*many_shapes(12))
    started = fit(snapshot, replace(TINY, base=str(shelf / "without-two"))).bundle
    alone = fit(snapshot, TINY).bundle
    assert alone.base == NONE
    assert started.judge.base.trees
    assert not torch.equal(started.reasoner.network.side.weight, alone.reasoner.network.side.weight)


@pytest.mark.skipif(not SHELF.is_dir(), reason="no base comes with this copy")
def test_the_bases_that_come_along_are_whole_small_and_of_open_books() -> None:
    folders = sorted(SHELF.iterdir())
    assert {EVERYTHING} < {p.name for p in folders}
    assert sum(p.stat().st_size for folder in folders for p in folder.iterdir()) <= 20 * 2**20
    for folder in folders:
        base = load(folder)
        assert base.weights.keys() >= {"side.weight"}
        assert all(s.licence and s.entries for s in base.sources)
        assert folder.name == EVERYTHING or folder.name.removeprefix("without-") not in {s.book for s in base.sources}
