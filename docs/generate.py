"""Writes docs/configuration.md and docs/commands.md from the code, so that they cannot drift: `make docs`."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import get_args, get_type_hints

from typer.models import ArgumentInfo

ROOT = Path(__file__).resolve().parent.parent
HEADER = "<!-- Written by docs/generate.py from {source}; run `make docs` after a change. -->\n"


def configuration(source: str, provider: str) -> str:
    """Return the page of every dataclass and field of the two modules; the comment beside a field is its text."""
    out = ["# Configuration", "", HEADER.format(source="engine/config.py and app/services/provider.py")]
    out += [
        "The settings of one training run. They are saved whole in each bundle (`bundle.json`), and a bundle whose",
        "settings this version does not know is refused. `counterpoint train --quick` and `--deep` choose the profiles",
        "`TrainConfig.quick()` and `TrainConfig.full()`; `tiny` is for tests.",
        "",
        "Who signs in with an identity provider is the business of `ProviderSettings`, at the end of this page.",
        "",
        *_sections(source),
        *_sections(provider),
    ]
    return "\n".join(out).rstrip() + "\n"


def _sections(source: str) -> list[str]:
    """A heading and a table for each dataclass with settings."""
    lines, out = source.splitlines(), list[str]()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and (found := list(_fields(node, lines))):
            out += [
                f"## {node.name}",
                "",
                ast.get_docstring(node) or "",
                "",
                "| field | default | meaning |",
                "|---|---|---|",
            ]
            out += [f"| `{name}` | `{default}` | {_cell(text)} |" for name, default, text in found]
            out.append("")
    return out


def _fields(node: ast.ClassDef, lines: list[str]) -> Iterator[tuple[str, str, str]]:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.value is not None:
            _, _, comment = lines[(item.end_lineno or item.lineno) - 1].partition("  # ")
            default = ast.unparse(item.value)
            if made := re.fullmatch(r"field\(default_factory=(\w+)\)", default):
                default, comment = f"{made[1]}()", comment or f"see {made[1]}"
            yield item.target.id, default, comment or item.target.id.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument or option of a command, as its function declares it."""

    written: str
    meaning: str


def declared() -> dict[str, tuple[str, list[Parameter]]]:
    """Return each command's help and parameters, read from the annotations that Typer reads."""
    from app.cli import cli

    found = {}
    groups = [
        (f"{g.name} ", c)
        for g in cli.registered_groups
        if g.typer_instance
        for c in g.typer_instance.registered_commands
    ]
    for prefix, command in [*(("", c) for c in cli.registered_commands), *groups]:
        function = command.callback
        if function is None:
            continue
        hints = get_type_hints(function, include_extras=True)
        parameters = [_parameter(n, p, hints[n]) for n, p in inspect.signature(function).parameters.items()]
        name = prefix + (command.name or function.__name__.strip("_").replace("_", "-"))
        found[name] = (inspect.getdoc(function) or "", parameters)
    return dict(sorted(found.items()))


def _parameter(name: str, parameter: inspect.Parameter, hint: object) -> Parameter:
    kind, info = get_args(hint)[:2]
    text = info.help or ""
    default = parameter.default
    required = default in (inspect.Parameter.empty, ...)
    if isinstance(info, ArgumentInfo):
        return Parameter(info.metavar or name.upper(), text)
    names = (info.default, *(info.param_decls or ()))  # in Annotated, Typer takes the first name for a default
    option = next((x for x in names if str(x).startswith("--")), f"--{name.replace('_', '-')}")
    if kind is bool:
        return Parameter(option, text)
    if required:
        text += " Required."
    elif default not in (None, "", []) and str(getattr(default, "value", default)) not in text:
        text += f" Default: `{getattr(default, 'value', default)}`."
    return Parameter(f"{option} {info.metavar or _values(kind)}", text)


def _values(kind: object) -> str:
    """Return what an option without a metavar takes: the values of its enumeration, or its type."""
    kind = next((x for x in get_args(kind) if x is not type(None)), kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(str(x.value) for x in kind)
    return {"int": "NUMBER", "float": "NUMBER", "Path": "PATH"}.get(getattr(kind, "__name__", ""), "TEXT")


def commands() -> str:
    """Return the page of every command with its arguments and options."""
    out = ["# Commands", "", HEADER.format(source="app/cli.py")]
    out += [
        "Progress and notes go to stderr. With `--json`, stdout is one JSON document and nothing else.",
        "Exit codes: 0 done; 1 refused or found wrong, with a sentence on stderr; 2 usage.",
        "",
    ]
    for name, (text, parameters) in declared().items():
        out += [f"## counterpoint {name}", "", text, "", "| argument or option | meaning |", "|---|---|"]
        out += [f"| `{p.written.replace('|', ' or ')}` | {_cell(p.meaning)} |" for p in parameters]
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def pages() -> dict[Path, str]:
    """Return every generated page with what it should say."""
    sources = (ROOT / "engine" / "config.py", ROOT / "app" / "services" / "provider.py")
    settings = configuration(*(path.read_text(encoding="utf-8") for path in sources))
    return {ROOT / "docs" / "configuration.md": settings, ROOT / "docs" / "commands.md": commands()}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
