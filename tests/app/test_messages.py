from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.home import HomeUnusable
from app.i18n import speaking
from app.messages import _SAY, expected, sentence
from app.services.access import NotAllowed, Right
from app.services.errors import (
    AccountUnusable,
    BadInput,
    ForeignCurrency,
    ModelLoading,
    NoAccounts,
    NoModelYet,
    NotBalanced,
    OtherBook,
    TrainingBusy,
    TrainingFailed,
)
from app.services.passwords import WeakPassword
from app.services.sign_in import PersonasClosed, SignInPaused, SignInRefused
from engine.errors import BadEvent, BundleDamaged, BundleMismatch, TooLittleHistory
from storage.errors import StoreBusy, StoreLocked, StoreUnreachable, UnknownBook, UnknownEntry
from storage.people import BadLogin, LoginTaken, UnknownUser

ERRORS: list[Exception] = [
    BadInput("Amount", "viel", "this is not a number", "Check the amount."),
    BadEvent("Description", "", "it is empty", "Say in a few words what happened."),
    ForeignCurrency("USD", "demo", "EUR"),
    NotAllowed("Ana", Right.APPROVE, "demo"),
    WeakPassword("it contains the login"),
    SignInRefused(),
    SignInPaused(timedelta(seconds=8)),
    PersonasClosed(),
    BadLogin("Ä", "it has other characters"),
    LoginTaken("ana"),
    UnknownUser("ana"),
    NoModelYet("demo"),
    ModelLoading("demo"),
    NoAccounts("demo"),
    NotBalanced("10.00", "9.00", "1.00 is missing on one side"),
    OtherBook("demo"),
    AccountUnusable(2, "9999", "is not in the catalog"),
    TrainingBusy("demo", "J1", 17),
    TrainingFailed("demo", "J1", "no space"),
    BundleDamaged("/b", "bundle.json", "is missing"),
    TooLittleHistory("demo", 1, 2),
    StoreLocked("/h/counterpoint.duckdb", "python", 17),
    StoreUnreachable("postgresql+psycopg://db/books", "connection refused"),
    StoreBusy(5, "conflict"),
    UnknownBook("x", ["demo"]),
    UnknownEntry("E1"),
    HomeUnusable(Path("/root/x"), "it is not writable"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_expected_error_is_a_sentence_in_the_reader_s_language(error: Exception, language: str) -> None:
    english = sentence(error)
    with speaking(language):
        other = sentence(error)
    assert other != english
    assert english.endswith(".")
    assert "{" not in other
    assert expected(error)


def test_every_class_with_a_text_is_tried_above() -> None:
    assert {type(e) for e in ERRORS} == set(_SAY)


def test_a_class_without_a_text_says_what_it_says_itself() -> None:
    error = BundleMismatch("The model's book", "demo", "other", "Train this book.")
    assert sentence(error) == str(error)
    assert expected(error)
    assert not expected(KeyError("x"))


def test_a_refused_value_is_quoted_and_cut() -> None:
    assert sentence(ERRORS[0]) == "Amount “viel”: this is not a number. Check the amount."
    assert sentence(ERRORS[1]) == "Description: it is empty. Say in a few words what happened."
    long = sentence(BadInput("Party", "x" * 90, "it is zero", "Shorten it."))
    assert "x" * 57 + "…" in long
    assert "x" * 58 not in long
