"""Train a book's model in a process of its own and take the result into the book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.services.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainReport:
    """A finished training; ``champion`` is True when the new model is the one in use now."""

    book: str
    job: str
    bundle: str
    champion: bool
    seconds: float
    metrics: dict[str, float] = field(default_factory=dict)


def start(wb: Workbench, book: str, profile: str = "quick", *, by: str = "system") -> str:
    """Freeze a snapshot and launch the training; returns the run's name. Raises UnknownBook, TooLittleHistory,
    TrainingBusy."""
    raise NotImplementedError


def wait(wb: Workbench, job: str, progress: Callable[[str], None]) -> TrainReport:
    """Block until the run has ended and its model belongs to the book; raises TrainingFailed, TrainingCancelled."""
    raise NotImplementedError


def cancel(wb: Workbench, job: str) -> None:
    """Ask the training to stop; nothing of it will be kept."""
    raise NotImplementedError
