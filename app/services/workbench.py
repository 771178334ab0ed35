"""The one place that joins home, store, loaded models and background runs of a process."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.home import Home
from app.jobs import Jobs
from app.services.predictors import Loaded, Predictors
from storage.records import Book
from storage.session import Store, UnitOfWork, open_store

if TYPE_CHECKING:
    from engine.inference.predictor import Predictor


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """Where a book's model stands.

    ``state`` is none, training, loading, ready or failed; ``fraction`` is in [0, 1]; ``seconds_left``
    is None when nobody can tell; ``note`` is a sentence for people. ``job`` names a training under way,
    which a book may have while its model is ready, or the one that failed.
    """

    state: str
    fraction: float = 0.0
    seconds_left: float | None = None
    note: str = ""
    job: str = ""


class Workbench:
    """Home, store, loaded models and running jobs of one process; safe to use from many threads."""

    def __init__(self, home: Home, store: Store) -> None:
        self.home, self.store = home, store
        self.jobs = Jobs(home.runs)
        self.predictors = Predictors(home, store)
        self.settling = threading.Lock()
        self.closed = threading.Event()
        self.url = ""  # of the pages, where this process serves them
        self.loopback = False  # whether the pages are served to this machine alone

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that only reads."""
        return self.store.unit_of_work(read_only=True)

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that commits when its block ends."""
        return self.store.unit_of_work()

    def book(self, name: str) -> Book:
        """Raises UnknownBook, naming those there are."""
        with self.reading() as uow:
            return uow.books.get(name)

    def loaded(self, book: str, *, wait: bool = True) -> Loaded:
        """The champion with its memory as of now. Raises UnknownBook, NoModelYet, ModelLoading, EngineError."""
        found = self.book(book)
        loaded = self.predictors.get(found, wait=wait)
        self.predictors.catch_up(found, loaded, wait=wait)
        return loaded

    def predictor(self, book: str) -> Predictor:
        """The champion's predictor; blocks while it loads. Raises UnknownBook, NoModelYet, EngineError."""
        return self.loaded(book).predictor

    def model_state(self, book: str) -> ModelState:
        """Never waits for a model; starts loading the champion when nobody has. Raises UnknownBook."""
        from app.services import train  # the use case builds on this module

        found = self.book(book)
        training = train.latest(self, book)
        record = self.predictors.champion(found)
        if record is None:
            return training or ModelState(state="none", note="This book has no model yet. Train one from its history.")
        state = _load_state(self.predictors.look(found, record))
        if training is None or training.state != "training":
            return state
        if state.state == "failed":
            return training
        return replace(state, job=training.job)

    def close(self) -> None:
        """Release the database file; running trainings go on."""
        self.closed.set()
        with _registry:
            if _open.get(self.home) is self:
                del _open[self.home]
        self.store.close()


def open_workbench(home: Home | None = None) -> Workbench:
    """The workbench of a home in this process, opened by the first who asks; raises StoreLocked, HomeUnusable."""
    where = home or Home.from_env()
    with _registry:
        found = _open.get(where)
        if found is None:
            where.prepared()
            found = _open[where] = Workbench(where, open_store(where.database_url))
        return found


_open: dict[Home, Workbench] = {}
_registry = threading.RLock()


def _load_state(found: Future[Loaded] | Loaded) -> ModelState:
    if isinstance(found, Loaded):
        return ModelState(state="ready", fraction=1.0)
    if not found.done():
        return ModelState(state="loading", note="The model is being read; this takes a few seconds.")
    error = found.exception()
    return ModelState(state="failed", note=str(error)) if error else ModelState(state="ready", fraction=1.0)
