"""What the journal refuses, as sentences in the reader's language. No Streamlit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.i18n import _, ngettext
from app.services import export
from app.views.exports import option_word
from app.views.journal import state_word
from app.views.life import act_word, person
from app.views.numbers import day, moment
from engine.journal import State
from storage import exports, refusals, statement_errors
from storage.exporters import subject

Say = Callable[[Any], str]


def _already_decided(e: refusals.AlreadyDecided) -> str:
    return _(
        "{who} was faster a moment ago: {what}. Nothing of yours was saved and nothing was overwritten; "
        "you see the entry as it is now.",
        who=person(e.by, {}), what=", ".join(x for x in (act_word(e.act), moment(e.at)) if x),
    )  # fmt: skip


def _closed(e: refusals.ClosedPeriod) -> str:
    if e.lock == "hard":
        return _("{day} lies in a period that is closed for good. Move the entry to an open day.", day=day(e.day))
    return _("{day} lies in a period that is closed; only reviewers may still book there.", day=day(e.day))


def _occupied(e: refusals.PeriodOccupied) -> str:
    return ngettext(
        "{first} to {last} cannot be closed for good: {n} entry in it is not finished. "
        "Post it, discard it, or move it to the next open period.",
        "{first} to {last} cannot be closed for good: {n} entries in it are not finished. "
        "Post them, discard them, or move them to the next open period.",
        e.count, first=day(e.first), last=day(e.last),
    )  # fmt: skip


def _wrong_state(e: refusals.WrongState) -> str:
    now = state_word(State(e.state)) if e.state in {s.value for s in State} else _("changed since it was submitted")
    return _("The entry is {state} now, so this cannot be done. Look at it again.", state=now)


SAY: dict[type, Say] = {
    statement_errors.LineTaken: lambda e: _(
        "{who} has dealt with this line already. Nothing of yours was saved; look at it again.", who=person(e.by, {})
    ),
    statement_errors.UnknownLine: lambda _e: _(
        "There is no such line of a statement in this book. Open the list of statements again."
    ),
    statement_errors.EntryTaken: lambda _e: _(
        "This entry belongs to another line of this account. Choose another one."
    ),
    refusals.NotBalanced: lambda e: _(
        "This entry was not saved: debit {debit}, credit {credit}. Change an amount or add a line until both "
        "sides are equal. What you typed is still there.", debit=e.debit, credit=e.credit
    ),
    refusals.AccountUnusable: lambda e: _(
        "Line {line}: account {account} cannot be used. Choose an open account of the catalog.",
        line=e.line, account=e.account,
    ),
    refusals.AmountRefused: lambda e: _(
        "Line {line}: the amount {amount} cannot be booked. Correct it.", line=e.line, amount=e.amount
    ),
    refusals.PartyMissing: lambda e: _(
        "Line {line}: account {account} is kept by party, and the line names none. Add the party.",
        line=e.line, account=e.account,
    ),
    refusals.ClosedPeriod: _closed,
    refusals.PeriodOccupied: _occupied,
    refusals.FourEyesNeeded: lambda _e: _("You wrote or submitted it, so somebody else has to approve it."),
    refusals.NothingToConfirm: lambda _e: _(
        "No reviewer corrected this entry, so there is nothing to confirm. Approve or return it."
    ),
    refusals.NotYours: lambda e: _(
        "{who} did this, so only they can take it back. Return it with a reason instead.", who=person(e.owner, {})
    ),
    refusals.AlreadyDecided: _already_decided,
    refusals.WrongState: _wrong_state,
    refusals.DocumentMissing: lambda _e: _(
        "There is no document number. Give one, or say why there is no document."
    ),
    refusals.ReasonMissing: lambda _e: _("Say in a few words why; it stays with the record."),
    refusals.AlreadyReversed: lambda _e: _(
        "This entry has a reversal already. Open that one, or discard it first."
    ),
    refusals.ReversalFixed: lambda _e: _(
        "A reversal takes back exactly what it names and is not reversed itself. "
        "Discard it while it is not posted, or book the event anew."
    ),
    refusals.AlreadyExported: lambda _e: _(
        "This entry was exported, so it cannot be taken back any more. Reverse it instead."
    ),
    refusals.BadFiscalYear: lambda e: _(
        "The fiscal year {label} cannot be added. It needs a name of its own, its last day comes after its first, "
        "and no other year or posted number may hold its days.", label=e.label
    ),
    refusals.BadPolicy: lambda e: _(
        "{rule} cannot be “{value}”. Correct it; nothing was changed.", rule=e.rule, value=e.value
    ),
    refusals.UnknownChange: lambda _e: _("This change does not wait any more; somebody settled it a moment ago."),
    refusals.SecondPersonNeeded: lambda _e: _("You proposed this change, so somebody else has to confirm it."),
    exports.UnknownExport: lambda _e: _("There is no such export in this book. Choose one of the list."),
    exports.ChangedMeanwhile: lambda e: ngettext(
        "{n} entry of this file was exported or taken back since it was made. Throw the file away and export again.",
        "{n} entries of this file were exported or taken back since it was made. Throw the file away and export "
        "again.", e.entries
    ),
    subject.BadOption: lambda e: _(
        "The setting {name} cannot be \u201c{value}\u201d. {remedy}", name=option_word(e.name), value=e.value,
        remedy=_("Write it like {example}.", example=e.example) if e.example else _("Choose one that is offered."),
    ),
    export.NothingToExport: lambda _e: _("Nothing waits. Entries are handed over after they are posted, each once."),
    export.ExportGone: lambda _e: _(
        "The file of this export is not in the home any more. Restore it from a backup, or export its entries again."
    ),
}  # fmt: skip
