"""A network and a judge that have seen many books, so that a new book starts with more than nothing."""

from __future__ import annotations

from pathlib import Path

SHELF = Path(__file__).parent / "shelf"  # the checkpoints that come with the program
EVERYTHING = "all"  # the one learnt from every open book; the others each left one book out
NONE, AUTO = "none", "auto"
