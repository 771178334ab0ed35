"""What the page Statements says: how far a statement is, what it proves, where each line stands. No Streamlit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.i18n import _, ngettext
from app.services.statements import SET_ASIDE_AS, KeptLine, KeptStatement, LineState, Progress, Proof
from app.views.numbers import MINUS, day, money

_SHORT_ACCOUNT = 10  # signs of a long account number that are shown in a list


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """Whether balances agree, in a sentence; ``tone`` is good, bad or open."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line of a list, in two lines of text."""

    line_id: str
    title: str
    about: str


def statement_labels(found: Sequence[Progress]) -> Mapping[str, str]:
    """By id ``…0000202051 · 12/1 · 1 Mar 2026 – 31 Mar 2026``, each another text.

    Nothing in it changes with the work: a box whose words change takes that for another choice.
    """
    labels: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for p in found:
        label = _label(p.statement)
        seen[label] += 1
        labels[p.statement.statement_id] = f"{label} ({seen[label]})" if seen[label] > 1 else label
    return labels


def _label(s: KeptStatement) -> str:
    span = " \u2013 ".join(dict.fromkeys(d for d in (day(s.first), day(s.last)) if d))
    number = "" if len(s.number) > _SHORT_ACCOUNT * 2 else s.number
    return " · ".join(x for x in (short_account(s.account), number, span) if x)


def short_account(account: str) -> str:
    """An account by its end, which is what people know of it; a number that is short stays whole."""
    return account if len(account) <= _SHORT_ACCOUNT + 2 else f"\u2026{account[-_SHORT_ACCOUNT:]}"


def progress_text(p: Progress) -> str:
    return _("{done} of {all} done", done=p.dealt_with, all=p.total)


def proof_views(p: Progress) -> tuple[ProofView, ...]:
    """What the balances of a statement say: by themselves, and beside those of the statement before."""
    return (_own(p), *([gap] if (gap := _gap(p.proof, p.statement.currency)) else []))


def _own(p: Progress) -> ProofView:
    s, difference = p.statement, p.proof.difference
    if difference is None or s.closing is None:
        return ProofView(text=_("The file gives no balances that could prove these lines."), tone="open")
    closing = money(s.closing.amount, s.currency, unit=True)
    if difference:
        missing = money(difference, s.currency, unit=True)
        text = _(
            "Opening balance and lines miss the closing balance of {closing} by {missing}. "
            "A line is missing, or there is one too many.", closing=closing, missing=missing
        )  # fmt: skip
        return ProofView(text=text, tone="bad")
    return ProofView(text=_("The balance proves to {closing}", closing=closing), tone="good")


def _gap(proof: Proof, currency: str) -> ProofView | None:
    if not proof.gap or proof.before is None or proof.before.closing is None:
        return None
    before = proof.before.closing
    text = _(
        "The statement before ended on {day} with {closing}; this one begins {gap} away from that. "
        "A statement between them may be missing.",
        day=day(before.day), closing=money(before.amount, currency, unit=True),
        gap=money(proof.gap, currency, unit=True),
    )  # fmt: skip
    return ProofView(text=text, tone="bad")


def waiting_count(n: int) -> str:
    return ngettext("{n} line waits for its entry.", "{n} lines wait for their entries.", n)


def line_rows(lines: Sequence[KeptLine]) -> tuple[LineRow, ...]:
    return tuple(LineRow(line_id=x.line_id, title=line_title(x), about=_about(x)) for x in lines)


def line_title(kept: KeptLine) -> str:
    """Who or what, and the amount with its sign."""
    x = kept.line
    return f"{x.party or x.text or short_account(kept.account)} · {signed(kept)}"


def signed(kept: KeptLine) -> str:
    """The amount with a plus or a minus, because that is all that tells income from payment."""
    x = kept.line
    return ("+" if x.amount > 0 else MINUS) + money(abs(x.amount), x.currency)


def _about(kept: KeptLine) -> str:
    x = kept.line
    said = x.text if x.party and x.text != x.party else ""
    return " · ".join(t for t in (day(x.booked), said if len(said) <= 80 else said[:79] + "\u2026") if t)


def line_fields(kept: KeptLine) -> tuple[tuple[str, str], ...]:
    """What the bank says of a line, for the list of fields above its entry."""
    x = kept.line
    valued = day(x.valued) if x.valued and x.valued != x.booked else ""
    fields = (
        (_("Date"), day(x.booked)), (_("Value date"), valued),
        (_("Amount"), f"{signed(kept)}\u00a0{x.currency}".strip()), (_("Party"), x.party),
        (_("Their account"), x.party_account), (_("Bank reference"), x.reference), (_("End-to-end id"), x.end_to_end),
    )  # fmt: skip
    return tuple((name, value) for name, value in fields if value)


def state_text(kept: KeptLine) -> str:
    """Where a line stands, with the reason where it was set aside."""
    word = {
        LineState.WAITING: _("waiting"), LineState.PROPOSED: _("drafted"), LineState.MATCHED: _("booked"),
        LineState.SET_ASIDE: _("set aside"),
    }[kept.state]  # fmt: skip
    return f"{word}: {reason_text(kept.reason)}" if kept.state is LineState.SET_ASIDE and kept.reason else word


def aside_words() -> Mapping[str, str]:
    """Why a line gets no entry of its own, in words."""
    words = (
        _("other side of a transfer"),
        _("is here twice"),
        _("not ours"),
        _("booked elsewhere"),
        _("another reason"),
    )
    return dict(zip(SET_ASIDE_AS, words, strict=True))


def reason_text(reason: str) -> str:
    """A stored reason in the reader's language; what somebody wrote stays as it is."""
    kind, colon, said = reason.partition(": ")
    word = aside_words().get(kind)
    return reason if word is None else f"{word}{colon}{said}"
