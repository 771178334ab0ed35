"""Proposes what each journal's entries are for, from its code, its name and their dates. People confirm it once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.journal import Entry, Kind
from storage.identity import fold
from storage.records import JournalKind

_OPENING_CODES = frozenset({
    "an", "ano", "anv", "anouv", "ran", "raz", "ouv", "ouverture", "open", "opening", "ob", "eb", "ib", "a nouveau",
})  # fmt: skip
_OPENING_NAMES = (
    "a nouveau", "a nouveaux", "a-nouveau", "anouveau", "reports a nouveau", "bilan d'ouverture", "journal d'ouverture",
    "opening balance", "opening entries", "eroffnung", "ingaende balans", "apertura", "beginsaldo",
)  # fmt: skip
_CLOSING_CODES = frozenset({"clo", "clot", "cloture", "closing"})
_CLOSING_NAMES = ("cloture de l'exercice", "ecritures de cloture", "journal de cloture", "closing entries", "abschluss")

# An accrual is certain only where the text says so and an accrual account of the French chart is in it.
_ACCRUAL_TEXT = re.compile(
    r"^(charges? a payer|produits? a recevoir|fnp\b|fae\b|cca\b|pca\b|factures? non parvenues?"
    r"|factures? a etablir|charges? constatees? d'avance|produits? constates? d'avance)"
)
_RELEASE_TEXT = re.compile(r"^(extourne|ext\b|contrepassation|reprise) ?")
_ACCRUAL_ACCOUNTS = ("408", "418", "428", "438", "448", "4686", "4687", "486", "487")


def propose(entries: Sequence[Entry], journals: Iterable[tuple[str, str, str]] = ()) -> tuple[JournalKind, ...]:
    """One proposal a journal. ``journals`` are (text on the entries, code, name), else the text is taken apart."""
    parts = {text: (code, name) for text, code, name in journals}
    by_journal: dict[str, list[Entry]] = {}
    for e in entries:
        if e.journal:
            by_journal.setdefault(e.journal, []).append(e)
    out = []
    for text, own in by_journal.items():
        code, name = parts.get(text) or _taken_apart(text)
        kind, reason = _kind(code, name, _at_start(own, entries))
        out.append(JournalKind(journal=text, code=code, name=name, kind=kind, reason=reason, entries=len(own)))
    return tuple(out)


def apply(entries: Sequence[Entry], journals: Sequence[JournalKind]) -> tuple[Entry, ...]:
    """Entries with the kind of their journal, or with one of their own where it is certain."""
    kinds = {j.journal: j.kind for j in journals}
    own = (_own_kind(e, kinds.get(e.journal, Kind.NORMAL)) if e.kind is Kind.NORMAL else e.kind for e in entries)
    return tuple(e if kind is e.kind else replace(e, kind=kind) for e, kind in zip(entries, own, strict=True))


def opening_by_name(code: str, name: str) -> bool:
    """Whether a journal calls itself an opening, whatever its dates."""
    return _names(code, name, _OPENING_NAMES) or fold(code) in _OPENING_CODES


def _kind(code: str, name: str, at_start: bool) -> tuple[Kind, str]:  # noqa: FBT001  one of three clues
    if _names(code, name, _OPENING_NAMES):
        return Kind.OPENING, f"its name {name or code!r} says opening"
    if fold(code) in _OPENING_CODES and at_start:
        return Kind.OPENING, f"its code {code!r} is used for openings and it has no entry after the first day"
    if fold(code) in _CLOSING_CODES or _names(code, name, _CLOSING_NAMES):
        return Kind.CLOSING, f"its name {name or code!r} says closing"
    return Kind.NORMAL, "nothing in its code, name or dates says otherwise"


def _names(code: str, name: str, wanted: Sequence[str]) -> bool:
    texts = (fold(code), fold(name))
    return any(w in t for w in wanted for t in texts)


def _at_start(own: Sequence[Entry], everything: Sequence[Entry]) -> bool:
    """No entry of the journal is later than the first day that other journals book on."""
    first = min((e.date for e in everything if e.journal != own[0].journal), default=None)
    last = max(e.date for e in own)
    return first is None or last <= first or (last.day, last.month) == (1, 1)


def _taken_apart(text: str) -> tuple[str, str]:
    code, _, name = text.partition(" ")
    return code, name


def _own_kind(entry: Entry, of_journal: Kind) -> Kind:
    if of_journal is not Kind.NORMAL or not any(x.account.startswith(_ACCRUAL_ACCOUNTS) for x in entry.lines):
        return of_journal
    text = fold(entry.description)
    if (release := _RELEASE_TEXT.match(text)) and _ACCRUAL_TEXT.match(text[release.end() :]):
        return Kind.ACCRUAL_RELEASE
    return Kind.ACCRUAL if _ACCRUAL_TEXT.match(text) else Kind.NORMAL
