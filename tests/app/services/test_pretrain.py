"""Making bases from ledger files: licences are stated, nothing is written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services import pretrain
from app.services.errors import BadInput
from engine.base import EVERYTHING
from engine.base import pretrain as recipe
from engine.base.checkpoint import load
from engine.config import TrainConfig
from engine.demo import generated_book, write_book


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    folder = tmp_path / "cafe"
    write_book(generated_book("cafe-fr", seed=3, entries=40), folder)
    return folder


def test_bases_name_licence_and_origin_of_what_they_learnt(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ledger / pretrain.STATEMENT).write_text("# cafe\n\n- repo: example.org/cafe\n- licence: MIT\n", encoding="utf-8")
    monkeypatch.setattr(TrainConfig, "quick", TrainConfig.tiny)
    monkeypatch.setattr(pretrain, "GENERATED_ENTRIES", 30)
    monkeypatch.setattr(recipe, "EPOCHS", 1)
    said: list[str] = []
    pretrain.make([ledger], tmp_path / "out", companies=1, say=said.append)
    everything, without = load(tmp_path / "out" / EVERYTHING), load(tmp_path / "out" / "without-cafe")
    assert [(s.book, s.licence, s.origin) for s in everything.sources[:1]] == [("cafe", "MIT", "example.org/cafe")]
    assert all(s.generated for s in everything.sources[1:])
    assert without.sources == everything.sources[1:]
    assert any("cafe" in line for line in said)


def test_a_ledger_without_a_licence_teaches_nobody(ledger: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no licence is stated.*- licence"):
        pretrain.make([ledger], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone(ledger: Path) -> None:
    with pytest.raises(BadInput, match="something already"):
        pretrain.make([ledger], ledger)
