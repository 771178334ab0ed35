"""What is said when this program itself has gone wrong: a sentence for people, the traceback in a file."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path


def mishap(error: BaseException, logs: Path | None) -> str:
    """The sentence; the traceback goes into ``logs``, or into the sentence where that cannot be written."""
    text = "".join(traceback.format_exception(error))
    where = text
    if logs is not None:
        path = logs / f"error-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.log"
        try:
            path.write_text(text, encoding="utf-8")
            where = f"Details are in {path}."
        except OSError:
            where = text
    return f"Something went wrong that should not have: {type(error).__name__}: {error}. {where}"
