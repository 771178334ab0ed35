"""What the first start does: a demo book and its first model, in the background."""

from __future__ import annotations

import tempfile
from concurrent.futures import Future
from pathlib import Path

from app import background
from app.services import train
from app.services.import_ import ImportOptions, import_file
from app.services.workbench import Workbench

DEMO_BOOK = "demo"
BY = "Counterpoint"


def needed(wb: Workbench) -> bool:
    """True while the store holds no book at all."""
    with wb.reading() as uow:
        return not uow.books.list()


def make_ready(wb: Workbench) -> None:
    """Create the demo book when there is no book and start its training when it has neither model nor run.

    Immediate otherwise. The demo book goes the staging road of every import.
    """
    if needed(wb):
        from engine.demo import write_demo  # generates two years of entries

        with tempfile.TemporaryDirectory(prefix="counterpoint-demo-") as folder:
            write_demo(Path(folder))
            import_file(wb, DEMO_BOOK, Path(folder), ImportOptions(demo=True), by=BY)
    with wb.reading() as uow:
        demo = uow.books.find(DEMO_BOOK)
        untrained = demo is not None and demo.demo and uow.models.champion(demo.book_id) is None
    if untrained and not train.running(wb, DEMO_BOOK) and train.latest(wb, DEMO_BOOK) is None:
        train.start(wb, DEMO_BOOK, "quick", by=BY)


def in_background(wb: Workbench) -> Future[None]:
    """`make_ready` without anybody waiting for it; the workbench opens even when it fails."""
    return background.start("first-start", lambda: make_ready(wb))
