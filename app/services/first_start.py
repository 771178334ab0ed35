"""What the first start does: a demo book and its first model, in the background."""

from __future__ import annotations

from concurrent.futures import Future

from app import background
from app.services import train
from app.services.access import GENERATED, Who, use_case
from app.services.import_ import ImportOptions, import_staged
from app.services.workbench import Workbench
from engine.demo import demo_book
from storage.records import JournalKind, Staged

DEMO_BOOK = "demo"
_OWN = "the process makes its demo book, for nobody"


@use_case(None, _OWN)
def needed(wb: Workbench) -> bool:
    """True while the store holds no book at all."""
    with wb.reading() as uow:
        return not uow.books.list()


@use_case(None, _OWN)
def make_ready(wb: Workbench) -> None:
    """Create the demo book when there is no book and start its training when it has neither model nor run.

    Immediate otherwise. The demo book goes the staging road of every import. A first training that failed is
    tried once more at the next start, because most causes (no room, a killed process) have passed by then.
    """
    if needed(wb):
        import_staged(wb, Who.program(), DEMO_BOOK, staged_demo(), ImportOptions(demo=True))
    with wb.reading() as uow:
        demo = uow.books.find(DEMO_BOOK)
        untrained = demo is not None and demo.demo and uow.models.champion(demo.book_id) is None
    if untrained and not train.running(wb, DEMO_BOOK) and _worth_a_try(wb):
        train.start(wb, Who.program(), DEMO_BOOK, "quick")


def _worth_a_try(wb: Workbench) -> bool:
    """No run so far, or a single one that failed; what fails twice is for a person to look at."""
    return train.latest(wb, DEMO_BOOK) is None or train.count(wb, DEMO_BOOK) == 1


def staged_demo() -> Staged:
    """The generated company as an importer would hand it over, kinds included."""
    snapshot = demo_book()
    journals = sorted({e.journal for e in snapshot.entries if e.journal})
    return Staged(
        book_hint=DEMO_BOOK,
        format=GENERATED,
        reason="A generated trading and service company over two years.",
        accounts=snapshot.accounts,
        entries=snapshot.entries,
        journals=tuple(JournalKind(journal=j, code=j) for j in journals),
    )


@use_case(None, _OWN)
def in_background(wb: Workbench) -> Future[None]:
    """`make_ready` without anybody waiting for it; the workbench opens even when it fails."""
    return background.start("first-start", lambda: make_ready(wb))
