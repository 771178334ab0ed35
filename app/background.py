"""Work in a thread that ends with the process; the one place where a thread's errors are caught."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
_log = logging.getLogger(__name__)


def start(name: str, work: Callable[[], T]) -> Future[T]:
    """Run ``work`` now; whoever asks the future gets its result or its error, and the log gets the traceback."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001  a background job's top
            _log.warning("%s ended with an error", name, exc_info=True)
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
