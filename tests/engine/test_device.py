"""Where the encoder computes; what has no GPU takes the same path on the processor."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.config import EncoderConfig
from engine.device import device, halved
from engine.features import Reader
from engine.model.encoder import TextEncoder
from engine.text import Conditioned


def test_a_gpu_is_used_where_cuda_reaches_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for there, name in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert device().type == name


def test_precision_is_halved_on_a_gpu_only() -> None:
    with halved(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_states_come_back_to_the_processor(reader: Reader) -> None:
    encoder = TextEncoder(EncoderConfig())
    assert next(encoder.model.parameters()).device.type == device().type
    one = encoder.encode([Conditioned("BK 1e2", "Kontoführung")])[0]
    assert isinstance(one.states, np.ndarray)
    assert isinstance(one.pooled, np.ndarray)
    assert encoder.digest == reader.encoder.digest


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_reads_what_the_processor_reads(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Conditioned("BK 1e2", "Kontoführung")
    near = reader.encoder.encode([text])[0]
    twin = reader.encoder.twin()
    twin.model.to("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    np.testing.assert_allclose(twin.encode([text])[0].pooled, near.pooled, atol=1e-4)
