"""The docs say what the code does: every command, option, setting and link."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

import engine.config
from app.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["configuration.md", "commands.md"])
def test_generated_pages_are_up_to_date(generator: ModuleType, page: str) -> None:
    path = ROOT / "docs" / page
    assert path.read_text(encoding="utf-8") == generator.pages()[path], "run `make docs`"


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    parts = [c for c in vars(engine.config).values() if isinstance(c, type) and dataclasses.is_dataclass(c)]
    assert len(parts) >= 5
    for part in parts:
        section = text.partition(f"## {part.__name__}\n")[2].partition("\n## ")[0]
        for field in dataclasses.fields(part):
            assert f"| `{field.name}` |" in section, f"{part.__name__}.{field.name}"


def help_of(*words: str) -> str:
    done = CliRunner().invoke(cli, [*words, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert done.exit_code == 0, done.output
    return done.output


def names() -> list[str]:
    groups = [("", cli), *((f"{g.name} ", g.typer_instance) for g in cli.registered_groups if g.typer_instance)]
    found = [(prefix, c) for prefix, group in groups for c in group.registered_commands]
    return sorted(f"{prefix}{c.name or (c.callback and c.callback.__name__)}" for prefix, c in found)


def test_every_command_and_option_is_documented() -> None:
    """Asked of the running program, so that the generator cannot agree with itself in a mistake."""
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert {"run", "import", "train", "predict"} <= set(names())
    for name in names():
        section = text.partition(f"## counterpoint {name}\n")[2].partition("\n## ")[0]
        shown = help_of(*name.split())
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", shown)) - {"--help"}
        assert options <= set(re.findall(r"--[a-z][a-z-]*", section)), name
        for argument in re.findall(r"(?:Usage: .*?\[OPTIONS\])((?: \S+)*)", shown):
            assert all(x.strip(".[]{}") in section for x in argument.split()), name


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in names() if f"counterpoint {name}" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [x.partition("#")[0] for x in LINK.findall(page.read_text(encoding="utf-8"))]
    missing = [t for t in targets if t and "://" not in t and not (page.parent / t).exists()]
    assert missing == []


def test_make_words_are_those_of_the_docs() -> None:
    words = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"setup", "run", "test", "test-long", "lint", "types", "bench", "train", "app"} <= words
    for page in ("README.md", "CONTRIBUTING.md"):
        for word in re.findall(r"(?m)(?:^|`)make ([a-z-]+)", (ROOT / page).read_text(encoding="utf-8")):
            assert word in words, f"{page} says make {word}"


def test_the_ci_types_the_words_of_developers() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert script.startswith("#!/usr/bin/env bash")
    assert "set -euo pipefail" in script
    assert "make test" in script


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
