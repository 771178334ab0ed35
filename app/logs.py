"""Logs that can be shown to a stranger: no password or token in them, and no text of a book can forge a line."""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
import traceback
from io import TextIOWrapper
from pathlib import Path

from storage.printable import shown

GONE = "***"
_LARGEST, _KEPT = 2_000_000, 3  # bytes of a file, and how many old ones stay
_SECRETS = (
    re.compile(r"(?<=://)(?P<user>[^\s/:@]*):[^\s]+@(?=[^\s@]*)"),  # user:password@host, whatever the password holds
    re.compile(
        r"(?i)(?P<user>[\"']?\b(?:password|passwd|pwd|secret|token|ticket|api_?key|authorization|cookie)\b"
        r"[\"']?\s*[=:]\s*)(?:bearer\s+|basic\s+)?(?:\"[^\"]*\"|'[^']*'|[^\s,;&)}\]]+)"
    ),
    re.compile(r"(?P<user>[?&](?:code|state|ticket)=)[^\s&#]+"),  # of a sign-in that comes back by the address
)


def redacted(text: str) -> str:
    """``text`` without passwords of addresses, and without the values of fields that are called like secrets."""
    url, field, query = _SECRETS
    return query.sub(rf"\g<user>{GONE}", field.sub(rf"\g<user>{GONE}", url.sub(rf"\g<user>:{GONE}@", text)))


def traced(error: BaseException) -> str:
    """A traceback for a file: where and what, never the values of variables; secrets in messages are cut."""
    lines = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format()).splitlines()
    return redacted("\n".join(shown(line) for line in lines))


class Formatter(logging.Formatter):
    """One record is one line; the lines of its traceback are indented, so that none of them looks like a record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(name)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        record.message = redacted(shown(record.message))
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:  # noqa: N802
        error = ei[1] if isinstance(ei, tuple) else None
        text = traced(error) if isinstance(error, BaseException) else ""
        return "\n".join(f"    {line}" for line in text.splitlines())


def log_into(folder: Path) -> None:
    """Let everything of this process be logged into a file that only its user may read."""
    handler = _Private(folder / "counterpoint.log", maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(Formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)


class _Private(logging.handlers.RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        return super()._open()
