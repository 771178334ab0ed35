"""Collects every text the pages can show and brings the catalogs up to date: ``python -m app.translations``.

Texts are found in the syntax tree: what is passed to ``_`` and ``ngettext``, and the literal parts of
`BadInput` and `BadEvent`, which `app.messages` translates part by part.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from app.i18n import DOMAIN, LANGUAGES, po_file

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app", "engine")
_PARTS = ("BadInput", "BadEvent")
# Where such an error can come from while a page is used; elsewhere it answers a command.
_PART_FILES = (
    "app/services/books.py",
    "app/services/models.py",
    "app/services/people.py",
    "app/services/typed.py",
    "app/services/propose.py",
    "app/services/rates.py",
    "app/services/statements.py",
    "app/services/untrained.py",
    "engine/explain/",
    "engine/inference/",
)

# Header lines that would change with every run or name a person.
_PERSONAL = tuple(
    f'"{name}:'
    for name in ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Report-Msgid-Bugs-To")
)

Message = str | tuple[str, str]


def messages() -> dict[Message, list[tuple[str, int]]]:
    """Every text with the places where it stands, in file order; a pair is one with a plural."""
    found: dict[Message, list[tuple[str, int]]] = {}
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            tree = ast.parse(path.read_text(encoding="utf-8"))
            constants = _constants(tree)
            for node in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
                for text in _texts(node, constants, parts=name.startswith(_PART_FILES)):
                    found.setdefault(text, []).append((name, node.lineno))
    return found


def template() -> Catalog:
    """A catalog of all texts without translations; its places name files, not lines, so that diffs stay small."""
    catalog = Catalog(project="Counterpoint", domain=DOMAIN, fuzzy=False)
    for text, places in messages().items():
        if isinstance(text, str) and catalog.get(text) is not None:
            continue
        files = sorted({(file, None) for file, _line in places})
        catalog.add(text, locations=files)  # type: ignore[arg-type]
    return catalog


def refresh(code: str) -> int:
    """Add new texts to one catalog, drop those nobody shows any more; returns how many lack a translation."""
    path = po_file(code)
    if path.exists():
        with path.open("rb") as source:
            catalog = read_po(source, locale=code, domain=DOMAIN)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = Catalog(locale=code, project="Counterpoint", domain=DOMAIN, fuzzy=False)
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    catalog.header_comment = "# Texts of the Counterpoint workbench. Brought up to date by: python -m app.translations"
    written = io.BytesIO()
    write_po(written, catalog, sort_output=True, include_lineno=False, width=110)
    lines = written.getvalue().decode().splitlines(keepends=True)
    path.write_text("".join(x for x in lines if not x.startswith(_PERSONAL)), encoding="utf-8")
    return len(missing(code))


def missing(code: str) -> list[Message]:
    """Texts that one catalog does not translate, plural forms included."""
    with po_file(code).open("rb") as source:
        catalog = read_po(source, locale=code, domain=DOMAIN)
    return [text for text in messages() if not _translated(catalog, text)]


def _translated(catalog: Catalog, text: Message) -> bool:
    message = catalog.get(text if isinstance(text, str) else text[0])
    if message is None:
        return False
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return bool(forms) and all(forms)


def _constants(tree: ast.Module) -> dict[str, str]:
    """Texts that a module gives a name."""
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def _texts(call: ast.Call, constants: dict[str, str], *, parts: bool) -> Iterator[Message]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    values = [
        constants.get(a.id, "") if isinstance(a, ast.Name) else a.value if isinstance(a, ast.Constant) else ""
        for a in call.args
    ]
    literals = [value for value in values if isinstance(value, str) and value]
    if name == "_" and literals:
        yield literals[0]
    elif name == "ngettext" and len(literals) >= 2:
        yield literals[0], literals[1]
    elif name in _PARTS and parts:
        yield from literals


if __name__ == "__main__":
    for language in LANGUAGES:
        lacking = refresh(language)
        sys.stdout.write(f"{language}: {len(messages())} texts, {0 if language == 'en' else lacking} to translate\n")
