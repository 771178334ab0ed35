"""Errors as sentences in the reader's language, found by class. No Streamlit.

`str(error)` is the English sentence for logs and the command line; here every class that pages may meet
has its own translatable text. A class without one is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app import refusals
from app.home import HomeUnusable
from app.i18n import _
from app.services import access, models, passwords, provider, sign_in, statement_access, statement_match, statements
from app.services import errors as services
from app.views.numbers import money
from engine import errors as engine
from storage import anchors, people
from storage import errors as storage

Say = Callable[[Any], str]

# Parts of BadInput and BadEvent that come as data; listed so that the catalogs hold them.
PARTS = (
    "Description", "Amount", "Currency", "Date", "Journal", "Party", "Line", "Rate", "Reason", "Account",
)  # fmt: skip


def sentence(error: BaseException) -> str:
    """What was asked, what was found, what to do, in the current language."""
    for kind in type(error).__mro__:
        if kind in _SAY:
            return _SAY[kind](error)
    return str(error)


def expected(error: BaseException) -> bool:
    """Whether an error is one of ours, whose sentence tells a person what to do."""
    ours = (services.ServiceError, engine.EngineError, storage.StorageError, HomeUnusable)
    return isinstance(error, ours)


def _bad_value(error: services.BadInput | engine.BadEvent) -> str:
    """Field, value, why, remedy; the value only when there is one."""
    where = f"{_(error.field)} \u201c{_short(error.value)}\u201d" if error.value else _(error.field)
    return _("{what}: {detail}", what=where, detail=f"{_(error.why)}. {_(error.remedy)}")


def _weakness(why: str) -> str:
    """What is wrong with a password, as `app.services.passwords` says it."""
    known = {
        "it has fewer than 12 characters": _("it has fewer than 12 characters"),
        "it has more than 200 characters": _("it has more than 200 characters"),
        "it contains the login": _("it contains the login"),
        "it is one of those that are tried first": _("it is one of those that are tried first"),
        "it repeats a few characters": _("it repeats a few characters"),
    }
    return known.get(why, why)


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "\u2026"


_SAY: dict[type, Say] = {
    services.BadInput: _bad_value,
    engine.BadEvent: _bad_value,
    services.ForeignCurrency: lambda e: _(
        "Book {book} is kept in {own}, and this event is in {currency}. Give a rate: what 1 {currency} is worth in "
        "{own}.", book=e.book, own=e.own, currency=e.value
    ),
    services.NoDifferenceAccount: lambda e: _(
        "The two sides differ by {difference}, and book {book} names no account for that. Set {rule} in the book's "
        "policy, or book the difference on a line of your own.", difference=e.difference, book=e.book, rule=e.rule
    ),
    models.OwnModel: lambda _e: _(
        "You started this training, and the book has another admin. Ask them to put the model into use, so that nobody "
        "decides alone what answers."
    ),
    models.NotCompared: lambda _e: _(
        "This model was not compared with the one in use, so it may be worse. Say what you accept with it."
    ),
    models.InUseAlready: lambda _e: _("This model is in use already. Choose another one."),
    models.NothingBefore: lambda _e: _("No other model was in use before. Put one into use."),
    anchors.AnchorUnreadable: lambda e: _(
        "{file} is no anchor that can be used. Give the file just as it was downloaded or written.", file=e.path.name
    ),
    access.NotAllowed: lambda _e: _(
        "None of your roles in this book allows that. Ask an admin of the book for one that does."
    ),
    passwords.WeakPassword: lambda e: _(
        "This password is too weak: {why}. Choose another one of 12 characters or more.", why=_weakness(e.why)
    ),
    sign_in.SignInRefused: lambda _e: _(
        "This login and password do not belong together. Try again, or ask an admin for a new code."
    ),
    sign_in.SignInPaused: lambda e: _(
        "Signing in failed too often. Wait {seconds} seconds, then try again; an admin can give you a new code "
        "meanwhile.", seconds=e.seconds
    ),
    sign_in.PersonasClosed: lambda _e: _(
        "The people of the demo book work on this machine only, and only while the book holds nothing but "
        "generated entries. Sign in with your own login."
    ),
    provider.ProviderAnswerOld: lambda _e: _(
        "The provider's answer is too old or not meant for this workbench. Sign in once more."
    ),
    provider.NotKnownHere: lambda e: _(
        "{name} knows you as {subject}, but you are no user of this workbench. Ask whoever runs it to add you.",
        name=e.name, subject=_short(e.subject),
    ),
    provider.LoginOfAnother: lambda e: _(
        "The login {login} belongs to another user of this workbench, and users are never merged. "
        "Ask whoever runs it to add you under another login.", login=e.login
    ),
    people.IdentityTaken: lambda _e: _("There is a user for this person of the provider already."),
    people.BadLogin: lambda _e: _(
        "This cannot be a login. Use 2 to 100 small letters, digits and . _ @ + -, beginning with a letter or "
        "digit, for example ana.lenz."
    ),
    people.LoginTaken: lambda e: _(
        "There is a user {login} already. A login is never given twice; choose another one.", login=e.login
    ),
    people.UnknownUser: lambda e: _("There is no user {login}.", login=e.login),
    statement_access.NoLedgerAccount: lambda e: _(
        "It is not said yet which account of the book {account} is. Choose it first.", account=e.account
    ),
    statements.BankLineChanged: lambda e: _(
        "The entry changes account {ledger} by {found}, and the statement says {wanted}. Put the bank's line back as "
        "it was; the other lines are yours.", ledger=e.ledger, found=money(e.found), wanted=money(e.wanted)
    ),
    statement_match.NotThisEntry: lambda _e: _(
        "This entry cannot be this line: it does not change the bank's account by this amount on these days, or it "
        "belongs to another line. Choose another one, or book the line."
    ),
    services.NoModelYet: lambda e: _(
        "Book {book} has no model yet. Import its history, then train one.", book=e.book
    ),
    services.ModelLoading: lambda e: _(
        "The model of book {book} is still being loaded. Your event is kept; ask again in a few seconds.", book=e.book
    ),
    services.NoAccounts: lambda e: _(
        "Book {book} has no open accounts, so nothing can be proposed. "
        "Import a ledger or a list of accounts first.", book=e.book
    ),
    services.OtherBook: lambda e: _(
        "This proposal was made for another book than {book}, so nothing was saved. "
        "Describe the event again in this book.", book=e.book
    ),
    services.TrainingFailed: lambda e: _(
        "Training of book {book} ended without a model: {why} Train it again.", book=e.book, why=e.why
    ),
    services.TrainingBusy: lambda e: _(
        "Book {book} is being trained already. Wait until it has finished.", book=e.book
    ),
    engine.BundleDamaged: lambda e: _(
        "The model in {folder} cannot be used: {part} is damaged or missing. Nothing was loaded from it. "
        "Restore the folder from a backup, or train again.", folder=e.folder, part=e.part
    ),
    engine.TooLittleHistory: lambda e: _(
        "Book {book} has {found} entries to learn from; training needs at least {needed}. Import more history, "
        "or book some entries by hand and approve them.", book=e.book, found=e.found, needed=e.needed
    ),
    storage.StoreLocked: lambda e: _(
        "The database is in use by {process}. Only one program can own the file: close that one, "
        "or let it do the work for you.", process=e.process
    ),
    storage.StoreUnreachable: lambda e: _(
        "The database {url} cannot be used: {why}. Check COUNTERPOINT_DATABASE_URL, "
        "and that the server runs and knows this user.", url=e.url, why=e.why
    ),
    storage.StoreBusy: lambda _e: _(
        "Saving did not succeed because others were saving too. Nothing was saved; try again."
    ),
    storage.UnknownBook: lambda e: _("There is no book {name}. Choose another one in the sidebar.", name=e.name),
    storage.UnknownEntry: lambda _e: _("There is no such entry in this book. Search the journal for it."),
    HomeUnusable: lambda e: _(
        "The folder {path} cannot be used: {why}. Point COUNTERPOINT_HOME at a folder that you may write.",
        path=e.path, why=e.why,
    ),
} | refusals.SAY  # fmt: skip
