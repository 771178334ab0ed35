"""A tuned encoder: only its upper layers change, only the past is seen, and everything is read with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import bundle
from engine.config import EncoderConfig, TrainConfig
from engine.errors import BundleDamaged, BundleMismatch, TrainingCancelled
from engine.features import Reader
from engine.inference.predictor import Predictor
from engine.journal import event_of
from engine.model.encoder import TextEncoder
from engine.training.run import Progress, Trained, train
from engine.training.tune import Examples, NoSuchLayers, trainable, tuned
from tests.builders import a_snapshot, an_event, some_entries
from tests.engine.encoders import LAYERS
from tests.engine.made import TINY

BOOK = some_entries(40)


def tuning(folder: Path, layers: int = 1, epochs: int = 3) -> TrainConfig:
    encoder = EncoderConfig(name=str(folder), train_layers=layers, tune_epochs=epochs, tune_rate=5e-3)
    return replace(TINY, encoder=encoder)


@pytest.fixture
def small(xlmr: Path) -> Reader:
    return Reader(TextEncoder(EncoderConfig(name=str(xlmr))))


@pytest.fixture(scope="module")
def made(xlmr: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A bundle whose encoder was tuned."""
    return train(a_snapshot(*BOOK), tmp_path_factory.mktemp("tuned") / "bundle", tuning(xlmr))


def changed(one: Reader, other: Reader) -> set[str]:
    ours, theirs = one.encoder.model.state_dict(), other.encoder.model.state_dict()
    return {name for name in ours if not ours[name].equal(theirs[name])}


def test_only_the_upper_layers_of_a_copy_change(small: Reader, xlmr: Path) -> None:
    before = small.encoder.digest
    config = tuning(xlmr)
    new = tuned(small, Examples.before(20, BOOK, config), config)
    assert small.encoder.digest == before == TextEncoder(EncoderConfig(name=str(xlmr))).digest
    assert new.encoder.digest != before
    assert changed(small, new)
    assert all(n.startswith(f"encoder.layer.{LAYERS - 1}.") for n in changed(small, new))
    whole = tuned(small, Examples.before(20, BOOK, config), tuning(xlmr, -1))
    assert any(n.startswith("embeddings.") for n in changed(small, whole))
    assert not any(p.requires_grad for p in whole.encoder.model.parameters())
    assert not whole.encoder.model.training


def test_texts_booked_alike_come_closer(small: Reader, xlmr: Path) -> None:
    config = tuning(xlmr, -1, epochs=30)
    examples = Examples.before(40, BOOK, config)
    new = tuned(small, examples, config)
    alike = np.array([[a == b for a in examples.sets] for b in examples.sets])

    def margin(reader: Reader) -> float:
        x = np.stack([e.pooled for e in reader.encoder.encode(reader.texts(examples.events))])
        return float((x @ x.T)[alike].mean() - (x @ x.T)[~alike].mean())

    assert margin(new) > margin(small) + 0.1


def test_the_future_is_not_seen_and_the_same_past_gives_the_same_weights(small: Reader, xlmr: Path) -> None:
    config = tuning(xlmr)
    other = (*BOOK[:20], *(replace(e, lines=BOOK[0].lines) for e in BOOK[20:]))
    ends = [tuned(small, Examples.before(20, book, config), config).encoder.digest for book in (BOOK, other)]
    assert ends[0] == ends[1]
    assert tuned(small, Examples.before(40, BOOK, config), config).encoder.digest != ends[0]


def test_the_random_numbers_of_the_run_stay_what_they_are(small: Reader, xlmr: Path) -> None:
    torch.manual_seed(3)
    want = torch.rand(1)
    torch.manual_seed(3)
    tuned(small, Examples.before(10, BOOK, tuning(xlmr)), tuning(xlmr))
    assert torch.rand(1).equal(want)


def test_one_way_of_booking_teaches_an_encoder_nothing(small: Reader, xlmr: Path) -> None:
    assert tuned(small, Examples.before(1, BOOK, tuning(xlmr)), tuning(xlmr)) is small


def test_more_layers_than_there_are_is_a_sentence(small: Reader, xlmr: Path) -> None:
    with pytest.raises(NoSuchLayers, match=f"7 layers .* it has {LAYERS}"):
        tuned(small, Examples.before(20, BOOK, tuning(xlmr)), tuning(xlmr, 7))
    with pytest.raises(ValueError, match="train_layers"):
        EncoderConfig(train_layers=-2)


def test_the_layers_of_the_embedded_encoder_are_found() -> None:
    twin = TextEncoder(EncoderConfig()).twin()
    total = sum(p.numel() for p in twin.model.parameters())
    top = sum(p.numel() for p in trainable(twin.model, 2))
    assert 0.1 < top / total < 0.2, "two of six layers, without the embeddings"
    assert twin.digest == TextEncoder(EncoderConfig()).digest
    assert not any(p.requires_grad for p in TextEncoder(EncoderConfig()).model.parameters())


def test_everything_in_the_bundle_was_read_with_the_tuned_encoder(made: Trained, xlmr: Path) -> None:
    loaded = bundle.load(made.folder)
    assert loaded.reader.encoder.digest != TextEncoder(EncoderConfig(name=str(xlmr))).digest
    assert bundle.read_manifest(made.folder)["encoder"] == {"digest": loaded.reader.encoder.digest, "own": True}
    memory = loaded.reasoner.memory
    again = loaded.reader.read([event_of(e) for e in memory.entries]).key
    np.testing.assert_allclose(memory.column("key").astype(np.float32), again, atol=2e-3)
    texts = torch.from_numpy(loaded.reader.read_accounts(loaded.reasoner.catalog))
    torch.testing.assert_close(loaded.reasoner.tensors.text, texts, atol=1e-5, rtol=0)


def test_a_tuned_embedded_encoder_travels_in_the_bundle(tmp_path: Path) -> None:
    config = replace(TINY, cuts=(0.5,), encoder=EncoderConfig(train_layers=1, tune_epochs=1))
    out = train(a_snapshot(*some_entries(10)), tmp_path / "bundle", config)
    loaded = bundle.load(out.folder)
    assert loaded.reader.encoder.digest != TextEncoder(EncoderConfig()).digest
    assert (out.folder / "encoder" / "model.safetensors").is_file()
    assert bundle.save(loaded, tmp_path / "again") == out.digest
    assert len(Predictor(loaded).predict([an_event()])) == 1


def test_a_new_process_answers_as_the_one_that_loaded_it_here(made: Trained) -> None:
    code = (
        "import sys, torch\ntorch.set_num_threads(1)\nfrom pathlib import Path\n"
        "from engine.inference.predictor import Predictor\nfrom tests.builders import an_event\n"
        "print(repr(Predictor.load(Path(sys.argv[1])).predict([an_event()])[0]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(made.folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == repr(Predictor.load(made.folder).predict([an_event()])[0])


def test_two_runs_give_one_digest(made: Trained, xlmr: Path, tmp_path: Path) -> None:
    assert train(a_snapshot(*BOOK), tmp_path / "again", tuning(xlmr)).digest == made.digest


def test_foreign_weights_are_refused(made: Trained, xlmr: Path, tmp_path: Path) -> None:
    """The original encoder in place of the tuned one, first as it is, then by a writer who kept the books of files."""
    loaded = bundle.load(made.folder)
    foreign = replace(loaded, reader=Reader(TextEncoder(EncoderConfig(name=str(xlmr)))))
    bundle.save(foreign, tmp_path / "foreign")
    weights = (tmp_path / "foreign" / "encoder" / "model.safetensors").read_bytes()
    bundle.save(loaded, tmp_path / "copy")
    (tmp_path / "copy" / "encoder" / "model.safetensors").write_bytes(weights)
    with pytest.raises(BundleDamaged, match="other bytes"):
        bundle.load(tmp_path / "copy")
    manifest = bundle.read_manifest(tmp_path / "copy")
    manifest["files"]["encoder/model.safetensors"] = bundle._sha(tmp_path / "copy" / "encoder" / "model.safetensors")
    manifest["digest"] = bundle._digest(manifest)
    bundle._dump(tmp_path / "copy" / "bundle.json", manifest)
    with pytest.raises(BundleMismatch, match="text encoder"):
        bundle.load(tmp_path / "copy")


def test_progress_rises_and_names_the_tuning(xlmr: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    train(a_snapshot(*BOOK), tmp_path / "out", tuning(xlmr), progress=told.append)
    fractions = [p.fraction for p in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1.0)
    assert any(p.note == "tuning the text encoder" for p in told)


def test_tuning_can_be_cancelled(xlmr: Path, tmp_path: Path) -> None:
    seen: list[str] = []
    cancelled: Callable[[], bool] = lambda: "tuning the text encoder" in seen  # noqa: E731
    with pytest.raises(TrainingCancelled):
        train(
            a_snapshot(*BOOK), tmp_path / "out", tuning(xlmr), progress=lambda p: seen.append(p.note),
            cancelled=cancelled,
        )  # fmt: skip
    assert not (tmp_path / "out").exists()
