"""The loaded models of this process: one predictor a book, read in the background, swapped in one step."""

from __future__ import annotations

import gc
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app import background
from app.home import Home
from app.services.errors import ModelLoading, NoModelYet
from engine.errors import BundleDamaged, BundleMismatch
from engine.journal import Entry
from storage.records import Book, ModelRecord
from storage.taxes import TaxRow

if TYPE_CHECKING:
    from engine.bundle import Bundle
    from engine.inference.predictor import Predictor
    from engine.retrieval.memory import Memory
    from storage.session import Store

AT_ONCE = 32  # entries embedded in one step, a fraction of a second
MOST_LOADED = 3  # books whose models stay in memory; the one used longest ago goes first

# Two threads that import transformers for the first time at once break each other's import, and two models
# read at once take longer than one after the other.
_one_at_a_time = threading.Lock()


@dataclass(eq=False)
class Loaded:
    """A predictor and the point of the journal up to which its memory reaches; use it under ``lock``."""

    digest: str
    made: Bundle
    predictor: Predictor
    memory: Memory
    taxes: tuple[TaxRow, ...] = ()  # the book's own table as the predictor knows it
    head: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)
    catching: threading.Lock = field(default_factory=threading.Lock)  # held while the memory is brought up to date


class Predictors:
    """Hands out predictors; safe to use from many threads."""

    def __init__(self, home: Home, store: Store) -> None:
        self._home, self._store = home, store
        self._lock = threading.Lock()
        self._ready: OrderedDict[str, Loaded] = OrderedDict()
        self._pending: dict[tuple[str, str], Future[Loaded]] = {}
        # Two inferences on two cores take longer together than one after the other.
        self.turns = threading.BoundedSemaphore(max(1, (os.cpu_count() or 2) // 2))

    def folder(self, record: ModelRecord) -> Path:
        return self._home.bundles / record.folder

    def champion(self, book: Book) -> ModelRecord | None:
        with self._store.unit_of_work(read_only=True) as uow:
            return uow.models.champion(book.book_id)

    def get(self, book: Book, *, wait: bool = True) -> Loaded:
        """The champion's predictor. Raises NoModelYet, EngineError, and ModelLoading when told not to wait."""
        record = self.champion(book)
        if record is None:
            raise NoModelYet(book.name)
        loaded = self._current(book, record)
        if loaded is not None:
            return loaded
        future = self._loading(book, record, again=True)
        if not wait and not future.done():
            raise ModelLoading(book.name)
        return future.result()

    def look(self, book: Book, record: ModelRecord) -> Future[Loaded] | Loaded:
        """What has become of loading this model; starts it when nobody has. Never blocks."""
        return self._current(book, record) or self._loading(book, record, again=False)

    def known_broken(self, book_id: str, record: ModelRecord) -> bool:
        """Whether this model is missing, or was found damaged or foreign when somebody asked for it."""
        with self._lock:
            future = self._pending.get((book_id, record.digest))
        error = future.exception() if future is not None and future.done() else None
        return isinstance(error, (BundleDamaged, BundleMismatch)) or not (self.folder(record) / "bundle.json").is_file()

    def whole(self, book: Book, record: ModelRecord) -> None:
        """Read a model from the disk and let it go. Raises BundleDamaged, BundleMismatch."""
        from engine import bundle

        with _one_at_a_time:
            _belongs(bundle.load(self.folder(record)), book, record)

    def _current(self, book: Book, record: ModelRecord) -> Loaded | None:
        with self._lock:
            loaded = self._ready.get(book.book_id)
            if loaded is None or loaded.digest != record.digest:
                return None
            self._ready.move_to_end(book.book_id)
            return loaded

    def _loading(self, book: Book, record: ModelRecord, *, again: bool) -> Future[Loaded]:
        """The load under way; after a failure a new one when ``again``, so that a repaired folder is found."""
        key = (book.book_id, record.digest)
        with self._lock:
            known = self._pending.get(key)
            if known is not None and not (again and known.done() and known.exception() is not None):
                return known
            future = background.start(f"load-{book.name}", lambda: self._load(book, record))
            self._pending[key] = future
        return future

    def _load(self, book: Book, record: ModelRecord) -> Loaded:
        with _one_at_a_time:
            loaded = self._read(book, record)
        with self._lock:
            self._ready[book.book_id] = loaded
            self._ready.move_to_end(book.book_id)
            while len(self._ready) > MOST_LOADED:
                self._ready.popitem(last=False)
            self._pending.pop((book.book_id, record.digest), None)
        return loaded

    def _read(self, book: Book, record: ModelRecord) -> Loaded:
        import torch

        from engine import bundle
        from engine.inference.predictor import Predictor

        torch.set_num_threads(1)  # a second thread waits at barriers whenever anything else runs
        made = bundle.load(self.folder(record))
        _belongs(made, book, record)
        loaded = Loaded(record.digest, made, Predictor(made), made.reasoner.memory)
        self.catch_up(book, loaded)
        gc.unfreeze()  # what an earlier model left in cycles goes now
        gc.collect()
        gc.freeze()  # what torch and the weights allocated is never garbage: keeps later collections short
        return loaded

    def catch_up(self, book: Book, loaded: Loaded, *, wait: bool = True) -> None:
        """Bring the memory to what the journal teaches now: approvals and imports in, reversed and forgotten out.

        When told not to wait, a large import is remembered in the background and answers go on meanwhile.
        """
        with self._store.unit_of_work(read_only=True) as uow:
            head = uow.journal.head(book.book_id)
            if head == loaded.head or (not wait and loaded.catching.locked()):
                return
            changed = uow.journal.touched(book.book_id, loaded.head) if loaded.head >= 0 else None
            teaching = uow.journal.teaching(book.book_id, changed)
            taxes = uow.taxes.current(book.book_id)
        if taxes != loaded.taxes:
            _use_taxes(loaded, taxes)
        rows = (loaded.memory.entries[int(row)] for row in loaded.memory.live())
        known = {e.entry_id: e for e in rows if changed is None or e.entry_id in changed}
        gone = sorted(known.keys() - {e.entry_id for e in teaching})
        fresh = [e for e in teaching if known.get(e.entry_id) != e]
        if wait or len(fresh) <= AT_ONCE:
            _remember(loaded, head, gone, fresh)
        else:
            background.start(f"remember-{book.name}", lambda: _remember(loaded, head, gone, fresh))


def _use_taxes(loaded: Loaded, taxes: tuple[TaxRow, ...]) -> None:
    """A book's own codes take the place of those that its history implies; without any, history speaks again."""
    from app.services.taxes import table_of
    from engine.inference.predictor import Predictor

    with loaded.lock:
        loaded.predictor = Predictor(loaded.made, table_of(taxes) if taxes else None)
        loaded.taxes = taxes


def _remember(loaded: Loaded, head: int, gone: Sequence[str], fresh: Sequence[Entry]) -> None:
    """Change the memory in small steps, so that a prediction never waits for more than one of them."""
    with loaded.catching:
        with loaded.lock:
            loaded.predictor.forget(gone)
        for start in range(0, len(fresh), AT_ONCE):
            with loaded.lock:
                loaded.predictor.remember(fresh[start : start + AT_ONCE])
        loaded.head = head


def _belongs(made: Bundle, book: Book, record: ModelRecord) -> None:
    if made.book != book.name:
        raise BundleMismatch("The model's book", book.name, made.book, "Train this book, or restore its own model.")
    if made.digest != record.digest:
        remedy = "Restore the folder from a backup, or train again."
        raise BundleMismatch("The model's digest", record.digest, made.digest, remedy)
