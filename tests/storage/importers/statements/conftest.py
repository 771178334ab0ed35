"""Files of real banks that lie beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

FORMATS = Path(__file__).resolve().parents[5] / "shared" / "formats"


@pytest.fixture
def shared_formats() -> Path:
    if not FORMATS.is_dir():
        pytest.skip("the shared samples are not beside this repository; tests on files of real banks are skipped")
    return FORMATS
