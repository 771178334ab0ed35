"""Who may import whom (DESIGN 2), read from the source: app -> engine, storage; storage -> engine.journal."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("app", "engine", "storage")

# What a layer may import from the other two.
ALLOWED = {
    "app": ("engine", "storage"),
    "storage": ("engine.journal",),
    "engine": (),
}
# Libraries that belong to one layer; in `app` some only inside functions, so that a page paints before they load.
CONFINED = {
    "torch": ("engine",),
    "transformers": ("engine",),
    "scann": ("engine",),
    "lightgbm": ("engine",),
    "sklearn": ("engine",),
    "safetensors": ("engine",),
    "streamlit": ("app",),
    "plotly": ("app",),
    "starlette": ("app",),
    "typer": ("app",),
    "sqlalchemy": ("storage",),
    "alembic": ("storage",),
    "duckdb": ("storage",),
    "psycopg": ("storage",),
}
# The app sets torch's threads, inside a function, before it loads a model.
LATE = {"torch": ("app",)}
# What takes seconds to load: the app may name these, or what imports them, inside functions only.
SLOW = ("torch", "transformers", "scann", "lightgbm", "sklearn", "sentence_transformers")
# Records and errors that cross the layers; a page may name their types.
SPOKEN = ("engine.journal", "engine.errors", "storage.records", "storage.errors", "storage.refusals")
STANDARD_ONLY = ("engine.journal", "engine.demo")


@dataclass(frozen=True, slots=True)
class Import:
    file: Path
    line: int
    module: str
    top: bool  # outside functions and TYPE_CHECKING blocks: it runs when the file is imported

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


def sources(layer: str) -> list[Path]:
    return sorted((ROOT / layer).rglob("*.py"))


def imports(file: Path) -> Iterator[Import]:
    """Yield every import of a file, those inside functions and type-checking blocks too."""
    yield from _walk(file, ast.parse(file.read_text(encoding="utf-8")), top=True)


def _walk(file: Path, node: ast.AST, *, top: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(file, child.lineno, alias.name, top) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = _base(file, child)
            yield from (Import(file, child.lineno, f"{base}.{alias.name}", top) for alias in child.names)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _for_types(child):
            yield from _walk(file, child, top=False)
        else:
            yield from _walk(file, child, top=top)


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _base(file: Path, node: ast.ImportFrom) -> str:
    """Return the absolute module that a `from` names, dots resolved."""
    if not node.level:
        return node.module or ""
    package = file.relative_to(ROOT).with_suffix("").parts[: -node.level]
    return ".".join((*package, *([node.module] if node.module else [])))


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def wrong_arrows(layer: str) -> list[str]:
    others = [x for x in LAYERS if x != layer]
    return [
        str(x)
        for file in sources(layer)
        for x in imports(file)
        if any(within(x.module, other) for other in others) and not any(within(x.module, ok) for ok in ALLOWED[layer])
    ]


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_follow_the_arrows(layer: str) -> None:
    assert sources(layer), f"{layer} has no source; the test reads the wrong folder"
    assert wrong_arrows(layer) == []


@pytest.mark.parametrize("layer", LAYERS)
def test_libraries_stay_in_their_layer(layer: str) -> None:
    strays = [
        str(x)
        for file in sources(layer)
        for x in imports(file)
        for library, homes in CONFINED.items()
        if within(x.module, library) and layer not in homes and (x.top or layer not in LATE.get(library, ()))
    ]
    assert strays == []


def test_pages_and_widgets_only_speak_in_records() -> None:
    """A page reads state, calls services and draws views; of the other layers it knows record types and errors."""
    drawn = [f for f in sources("app") if {"pages", "widgets"} & set(f.relative_to(ROOT).parts)]
    assert drawn
    strays = [
        str(x)
        for file in drawn
        for x in imports(file)
        if any(within(x.module, other) for other in ("storage", "engine"))
        and not any(within(x.module, records) for records in SPOKEN)
    ]
    assert strays == []


def test_views_and_services_do_not_draw() -> None:
    quiet = [f for f in sources("app") if {"views", "services"} & set(f.relative_to(ROOT).parts)]
    assert quiet
    assert [str(x) for f in quiet for x in imports(f) if within(x.module, "streamlit")] == []


def test_app_names_the_slow_engine_only_inside_functions() -> None:
    slow = slow_modules()
    assert "engine.model.network" in slow
    assert "engine.journal" not in slow
    strays = [str(x) for f in sources("app") for x in imports(f) if x.top and slow & set(reached(x.module))]
    assert strays == []


def slow_modules() -> set[str]:
    """Modules of the engine whose import loads one of the slow libraries, directly or through each other."""
    tops = {_module(f): [x.module for x in imports(f) if x.top] for f in sources("engine")}
    slow = {m for m, named in tops.items() if any(within(x, s) for x in named for s in SLOW)}
    while more := {m for m, named in tops.items() if m not in slow and slow & {r for x in named for r in reached(x)}}:
        slow |= more
    return slow


def reached(name: str) -> list[str]:
    """Return every module that importing a dotted name runs: its packages, itself, and the module it is taken from."""
    parts = name.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def test_the_seam_needs_nothing_but_the_standard_library() -> None:
    files = [f for f in sources("engine") if any(within(_module(f), x) for x in STANDARD_ONLY)]
    assert files
    known = {*sys.stdlib_module_names, "engine"}
    assert [str(x) for f in files for x in imports(f) if x.module.split(".")[0] not in known] == []


def _module(file: Path) -> str:
    """Return the dotted name; a package's is that of its folder."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_importing_the_app_loads_no_torch() -> None:
    """What a user waits for before the first paint, asked of a fresh interpreter."""
    modules = [_module(f) for f in sources("app") if "pages" not in f.parts and f.name not in ("main.py", "asgi.py")]
    code = (
        f"import importlib, sys; [importlib.import_module(m) for m in {modules!r}]; "
        "print(sorted({'torch', 'transformers', 'scann', 'lightgbm', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_the_check_itself_sees_hidden_imports(tmp_path: Path) -> None:
    """The reader finds imports in functions, behind TYPE_CHECKING, and relative ones; it knows which run at once."""
    file = ROOT / "app" / "services" / "sample.py"  # never written: only its place matters
    code = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\n"
        "def f():\n    from storage import session\nfrom ..views import search\nimport engine.model.network\n"
    )
    found = {(x.module, x.top) for x in _walk(file, ast.parse(code), top=True)}
    assert found == {
        ("typing.TYPE_CHECKING", True),
        ("torch", False),
        ("storage.session", False),
        ("app.views.search", True),
        ("engine.model.network", True),
    }
    assert within("engine.journal.Entry", "engine.journal")
    assert not within("engine.journalist", "engine.journal")
