"""The one place that joins home, store, models and background jobs of a process."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.home import Home

if TYPE_CHECKING:
    from engine.inference.predictor import Predictor
    from storage.session import Store, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """Where a book's model stands.

    ``state`` is none, training, loading, ready or failed; ``fraction`` is in [0, 1]; ``seconds_left``
    is None when nobody can tell; ``note`` is a sentence for people; ``job`` names the training run.
    """

    state: str
    fraction: float = 0.0
    seconds_left: float | None = None
    note: str = ""
    job: str = ""


class Workbench:
    """Home, store, loaded models and running jobs of one process; safe to use from many threads."""

    home: Home
    store: Store

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that only reads."""
        raise NotImplementedError

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that commits when its block ends."""
        raise NotImplementedError

    def predictor(self, book: str) -> Predictor:
        """The champion's predictor; blocks while it loads. Raises UnknownBook, NoModelYet, EngineError."""
        raise NotImplementedError

    def model_state(self, book: str) -> ModelState:
        """Never blocks; starts loading the champion in the background when nobody has."""
        raise NotImplementedError

    def close(self) -> None:
        """Release the database file; running trainings go on."""
        raise NotImplementedError


def open_workbench(home: Home | None = None) -> Workbench:
    """The process-wide workbench of a home folder; raises StoreLocked, HomeUnusable."""
    raise NotImplementedError
