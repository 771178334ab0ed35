"""The frame around every page: looks, rooms, book, language, and the one place where errors end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app import i18n, state
from app.i18n import _
from app.services import books, desk
from app.services.access import Right
from app.services.books import BookCard
from app.widgets.frame import frame
from app.widgets.sidebar import sidebar
from app.widgets.sign_in import sign_in_page
from app.widgets.style import style

_REVIEWS = {Right.APPROVE, Right.CONFIRM}
ICON = str(Path(__file__).parent / "static" / "icon.svg")  # a Material icon would be fetched from a font server


def draw() -> None:
    """Draw the chosen page; called for every run of every session."""
    st.set_page_config(page_title="Counterpoint", page_icon=ICON, layout="wide")
    i18n.language_from(state.language)
    style()
    with frame():
        wb, who = state.workbench(), state.signed_in()
        state.CARDS.set(books.list_books(wb, who) if who else [])
        state.choose_made_book()
        page = st.navigation(_rooms(), position="sidebar" if who else "hidden")
        if who is None:  # the page asked for stays in the address bar and is shown after signing in
            sign_in_page(wb)
            return
        sidebar()
        page.run()


@dataclass(frozen=True, slots=True)
class Room:
    """A page of the menu: its file, its name, who finds it there; None as ``address`` takes the name of the file."""

    file: str
    title: Callable[[BookCard | None], str]
    icon: str
    shown: Callable[[BookCard | None], bool]
    address: str | None = None


def _rooms() -> dict[str, list[StreamlitPage]]:
    """Every room, so that every link opens; the menu shows those in which the signed-in person can do something."""
    card = state.book()
    return {name(): [_page(r, card) for r in rooms] for name, rooms in _HOUSE}


def _page(room: Room, card: BookCard | None) -> StreamlitPage:
    return st.Page(
        room.file, title=room.title(card), icon=f":material/{room.icon}:", url_path=room.address,
        default=room.file == state.PREDICT_PAGE, visibility="visible" if room.shown(card) else "hidden",
    )  # fmt: skip


def _may(*rights: Right) -> Callable[[BookCard | None], bool]:
    """Whoever has one of these rights in the chosen book."""
    return lambda card: card is not None and bool(frozenset(rights) & card.rights)


def _predicts(card: BookCard | None) -> bool:
    return card is None or Right.PREDICT in card.rights


def _brings_in(card: BookCard | None) -> bool:
    return card is None or Right.IMPORT in card.rights or _begins()


def _begins() -> bool:
    """Whether the signed-in person may make books."""
    return any(Right.INSTALLATION in c.rights for c in state.CARDS.get())


def _review_title(card: BookCard | None) -> str:
    """With how many entries wait, for those who may do something about it."""
    waiting = desk.count(state.workbench(), state.actor(), card.name) if card and _REVIEWS & card.rights else 0
    return _("Review ({n})", n=waiting) if waiting else _("Review")


_HOUSE: tuple[tuple[Callable[[], str], tuple[Room, ...]], ...] = (
    (
        lambda: _("Work"),
        (
            Room(state.PREDICT_PAGE, lambda _card: _("Predict"), "bolt", _predicts),
            Room(state.STATEMENTS_PAGE, lambda _card: _("Statements"), "account_balance", _predicts),
            Room(state.REVIEW_PAGE, _review_title, "fact_check", _may(Right.APPROVE, Right.CONFIRM)),
            Room(state.JOURNAL_PAGE, lambda _card: _("Journal"), "menu_book", lambda _card: True),
        ),
    ),
    (
        lambda: _("Book"),
        (
            Room(state.IMPORT_PAGE, lambda _card: _("Import"), "upload_file", _brings_in, "import"),
            Room(state.EXPORT_PAGE, lambda _card: _("Export"), "ios_share", _may(Right.EXPORT), "export"),
            Room(
                state.CONTROLS_PAGE, lambda _card: _("Controls"), "rule", _may(Right.POLICY, Right.CLOSE, Right.REOPEN)
            ),
            Room(state.MODELS_PAGE, lambda _card: _("Models"), "model_training", _may(Right.TRAIN, Right.RELEASE)),
            Room(state.EVIDENCE_PAGE, lambda _card: _("Evidence"), "verified", _may(Right.AUDIT)),
            Room(state.PEOPLE_PAGE, lambda _card: _("People"), "group", _may(Right.PEOPLE)),
        ),
    ),
)
