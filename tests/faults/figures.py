"""Prints what the pieces of `make test-long` noted last: ``python -m tests.faults.figures``."""

from __future__ import annotations

import json
import sys

from tests.faults.pieces import RESULTS, digest


def rows() -> list[tuple[str, float, str]]:
    """Name, seconds and figures of each piece; a star marks one that other code was tried with."""
    found = []
    for path in sorted(RESULTS.glob("*.json")):
        said = json.loads(path.read_text())
        old = "" if said.pop("digest") == digest() else " *"
        seconds = said.pop("seconds")
        text = ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in said.items())
        found.append((path.stem.replace("_", " ") + old, seconds, text))
    return found


if __name__ == "__main__":
    lines = ["| Piece | Seconds | What came out |", "| :-- | --: | :-- |"]
    lines += [f"| {name} | {seconds:.0f} | {text} |" for name, seconds, text in rows()]
    sys.stdout.write("\n".join(lines) + "\n")
