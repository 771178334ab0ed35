"""Every key of the session: name, type, default. Nothing else may name a `st.session_state` key.

Keys of widgets are constants in capitals too; those bound to the address bar are also the names of
query parameters, so they are short and stable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Generic, TypeVar, cast

import streamlit as st

from app import cookies, i18n
from app.services import sign_in
from app.services.access import NOBODY, Who
from app.services.audit import AuditZip
from app.services.books import BookCard
from app.services.import_ import ImportReport, Preview
from app.services.review import Seen
from app.services.verify import Verdict
from app.services.workbench import Workbench, open_workbench
from app.views.grid import Sheet
from engine.journal import Event, Line, Proposal

T = TypeVar("T")

PRODUCT = "Counterpoint"  # in every language
EVIDENCE_PAGE = str(Path(__file__).parent / "pages" / "evidence.py")
MODELS_PAGE = str(Path(__file__).parent / "pages" / "models.py")
PREDICT_PAGE, JOURNAL_PAGE, PEOPLE_PAGE, REVIEW_PAGE, CONTROLS_PAGE, STATEMENTS_PAGE, IMPORT_PAGE, EXPORT_PAGE = (
    str(Path(__file__).parent / "pages" / f"{name}.py")
    for name in ("predict", "journal", "people", "review", "controls", "statements", "bring_in", "hand_over")
)


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """One value of the session with its default."""

    name: str
    default: T

    def get(self) -> T:
        return cast("T", st.session_state.get(self.name, self.default))

    def set(self, value: T) -> None:
        st.session_state[self.name] = value

    def clear(self) -> None:
        st.session_state.pop(self.name, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What was saved last, for the line that links to it."""

    entry_id: str
    description: str
    amount: str
    dated: str = ""  # the day it got because none was given
    document: str = ""
    seen: Seen
    submitted: bool = False


# Chosen in the sidebar; the books are listed once a run, because every page and widget asks.
CARDS: Key[list[BookCard]] = Key("books", [])
LANGUAGE = Key("lang", "")
BOOK = Key("book", "")

# The form of signing in; the last says that a code was right and a password is chosen now.
LOGIN = Key("sign_in.login", "")
SECRET = Key("sign_in.secret", "")
NEW_SECRET = Key("sign_in.new", "")
CHOOSING = Key("sign_in.choosing", default=False)

# A person's login with the one-time code that was just made for it.
NEW_CODE: Key[tuple[str, str] | None] = Key("people.code", None)

# The form of Predict; widget keys.
DESCRIPTION = Key("predict.description", "")
AMOUNT = Key("predict.amount", "")
CURRENCY = Key("predict.currency", "")
DATE: Key[date | None] = Key("predict.date", None)
JOURNAL = Key("predict.journal", "")
PARTY = Key("predict.party", "")
DOCUMENT = Key("predict.document", "")
RATE = Key("predict.rate", "")
RATE_DATE: Key[date | None] = Key("predict.rate_date", None)
RATE_SOURCE = Key("predict.rate_source", "")

# The answer to it.
PENDING: Key[Event | None] = Key("predict.pending", None)
PROPOSAL: Key[Proposal | None] = Key("predict.proposal", None)
CHOSEN = Key("predict.chosen", 0)
SHEET: Key[Sheet | None] = Key("predict.sheet", None)
GRID_TURN = Key("predict.grid.turn", 0)
SAVED: Key[Saved | None] = Key("predict.saved", None)
TICKET: Key[dict[tuple[Line, ...], str]] = Key("predict.ticket", {})  # entries saved from this answer, by their lines
WORRIES: Key[dict[str, str]] = Key("predict.worries", {})
NEW_FORM = Key("predict.new_form", default=False)
ON_FORM, ON_ANSWER = "form", "answer"
FOCUS = Key("predict.focus", ON_FORM)

# The search of Journal; widget keys that are query parameters as well.
TEXT = Key("q", "")
ACCOUNT = Key("account", "")
FILTER_JOURNAL = Key("journal", "")
STATE = Key("state", "")
SINCE: Key[date | None] = Key("since", None)
UNTIL: Key[date | None] = Key("until", None)
PAGE = Key("page", 1)
OPENED = "journal.opened"  # set by the table for one run
ENTRY = "entry"  # only a query parameter: the entry that is open

# The page Import: what was read of a file (with the book and the file that it is of), and what came in last.
PREVIEW: Key[tuple[tuple[str, str], Preview] | None] = Key("import.preview", None)
IMPORT_TURN = Key("import.turn", 0)  # a new turn forgets the file and the boxes
IMPORTED: Key[tuple[str, ImportReport] | None] = Key("import.done", None)
MADE_BOOK = Key("import.made", "")  # a new book, to be chosen in the next run

# The page Evidence: what the last look at a book's chain found, and the files that were made of it, each with its book.
VERDICT: Key[tuple[str, Verdict] | None] = Key("evidence.verdict", None)
ANCHOR: Key[tuple[str, tuple[str, bytes]] | None] = Key("evidence.anchor", None)
AUDIT_FILE: Key[tuple[str, AuditZip] | None] = Key("evidence.audit", None)

# An open entry on Review or Journal: what its reader had in front of them, and what came of their last act.
SEEN: Key[tuple[str, Seen] | None] = Key("entry.seen", None)
REFUSED = Key("entry.refused", "")
DONE = Key("entry.done", "")
HEAP = Key("review.heap", "submitted")  # which entries Review shows
RULES_TURN = Key("controls.turn", 0)

# The page Statements: the statement, which of its lines are shown, the open one, and the line that the proposal is of.
STATEMENT = Key("statement", "")
STATEMENT_SHOWS = Key("statement.shows", "waiting")
STATEMENT_LINE = Key("statement.line", "")
STATEMENT_SUBMITS = Key("statement.submits", default=False)
OF_LINE = Key("statement.of", "")

_OF_THE_FORM: tuple[Key[str], ...] = (DESCRIPTION, AMOUNT, PARTY, DOCUMENT, RATE, RATE_SOURCE)
_OF_THE_ANSWER = (
    PENDING,
    PROPOSAL,
    CHOSEN,
    SHEET,
    WORRIES,
    OF_LINE,
    TICKET,
)  # the ticket last: it outlives the proposal


def workbench() -> Workbench:
    """The process's workbench; opening it is quick, models load later and elsewhere."""
    return open_workbench()


def language() -> str:
    """The language chosen in the sidebar, before that the browser's."""
    return LANGUAGE.get() or i18n.nearest(st.context.locale)


def book() -> BookCard | None:
    """The chosen book; the first one before a choice, None while there is none."""
    cards = CARDS.get()
    chosen = BOOK.get()
    return next((c for c in cards if c.name == chosen), cards[0] if cards else None)


def choose_made_book() -> None:
    """Go to the book that was just made; must run before the sidebar's choice is drawn."""
    if made := MADE_BOOK.get():
        MADE_BOOK.clear()
        BOOK.set(made)


def token() -> str:
    """What this browser's cookie says; a page can read it and no script in the browser can."""
    return st.context.cookies.get(cookies.session_cookie(), "")


def signed_in() -> Who | None:
    """Whose session this browser holds, as the database says now."""
    return sign_in.who_of(workbench(), token())


def actor() -> Who:
    """Who acts, asked anew each time; nobody once the session has ended, and nobody has no rights."""
    return signed_in() or NOBODY


def ticket() -> dict[tuple[Line, ...], str]:
    """The ticket of this answer; it is noted in without the session, where a key press could end the run."""
    if TICKET.name not in st.session_state:
        TICKET.set({})
    return TICKET.get()


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """One editing grid: its sheet, and a turn that is part of its key; a new turn forgets the cells typed before."""

    name: str
    sheet: Key[Sheet | None]
    turn: Key[int]

    @property
    def key(self) -> str:
        return f"{self.name}.grid.{self.turn.get()}"

    def start(self, sheet: Sheet) -> None:
        self.sheet.set(sheet)
        self.next()

    def next(self) -> None:
        self.turn.set(self.turn.get() + 1)

    def stop(self) -> None:
        self.sheet.clear()
        self.next()


PREDICTING = Editing(name="predict", sheet=SHEET, turn=GRID_TURN)
CORRECTING = Editing(name="correct", sheet=Key("correct.sheet", None), turn=Key("correct.grid.turn", 0))


def forget_answer() -> None:
    """Drop the proposal on screen; the form keeps what was typed."""
    for key in _OF_THE_ANSWER:
        key.clear()
    PREDICTING.next()


def leave_entry() -> None:
    """Nothing of one entry stays for another."""
    CORRECTING.stop()
    for key in (SEEN, REFUSED):
        key.clear()


def change_book() -> None:
    """Nothing of one book stays on screen for another: no answer, no typed field, no filter, no open entry."""
    forget_answer()
    empty_form()
    leave_entry()
    JOURNAL.set("")
    PREVIEW.clear()
    IMPORTED.clear()
    for key in (SAVED, CURRENCY, RATE_DATE, FILTER_JOURNAL, ACCOUNT, PAGE, STATEMENT, STATEMENT_LINE):
        key.clear()
    for name in (ENTRY, FILTER_JOURNAL.name, ACCOUNT.name, PAGE.name):
        st.query_params.pop(name, None)


def empty_form() -> None:
    """Clear the fields that belong to one event; must run before the form is drawn."""
    for key in _OF_THE_FORM:
        key.set("")
