"""The pieces of `make test-long`."""

from __future__ import annotations

import re
import time

import pytest

from tests.faults.pieces import LAST_START, Piece

_BEGUN = time.monotonic()


@pytest.fixture
def piece(request: pytest.FixtureRequest) -> Piece:
    """What this test notes its result in; it is skipped where it did so for the same code."""
    found = Piece(re.sub(r"[^A-Za-z0-9]+", "_", request.node.name.removeprefix("test_")).strip("_"))
    if known := found.known():
        pytest.skip(f"done before with the same code, in {known['seconds']} s")
    if time.monotonic() - _BEGUN > LAST_START:
        pytest.fail("not begun, because the time is over; run `make test-long` again to go on from here")
    return found
