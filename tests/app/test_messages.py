from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.home import HomeUnusable
from app.i18n import speaking
from app.messages import _SAY, expected, sentence
from app.services.access import NotAllowed, Right
from app.services.errors import (
    BadInput,
    ForeignCurrency,
    ModelLoading,
    NoAccounts,
    NoDifferenceAccount,
    NoModelYet,
    OtherBook,
    TrainingBusy,
    TrainingFailed,
)
from app.services.export import ExportGone, NothingToExport
from app.services.models import InUseAlready, NotCompared, NothingBefore, OwnModel
from app.services.passwords import WeakPassword
from app.services.provider import LoginOfAnother, NotKnownHere, ProviderAnswerOld
from app.services.sign_in import PersonasClosed, SignInPaused, SignInRefused
from app.services.statement_access import NoLedgerAccount
from app.services.statement_match import NotThisEntry
from app.services.statements import BankLineChanged
from engine.errors import BadEvent, BundleDamaged, BundleMismatch, TooLittleHistory
from storage import refusals
from storage.anchors import AnchorUnreadable
from storage.errors import StoreBusy, StoreLocked, StoreUnreachable, UnknownBook, UnknownEntry
from storage.exporters.subject import BadOption
from storage.exports import ChangedMeanwhile, UnknownExport
from storage.people import BadLogin, IdentityTaken, LoginTaken, UnknownUser
from storage.statement_errors import EntryTaken, LineTaken, UnknownLine

ERRORS: list[Exception] = [
    BadInput("Amount", "viel", "this is not a number", "Check the amount."),
    BadEvent("Description", "", "it is empty", "Say in a few words what happened."),
    ForeignCurrency("USD", "demo", "EUR"),
    NotAllowed("Ana", Right.APPROVE, "demo"),
    AnchorUnreadable(Path("anchor.json"), "it is not JSON"),
    OwnModel("demo", "a1b2c3d4e5f6"),
    NotCompared("a1b2c3d4e5f6", "f6e5d4c3b2a1"),
    InUseAlready("a1b2c3d4e5f6"),
    NothingBefore("demo"),
    WeakPassword("it contains the login"),
    SignInRefused(),
    SignInPaused(timedelta(seconds=8)),
    PersonasClosed(),
    ProviderAnswerOld(),
    NotKnownHere("Example House", "0815"),
    LoginOfAnother("ana"),
    IdentityTaken("https://id.example.com", "0815"),
    BadLogin("Ä", "it has other characters"),
    LoginTaken("ana"),
    UnknownUser("ana"),
    NoModelYet("demo"),
    NoDifferenceAccount("demo", "rounding_account", "0.01"),
    ModelLoading("demo"),
    NoAccounts("demo"),
    OtherBook("demo"),
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
    refusals.NotBalanced("10.00", "9.00", "1.00 is missing on one side"),
    refusals.AccountUnusable(2, "9999", "is not in the catalog"),
    refusals.AmountRefused(1, "0", "is zero"),
    refusals.PartyMissing(1, "1600"),
    refusals.ClosedPeriod(date(2025, 3, 1), "hard", "ada"),
    refusals.PeriodOccupied(date(2025, 3, 1), date(2025, 3, 31), 2, ["E1", "E2"]),
    refusals.FourEyesNeeded("ana", "they wrote it"),
    refusals.NothingToConfirm(),
    refusals.NotYours("ana", "ben"),
    refusals.AlreadyDecided("ben", "approved", datetime(2025, 3, 1, tzinfo=UTC)),
    refusals.WrongState("posted", "draft", ["approved"]),
    refusals.DocumentMissing(),
    refusals.ReasonMissing("returned"),
    refusals.AlreadyReversed("E1"),
    refusals.AlreadyExported(),
    refusals.ReversalFixed(),
    refusals.BadFiscalYear("2025", "it overlaps another"),
    refusals.BadPolicy("four_eyes", "maybe", "it is one of always"),
    refusals.UnknownChange("C1"),
    refusals.SecondPersonNeeded("ada"),
    NoLedgerAccount("DE02"),
    BankLineChanged("1200", Decimal(5), Decimal(6)),
    NotThisEntry("E1"),
    UnknownLine("L1"),
    LineTaken("proposed", "ben"),
    EntryTaken("E1"),
    UnknownExport("nothing", ["E1"]),
    ChangedMeanwhile(3),
    BadOption("siren", "12", "Write it like 123456789.", "123456789"),
    NothingToExport("demo"),
    ExportGone("E1"),
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


def test_everything_that_the_journal_refuses_has_a_text() -> None:
    refused = {x for x in vars(refusals).values() if isinstance(x, type) and issubclass(x, refusals.Refused)}
    assert refused - {refusals.Refused} <= set(_SAY)


def test_a_closed_day_says_who_may_still_book() -> None:
    soft, hard = (sentence(refusals.ClosedPeriod(date(2025, 3, 1), lock, "ada")) for lock in ("soft", "hard"))
    assert "only reviewers may still book" in soft
    assert "closed for good" in hard


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
