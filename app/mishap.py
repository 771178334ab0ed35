"""What is said when this program itself has gone wrong: a sentence for people, the traceback in a file."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from app.logs import redacted, traced
from storage.printable import shown


def mishap(error: BaseException, logs: Path | None) -> str:
    """The sentence; the traceback goes into ``logs``, or into the sentence where that cannot be written."""
    text = traced(error)
    where = text
    if logs is not None:
        path = logs / f"error-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.log"
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            where = f"Details are in {path}."
        except OSError:
            where = text
    return f"Something went wrong that should not have: {type(error).__name__}: {redacted(shown(str(error)))}. {where}"
