"""Settings: read somewhere, saved whole, refused when they make no sense."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.config import (
    PARTS,
    PROFILES,
    EncoderConfig,
    LossConfig,
    MemoryConfig,
    NetworkConfig,
    TrainConfig,
    choices,
)

CLASSES: list[Any] = [TrainConfig, *PARTS.values()]
SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(engine.__file__).parent.rglob("*.py")
    if path.name != "config.py" and "demo" not in path.parts
)


@pytest.mark.parametrize(("owner", "name"), [(c.__name__, f.name) for c in CLASSES for f in fields(c)])
def test_every_setting_is_read(owner: str, name: str) -> None:
    """A setting that nobody reads is a lie in the log of experiments."""
    assert re.search(rf"\.{name}\b", SOURCE), f"{owner}.{name} is read nowhere in engine/"


def test_every_part_is_named_where_it_is_rebuilt() -> None:
    parts = {f.name for f in fields(TrainConfig) if is_dataclass(getattr(TrainConfig(), f.name))}
    assert parts == set(PARTS)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_configuration_comes_back_from_json(profile: str) -> None:
    config = PROFILES[profile](7)
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert config.seed == 7
    assert config.with_seed(8).seed == 8


@pytest.mark.parametrize("part", ["", *PARTS])
def test_an_unknown_name_is_refused_and_so_is_a_missing_one(part: str) -> None:
    saved = TrainConfig().to_dict()
    at: dict[str, Any] = saved[part] if part else saved
    at["temperature"] = 1.0
    with pytest.raises(ValueError, match="temperature"):
        TrainConfig.from_dict(saved)
    del at["temperature"]
    gone, _ = at.popitem()
    with pytest.raises(ValueError, match=gone):
        TrainConfig.from_dict(saved)


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (EncoderConfig, {"max_tokens": 2}),
        (MemoryConfig, {"slots": 0}),
        (MemoryConfig, {"slots": 50, "evidence": 20}),
        (NetworkConfig, {"hidden": 33, "heads": 4}),
        (NetworkConfig, {"max_lines": 1}),
        (TrainConfig, {"cuts": (0.7, 0.3)}),
        (TrainConfig, {"cuts": (0.0, 0.5)}),
        (TrainConfig, {"cuts": (0.5, 1.0)}),
    ],
)
def test_nonsense_is_refused(make: type, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        make(**settings)


@pytest.mark.parametrize("part", CLASSES, ids=lambda c: c.__name__)
def test_a_word_that_is_no_choice_is_refused_with_the_choices(part: Any) -> None:
    for name, allowed in choices(part).items():
        for word in allowed:
            assert getattr(part(**{name: word}), name) == word
        with pytest.raises(ValueError, match=f"{name} must be one of {allowed[0]}.*got 'sometimes'".replace("+", ".")):
            part(**{name: "sometimes"})


def test_negative_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        LossConfig(coverage=-0.1)
