"""The earlier entries that speak for a proposal, or against it, as cards. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.i18n import _, ngettext
from app.views.differs import differs_text
from app.views.numbers import day, money
from app.views.oneline import Style, entry_line
from engine.journal import Because as Evidence
from engine.journal import Candidate, Event, Proposal

SHOWN_CARDS = 3
NEAR = 0.75  # counted are entries at least this similar, measured by the most similar one


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


def because_view(
    proposal: Proposal, candidate: Candidate, names: Mapping[str, str], currencies: Mapping[str, str] | None = None
) -> Because:
    """Entries booked like the opened candidate, and always the nearest one booked otherwise.

    `currencies` has the currency of each earlier entry by its id; where it is silent, the event's holds.
    """
    own = currencies or {}
    booked = {(x.account, x.side) for x in candidate.lines}
    ranked = sorted(proposal.because, key=lambda x: -x.similarity)
    like = [x for x in ranked if {(y.account, y.side) for y in x.lines} == booked]
    otherwise = [x for x in ranked if x not in like]
    shown = [*like[: SHOWN_CARDS - 1], *otherwise[:1]]
    shown += [x for x in (*like, *otherwise) if x not in shown][: SHOWN_CARDS - len(shown)]
    near = [x for x in ranked if x in shown or x.similarity >= NEAR * ranked[0].similarity]
    return Because(
        cards=tuple(
            _card(x, proposal.event, names, agrees=x in like, currency=own.get(x.entry_id) or proposal.event.currency)
            for x in shown
        ),
        counts=_counts(sum(x in like for x in near), sum(x in otherwise for x in near)),
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


def _counts(alike: int, otherwise: int) -> str:
    if not alike + otherwise:
        return ""
    like = ngettext("{n} like this", "{n} like this", alike)
    other = ngettext("{n} otherwise", "{n} otherwise", otherwise) if otherwise else _("none otherwise")
    return f"{like}, {other}"


def _card(one: Evidence, event: Event, names: Mapping[str, str], *, agrees: bool, currency: str) -> Card:
    return Card(
        entry_id=one.entry_id,
        title=one.description.strip() or _("no description"),
        when=day(one.date),
        amount=money(one.amount, currency, unit=True),
        agrees=agrees,
        verdict=_("same accounts") if agrees else _("booked otherwise"),
        differs=differs_text(one, event),
        booked="" if agrees else entry_line(one.lines, Style(names=names, amounts=False)),
        origin=origin_text(one.origin),
    )
