"""How an entry stands, and what an act on it would have to respect; nothing is written here."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.journal import Account, Kind, State
from storage import rules, schema, schema_control, views
from storage.acts import Look, Seen, Standing, others_work, taken_back
from storage.books import BookStore
from storage.decisions import decisions_of
from storage.journal import JournalStore
from storage.periods import PeriodStore
from storage.policy import PolicyStore, Reversal
from storage.records import PERSON, Book, Decision, Version
from storage.refusals import AlreadyExported, FourEyesNeeded, ReversalFixed


class Lives:
    """Entries as they stand now, with the rules that hold for them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._books, self._journal = BookStore(session), JournalStore(session)
        self._policies, self._periods = PolicyStore(session), PeriodStore(session)

    def standing(self, book_id: str, entry_id: str) -> Standing:
        """Raises UnknownEntry, for an entry of another book too."""
        row = views.current_row(self._session, book_id, entry_id)
        return Standing(
            entry_id=entry_id, state=State(row.state), kind=Kind(row.kind), day=row.date, journal=row.journal,
            document=row.document, total=row.total, reverses=row.reverses, last_act=row.last_act,
            last_by=row.decided_by, last_at=row.decided_at, seen=Seen(version=row.version, decided=row.decided),
        )  # fmt: skip

    def reversal_of(self, book_id: str, entry_id: str) -> str:
        """The live (not discarded) entry that takes this one back; empty where there is none."""
        t = views.current_entries.c
        return (
            self._session.scalar(
                sa.select(t.entry_id)
                .where(t.book_id == book_id, t.reverses == entry_id, t.state != State.DISCARDED.value)
                .limit(1)
            )
            or ""
        )

    def twins(self, book_id: str, entry_id: str) -> tuple[str, ...]:
        """Other live entries with the same party, document and amount, which may be the same event booked twice."""
        at = self.standing(book_id, entry_id)
        party = self._session.scalar(sa.select(schema.entries.c.party).where(schema.entries.c.entry_id == entry_id))
        if not at.document or not party:
            return ()
        t = views.current_entries.c
        found = self._session.scalars(
            sa.select(t.entry_id).where(
                t.book_id == book_id, t.entry_id != entry_id, t.party == party, t.document == at.document,
                t.total == at.total, t.state.not_in([State.DISCARDED.value, State.REVERSED.value]), t.reverses == "",
            )
        )  # fmt: skip
        return tuple(sorted(found)) if not at.reverses else ()

    def may(self, book: Book, at: Standing, act: str, by: str) -> bool:
        """Whether the history of an entry lets this person do this; the act itself asks again and says why not."""
        if act in ("approve", "confirm") and at.state is State.SUBMITTED:
            corrected = self._submissions(book.book_id, at.entry_id)[-1].detail.get("corrected", False)
            try:
                self._four_eyes(book, at, by)
            except FourEyesNeeded:
                return False
            return bool(corrected) if act == "confirm" else True
        if act == "withdraw":
            return self._owner(book.book_id, at) == by
        if act == "reverse":
            return not at.reverses and not self.reversal_of(book.book_id, at.entry_id)
        return True

    def _check(self, book: Book, at: Standing, look: Look) -> None:
        """Period, accounts, amounts and balance of the current version."""
        self._periods.check(book.book_id, at.day, soft_exempt=look.soft_exempt)
        reversal = bool(at.reverses)  # the kind alone, which a journal may give, excuses nothing
        if at.reverses and not self._takes_back(at):
            raise ReversalFixed
        _id, policy = self._policies.current(book.book_id)
        setting = rules.Setting(
            catalog=self._catalog(book.book_id), day=at.day, places=book.minor_units, currency=book.currency,
            kind=at.kind if reversal else Kind.NORMAL, parties=not reversal,
            negative=reversal and (policy.reversal is Reversal.BY_SIGN or self._has_negative(at.reverses)),
        )  # fmt: skip
        rules.check_entry(self._versions(at.entry_id)[-1].lines, setting)

    def _four_eyes(self, book: Book, at: Standing, by: str) -> None:
        """Refuse who wrote or submitted the current version, where this book asks for two people.

        Every policy that it was submitted under is asked beside that of now: what was under stricter rules once
        stays so.
        """
        versions = self._versions(at.entry_id)
        submissions = self._submissions(book.book_id, at.entry_id)
        author = versions[-1].author if versions[-1].origin == PERSON else ""
        if by not in (author, submissions[-1].by):
            return
        _id, now = self._policies.current(book.book_id)
        then = [self._policies.version(book.book_id, str(d.detail["policy"]))[1] for d in submissions]
        accounts = self._catalog(book.book_id)
        asking = [p for p in (now, *then) if p.needs_two(at.total, versions[-1].lines, accounts)]
        if not asking:
            return
        correctable = not any(p.confirm_corrections for p in asking)
        if correctable and submissions[-1].detail.get("corrected") and others_work(versions, by):
            return
        raise FourEyesNeeded(by, "they wrote or submitted it themselves")

    def _submissions(self, book_id: str, entry_id: str) -> list[Decision]:
        """Every submission, oldest first; an entry that stands submitted or approved has one."""
        return [d for d in decisions_of(self._session, book_id, entry_id) if d.act == "submitted"]

    def _owner(self, book_id: str, at: Standing) -> str:
        """Who may take the last act back: who submitted what is submitted, else who did it."""
        return self._submissions(book_id, at.entry_id)[-1].by if at.state is State.SUBMITTED else at.last_by

    def _versions(self, entry_id: str) -> tuple[Version, ...]:
        return self._journal.versions(entry_id)

    def _catalog(self, book_id: str) -> dict[str, Account]:
        """Accounts by code, closed ones too: the rules say who may still use them."""
        return {a.code: a for a in self._books.catalog(book_id)}

    def _takes_back(self, at: Standing) -> bool:
        """Whether the lines are those of the original taken back, by side or by sign."""
        original = self._versions(at.reverses)[-1].lines
        now = self._versions(at.entry_id)[-1].lines
        return any(now == tuple(taken_back(x, how) for x in original) for how in Reversal)

    def _has_negative(self, entry_id: str) -> bool:
        return bool(entry_id) and any(x.amount < 0 for x in self._versions(entry_id)[-1].lines)

    def _not_exported(self, book_id: str, entry_id: str) -> None:
        acts = [d.act for d in decisions_of(self._session, book_id, entry_id)]
        if "exported" in acts:
            raise AlreadyExported

    def _next_number(self, book_id: str, year: str, journal: str) -> int:
        t = schema_control.postings.c
        mine = (t.book_id == book_id, t.fiscal_year == year, t.journal == journal)
        return (self._session.scalar(sa.select(sa.func.max(t.number)).where(*mine)) or 0) + 1
