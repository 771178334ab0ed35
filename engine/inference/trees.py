"""Boosted trees over candidates: LightGBM (Ke et al. 2017) in its text format, never a pickle."""

from __future__ import annotations

from functools import lru_cache

import lightgbm as lgb
import numpy as np

from engine.config import JudgeConfig
from engine.inference.evidence import NAMES
from engine.sketch import Floats


def grow(features: Floats, right: Floats, config: JudgeConfig, seed: int) -> str:
    """Trees that tell right candidates from wrong ones: ``features`` (n, len(NAMES)), ``right`` (n,) 0 or 1."""
    settings = {
        "objective": "binary", "num_leaves": config.leaves, "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.min_rows, "lambda_l2": config.l2, "feature_fraction": 0.7,
        "bagging_fraction": 0.8, "bagging_freq": 1, "seed": seed, "deterministic": True, "force_row_wise": True,
        "num_threads": 1, "verbosity": -1,
    }  # fmt: skip
    data = lgb.Dataset(features, label=right, feature_name=list(NAMES), free_raw_data=True)
    return str(lgb.train(settings, data, num_boost_round=config.rounds).model_to_string())


def chances(trees: str, features: Floats) -> Floats:
    """(n,) float32 what the trees make of candidates."""
    return np.asarray(_planted(trees).predict(features, num_threads=1), np.float32)


@lru_cache(maxsize=16)
def _planted(trees: str) -> lgb.Booster:
    """Read once: a base's trees serve every judge of a process."""
    return lgb.Booster(model_str=trees)
