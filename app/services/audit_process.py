"""How a book is kept, in plain sentences that follow its own rules: what an auditor reads before the tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.journal import money_text
from storage.control import Change
from storage.people import Held
from storage.periods import FiscalYear, PeriodLock
from storage.policy import FourEyes, Policy, Reversal
from storage.records import FEEDER, Book, ModelRecord

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|!&])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the sentences rest on. ``states`` counts entries of the year; ``policies`` those put in force in it."""

    book: Book
    year: FiscalYear
    policy: Policy
    policies: int
    states: Mapping[str, int]
    held: Sequence[Held]
    models: Sequence[ModelRecord]
    cited: Mapping[str, int]
    locks: Sequence[PeriodLock]
    waiting: Sequence[Change]
    unopened: int
    left_out: int


def description(f: Facts) -> str:
    """The page as Markdown; texts that people typed cannot become markup."""
    parts = (
        (f"How book {safe(f.book.name)} is kept, fiscal year {safe(f.year.label)}", _purpose(f)),
        ("Where entries come from", _origin(f)),
        ("Who decides", _four_eyes(f)),
        ("Taking back and closing", _ends(f)),
        ("Proposals of a model", _models(f)),
        ("People", _people(f)),
        ("Proof", _proof()),
    )
    out: list[str] = []
    for n, (title, sentences) in enumerate(parts):
        out += [f"{'#' * min(n + 1, 2)} {title}", "", *(f"- {s}" for s in sentences), ""]
    return "\n".join(out)


def safe(text: str) -> str:
    """A text that people typed, on one line and without marks of Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _purpose(f: Facts) -> list[str]:
    record = (
        "The book is a feeder: entries that are posted here are handed over to another program, which keeps the ledger "
        "of record."
        if f.book.purpose == FEEDER
        else "The book is itself the ledger of record."
    )
    out = [
        record,
        (
            f"It is kept in {f.book.currency}, in {f.book.minor_units} decimals. The fiscal year runs from "
            f"{f.year.first} to {f.year.last}."
        ),
    ]
    if f.book.demo:
        out.append("It is a demonstration and describes nobody's business.")
    if f.left_out:
        out.append(
            f"{f.left_out} entries of the year are restricted to people with a right of their own. They are in no "
            "table of this file, and the trial balance is without them."
        )
    return out


def _origin(f: Facts) -> list[str]:
    total = sum(f.states.values())
    parts = ", ".join(f"{n} {state}" for state, n in sorted(f.states.items())) or "none"
    return [
        f"The year has {total} entries: {parts}.",
        (
            "Entries booked elsewhere came in with a file. They were approved and numbered by the program they come "
            "from, and nobody approved them here."
        ),
        (
            "All other entries began here, typed or proposed by a model. Every set of lines that was ever proposed or "
            "saved is kept as a version of its own; nothing is overwritten."
        ),
        "A posted entry has the next number of its fiscal year and journal; drafts have none.",
    ]


def _four_eyes(f: Facts) -> list[str]:
    p = f.policy
    above = f"Entries above {money_text(p.above)} {f.book.currency}"
    named = f", and entries on {safe(', '.join(p.classes))}," if p.classes else ""
    rule = {
        FourEyes.ALWAYS: "Four eyes: every entry that began here is approved by somebody who neither wrote nor "
        "submitted it.",
        FourEyes.ABOVE: f"Four eyes for a part: {above}{named} are approved by somebody who neither wrote "
        "nor submitted them. One person may write, approve and post all others alone.",
        FourEyes.OFF: "Four eyes are OFF: one person may write, approve and post every entry alone. No second person "
        "has to look at anything.",
    }[p.four_eyes]
    out = [rule]
    if p.four_eyes is not FourEyes.OFF:
        out.append(
            "Where a reviewer corrects an entry, another person confirms the correction."
            if p.confirm_corrections
            else "A reviewer may correct somebody else's entry and approve it in one go."
        )
    out += [
        "An entry needs a document number, or a reason why there is none."
        if p.document_required
        else "An entry may be submitted without a document.",
        (
            f"{f.unopened} approvals of the year were given without opening the entry or to many at once "
            "(acceptances.csv)."
        ),
        (
            f"These are the rules as they stand now. Rules were set {f.policies} times in the days of the year; "
            "policies.csv has each of them with its day, and each approval in decisions.csv names the one that held."
        ),
    ]
    if f.waiting:
        out.append(f"{len(f.waiting)} controlled changes wait for a second person.")
    return out


def _ends(f: Facts) -> list[str]:
    how = {
        Reversal.BY_SIDE: "debits become credits and credits debits",
        Reversal.BY_SIGN: "the same sides carry negative amounts",
    }[f.policy.reversal]
    mine = [x for x in f.locks if x.first <= f.year.last and f.year.first <= x.last]
    closed = "; ".join(f"{x.first} to {x.last} {x.lock.value}, by {safe(x.by)}" for x in mine)
    return [
        f"A posted entry is taken back by an entry of its own, which names it: {how}. It passes the same approval.",
        f"Of the year's days was said, the later holding: {closed}."
        if closed
        else "No day of the year was ever closed.",
    ]


def _models(f: Facts) -> list[str]:
    if not f.models:
        return ["The book has no model. Nothing was proposed by one of its own."]
    now = next((m for m in f.models if m.champion), None)
    using = f"In use now: {now.digest}." if now else "None of them is in use."
    used = "; ".join(f"{safe(bundle) or 'none named'}: {n}" for bundle, n in sorted(f.cited.items()))
    return [
        ("A model proposes lines with a probability. A person saves them, changed or not, and nothing is posted "
        "without a person's approval."),
        f"{len(f.models)} models were trained on this book. {using}",
        f"Entries that count and that a model proposed, by model: {used}." if used else "No entry of the year that "
        "counts was proposed by a model.",
        "corrections.csv shows each entry whose lines are not those that were proposed.",
    ]  # fmt: skip


def _people(f: Facts) -> list[str]:
    out = [f"{safe(h.user.login)} ({safe(h.user.name)}) is {safe(h.role)} now." for h in f.held]
    return [
        *(out or ["Nobody holds a role in this book now."]),
        (
            "Whoever owns the machine of the database may act from its command line with every right; that is signed "
            "with the name of the system's account. roles.csv has every grant and its end."
        ),
    ]


def _proof() -> list[str]:
    return [
        (
            "Every record that can change a booking or its approval is a link of a chain of digests. verify.json "
            "says whether records and chain agree; anchor.json says where the chain stood when this file was made."
        ),
        (
            "A chain proves order and content from its first anchor outside the database on, nothing before: keep this "
            "folder where nobody who may write the database may write."
        ),
        (
            "manifest.json has the SHA-256 of every file of this folder. Its own is kept in the book, as the act "
            "of making this file."
        ),
    ]
