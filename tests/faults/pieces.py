"""Long tests in pieces: each notes what came out, and is not done again while the code is the same."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.databases import programs

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / ".test-results" / "long"
LAST_START = 70 * 60.0  # seconds; no piece takes ten minutes, so all of it ends within eighty
_SOURCES = ("storage/**/*.py", "app/services/*.py", "engine/journal.py", "app/jobs.py", "tests/faults/*.py")
_MORE = ("tests/builders.py", "tests/databases.py", "tests/storage/test_life.py", "tests/storage/importers/**/*.py")
_LIBRARIES = ("duckdb", "duckdb-sqlalchemy", "sqlalchemy", "psycopg", "hypothesis")


@cache
def digest() -> str:
    """SHA-256 over all that a result depends on: the code, and the databases that it ran with."""
    found = hashlib.sha256()
    for path in sorted({p for pattern in (*_SOURCES, *_MORE) for p in ROOT.glob(pattern)}):
        found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    found.update(" ".join([*(f"{x} {version(x)}" for x in _LIBRARIES), str(programs())]).encode())
    return found.hexdigest()


@dataclass
class Piece:
    """One piece of long work by its name."""

    name: str
    _begun: float = field(default_factory=time.monotonic)

    @property
    def path(self) -> Path:
        return RESULTS / f"{self.name}.json"

    def known(self) -> dict[str, Any] | None:
        """What was noted for this very code, if anything was."""
        try:
            said = json.loads(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return said if said.get("digest") == digest() else None

    def note(self, figures: Mapping[str, object]) -> None:
        """The piece is done."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        said = {"digest": digest(), "seconds": round(time.monotonic() - self._begun, 1), **figures}
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(said, indent=1))
        part.replace(self.path)
