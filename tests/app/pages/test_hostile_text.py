"""Texts of books that would be markup: in every element of every page they are text and nothing else."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import charts, state
from app.services.workbench import Workbench
from engine.journal import Account, LineTrace, Side
from tests.app.conftest import FillBook
from tests.app.pages.conftest import JOURNAL, Open
from tests.builders import CATALOG, an_entry

EVIL = "<script>alert(1)</script> [x](javascript:alert(1)) $a^2$ :red[boo] ![i](http://evil.example) |b| www.evil.org"
MARKUP = re.compile(r"<script|\]\(javascript|\$a\^2\$|:red\[boo|!\[i\]|www\.evil")
OWN_SCRIPT = re.compile(r"<script>/\* \d+ \*/")  # of app/widgets/focus.py
ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
# Calls of Streamlit whose first argument is read as Markdown, and the one that is read as HTML.
MARKDOWN = frozenset(
    "markdown caption info warning error success header subheader title toast badge button page_link write".split()
)
HTML_FROM = frozenset(
    {"people_table", "posting", "entry_table", "fields_list", "versions_table", "timeline"}
)  # they escape; see test_tables
# Our own stylesheet and scripts: no text of a book; what sign-in puts in is its own tokens, as JSON.
HTML_OWN = {"app/widgets/style.py", "app/widgets/focus.py", "app/widgets/sign_in.py"}


def drawn(at: AppTest) -> str:
    """Every text that the browser would read as Markdown or HTML, without what is escaped for it."""
    texts: list[str] = []
    for block in (at.main, at.sidebar):
        for element in _below(block):
            proto = getattr(element, "proto", None)
            if getattr(element, "type", "") == "html":  # tags count there, and Markdown is nothing
                texts += (
                    [] if OWN_SCRIPT.match(element.proto.body) else re.findall(r"<script|alert", element.proto.body)
                )
                continue
            texts += [str(getattr(proto, field, "") or "") for field in ("body", "label", "text", "help")]
            texts += [str(getattr(option, "content", "")) for option in getattr(proto, "options", ())]
    return ESCAPED.sub("", "\n".join(texts))


def _below(block: Any) -> list[Any]:
    found: list[Any] = []
    for child in getattr(block, "children", {}).values():
        found.append(child)
        found += _below(child)
    return found


@pytest.fixture
def evil(wb: Workbench, fill: FillBook) -> Workbench:
    """A book whose name, accounts, journals, parties and descriptions are all hostile."""
    accounts = [replace(a, name=EVIL) for a in CATALOG] + [Account(code=EVIL, name=EVIL)]
    entry = an_entry(EVIL, "D 4210 1000.00", "C 1600 1000.00", party=EVIL, journal=EVIL, document=EVIL, number=EVIL)
    lines = (replace(entry.lines[0], account=EVIL, label=EVIL, party=EVIL), entry.lines[1])
    fill(wb, EVIL, [replace(entry, lines=lines)], accounts)
    return wb


def test_the_probe_sees_markup_that_is_not_escaped() -> None:
    assert len(MARKUP.findall(EVIL)) == 6
    assert ESCAPED.sub("", r"\<script\>") == "script"


def test_the_pages_draw_it_as_text(evil: Workbench, opened: Open) -> None:
    with evil.reading() as uow:
        book = uow.books.get(EVIL)
        entry_id = uow.journal.current(book.book_id)[0].entry_id
    for at in (opened(), opened(JOURNAL), opened(JOURNAL, entry=entry_id), opened(JOURNAL, q=f"{EVIL}..1")):
        assert not at.exception
        assert MARKUP.findall(drawn(at)) == []
    assert "alert" in drawn(opened(JOURNAL, entry=entry_id))


def test_an_answer_and_a_refusal_draw_it_as_text(evil: Workbench, opened: Open) -> None:
    at = opened()
    for amount in ("1000", EVIL):
        at.text_input(key="predict.description").input(EVIL)
        at.text_input(key="predict.amount").input(amount)
        at.text_input(key="predict.party").input(EVIL)
        at.button(key="predict.submit").click().run()
        assert not at.exception
        assert MARKUP.findall(drawn(at)) == []


def test_a_book_without_entries_or_accounts_draws_its_name_as_text(wb: Workbench, fill: FillBook, opened: Open) -> None:
    fill(wb, EVIL, (), ())
    for page in ("", JOURNAL):
        assert MARKUP.findall(drawn(opened(page))) == []


def test_figures_draw_it_as_text() -> None:
    trace = LineTrace(account=EVIL, side=Side.DEBIT, gate=0.5, pointer=((EVIL, 0.5),), copied=(), words=((EVIL, 1.0),))
    for figure in (charts.distributions(trace, {EVIL: EVIL}), charts.gates([trace]), charts.attention([trace])):
        text = figure.to_json()
        assert "<script" not in text
        assert "\\u003cscript" not in text
        assert "$a" not in text


def test_the_tables_download_is_hidden(repo_root: Path) -> None:
    css = (repo_root / "app" / "static" / "workbench.css").read_text(encoding="utf-8")
    assert '.stDataFrame [data-testid="stElementToolbar"] { display: none; }' in css


def calls(repo_root: Path) -> list[tuple[str, ast.Call, str]]:
    """Every call ``st.name(...)`` of the app: file, call, name."""
    return [
        (file.relative_to(repo_root).as_posix(), x, x.func.attr)
        for file in sorted((repo_root / "app").rglob("*.py"))
        for x in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(x, ast.Call) and isinstance(x.func, ast.Attribute) and ast.unparse(x.func.value) in ("st", "left")
    ]


def test_html_comes_from_the_escaping_tables_only(repo_root: Path) -> None:
    found = calls(repo_root)
    assert len(found) > 50
    for file, call, name in found:
        assert not any(k.arg == "unsafe_allow_html" for k in call.keywords), f"{file}:{call.lineno}"
        if name == "html" and file not in HTML_OWN:
            made = call.args[0]
            assert isinstance(made, ast.Call), f"{file}:{call.lineno}"
            assert ast.unparse(made.func) in HTML_FROM, f"{file}:{call.lineno}: st.html of {ast.unparse(made)}"


def _bare(node: ast.AST) -> list[str]:
    """Names and attributes of an expression that reach Markdown without `plain`."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return [ast.unparse(node)]
    return [found for part in _parts(node) for found in _bare(part)]


def _parts(node: ast.AST) -> list[ast.AST]:
    """What of an expression ends up in the text."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return [node.elt]
    if isinstance(node, ast.Call):
        safe = ast.unparse(node.func) in ("plain", "len", "int")
        return [] if safe else [*node.args, *(k.value for k in node.keywords)]
    return list(ast.iter_child_nodes(node))


# Texts of ours that come by a variable; each was looked at.
OURS = frozenset(
    {
        "state.PRODUCT",
        "totals",
        "line.train",
        "words[kind]",
        "state.JOURNAL_PAGE",
        "state.IMPORT_PAGE",
        "state.PREDICT_PAGE",
        "state.STATEMENTS_PAGE",
        "type(error).__name__",
    }
)
ROLES = frozenset({"name", "can", "label", "done"})  # words of ours for roles and acts, on the pages about people
ABOUT_PEOPLE = {
    "app/pages/people.py", "app/widgets/people.py", "app/widgets/sign_in.py",
    "app/pages/review.py", "app/widgets/acts.py",
}  # fmt: skip


def test_markdown_of_books_goes_through_plain(repo_root: Path) -> None:
    found = [
        f"{file}:{call.lineno}: {bare}"
        for file, call, name in calls(repo_root)
        if name in MARKDOWN and call.args
        for bare in _bare(call.args[0])
        if bare not in OURS and not (file in ABOUT_PEOPLE and bare in ROLES)
    ]
    assert found == []


def test_state_names_the_pages_that_are_tested() -> None:
    """A page that is added is drawn with hostile texts as well."""
    known = {Path(state.PREDICT_PAGE).name, Path(state.JOURNAL_PAGE).name}
    assert known == {"predict.py", "journal.py"}
