"""An entry's life as a timeline: who did what and when, in words. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.i18n import _
from app.services.access import PERSONAS, Role
from app.views.because import origin_text
from app.views.numbers import day, moment
from app.views.oneline import Style, entry_line
from engine.journal import IMPORTED
from storage.acts import DISCARDED_AS
from storage.records import MODEL, Decision, EntryDetail, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One moment of an entry's life."""

    when: str
    who: str
    what: str


def person(login: str, people: Mapping[str, str]) -> str:
    """What somebody is called; a login we have no name for stands for itself."""
    demo = {
        PERSONAS[Role.ACCOUNTANT]: _("demo accountant"),
        PERSONAS[Role.REVIEWER]: _("demo reviewer"),
        PERSONAS[Role.ADMIN]: _("demo admin"),
        PERSONAS[Role.AUDITOR]: _("demo auditor"),
    }
    return demo.get(login) or people.get(login) or login


def maker(version: Version, people: Mapping[str, str]) -> str:
    """Who wrote a version, in a few words."""
    if version.origin == MODEL:
        return _("the model")
    return _("an import") if version.origin == IMPORTED else person(version.author, people)


def version_title(version: Version, people: Mapping[str, str]) -> str:
    if version.origin == MODEL:
        return _("Model proposed")
    if version.origin == IMPORTED:
        return _("Imported")
    return _("{who} saved", who=person(version.author, people))


def life(detail: EntryDetail, names: Mapping[str, str], people: Mapping[str, str]) -> tuple[Event, ...]:
    """Versions and acts in one order, oldest first."""
    moments: list[tuple[datetime, int, Event]] = [
        (v.recorded, 2 * v.number, _version_event(v, detail.versions, names, people)) for v in detail.versions
    ]
    moments += [(d.recorded, 10_000 + d.sequence, _decision_event(d, people)) for d in detail.decisions]
    return tuple(event for _when, _order, event in sorted(moments, key=lambda x: x[:2]))


def act_word(act: str) -> str:
    """What was done to an entry, in words."""
    words = {
        "submitted": _("submitted"),
        "returned": _("returned"),
        "approved": _("approved"),
        "confirmed": _("confirmed"),
        "posted": _("posted"),
        "reversed": _("reversed"),
        "discarded": _("discarded"),
        "withdrawn": _("withdrawn"),
        "unapproved": _("approval withdrawn"),
        "exported": _("exported"),
        "commented": _("commented"),
        "assigned": _("assigned"),
        "corrected": _("corrected"),
        "forgotten": _("no longer learnt from"),
        "remembered": _("learnt from again"),
        "released": _("released"),
    }
    return words.get(act, origin_text(act))


def asked_for(detail: EntryDetail) -> str:
    """Who was asked last to look at an entry; empty for nobody."""
    given = [d for d in detail.decisions if d.act == "assigned"]
    return str(given[-1].detail.get("to", "")) if given else ""


def discarded_word(kind: str) -> str:
    """Why an entry is not booked."""
    words = (_("booked twice"), _("other side of a transfer"), _("not ours"), _("another reason"))
    return dict(zip(DISCARDED_AS, words, strict=True)).get(kind, kind)


def posted_number(detail: Mapping[str, object]) -> str:
    """``2025/ER/7`` of a posting's detail; empty for other acts. A journal stands with its code."""
    if not detail.get("number"):
        return ""
    journal = str(detail.get("journal", "")).split(" ", 1)[0]
    return "/".join(str(x) for x in (detail.get("fiscal_year", ""), journal, detail["number"]) if x)


def _version_event(
    version: Version, all_versions: Sequence[Version], names: Mapping[str, str], people: Mapping[str, str]
) -> Event:
    earlier = [v for v in all_versions if v.number < version.number]
    what = _("{what}: {detail}", what=_made(version), detail=_booked(version, names))
    if earlier and earlier[-1].lines == version.lines:
        what = _("kept as proposed") if earlier[-1].origin == MODEL else _("kept the lines, changed date or document")
    return Event(when=moment(version.recorded), who=person(version.author, people), what=what)


def _booked(version: Version, names: Mapping[str, str]) -> str:
    return entry_line(version.lines, Style(names=names, longest=80))


def _made(version: Version) -> str:
    words = {MODEL: _("proposed by the model"), IMPORTED: _("imported")}
    return words.get(version.origin) or _("written by a person")


def _decision_event(decision: Decision, people: Mapping[str, str]) -> Event:
    parts = [*_detail_words(decision.detail, people), decision.reason]
    said = ". ".join(part for part in parts if part)
    what = act_word(decision.act)
    return Event(
        when=moment(decision.recorded),
        who=person(decision.by, people),
        what=_("{what}: {detail}", what=what, detail=said) if said else what,
    )


def _detail_words(detail: Mapping[str, object], people: Mapping[str, str]) -> list[str]:
    """What the record of an act says besides its reason."""
    out = [_("no. {number}", number=posted_number(detail)) if detail.get("number") else ""]
    if detail.get("as"):
        out.append(discarded_word(str(detail["as"])))
    if detail.get("corrected"):
        out.append(_("as a reviewer corrected it"))
    if detail.get("no_document"):
        out.append(_("without a document: {why}", why=detail["no_document"]))
    if "opened" in detail:
        opened = _("with the entry open") if detail["opened"] else _("without opening it")
        out.append(_("as one of many") if detail.get("bulk") else opened)
    if detail.get("to"):
        out.append(_("to {who}", who=person(str(detail["to"]), people)))
    return [part for part in out if part]


def closed_word(day_: date, lock: str) -> str:
    """A sentence about a day that lies in a closed period."""
    if lock == "hard":
        return _("{day} lies in a period that is closed for good. Move the entry to an open day.", day=day(day_))
    return _("{day} lies in a period that is closed; only reviewers may still book there.", day=day(day_))
