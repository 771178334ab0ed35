"""Use cases on a workbench over each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.services.workbench import Workbench, open_workbench


@pytest.fixture
def wb(_own_home: None, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A workbench on a home of its own, over the home's DuckDB file or a PostgreSQL database."""
    if database.startswith("postgresql"):
        monkeypatch.setenv("COUNTERPOINT_DATABASE_URL", database)
    workbench = open_workbench()
    yield workbench
    workbench.close()
