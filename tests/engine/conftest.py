"""One reader and one tiny trained model for all tests of the engine."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine import bundle
from engine.config import EncoderConfig
from engine.features import Reader
from engine.inference.predictor import Predictor
from engine.model.encoder import TextEncoder
from engine.training.run import Fitted, fit
from tests.builders import a_snapshot, some_entries
from tests.engine.encoders import save_small_xlmr
from tests.engine.made import TINY

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The embedded encoder, with its cache shared by all tests."""
    return Reader(TextEncoder(EncoderConfig()))


@pytest.fixture(scope="session")
def xlmr(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small encoder of the XLM-R kind; read only."""
    return save_small_xlmr(tmp_path_factory.mktemp("encoders") / "small-xlm-r")


@pytest.fixture(scope="session")
def fitted() -> Fitted:
    """A model of 120 entries with a judge of its own; tests that change its memory load the folder instead."""
    return fit(a_snapshot(*some_entries(120)), TINY)


@pytest.fixture(scope="session")
def bundle_folder(fitted: Fitted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That model, saved; read only."""
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    bundle.save(fitted.bundle, folder)
    return folder


@pytest.fixture
def predictor(bundle_folder: Path) -> Predictor:
    """The saved model, loaded anew: a test may teach it what it likes."""
    return Predictor.load(bundle_folder)
