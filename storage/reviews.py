"""The life of an entry: draft, submitted, returned or approved, posted, reversed; or discarded.

Each act is a decision that is appended after the rules were asked, in the same transaction, with the book held. An
act names what its person had in front of them (`Seen`): whoever comes second is told so and overwrites nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from engine.journal import Kind, State
from storage import chain, schema_control
from storage.acts import DISCARDED_AS, Edit, Look, Seen, Standing, taken_back
from storage.decisions import add_decision
from storage.identity import clean
from storage.journal import EDITABLE
from storage.lives import Lives
from storage.records import PERSON, Book, Decision, NewEntry
from storage.refusals import (
    AlreadyDecided,
    AlreadyReversed,
    DocumentMissing,
    NothingToConfirm,
    NotYours,
    ReasonMissing,
    ReversalFixed,
    WrongState,
)

_REVERSIBLE = (State.POSTED, State.BOOKED_ELSEWHERE)


class ReviewStore(Lives):
    """``by`` is an id of a person. Which roles may act is settled before; what bookkeeping allows is settled here."""

    def correct(self, book: Book, entry_id: str, edit: Edit, by: str, seen: Seen, look: Look | None = None) -> int:
        """Append a person's version; of a submitted entry it is submitted anew, by who corrected it.

        Who changes what nobody else submitted has corrected nobody, so that a reviewer has to approve it as ever.

        Returns the version's number. Raises WrongState, AlreadyDecided, ClosedPeriod, LinesRefused, and for a
        submitted entry what `submit` raises.
        """
        at = self._at(book, entry_id, seen, "corrected", EDITABLE)
        if edit.posting_date is not None:
            self._periods.check(book.book_id, edit.posting_date, soft_exempt=bool(look and look.soft_exempt))
        number = self._journal.add_version(
            entry_id, edit.lines, author=by, origin=PERSON, posting_date=edit.posting_date, document=edit.document,
            document_date=edit.document_date,
        )  # fmt: skip
        if at.state is State.SUBMITTED:
            before = self._submissions(book.book_id, entry_id)[-1]
            theirs = bool(before.detail.get("corrected")) or before.by != by
            detail = {name: value for name, value in before.detail.items() if name != "corrected"}
            self._submit(book, entry_id, by, look or Look(), {**detail, "corrected": True} if theirs else detail)
        return number

    def move(self, book: Book, entry_id: str, day: date, by: str, seen: Seen) -> int:
        """The same lines on another posting date; the document keeps its date. An approval is withdrawn by it."""
        at = self._at(book, entry_id, seen, "moved", (*EDITABLE, State.APPROVED))
        if at.state is State.APPROVED:
            self._act(book, at, "unapproved", by, reason=f"moved to {day.isoformat()}")
            at = self.standing(book.book_id, entry_id)
        detail = self._journal.entry(book.book_id, entry_id)
        kept = detail.entry.document_date or at.day
        edit = Edit(lines=detail.entry.lines, posting_date=day, document_date=kept, document=at.document or None)
        return self.correct(book, entry_id, edit, by, at.seen)

    def submit(
        self, book: Book, entry_id: str, by: str, seen: Seen, *, no_document: str = "", look: Look | None = None
    ) -> Decision:
        """Ask for approval of the current version.

        Raises WrongState, AlreadyDecided, DocumentMissing, ClosedPeriod, and what `rules.check_entry` raises.
        """
        self._at(book, entry_id, seen, "submitted", (State.DRAFT, State.RETURNED))
        reason = clean(no_document).strip()
        return self._submit(book, entry_id, by, look or Look(), {"no_document": reason} if reason else {})

    def approve(self, book: Book, entry_id: str, by: str, seen: Seen, look: Look | None = None) -> Decision:
        """Approve a submitted version; raises as `submit` does, and FourEyesNeeded."""
        return self._approve(book, entry_id, "approved", by, seen, look or Look())

    def confirm(self, book: Book, entry_id: str, by: str, seen: Seen, look: Look | None = None) -> Decision:
        """Approve what a reviewer corrected; whoever submitted it first may. Raises as `approve`."""
        at = self._held(book.book_id, entry_id)
        if at.state is State.SUBMITTED and not self._submissions(book.book_id, entry_id)[-1].detail.get("corrected"):
            raise NothingToConfirm
        return self._approve(book, entry_id, "confirmed", by, seen, look or Look())

    def give_back(self, book: Book, entry_id: str, by: str, seen: Seen, reason: str) -> Decision:
        """Return a submitted entry to its author. Raises ReasonMissing, WrongState, AlreadyDecided."""
        at = self._at(book, entry_id, seen, "returned", (State.SUBMITTED, State.APPROVED))
        self._not_exported(book.book_id, entry_id)
        return self._act(book, at, "returned", by, reason=self._said(reason, "returned"))

    def withdraw(self, book: Book, entry_id: str, by: str, seen: Seen, reason: str = "") -> Decision:
        """Take back one's own submission, or an approval, until the entry is posted or exported."""
        at = self._at(book, entry_id, seen, "withdrawn", (State.SUBMITTED, State.APPROVED))
        self._not_exported(book.book_id, entry_id)
        owner = self._owner(book.book_id, at)
        if owner != by:
            raise NotYours(by, owner)
        return self._act(book, at, "withdrawn" if at.state is State.SUBMITTED else "unapproved", by, reason=reason)

    def discard(self, book: Book, entry_id: str, by: str, seen: Seen, *, kind: str, reason: str) -> Decision:
        """End an entry that is not to be booked; ``kind`` is one of DISCARDED_AS."""
        at = self._at(book, entry_id, seen, "discarded", (*EDITABLE, State.APPROVED))
        self._not_exported(book.book_id, entry_id)
        if kind not in DISCARDED_AS:
            raise ReasonMissing("discarded")
        return self._act(book, at, "discarded", by, reason=self._said(reason or kind, "discarded"), detail={"as": kind})

    def post(self, book: Book, entry_id: str, by: str, seen: Seen, look: Look | None = None) -> Decision:
        """Book an approved entry for good under the next number of its fiscal year and journal.

        Account, amounts and period are asked once more. A posted reversal ends the original's life.
        """
        at = self._at(book, entry_id, seen, "posted", (State.APPROVED,))
        self._check(book, at, look or Look())
        year = self._periods.year_of(book.book_id, at.day).label
        number = self._next_number(book.book_id, year, at.journal)
        detail = {"fiscal_year": year, "journal": at.journal, "number": number}
        done = self._act(book, at, "posted", by, detail=detail)
        row = {
            "book_id": book.book_id, "fiscal_year": year, "journal": at.journal, "number": number,
            "entry_id": entry_id, "decision_id": done.decision_id, "recorded": done.recorded,
        }  # fmt: skip
        self._session.execute(sa.insert(schema_control.postings), [row])
        if at.reverses:
            original = self.standing(book.book_id, at.reverses)
            self._act(book, original, "reversed", by, detail={"reversal": entry_id})
        return done

    def reverse(self, book: Book, entry_id: str, by: str, day: date, reason: str, seen: Seen) -> str:
        """Draft the entry that takes a posted one back on ``day``; returns its id. It passes the same four eyes.

        Raises WrongState, AlreadyReversed while another reversal lives, ClosedPeriod, ReasonMissing.
        """
        if self._at(book, entry_id, seen, "reversed", _REVERSIBLE).reverses:
            raise ReversalFixed
        why = self._said(reason, "reversed")
        if live := self.reversal_of(book.book_id, entry_id):
            raise AlreadyReversed(live)
        self._periods.check(book.book_id, day)
        original = self._journal.entry(book.book_id, entry_id).entry
        new = NewEntry(
            description=original.description, date=day, currency=original.currency, journal=original.journal,
            party=original.party, kind=Kind.REVERSAL, document=original.document or original.number,
            document_date=original.document_date or original.date, reverses=entry_id,
        )  # fmt: skip
        made = self._journal.open_entry(book.book_id, new, by)
        _id, policy = self._policies.current(book.book_id)
        lines = [taken_back(x, policy.reversal) for x in original.lines]
        self._journal.add_version(made, lines, author=by, origin=PERSON, lineage={"reverses": entry_id, "reason": why})
        return made

    def comment(self, book: Book, entry_id: str, by: str, text: str) -> Decision:
        """Say something about an entry, in whatever state it is."""
        at = self._held(book.book_id, entry_id)
        return self._act(book, at, "commented", by, reason=self._said(text, "commented"))

    def assign(self, book: Book, entry_id: str, by: str, to: str) -> Decision:
        """Ask somebody to look at it; an empty ``to`` takes that back."""
        at = self._held(book.book_id, entry_id)
        return self._act(book, at, "assigned", by, detail={"to": to})

    # What the acts stand on.

    def _held(self, book_id: str, entry_id: str) -> Standing:
        chain.lock(self._session, book_id)
        return self.standing(book_id, entry_id)

    def _at(self, book: Book, entry_id: str, seen: Seen, act: str, allowed: Sequence[State]) -> Standing:
        """Where the entry stands, held. Raises AlreadyDecided when it changed since, WrongState for another state."""
        at = self._held(book.book_id, entry_id)
        if at.seen.decided != seen.decided:
            raise AlreadyDecided(at.last_by, at.last_act, at.last_at)
        if at.seen.version != seen.version:
            newest = self._versions(entry_id)[-1]
            raise AlreadyDecided(newest.author, "corrected", newest.recorded)
        if at.state not in allowed:
            raise WrongState(act, at.state.value, [s.value for s in allowed])
        return at

    def _act(
        self, book: Book, at: Standing, act: str, by: str, reason: str = "", detail: Mapping[str, object] | None = None
    ) -> Decision:
        return add_decision(
            self._session, book.book_id, act=act, by=by, entry_id=at.entry_id, version=at.seen.version,
            reason=reason, detail=detail,
        )  # fmt: skip

    def _submit(self, book: Book, entry_id: str, by: str, look: Look, detail: Mapping[str, object]) -> Decision:
        at = self.standing(book.book_id, entry_id)
        policy_id, policy = self._policies.current(book.book_id)
        if policy.document_required and not at.document and not detail.get("no_document"):
            raise DocumentMissing
        self._check(book, at, look)
        return self._act(book, at, "submitted", by, detail={**detail, "policy": policy_id})

    def _approve(self, book: Book, entry_id: str, act: str, by: str, seen: Seen, look: Look) -> Decision:
        at = self._at(book, entry_id, seen, act, (State.SUBMITTED,))
        if self._submissions(book.book_id, entry_id)[-1].version != at.seen.version:
            raise WrongState(act, "changed since it was submitted", [State.SUBMITTED.value])
        self._check(book, at, look)
        self._four_eyes(book, at, by)
        policy_id, _policy = self._policies.current(book.book_id)
        detail = {"policy": policy_id, "opened": look.opened, "bulk": look.bulk}
        return self._act(book, at, act, by, detail=detail)

    @staticmethod
    def _said(reason: str, act: str) -> str:
        text = clean(reason).strip()
        if not text:
            raise ReasonMissing(act)
        return text
