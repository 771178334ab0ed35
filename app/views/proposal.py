"""What the Predict page says about a proposal: headline, sources, candidates. No Streamlit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.i18n import _
from app.services.journal import Background
from app.views.because import Because, because_view
from app.views.numbers import dots, money, percent
from app.views.oneline import ARROW, accounts_line
from engine.journal import Candidate, CandidateLine, Line, Proposal, Shares, Side, Status, Unchecked

SHOWN_CANDIDATES = 5
NAMED_SHARE = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line of the entry as it is read; an empty `debit` or `credit` stays an empty cell."""

    account: str
    name: str
    debit: str
    credit: str
    dots: str
    spoken: str
    note: str = ""  # what else the line carries


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateView:
    """One choice: its key (1 to 5), its probability in words of numbers, its accounts in one line."""

    key: str
    percent: str
    accounts: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """Everything above and beside the entry."""

    title: str
    status: Status
    status_text: str
    sources: str
    not_checked: str
    lines: tuple[LineView, ...]
    total: str
    candidates: tuple[CandidateView, ...]
    because: Because


def proposal_view(
    proposal: Proposal, chosen: int, names: Mapping[str, str], background: Background | None = None
) -> ProposalView:
    """The view of one proposal with candidate `chosen` opened.

    `names` are account names by code; without a `background` the book is taken to have neither tax codes nor parties.
    """
    known = background or Background()
    candidate = proposal.candidates[chosen]
    status = proposal.status if chosen == 0 else Status.NOT_SURE
    currency = proposal.event.currency
    return ProposalView(
        title=title(candidate.lines, names),
        status=status,
        status_text=_status_text(status, candidate, proposal),
        sources=sources(candidate.shares) if proposal.bundle else _("a start by hand, from words and accounts alone"),
        not_checked=not_checked(proposal.unchecked, known) if proposal.bundle else "",
        lines=tuple(_line(x, names, currency) for x in candidate.lines),
        total=money(_debits(candidate.lines), currency),
        candidates=_candidates(proposal, chosen),
        because=because_view(proposal, candidate, names, known.currencies),
    )


def _status_text(status: Status, candidate: Candidate, proposal: Proposal) -> str:
    """Word and calibrated number; without a model there is no number to show."""
    if not proposal.bundle:
        return _("not sure")
    return f"{status_word(status)} \u00b7 {percent(candidate.probability)}"


def lines_of(candidate: Candidate) -> tuple[Line, ...]:
    """The candidate's lines as they would be booked."""
    return tuple(
        Line(account=x.account, side=x.side, amount=x.amount, tax_code=x.tax_code, party=x.party)
        for x in candidate.lines
    )


def status_word(status: Status) -> str:
    return {Status.SURE: _("sure"), Status.LIKELY: _("likely"), Status.NOT_SURE: _("not sure")}[status]


def sources(shares: Shares) -> str:
    """In words, strongest first: ``from template and memory``; a source under 15 % is not named."""
    named = (
        (shares.template, _("template")),
        (shares.memory, _("memory")),
        (shares.model, _("model")),
    )
    strong = [word for share, word in sorted(named, key=lambda x: -x[0]) if share >= NAMED_SHARE]
    if not strong:
        return ""
    if len(strong) == 1:
        return _("from {source}", source=strong[0])
    return _("from {sources} and {last}", sources=", ".join(strong[:-1]), last=strong[-1])


def not_checked(unchecked: Collection[Unchecked], background: Background) -> str:
    """What the percentage does not cover, of what the book's lines carry; empty where it covers all."""
    named = (
        (Unchecked.AMOUNTS, True, _("split of amounts")),
        (Unchecked.TAX_CODE, background.tax_codes, _("tax code")),
        (Unchecked.PARTY, background.parties, _("party")),
    )
    parts = [word for what, carried, word in named if carried and what in unchecked]
    return _("not checked: {what}", what=", ".join(parts)) if parts else ""


def title(lines: Sequence[CandidateLine], names: Mapping[str, str]) -> str:
    """The entry in a few words: its largest debit and its largest credit by name."""
    sides = ([x for x in lines if x.side is side] for side in Side)
    largest = [max(side, key=lambda x: abs(x.amount)) for side in sides if side]
    return ARROW.join(_name(x, names) or x.account for x in largest)


def _line(line: CandidateLine, names: Mapping[str, str], currency: str) -> LineView:
    amount = money(line.amount, currency)
    debit = line.side is Side.DEBIT
    return LineView(
        account=line.account,
        name=_name(line, names),
        debit=amount if debit else "",
        credit="" if debit else amount,
        dots=dots(line.probability) if line.probability else "",
        spoken=percent(line.probability) if line.probability else "",
    )


def _name(line: CandidateLine, names: Mapping[str, str]) -> str:
    return line.name or names.get(line.account, "")


def _debits(lines: Sequence[CandidateLine]) -> Decimal:
    return sum((x.amount for x in lines if x.side is Side.DEBIT), Decimal(0))


def _candidates(proposal: Proposal, chosen: int) -> tuple[CandidateView, ...]:
    return tuple(
        CandidateView(
            key=str(i + 1),
            percent=percent(c.probability) if proposal.bundle else "",
            accounts=accounts_line(c.lines),
            chosen=i == chosen,
        )
        for i, c in enumerate(proposal.candidates[:SHOWN_CANDIDATES])
    )
