"""A bundle is read whole or not at all, and answers in another process as in the one that made it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine import bundle
from engine.errors import BundleDamaged, BundleMismatch, NotForServing
from engine.inference.predictor import Predictor
from engine.journal import event_of, money_text
from engine.training.run import Fitted
from tests.builders import an_event, some_entries
from tests.conftest import ROOT

ASKED = [an_event(), an_event("Taxi 🚕", "12.30", journal="", date=None), *(event_of(e) for e in some_entries(5))]

# What a new process prints must be, to the last bit, what the one that trained would print.
PRINT = """
import sys, torch
torch.set_num_threads(1)
from pathlib import Path
from engine.inference.predictor import Predictor
from tests.engine.test_bundle import ASKED, answers
print(answers(Predictor.load(Path(sys.argv[1]))))
"""


def answers(predictor: Predictor) -> str:
    """Every candidate with its probabilities in full, one event asked at a time."""

    def plain(value: object) -> str:
        return money_text(value) if isinstance(value, Decimal) else str(value)

    asked = [asdict(predictor.predict([event], explain=True)[0]) for event in ASKED]
    return json.dumps(asked, default=plain)  # floats are written with every digit they have


def test_a_new_process_answers_bit_for_bit_as_the_one_that_trained(fitted: Fitted, bundle_folder: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", PRINT, str(bundle_folder)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == answers(Predictor.load(bundle_folder))
    made = Predictor(replace(fitted.bundle, digest=Predictor.load(bundle_folder).digest))
    assert said.stdout.strip() == answers(made)


def test_what_was_saved_is_what_is_loaded(fitted: Fitted, bundle_folder: Path) -> None:
    loaded = bundle.load(bundle_folder)
    saved = fitted.bundle
    for name in ("book", "currency", "snapshot", "trained", "metrics"):
        assert getattr(loaded, name) == getattr(saved, name)
    assert loaded.reasoner.config == saved.reasoner.config
    assert loaded.reasoner.catalog == saved.reasoner.catalog
    assert loaded.reasoner.templates.templates == saved.reasoner.templates.templates
    assert loaded.reasoner.memory.entries == saved.reasoner.memory.entries
    ours, theirs = loaded.reasoner.network.state_dict(), saved.reasoner.network.state_dict()
    assert all(ours[n].equal(theirs[n]) for n in ours.keys() | theirs.keys())


def test_saving_again_gives_the_same_digest(fitted: Fitted, bundle_folder: Path, tmp_path: Path) -> None:
    assert bundle.save(bundle.load(bundle_folder), tmp_path / "again") == bundle.load(bundle_folder).digest
    assert bundle.save(fitted.bundle, tmp_path / "once more") == bundle.load(bundle_folder).digest


def test_nothing_in_it_is_a_pickle(bundle_folder: Path) -> None:
    names = {p.suffix for p in bundle_folder.rglob("*") if p.is_file()}
    assert names <= {".json", ".safetensors", ".txt"}


def test_it_says_what_it_was_made_with(bundle_folder: Path, tmp_path: Path) -> None:
    manifest = bundle.read_manifest(bundle_folder)
    assert manifest["versions"].keys() == set(bundle.LIBRARIES)
    assert str(tmp_path.parent) not in (bundle_folder / "bundle.json").read_text(encoding="utf-8")
    assert set(manifest["files"]) | {"bundle.json"} == {
        p.relative_to(bundle_folder).as_posix() for p in bundle_folder.rglob("*") if p.is_file()
    }


@pytest.fixture
def copy(bundle_folder: Path, tmp_path: Path) -> Path:
    """A bundle that may be broken."""
    return Path(shutil.copytree(bundle_folder, tmp_path / "copy"))


def test_a_flipped_byte_anywhere_is_refused(copy: Path) -> None:
    files = [p for p in sorted(copy.rglob("*")) if p.is_file()]
    assert len(files) >= 6
    for path in files:
        data = path.read_bytes()
        for at in (0, len(data) // 2, len(data) - 1):
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] if data else b"x")
            with pytest.raises((BundleDamaged, BundleMismatch), match=r"Restore the folder|train"):
                Predictor.load(copy)
        path.write_bytes(data)
    assert Predictor.load(copy).predict([an_event()])


def test_a_missing_file_is_named(copy: Path) -> None:
    for path in [p for p in sorted(copy.rglob("*")) if p.is_file()]:
        data = path.read_bytes()
        path.unlink()
        with pytest.raises(BundleDamaged) as told:
            Predictor.load(copy)
        assert path.name in str(told.value)
        path.write_bytes(data)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(BundleDamaged, match=r"bundle\.json cannot be read"):
            Predictor.load(folder)


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "another book": lambda m: m.update(book="other"),
    "another threshold": lambda m: m["config"]["judge"].update(sure_precision=0.1),
    "a file less to check": lambda m: m["files"].pop("judge.txt"),
    "other figures": lambda m: m["metrics"].update(exact=0.123),
    "another account": lambda m: m["catalog"][0].update(name="Cash"),
    "another template": lambda m: m["templates"].pop(),
    "no digest": lambda m: m.pop("digest"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_manifest_is_refused(copy: Path, edit: str) -> None:
    manifest = json.loads((copy / "bundle.json").read_text(encoding="utf-8"))
    EDITS[edit](manifest)
    (copy / "bundle.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BundleDamaged, match="changed after it was written"):
        Predictor.load(copy)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00"])
def test_a_manifest_that_is_none_is_refused(copy: Path, text: str) -> None:
    (copy / "bundle.json").write_text(text, encoding="utf-8")
    with pytest.raises(BundleDamaged):
        Predictor.load(copy)


def rewritten(folder: Path, **changes: object) -> None:
    """As an honest writer of another version would have left it: with a fitting digest."""
    manifest = {**json.loads((folder / "bundle.json").read_text(encoding="utf-8")), **changes}
    manifest["digest"] = bundle._digest(manifest)
    (folder / "bundle.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_another_format_is_a_mismatch(copy: Path) -> None:
    rewritten(copy, format=bundle.FORMAT + 1)
    with pytest.raises(
        BundleMismatch, match=rf"expected {bundle.FORMAT}, found {bundle.FORMAT + 1}\. Train the book again"
    ):
        Predictor.load(copy)


def test_another_encoder_is_a_mismatch(copy: Path) -> None:
    rewritten(copy, encoder={"digest": "0" * 64, "own": False})
    with pytest.raises(BundleMismatch, match="text encoder"):
        Predictor.load(copy)


def test_settings_of_another_version_are_refused(copy: Path) -> None:
    config = json.loads((copy / "bundle.json").read_text(encoding="utf-8"))["config"]
    rewritten(copy, config={**config, "temperature": 2.0})
    with pytest.raises(BundleDamaged, match="temperature"):
        Predictor.load(copy)


def test_the_time_it_was_made_is_no_part_of_the_digest(copy: Path) -> None:
    before = bundle.read_manifest(copy)["digest"]
    rewritten(copy, created="1999-01-01T00:00:00+00:00")
    assert bundle.read_manifest(copy)["digest"] == before


def test_an_interrupted_save_leaves_nothing(fitted: Fitted, tmp_path: Path) -> None:
    """The manifest, written last, holds what cannot be written."""
    bad = replace(fitted.bundle, metrics={"exact": object()})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        bundle.save(bad, tmp_path / "models" / "new")
    assert list((tmp_path / "models").iterdir()) == []


def test_saving_over_a_folder_is_refused_and_changes_nothing(fitted: Fitted, copy: Path) -> None:
    before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()}
    with pytest.raises(FileExistsError, match="never written over"):
        bundle.save(fitted.bundle, copy)
    assert {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()} == before
    assert [p.name for p in copy.parent.iterdir() if p.name.startswith(".bundle")] == []


def test_what_was_forgotten_is_not_in_the_bundle(bundle_folder: Path, tmp_path: Path) -> None:
    loaded = bundle.load(bundle_folder)
    loaded.reasoner.memory.forget(["E1"])
    bundle.save(loaded, tmp_path / "less")
    again = bundle.load(tmp_path / "less")
    assert len(again.reasoner.memory) == 119
    assert "E1" not in again.reasoner.memory
    assert '"E1"' not in (tmp_path / "less" / "memory.json").read_text(encoding="utf-8")


def test_an_experiment_is_not_saved(fitted: Fitted, tmp_path: Path) -> None:
    reasoner = fitted.bundle.reasoner
    network = replace(reasoner.config.network, catalog="redrawn")
    odd = replace(reasoner, config=replace(reasoner.config, network=network))
    with pytest.raises(NotForServing, match=r"network.catalog 'redrawn'.*Train with the default"):
        bundle.save(replace(fitted.bundle, reasoner=odd), tmp_path / "odd")
    assert not (tmp_path / "odd").exists()
