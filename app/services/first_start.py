"""What the first start does: a demo book and its first model, in the background."""

from __future__ import annotations

from app.services.workbench import Workbench

DEMO_BOOK = "demo"


def needed(wb: Workbench) -> bool:
    """True while the home holds no book at all."""
    raise NotImplementedError


def make_ready(wb: Workbench) -> None:
    """Create the demo book when there is no book, train it when it has no model; immediate otherwise."""
    raise NotImplementedError
