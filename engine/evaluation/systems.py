"""Contenders by name. Heavy imports happen when one is made."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

from engine.base import AUTO
from engine.errors import EngineError
from engine.evaluation.system import System

COUNTERPOINT = "counterpoint"
PEERS = ("svm", "knn_tfidf", "knn_minilm", "most_frequent", "smart_importer")


class SystemAbsent(EngineError):
    """A contender that cannot run here."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"{name} cannot take part: {why}.")


def absent(name: str) -> str:
    """Why a contender cannot run on this machine; empty where it can."""
    if name == "smart_importer" and importlib.util.find_spec("smart_importer") is None:
        return "the package smart_importer is not installed (pip install smart_importer beancount)"
    return ""


def make(name: str, *, seed: int = 0, threads: int = 1, base: str = AUTO) -> System:
    """A fresh contender. Peers have neither randomness nor a base, so both are ours alone. Raises SystemAbsent."""
    if why := absent(name):
        raise SystemAbsent(name, why)
    if name == COUNTERPOINT:
        from engine.config import TrainConfig
        from engine.evaluation.counterpoint import Counterpoint

        return Counterpoint(replace(TrainConfig.quick(seed), threads=threads, base=base))
    return _peer(name)


def _peer(name: str) -> System:
    from engine.evaluation.peers import Knn, MostFrequent
    from engine.evaluation.spaces import TfidfSpace, VectorSpace, embedded_encode
    from engine.evaluation.svm import Svm

    if name == "most_frequent":
        return MostFrequent()
    if name == "knn_tfidf":
        return Knn(name, TfidfSpace())
    if name == "knn_minilm":
        return Knn(name, VectorSpace(embedded_encode))
    if name == "svm":
        return Svm()
    if name == "smart_importer":
        from engine.evaluation.smart_importer_peer import SmartImporter

        return SmartImporter()
    raise SystemAbsent(name, f"there is no contender of that name; known are {', '.join((COUNTERPOINT, *PEERS))}")
