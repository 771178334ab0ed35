"""Statements in words: labels that tell them apart, what balances prove, where a line stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.i18n import speaking
from app.services.statements import KeptLine, KeptStatement, LineState, Progress
from app.views import statements as view
from storage.statement_records import Balance, Proof, StatementLine

MAY = KeptStatement(
    statement_id="1", account="DE02120300000000202051", currency="EUR", number="5/1",
    opening=Balance(day=date(2025, 5, 1), amount=Decimal(100)),
    closing=Balance(day=date(2025, 5, 31), amount=Decimal(90)),
    first=date(2025, 5, 1), last=date(2025, 5, 31), movement=Decimal(-10), file_name="may.sta", sequence=1,
)  # fmt: skip
LINE = KeptLine(
    line_id="1", statement_id="1", account=MAY.account,
    line=StatementLine(
        booked=date(2025, 5, 2), valued=date(2025, 5, 1), amount=Decimal(-10), currency="EUR", text="Rent",
    ),
)  # fmt: skip


def at(statement: KeptStatement = MAY, proof: Proof | None = None, **counts: int) -> Progress:
    found = Counter({LineState(k.replace("_", " ")): n for k, n in counts.items()})
    return Progress(statement=statement, ledger="1200", counts=found, proof=proof or Proof(difference=Decimal(0)))


def tones(p: Progress) -> list[str]:
    return [v.tone for v in view.proof_views(p)]


def test_statements_of_one_name_are_told_apart() -> None:
    labels = view.statement_labels(
        [at(), at(replace(MAY, statement_id="2")), at(replace(MAY, statement_id="3", number="6"))]
    )
    assert labels["1"] == "\u20260000202051 · 5/1 · 1 May 2025 \u2013 31 May 2025"
    assert labels["2"] == f"{labels['1']} (2)"
    assert len(set(labels.values())) == 3


def test_the_label_says_nothing_that_changes_with_the_work() -> None:
    assert view.statement_labels([at(waiting=3)]) == view.statement_labels([at(matched=3)])


def test_balances_that_agree_differ_or_lack_are_said() -> None:
    assert view.proof_views(at())[0].text == "The balance proves to 90.00\u00a0EUR"
    wrong = view.proof_views(at(proof=Proof(difference=Decimal(-5))))
    assert (wrong[0].tone, "-5.00" in wrong[0].text) == ("bad", True)
    assert tones(at(proof=Proof(difference=None))) == ["open"]
    assert tones(at(replace(MAY, closing=None))) == ["open"]


def test_a_gap_to_the_statement_before_is_said_with_both_balances() -> None:
    before = replace(MAY, statement_id="0", closing=Balance(day=date(2025, 4, 30), amount=Decimal(70)))
    gap = at(proof=Proof(difference=Decimal(0), gap=Decimal(30), before=before))
    assert tones(gap) == ["good", "bad"]
    assert all(x in view.proof_views(gap)[1].text for x in ("30 Apr 2025", "70.00", "30.00"))
    assert tones(at(proof=Proof(difference=Decimal(0), gap=Decimal(0), before=before))) == ["good"]


def test_progress_counts_what_does_not_wait() -> None:
    p = at(waiting=2, proposed=1, set_aside=3)
    assert view.progress_text(p) == "4 of 6 done"
    assert not p.done
    assert at(matched=1).done
    assert not at(proof=Proof(difference=Decimal(1)), matched=1).done


def test_income_and_payment_are_told_by_their_sign() -> None:
    assert view.signed(LINE) == "\u221210.00"
    assert view.signed(replace(LINE, line=replace(LINE.line, amount=Decimal(10)))) == "+10.00"
    assert view.line_title(LINE) == "Rent · \u221210.00"
    assert dict(view.line_fields(LINE)) == {
        "Date": "2 May 2025", "Value date": "1 May 2025", "Amount": "\u221210.00\u00a0EUR",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("not ours", "beiseitegelegt: nicht unsers"),
        ("duplicate: see 7", "beiseitegelegt: ist doppelt hier: see 7"),
        ("my words", "beiseitegelegt: my words"),
    ],
)
def test_reasons_are_said_in_the_reader_s_language(reason: str, said: str) -> None:
    with speaking("de"):
        text = view.state_text(replace(LINE, state=LineState.SET_ASIDE, reason=reason))
        word = view.aside_words()["not ours"]
    assert text == said.replace("nicht unsers", word)
