"""Proposals for view tests, written the way a person would say them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from engine.journal import Because, Candidate, CandidateLine, LineTrace, Proposal, Shares, Side, Status, Unchecked
from tests.builders import a_catalog, a_line, an_event

NAMES = {a.code: a.name for a in a_catalog()}
LABELS = {code: f"{code} {name}" for code, name in NAMES.items()}


def a_candidate(*texts: str, probability: float = 0.91, shares: Shares | None = None) -> Candidate:
    """From lines such as ``D 4210 1000.00``; without any, the rent with its VAT."""
    lines = [a_line(text) for text in texts or ("D 4210 1000.00", "D 1576 190.00", "C 1600 1190.00")]
    return Candidate(
        probability=probability,
        shares=shares or Shares(template=0.5, memory=0.4, model=0.1),
        lines=tuple(
            CandidateLine(
                account=x.account, name=NAMES.get(x.account, ""), side=x.side, amount=x.amount,
                probability=0.8, party=x.party,
            )
            for x in lines
        ),
    )  # fmt: skip


def some_evidence(description: str = "Miete Büro Februar", **changes: Any) -> Because:
    """An earlier rent, booked alike a month ago."""
    card = Because(
        entry_id="E1", date=date(2025, 2, 3), description=description, amount=Decimal("1190.00"),
        lines=(a_line("D 4210 1000.00"), a_line("D 1576 190.00"), a_line("C 1600 1190.00")),
        agrees=True, origin="imported", differs=("month: 2025-02",), similarity=0.9,
    )  # fmt: skip
    return replace(card, **changes)


def a_proposal(*candidates: Candidate, **changes: Any) -> Proposal:
    """A likely answer to the April rent."""
    proposal = Proposal(
        event=an_event(), bundle="0123456789abcdef", status=Status.LIKELY,
        candidates=candidates or (a_candidate(), a_candidate("D 4210 1190.00", "C 1200 1190.00", probability=0.06)),
        because=(some_evidence(),), unchecked=(Unchecked.AMOUNTS, Unchecked.TAX_CODE, Unchecked.PARTY),
    )  # fmt: skip
    return replace(proposal, **changes)


def a_trace(account: str = "4210", *, gate: float = 0.7) -> LineTrace:
    return LineTrace(
        account=account, side=Side.DEBIT, gate=gate, pointer=(("4210", 0.6), ("4200", 0.2)),
        copied=(("4210", 0.9), ("4970", 0.1)), words=(("miete", 0.7), ("büro", 0.3)),
    )  # fmt: skip
