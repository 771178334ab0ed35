from __future__ import annotations

from html.parser import HTMLParser

from app.views.balance import balance_of
from app.views.life import Event
from app.views.proposal import lines_of, proposal_view
from app.views.tables import entry_table, fields_list, timeline, versions_table
from app.views.versions import Writing, diff
from tests.app.views.made import NAMES, a_candidate, a_proposal
from tests.builders import a_line, an_entry

EVIL = '<img src=x onerror="alert(1)">'


class Cells(HTMLParser):
    """Text and class of every table cell."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append(("", dict(attrs).get("class") or ""))

    def handle_data(self, data: str) -> None:
        if self.cells:
            text, css = self.cells[-1]
            self.cells[-1] = (text + data, css)


def test_the_entry_table_shows_sides_in_their_columns_and_the_verdict() -> None:
    candidate = a_candidate()
    view = proposal_view(a_proposal(candidate), 0, NAMES)
    table = Cells(entry_table(view.lines, balance_of(lines_of(candidate))))
    texts = [text for text, _css in table.cells]
    assert texts[:4] == ["Account", "Debit", "Credit", "Sure"]
    assert texts[4:8] == ["4210Rent", "1,000.00", "", "●●●○80%"]
    assert texts[-4:] == ["✓ balanced", "1,190.00", "1,190.00", ""]


def test_names_from_a_book_are_never_markup() -> None:
    candidate = a_candidate("D 9 5.00", "C 1200 5.00")
    view = proposal_view(a_proposal(candidate), 0, {"9": EVIL})
    for html in (
        entry_table(view.lines, balance_of(())),
        fields_list([(EVIL, EVIL)]),
        timeline([Event(when="now", who=EVIL, what=EVIL)]),
        versions_table(diff((), [a_line("D 9 5.00")], Writing({"9": EVIL})), EVIL, EVIL),
    ):
        assert "img" not in Cells(html).tags
        assert "&lt;img" in html or EVIL not in html


def test_changed_cells_are_marked_in_the_later_version_only() -> None:
    rent = an_entry().lines
    html = versions_table(
        diff(rent, (a_line("D 4970 1000.00"), *rent[1:]), Writing(NAMES)), "Model proposed", "Ana saved"
    )
    marked = [text for text, css in Cells(html).cells if "changed" in css]
    assert marked == ["4970 Bank charges"] * 2  # once side by side, once in the table of the later version


def test_added_and_removed_lines_are_whole_rows() -> None:
    html = versions_table(diff([a_line("D 1200 5.00")], [a_line("C 1200 5.00")], Writing()), "a", "b")
    wide, narrow = html.split('<div class="cp-narrow">')
    for part in (wide, narrow):
        assert part.count('<tr class="added">') == 1
        assert part.count('<tr class="removed">') == 1


def test_a_single_version_has_three_columns() -> None:
    rent = an_entry().lines
    table = Cells(versions_table(diff(rent, rent, Writing(NAMES)), "", "Imported"))
    assert [text for text, _css in table.cells[:6]] == ["Account", "Debit", "Credit", "4210 Rent", "1,000.00", ""]
