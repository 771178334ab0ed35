"""Any Hugging Face encoder by name of its folder: the embedded one, and one of the XLM-R kind made here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import XLMRobertaModel

from engine import bundle
from engine.config import EncoderConfig
from engine.errors import EncoderMissing
from engine.inference.predictor import Predictor
from engine.model.encoder import Encoded, TextEncoder, resolve
from engine.text import Conditioned
from engine.training.run import train
from tests.builders import a_snapshot, an_event, some_entries
from tests.engine.encoders import a_tokenizer
from tests.engine.made import TINY

TEXTS = [Conditioned("ER 1e4 1190.00", "Miete Büro März"), Conditioned("", "x"), Conditioned("BK", "a " * 300)]


@pytest.fixture(params=["embedded", "xlm-r"])
def encoder(request: pytest.FixtureRequest, xlmr: Path) -> TextEncoder:
    return TextEncoder(EncoderConfig(name="embedded" if request.param == "embedded" else str(xlmr)))


def test_an_encoder_of_the_xlmr_kind_trains_saves_loads_and_answers(xlmr: Path, tmp_path: Path) -> None:
    config = replace(TINY, encoder=EncoderConfig(name=str(xlmr), max_tokens=40))
    made = train(a_snapshot(*some_entries(24)), tmp_path / "bundle", config)
    predictor = Predictor.load(made.folder)
    assert predictor.digest == made.digest
    assert predictor._bundle.reader.encoder.width == 24
    first = predictor.predict([an_event()], explain=True)[0]
    assert {x.account for x in first.candidates[0].lines} == {"4210", "1576", "1600"}
    assert any(w.startswith("▁") for w, _ in first.trace[0].words)


def test_a_bundle_carries_an_encoder_that_is_not_the_embedded_one(xlmr: Path, tmp_path: Path) -> None:
    """The folder it came from may be gone: here it never was where the settings say."""
    config = replace(TINY, encoder=EncoderConfig(name=str(xlmr)))
    made = train(a_snapshot(*some_entries(8)), tmp_path / "bundle", config)
    encoder = bundle.load(made.folder).reader.encoder
    assert encoder._model is not TextEncoder(EncoderConfig(name=str(xlmr)))._model
    assert encoder.digest == TextEncoder(EncoderConfig(name=str(xlmr))).digest
    assert (made.folder / "encoder" / "model.safetensors").is_file()


def test_states_are_of_the_real_tokens_and_pooled_over_the_texts_own(encoder: TextEncoder) -> None:
    for text, one in zip(TEXTS, encoder.encode(TEXTS), strict=True):
        assert one.states.shape == (len(one.tokens), encoder.width)
        assert len(one.tokens) <= encoder.config.max_tokens
        assert one.states.dtype == np.float16
        own = encoder._tokenizer(
            text.words, text.text, truncation="longest_first", max_length=encoder.config.max_tokens
        )
        places = [i for i, s in enumerate(own.sequence_ids()) if s == 1]
        mean = one.states.astype(np.float32)[places].mean(0)
        np.testing.assert_allclose(one.pooled, mean / np.linalg.norm(mean), atol=5e-3)


def test_the_words_in_front_change_the_states_of_the_text(encoder: TextEncoder) -> None:
    one, other = encoder.encode([Conditioned("ER 1e4", "Miete"), Conditioned("BK 1e1", "Miete")])
    assert not np.allclose(one.pooled, other.pooled, atol=1e-3)


def test_the_order_of_texts_and_the_batch_change_nothing(encoder: TextEncoder) -> None:
    together = encoder.encode(TEXTS)
    small = TextEncoder(replace(encoder.config, batch=1))
    for text, one, alone in zip(TEXTS, together, small.encode(TEXTS[::-1])[::-1], strict=True):
        assert one.tokens == alone.tokens
        np.testing.assert_allclose(one.pooled, alone.pooled, atol=1e-5)
        assert encoder.encode([text])[0] is one, "a text seen before comes from the cache"


def test_special_tokens_padding_and_positions_are_those_of_the_xlmr_kind(xlmr: Path) -> None:
    """Positions start after the padding id, which is 1; padding a short text beside a long one changes nothing."""
    encoder, model = TextEncoder(EncoderConfig(name=str(xlmr))), XLMRobertaModel.from_pretrained(xlmr)
    model.train(mode=False)
    assert encoder._tokenizer.pad_token_id == model.config.pad_token_id == 1
    short = encoder.encode(TEXTS)[0]
    assert short.tokens[0] == "<s>"
    assert [i for i, t in enumerate(short.tokens) if t == "</s>"][-1] == len(short.tokens) - 1
    assert short.tokens.count("</s>") == 3, "one after the words, two around the text"
    ids = torch.tensor([encoder._tokenizer.convert_tokens_to_ids(list(short.tokens))])
    with torch.inference_mode():
        alone = model(ids, position_ids=torch.arange(2, 2 + ids.shape[1])[None]).last_hidden_state[0]
    np.testing.assert_allclose(short.states, alone.numpy(), atol=2e-3)


def test_a_text_without_tokens_has_no_direction(encoder: TextEncoder) -> None:
    blank = encoder.encode([Conditioned("ER 1e4 1190.00", "")])[0]
    assert not blank.pooled.any()
    assert np.isfinite(blank.states).all()


def test_progress_is_told_of_the_texts_that_are_new(encoder: TextEncoder) -> None:
    told: list[tuple[int, int]] = []
    texts = [Conditioned("progress", f"text {i}") for i in range(70)]
    encoder.encode(texts[:5])
    encoder.encode([*texts, *texts], lambda done, total: told.append((done, total)))
    assert told == [(64, 65), (65, 65)]
    encoder.encode(texts, lambda done, total: told.append((done, total)))
    assert len(told) == 2


def test_what_was_forgotten_is_computed_again(encoder: TextEncoder) -> None:
    one = encoder.encode(TEXTS[:1])[0]
    encoder.forget()
    again = encoder.encode(TEXTS[:1])[0]
    assert again is not one
    np.testing.assert_array_equal(again.states, one.states)


def test_the_digest_is_that_of_the_weights(xlmr: Path, tmp_path: Path) -> None:
    model = XLMRobertaModel.from_pretrained(xlmr)
    with torch.no_grad():
        model.embeddings.word_embeddings.weight[5, 5] += 1e-3
    model.save_pretrained(tmp_path / "other")
    a_tokenizer().save_pretrained(tmp_path / "other")
    one, other = (TextEncoder(EncoderConfig(name=str(f))) for f in (xlmr, tmp_path / "other"))
    assert one.digest != other.digest
    assert one.digest == TextEncoder(EncoderConfig(name=str(xlmr))).digest


@pytest.mark.parametrize("name", ["nobody/no-such-encoder", "no-such-folder", ""])
def test_an_encoder_that_cannot_be_found_is_a_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderMissing) as told:
        TextEncoder(EncoderConfig(name=name))
    assert told.value.name == name
    assert "use 'embedded'" in str(told.value)
    assert "path of a folder" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_folder_without_weights_is_a_sentence(xlmr: Path, tmp_path: Path) -> None:
    a_tokenizer().save_pretrained(tmp_path)
    (tmp_path / "config.json").write_bytes((xlmr / "config.json").read_bytes())
    with pytest.raises(EncoderMissing, match="config"):
        TextEncoder(EncoderConfig(name=str(tmp_path)))


def test_the_embedded_encoder_is_a_folder_that_is_there() -> None:
    assert Path(resolve("embedded")).is_dir()
    assert resolve("some/name") == "some/name"


def test_two_threads_may_load_their_first_encoder_at_once() -> None:
    """In a process of its own, where nothing has imported transformers yet."""
    code = (
        "import threading, sys\n"
        "from engine.config import EncoderConfig\n"
        "from engine.model.encoder import TextEncoder\n"
        "made = []\n"
        "def load(): made.append(TextEncoder(EncoderConfig()).width)\n"
        "def other():\n"
        "    from transformers.models.auto.modeling_auto import AutoModel\n"
        "    made.append(AutoModel.__name__)\n"
        "threads = [threading.Thread(target=f) for f in (load, other, load, other)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "print(sorted(map(str, made)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "['384', '384', 'AutoModel', 'AutoModel']", done.stderr


def test_the_same_texts_make_the_same_batches_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """One text asked with many amounts of one length: only the words in front of it tell them apart."""
    encoder = TextEncoder(EncoderConfig(batch=7))
    batches: list[list[Conditioned]] = []
    forward = encoder._forward

    def watched(texts: Sequence[Conditioned]) -> list[Encoded]:
        batches.append(list(texts))
        return forward(texts)

    monkeypatch.setattr(encoder, "_forward", watched)
    asked = [Conditioned(f"amount {n}", "Uber") for n in range(100, 140)]
    encoder.encode(asked[::-1])
    assert [t for batch in batches for t in batch] == asked
