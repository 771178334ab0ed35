"""An explanation in a few sentences: the reason, what people can see of it, and what else would be proposed.

No Streamlit.
"""

from __future__ import annotations

from app.i18n import _, ngettext
from app.views.numbers import money, percent
from app.views.oneline import ARROW
from engine.explain.records import Cards, Explanation, Kind, Removal
from engine.journal import Event, Side
from engine.targets import LineSet


def why_text(found: Explanation, event: Event) -> list[str]:
    """Sentences, the most telling first; `event` is the one that was explained."""
    return [
        _reason(found.reason, event) if found.reason else _("Nothing that could be taken away makes it less likely."),
        *([_reason(found.visible, event)] if found.visible and found.visible != found.reason else []),
        *([_turning(found.turning)] if found.turning else []),
        *([_counts(found.cards)] if found.cards.cards else []),
        _without_memory(found.without_memory),
    ]


def _reason(one: Removal, event: Event) -> str:
    """Both numbers of one piece of evidence."""
    numbers = {"before": percent(one.before), "after": percent(one.after)}
    if one.kind is Kind.MEMORY:
        return ngettext(
            "Without {n} near entry that was booked like this: {after} instead of {before}.",
            "Without {n} near entries that were booked like this: {after} instead of {before}.",
            len(one.entries),
            **numbers,
        )
    if one.kind is Kind.AMOUNT:
        amount = money(event.amount, event.currency, unit=True)
        return _("With usual amounts in place of {amount}: {after} instead of {before}.", amount=amount, **numbers)
    texts = {
        Kind.TEMPLATES: _("Without what the book's usual entries say for it: {after} instead of {before}.", **numbers),
        Kind.DECODER: _("Without what the network writes for it: {after} instead of {before}.", **numbers),
        Kind.WORD: _("Without the word “{name}”: {after} instead of {before}.", name=one.name, **numbers),
        Kind.PARTY: _("Without the party {name}: {after} instead of {before}.", name=one.name, **numbers),
        Kind.JOURNAL: _("Without the journal {name}: {after} instead of {before}.", name=one.name, **numbers),
        Kind.DATE: _("Without the date: {after} instead of {before}.", **numbers),
    }
    return texts[one.kind]


def _turning(one: Removal) -> str:
    if not one.answer:
        return ngettext(
            "Without the nearest {n} like this nothing would be proposed.",
            "Without the nearest {n} like this nothing would be proposed.",
            len(one.entries),
        )
    return ngettext(
        "Without the nearest {n} like this the answer would be {answer} ({figure}).",
        "Without the nearest {n} like this the answer would be {answer} ({figure}).",
        len(one.entries),
        answer=_written(one.answer),
        figure=percent(one.answer_probability),
    )


def _counts(found: Cards) -> str:
    like = ngettext("{n} like this", "{n} like this", found.like)
    if not found.otherwise:
        return _("Near entries: {what}.", what=f"{like}, {_('none otherwise')}")
    rivals = (
        _("{n} to {accounts}", n=r.count, accounts=" + ".join(a for a, _side in r.instead) or _written(r.lines))
        for r in found.otherwise[:3]
    )
    return _("Near entries: {what}.", what=", ".join([like, *rivals]))


def _without_memory(one: Removal) -> str:
    if not one.turns:
        return _("Without any earlier entry the answer would be the same ({figure}).", figure=percent(one.after))
    if not one.answer:
        return _("Without earlier entries nothing would be proposed.")
    return _(
        "Without any earlier entry the answer would be {answer} ({figure}).",
        answer=_written(one.answer),
        figure=percent(one.answer_probability),
    )


def _written(lines: LineSet) -> str:
    """``4210 + 1576 → 1600``: debits, then credits."""
    return ARROW.join(" + ".join(a for a, s in lines if s is side) for side in Side)
