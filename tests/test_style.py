"""The house rules that no linter knows: how long things are, what is never swallowed, what is never named."""

from __future__ import annotations

import ast
import re
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ("app", "engine", "storage")
FILE_LINES, FILE_BUDGET = 500, 300
FUNCTION_LINES = 60
# The two doors of STYLE 11: the page frame, and the top of a background job.
DOORS = frozenset({"app/main.py", "app/widgets/frame.py", "app/jobs.py", "app/background.py", "engine/__main__.py"})
TEXT = frozenset({".py", ".md", ".toml", ".txt", ".cfg", ".ini", ".po", ".pot", ".yml", ".yaml", ".mako", ".json", ""})
# Paths and hosts of some machine have no place in a repository. Written apart, so that this file passes itself.
FORBIDDEN = [
    re.compile(pattern)
    for pattern in (
        "/wor" + r"k/\w",
        "/ho" + r"me/\w+/",
        "/Us" + r"ers/\w+/",
        r"C:\\Us" + "ers",
        "pypi" + r"\.org",
        "files" + r"\.pythonhosted",
        "index" + r"-url",
        r"(?i)co-author" + "ed-by",
    )
]


def tracked() -> list[Path]:
    """Files that git knows or would add; everything under the root where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.splitlines() if listed.returncode == 0 else []
    files = [ROOT / name for name in names] or [
        f for part in (*CODE, "tests", "docs") for f in (ROOT / part).rglob("*")
    ]
    return sorted(f for f in files if f.is_file())


def python(*parts: str) -> list[Path]:
    return [f for f in tracked() if f.suffix == ".py" and f.relative_to(ROOT).parts[0] in parts]


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (x for x in ast.walk(tree) if isinstance(x, ast.FunctionDef | ast.AsyncFunctionDef))


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, source: list[str]) -> int:
    """Lines of a function without its docstring, blank lines and comments."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    skipped = set(range(first.lineno, (first.end_lineno or first.lineno) + 1)) if documented else set()
    lines = range(function.lineno, (function.end_lineno or function.lineno) + 1)
    texts = (source[n - 1].strip() for n in lines if n not in skipped)
    return sum(bool(text) and not text.startswith("#") for text in texts)


def test_files_are_short() -> None:
    lengths = {name(f): len(f.read_text(encoding="utf-8").splitlines()) for f in python(*CODE, "tests", "benchmarks")}
    assert lengths, "no source was found; the test reads the wrong folder"
    long = sorted(f"{file}: {n}" for file, n in lengths.items() if n > FILE_BUDGET and not file.startswith("tests/"))
    if long:
        warnings.warn(f"over the budget of {FILE_BUDGET} lines: {', '.join(long)}", stacklevel=1)
    assert sorted(f"{file}: {n}" for file, n in lengths.items() if n > FILE_LINES) == []


def test_functions_are_short() -> None:
    found = []
    for file in (
        f for f in python(*CODE, "benchmarks", "tests") if "migrations" not in f.parts
    ):  # one table after another
        source = file.read_text(encoding="utf-8")
        for function in functions(ast.parse(source)):
            n = code_lines(function, source.splitlines())
            if n > FUNCTION_LINES:
                found.append(f"{name(file)}: {function.name} has {n} lines")
    assert found == []


def test_nothing_is_swallowed() -> None:
    """No bare `except`, and `except Exception` only at the doors where it is logged and shown."""
    found = []
    for file in python(*CODE):
        for handler in (
            x for x in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(x, ast.ExceptHandler)
        ):
            caught = ast.unparse(handler.type) if handler.type else "everything"
            if caught == "everything" or (caught in ("Exception", "BaseException") and name(file) not in DOORS):
                found.append(f"{name(file)}:{handler.lineno} catches {caught}")
    assert found == []


def test_no_assert_checks_input() -> None:
    """Python drops `assert` under -O, so it never guards what a user gave."""
    found = [
        f"{name(file)}:{x.lineno}"
        for file in python(*CODE)
        for x in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(x, ast.Assert)
    ]
    assert found == []


def test_nothing_is_pickled() -> None:
    found = [
        f"{name(file)}:{x.lineno}"
        for file in python(*CODE)
        for x in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(x, ast.Import) and any(a.name in ("pickle", "joblib", "dill") for a in x.names))
        or (isinstance(x, ast.ImportFrom) and x.module in ("pickle", "joblib", "dill"))
        or (isinstance(x, ast.Call) and ast.unparse(x.func) in ("torch.load", "torch.save"))
    ]
    assert found == []


def test_no_machine_is_named() -> None:
    found = []
    for file in tracked():
        if file.suffix not in TEXT:
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            found += [f"{name(file)}:{number} {p.pattern}" for p in FORBIDDEN if p.search(line)]
    assert found == []


@pytest.mark.parametrize("text", ["/wor" + "k/x", "/ho" + "me/me/x", "Co-Author" + "ed-By: x", "--index" + "-url"])
def test_forbidden_words_are_seen(text: str) -> None:
    assert any(p.search(text) for p in FORBIDDEN)


def test_code_lines_leave_docstrings_and_comments_out() -> None:
    source = 'def f():\n    """Two\n    lines."""\n\n    # why\n    return 1\n'
    assert code_lines(next(functions(ast.parse(source))), source.splitlines()) == 2


def test_the_tree_is_the_one_of_the_design() -> None:
    """New things at the top are a decision, not an accident."""
    known = {
        ".ci", ".gitattributes", ".gitignore", ".streamlit", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile",
        "README.md", "app", "benchmarks", "docs", "engine", "pyproject.toml", "storage", "tests",
    }  # fmt: skip
    assert {f.relative_to(ROOT).parts[0] for f in tracked()} - known == set()
