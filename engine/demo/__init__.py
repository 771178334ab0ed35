"""Generated books: the demo company and its kin, for the first start, for tests and for pretraining."""

from __future__ import annotations

from engine.demo.generate import PROFILES, demo_book, generated_book
from engine.demo.write import write_book, write_demo

__all__ = ["PROFILES", "demo_book", "generated_book", "write_book", "write_demo"]
