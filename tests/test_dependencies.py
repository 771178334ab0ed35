"""The policy of docs/security.md: every dependency has a lower bound, and what may break us an upper one."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

# Libraries whose new releases have never broken their callers' interfaces; a lower bound alone is their policy.
OPEN_ABOVE = frozenset({"tokenizers", "scipy", "pyarrow", "uvicorn", "tzdata"})


def test_every_dependency_is_bounded(repo_root: Path) -> None:
    project = tomllib.loads((repo_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    assert len(named) > 20
    for requirement in named:
        name, bounds = re.match(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?([^;]*)", requirement).groups()  # type: ignore[union-attr]
        assert ">=" in bounds or "==" in bounds, f"{requirement}: no lower bound"
        assert "<" in bounds or "==" in bounds or name in OPEN_ABOVE, f"{requirement}: no upper bound"
        assert "@" not in requirement, f"{requirement}: comes from an address, not from an index"
