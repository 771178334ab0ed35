"""Long work on millions of records that live on, without the cycle collector walking over them again and again.

Reading and storing a large file was a fifth to a third faster so (benchmarks/store.py). Reference counting goes on;
what is in cycles waits for the end of the work.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_at_work = 0
_was_on = False


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the collector still until the last of those who asked for it has ended; nesting and threads are fine."""
    global _at_work, _was_on  # noqa: PLW0603  the collector is one for the whole process
    with _lock:
        if not _at_work:
            _was_on = gc.isenabled()
            gc.disable()
        _at_work += 1
    try:
        yield
    finally:
        with _lock:
            _at_work -= 1
            if not _at_work and _was_on:
                gc.enable()
