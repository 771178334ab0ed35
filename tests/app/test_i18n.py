from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from app import i18n, translations
from app.i18n import DOMAIN, LANGUAGES, _, ngettext, po_file, speaking

APP = Path(i18n.__file__).parent
DRAWN = sorted(p for folder in ("pages", "widgets", "views") for p in (APP / folder).glob("*.py"))
OTHERS = sorted(set(LANGUAGES) - {i18n.SOURCE})
DIRECTIVE = re.compile(r":[a-z]+(/[a-z_]+)?[:\[]")  # icons and colours of Streamlit's Markdown
SENTENCE = re.compile(r"[A-Za-z]{3,} [a-z]{2,}")


def test_a_text_is_translated_and_filled() -> None:
    assert _("Line {number}: choose an account.", number=2) == "Line 2: choose an account."
    with speaking("de"):
        assert _("Line {number}: choose an account.", number=2) == "Zeile 2: Wählen Sie ein Konto."


def test_counts_choose_their_form() -> None:
    with speaking("de"):
        assert [ngettext("{n} entry", "{n} entries", n) for n in (1, 3)] == ["1 Buchung", "3 Buchungen"]
    with speaking("fr"):
        assert ngettext("{n} entry", "{n} entries", 0) == "0 écriture"


def test_the_language_comes_from_whoever_is_asked() -> None:
    before = i18n._Chooser.ask
    try:
        i18n.language_from(lambda: "fr")
        assert (i18n.language(), _("Save")) == ("fr", "Enregistrer")
        i18n.language_from(lambda: "tlh")
        assert (i18n.language(), _("Save")) == ("en", "Save")
    finally:
        i18n.language_from(before)


@pytest.mark.parametrize(
    ("tag", "code"), [("de-AT", "de"), ("fr", "fr"), ("en_US", "en"), ("sv-SE", "en"), ("", "en"), (None, "en")]
)
def test_the_browser_s_language_is_matched(tag: str | None, code: str) -> None:
    assert i18n.nearest(tag) == code


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(code: str) -> None:
    assert translations.missing(code) == [], "run python -m app.translations, then translate what is new"


@pytest.mark.parametrize("code", LANGUAGES)
def test_catalogs_hold_no_text_that_nobody_shows(code: str) -> None:
    with po_file(code).open("rb") as source:
        catalog = read_po(source, locale=code, domain=DOMAIN)
    shown = {m if isinstance(m, str) else m[0] for m in translations.messages()}
    held = {m.id if isinstance(m.id, str) else m.id[0] for m in catalog if m.id}
    assert held == shown, "run python -m app.translations"


@pytest.mark.parametrize("code", OTHERS)
def test_translations_keep_the_places_to_fill(code: str) -> None:
    with po_file(code).open("rb") as source:
        catalog = read_po(source, locale=code, domain=DOMAIN)
    for message in catalog:
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else message.id
            forms = [message.string] if isinstance(message.string, str) else message.string
            for form in forms or ():
                assert _places(str(form)) == _places(ids[0]), ids[0]


@pytest.mark.parametrize("path", DRAWN, ids=lambda p: p.stem)
def test_no_text_is_shown_past_the_catalogs(path: Path) -> None:
    assert _loose_texts(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_the_check_above_sees_a_loose_text() -> None:
    assert _loose_texts(ast.parse('"""Doc string here."""\nst.button("Book it")\nst.caption(_("fine text"))')) == [
        "Book it"
    ]
    assert _loose_texts(ast.parse('x = "an amount is missing"\nst.write(f"{n} entries")')) == [
        "an amount is missing",
        " entries",
    ]


def _places(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name}


def _loose_texts(tree: ast.Module) -> list[str]:
    """Literals that a person could read: arguments of Streamlit's calls, and sentences anywhere else."""
    wrapped = {id(n) for call in ast.walk(tree) if _is_wrapped(call) for n in ast.walk(call)}
    documentation = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    shown = {id(part) for call in ast.walk(tree) for value in _shown_arguments(call) for part in ast.walk(value)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in wrapped | documentation
        if SENTENCE.search(node.value)
        or (id(node) in shown and re.search(r"[A-Za-z]{2}", DIRECTIVE.sub("", node.value)))
        if not node.value.lstrip().startswith(("(", "document")) and not set(node.value) & set("<>")  # script, markup
        if node.value not in _NOT_TEXT
    ]


def _is_wrapped(node: ast.AST) -> bool:
    """What goes through the catalogs, or into the log."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        return isinstance(node.func.value, ast.Name) and node.func.value.id == "log"
    return isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext")


def _shown_arguments(node: ast.AST) -> list[ast.expr]:
    """The label, placeholder and help of a call such as ``st.button``; never its key or icon."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return []
    owner = node.func.value
    if not (isinstance(owner, ast.Name) and owner.id in ("st", "config")) or node.func.attr in _SILENT:
        return []
    named = [k.value for k in node.keywords if k.arg in ("label", "placeholder", "help", "body", "text")]
    return [*node.args[:1], *named]


_NOT_TEXT = ("MMM yyyy", "num debit", "num credit")  # a date pattern, style classes
_SILENT = ("html", "form", "Page", "page_link", "columns", "container", "fragment", "data_editor", "dataframe")
