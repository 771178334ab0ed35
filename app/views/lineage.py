"""Where an entry came from, in sentences: model, memory, earlier entries, gate. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from app.i18n import _, ngettext
from app.services.controls import FourEyes
from app.services.explain import Origin
from app.views.life import act_word, person
from app.views.numbers import day, money, percent
from storage.policy import Policy
from storage.records import PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """An earlier entry that the proposal was made from."""

    entry_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageView:
    """``model`` is empty where no model had a part in the entry."""

    model: str
    memory: str
    neighbours: tuple[Neighbour, ...]
    lines: tuple[str, ...]
    people: tuple[str, ...]


def lineage_view(origin: Origin, people: Mapping[str, str]) -> LineageView:
    kept = origin.model.lineage if origin.model else {}
    return LineageView(
        model=_model(kept) if origin.model else "",
        memory=_memory(kept, len(origin.because)) if origin.model else "",
        neighbours=tuple(
            Neighbour(
                entry_id=e.entry_id,
                text=" · ".join((day(e.date), e.description, money(e.total, e.currency))),
            )
            for e in origin.because
        ),
        lines=_lines(kept.get("lines")),
        people=_people(origin, people),
    )


def four_eyes_word(policy: Policy) -> str:
    """Which rule of two people held, in words."""
    return {
        FourEyes.ALWAYS: _("four eyes always"),
        FourEyes.ABOVE: _("four eyes above {amount}", amount=money(policy.above)),
        FourEyes.OFF: _("four eyes off"),
    }[policy.four_eyes]


def _model(kept: Mapping[str, Any]) -> str:
    bundle = str(kept.get("bundle", ""))[:12]
    full, accounts = kept.get("probability"), kept.get("set_probability")
    if full is None:
        return _("Proposed by model {bundle}.", bundle=bundle)
    if accounts is None:
        return _("Proposed by model {bundle}: {full} right in full.", bundle=bundle, full=percent(float(full)))
    return _(
        "Proposed by model {bundle}: {full} right in full, {accounts} for its accounts.",
        bundle=bundle, full=percent(float(full)), accounts=percent(float(accounts)),
    )  # fmt: skip


def _memory(kept: Mapping[str, Any], shown: int) -> str:
    used = ngettext("from {n} earlier entry", "from {n} earlier entries", shown) if shown else ""
    position = kept.get("memory")
    if position is None:
        return used
    reached = _("its memory reached to record {n} of the book", n=position)
    return "; ".join(part for part in (used, reached) if part)


def _lines(lines: object) -> tuple[str, ...]:
    """``4210: 93 %, of it 70 % by memory`` for each proposed line."""
    out = []
    for x in lines if isinstance(lines, list) else []:
        said = [percent(float(x["probability"]))] if x.get("probability") else []
        if x.get("gate") is not None:
            said.append(_("weight of memory {share}", share=percent(float(x["gate"]))))
        if said:
            out.append(f"{x['account']}: " + ", ".join(said))
    return tuple(out)


def _people(origin: Origin, people: Mapping[str, str]) -> tuple[str, ...]:
    """Who changed it, and who decided under which rules."""
    out = [_("changed by {who}", who=", ".join(_changed_by(origin, people)))] if _changed_by(origin, people) else []
    for d in origin.detail.decisions:
        if d.act in ("submitted", "approved", "confirmed", "posted"):
            rule = origin.rules.get(str(d.detail.get("policy", "-")))
            said = _("{what} by {who}", what=act_word(d.act), who=person(d.by, people))
            out.append(", ".join(x for x in (said, four_eyes_word(rule) if rule else "") if x))
    return tuple(out)


def _changed_by(origin: Origin, people: Mapping[str, str]) -> Sequence[str]:
    """People whose version had other lines than the one before."""
    versions = origin.detail.versions
    found = [
        person(after.author, people)
        for before, after in pairwise(versions)
        if after.origin == PERSON and after.lines != before.lines
    ]
    return list(dict.fromkeys(found))
