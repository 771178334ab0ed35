"""The earlier entries that speak for a proposal, or against it, as cards. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.i18n import _, ngettext
from app.views.differs import differs_text
from app.views.numbers import day, money
from app.views.oneline import Style, entry_line
from engine.journal import Because as Evidence
from engine.journal import Event, Proposal

SHOWN_CARDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One earlier entry: what it was, whether it was booked alike, what differs, how it came to be."""

    entry_id: str
    title: str
    when: str
    amount: str
    agrees: bool
    verdict: str
    differs: str
    booked: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """The cards, and how many of the looked-at entries agree; `counts` is empty without evidence."""

    cards: tuple[Card, ...]
    counts: str


def because_view(proposal: Proposal, names: Mapping[str, str]) -> Because:
    """The nearest three, and always the nearest one booked otherwise (ACCOUNTING 12)."""
    shown = _chosen(proposal.because)
    return Because(
        cards=tuple(_card(x, proposal.event, names) for x in shown),
        counts=_counts(proposal.because),
    )


def origin_text(origin: str) -> str:
    """How an entry came to be, in words; a word we do not know is shown as it is stored."""
    words = {
        "imported": _("imported"),
        "person": _("by a person"),
        "model": _("by the model"),
        "unopened": _("accepted unopened"),
        "reversed": _("later reversed"),
        "provisional": _("not yet approved"),
    }
    return words.get(origin, origin)


def _chosen(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The nearest, in order; the last place goes to a contrary entry when none is among them."""
    shown = list(evidence[:SHOWN_CARDS])
    against = next((x for x in evidence if not x.agrees), None)
    if against is not None and against not in shown:
        shown[-1] = against
    return shown


def _counts(evidence: Sequence[Evidence]) -> str:
    if not evidence:
        return ""
    alike = sum(x.agrees for x in evidence)
    otherwise = len(evidence) - alike
    like = ngettext("{n} like this", "{n} like this", alike)
    other = ngettext("{n} otherwise", "{n} otherwise", otherwise) if otherwise else _("none otherwise")
    return f"{like}, {other}"


def _card(one: Evidence, event: Event, names: Mapping[str, str]) -> Card:
    return Card(
        entry_id=one.entry_id,
        title=one.description.strip() or _("no description"),
        when=day(one.date),
        amount=money(one.amount, event.currency, unit=True),
        agrees=one.agrees,
        verdict=_("same accounts") if one.agrees else _("booked otherwise"),
        differs=differs_text(one, event),
        booked="" if one.agrees else entry_line(one.lines, Style(names=names, amounts=False)),
        origin=origin_text(one.origin),
    )
