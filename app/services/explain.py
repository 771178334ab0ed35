"""How an entry came to be: from which model and memory, what people changed, who decided under which rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.services import journal
from app.services.access import Right, Who, authorise, find, use_case, visible, within
from app.services.errors import BadInput
from app.services.workbench import Workbench
from engine.journal import Entry, Line, minor_units
from storage import waiting
from storage.errors import UnknownEntry
from storage.policy import Policy
from storage.records import MODEL, Decision, EntryDetail, Version

if TYPE_CHECKING:
    from app.commands import Answer

SHORTEST = 8  # characters of an id that stand for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Everything known of how an entry came to be.

    ``because`` are the earlier entries that the model's memory brought up, in its order, as they stand now; ``rules``
    are the policies under which people acted, by id.
    """

    book: str
    detail: EntryDetail
    because: tuple[Entry, ...]
    rules: Mapping[str, Policy]

    @property
    def model(self) -> Version | None:
        """The version that a model proposed; None where a person began by hand, and for imports."""
        return next((v for v in self.detail.versions if v.origin == MODEL), None)


@use_case(Right.READ)
def origin(wb: Workbench, who: Who, book: str, entry_id: str) -> Origin:
    """Raises UnknownBook, UnknownEntry, NotAllowed."""
    detail = journal.entry_detail(wb, who, book, entry_id)
    model = next((v for v in detail.versions if v.origin == MODEL), None)
    named = [str(x) for x in _list(model.lineage.get("because"))] if model else []
    used = sorted({str(d.detail["policy"]) for d in detail.decisions if "policy" in d.detail})
    with wb.reading() as uow:
        book_id = find(uow, who, book, Right.READ).book_id
        rules = {p: uow.policies.version(book_id, p)[1] for p in used}
    return Origin(book=book, detail=detail, because=_readable(wb, who, book, named), rules=rules)


@use_case(Right.READ)
def named(wb: Workbench, who: Who, book: str, reference: str) -> tuple[str, str]:
    """The book and the id of an entry; ``book`` may be empty, then every book that ``who`` may read is asked.

    ``reference`` is an id, its first characters, or a number such as 2025/ER/7. Raises UnknownEntry, UnknownBook,
    NotAllowed, and BadInput for one that is too short or stands for several.
    """
    text = reference.strip()
    if "/" not in text and len(text) < SHORTEST:
        why = f"an entry is named by at least {SHORTEST} characters of its id"
        raise BadInput("Entry", text, why, "Give more of it, or its number, for example 2025/ER/7.")
    with wb.reading() as uow:
        books = [find(uow, who, book, Right.READ)] if book else visible(uow, who)
        found = [
            (b.name, entry)
            for b in books
            for entry in within(
                uow, b.book_id, authorise(uow, who, b.book_id, Right.READ), waiting.find(uow.session, b.book_id, text)
            )
        ]
    if not found:
        raise UnknownEntry(text)
    if len(found) > 1:
        ids = ", ".join(f"{entry} in {name!r}" for name, entry in found[:3])
        raise BadInput("Entry", text, f"several entries are called so: {ids}", "Give the whole id.")
    return found[0]


@use_case(Right.READ)
def explain_answer(wb: Workbench, who: Who, book: str, reference: str) -> Answer:
    """What the command line prints. Raises as `named`."""
    from app.commands import Answer

    found, entry_id = named(wb, who, book, reference)
    document = to_json(origin(wb, who, found, entry_id))
    return Answer(document=document, text=tuple(in_words(document)))


def to_json(told: Origin) -> dict[str, Any]:
    """The shape of ``explain --json``; amounts are text, times ISO 8601 in UTC."""
    entry, places = told.detail.entry, minor_units(told.detail.entry.currency)
    return {
        "book": told.book,
        "entry": entry.entry_id,
        "number": entry.number,
        "state": entry.state.value,
        "date": entry.date.isoformat(),
        "description": entry.description,
        "amount": f"{entry.total:.{places}f}",
        "currency": entry.currency,
        "imported_from": told.detail.file,
        "proposed": _proposed(told, places),
        "versions": _versions(told.detail.versions, places),
        "acts": [_act(d, told.rules) for d in told.detail.decisions],
    }


def in_words(document: Mapping[str, Any]) -> list[str]:
    """The document as lines of text, the oldest first."""
    d = document
    out = [f"{d['date']}  {d['description']}  {d['amount']} {d['currency']}".rstrip()]
    out.append(f"entry {d['entry']} of book {d['book']!r}: {d['state']}" + (f", no. {d['number']}" * bool(d["number"])))
    out += _model_in_words(d["proposed"]) if d["proposed"] else []
    for version in d["versions"]:
        out.append(f"{version['recorded']}  version {version['number']} by {version['author']} ({version['origin']})")
        out += [f"    {change['what']}: {change['before'] or 'none'} -> {change['after'] or 'none'}"
                for change in version["changes"]]  # fmt: skip
    out += [_act_in_words(act) for act in d["acts"]]
    return out


def changes(before: Sequence[Line], after: Sequence[Line], places: int) -> list[dict[str, str]]:
    """Line by line what became what; lines that stayed the same are left out."""
    from app.views.versions import partners

    out = []
    for old, new in partners(before, after):
        was, now = (_line(x, places) if x else "" for x in (old, new))
        if was != now:
            out.append({"what": "line" if old and new else "line added" if new else "line removed",
                        "before": was, "after": now})  # fmt: skip
    return out


def _readable(wb: Workbench, who: Who, book: str, entry_ids: Sequence[str]) -> tuple[Entry, ...]:
    """Those of the entries that ``who`` may read."""
    found = []
    for entry_id in entry_ids:
        try:
            found.append(journal.entry_detail(wb, who, book, entry_id).entry)
        except UnknownEntry:
            continue
    return tuple(found)


def _proposed(told: Origin, places: int) -> dict[str, Any] | None:
    if told.model is None:
        return None
    kept = told.model.lineage
    figures = {
        (str(x.get("account")), str(x.get("side"))): x for x in _list(kept.get("lines")) if isinstance(x, Mapping)
    }
    return {
        "bundle": kept.get("bundle", ""),
        "memory": kept.get("memory"),
        "status": kept.get("status", ""),
        "probability": kept.get("probability"),
        "set_probability": kept.get("set_probability"),
        "because": [
            {"entry": e.entry_id, "date": e.date.isoformat(), "description": e.description} for e in told.because
        ],
        "because_ids": _list(kept.get("because")),
        "lines": [
            {
                "account": x.account,
                "side": x.side.letter,
                "amount": f"{x.amount:.{places}f}",
                "probability": figures.get((x.account, x.side.letter), {}).get("probability"),
                "gate": figures.get((x.account, x.side.letter), {}).get("gate"),
            }
            for x in told.model.lines
        ],
    }


def _versions(versions: Sequence[Version], places: int) -> list[dict[str, Any]]:
    out = []
    for before, version in zip((None, *versions), versions, strict=False):
        out.append({
            "number": version.number,
            "author": version.author,
            "origin": version.origin,
            "recorded": version.recorded.isoformat(timespec="seconds"),
            "changes": changes(before.lines, version.lines, places) if before else [],
        })  # fmt: skip
    return out


def _act(decision: Decision, rules: Mapping[str, Policy]) -> dict[str, Any]:
    detail = decision.detail
    act: dict[str, Any] = {
        "act": decision.act,
        "by": decision.by,
        "recorded": decision.recorded.isoformat(timespec="seconds"),
        "version": decision.version,
        "reason": decision.reason or str(detail.get("no_document", "")),
        "detail": {k: v for k, v in detail.items() if k not in ("policy", "no_document")},
    }
    if "policy" in detail:
        policy = rules[str(detail["policy"])]
        act["policy"] = {"id": detail["policy"], "four_eyes": policy.four_eyes.value}
    return act


def _model_in_words(p: Mapping[str, Any]) -> list[str]:
    status = str(p["status"]).replace("_", " ")
    sure = "" if p["set_probability"] is None else f", its accounts {p['set_probability']:.0%}"
    memory = "" if p["memory"] is None else f", memory up to link {p['memory']} of the book's chain"
    out = [f"proposed by model {p['bundle']}{memory}"]
    out.append(f"  {status}, right in full {p['probability']:.0%}{sure}" if p["probability"] is not None else "")
    for x in p["lines"]:
        figure = "" if x["probability"] is None else f"  {x['probability']:.0%}"
        gate = "" if x["gate"] is None else f"  memory {x['gate']:.0%}"
        out.append(f"  {x['side']} {x['account']} {x['amount']}{figure}{gate}")
    out += [f"  because {b['date']} {b['description']!r} ({b['entry']})" for b in p["because"]]
    gone = len(p["because_ids"]) - len(p["because"])
    return [*out, *([f"  and {gone} that cannot be read any more"] if gone else [])]


def _act_in_words(act: Mapping[str, Any]) -> str:
    detail = act["detail"]
    parts = [f"{act['recorded']}  {act['act']} by {act['by']}"]
    parts += [f"four eyes {act['policy']['four_eyes']}"] if "policy" in act else []
    if "opened" in detail:
        parts.append("in bulk" if detail.get("bulk") else "with the entry open" if detail["opened"] else "unopened")
    if "number" in detail:
        number = (detail.get("fiscal_year"), detail.get("journal"), detail["number"])
        parts.append("as " + "/".join(str(x) for x in number if x))
    return ", ".join(parts) + (f": {act['reason']}" if act["reason"] else "")


def _line(line: Line, places: int) -> str:
    return f"{line.side.letter} {line.account} {line.amount:.{places}f}" + (f" {line.party}" if line.party else "")


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []
