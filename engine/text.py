"""Turns what people type into the text the engine reads. The only place that does."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

MAX_CHARACTERS = 600  # what is read of a description; people describe an event in far fewer

_GAPS = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Compatibility-composed, without control or direction marks, single spaces, at most MAX_CHARACTERS."""
    composed = unicodedata.normalize("NFKC", text[: 4 * MAX_CHARACTERS])
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") else c for c in composed)
    return _GAPS.sub(" ", kept).strip()[:MAX_CHARACTERS].rstrip()


@dataclass(frozen=True, slots=True)
class Conditioned:
    """A description with the words that stand in front of it; the encoder reads them as a pair."""

    words: str
    text: str


def conditioned(text: str, journal: str, party: str, amount: Decimal) -> Conditioned:
    """Journal, party, amount class and amount as words; blank fields leave no word.

    Args:
        text: a normalised description.
        amount: in book currency.
    """
    parts = [normalise(journal)[:40], normalise(party)[:40], f"1e{amount_class(amount)}", f"{amount:.2f}"]
    return Conditioned(" ".join(p for p in parts if p), text)


def amount_class(amount: Decimal) -> int:
    """Decimal places before the point: 0 below 1, 1 below 10, 2 below 100, and so on."""
    size = abs(amount)
    return 0 if size < 1 else len(str(int(size)))


def account_text(code: str, name: str, parents: tuple[str, ...], kind: str) -> Conditioned:
    """What the catalog encoder reads of an account: code in segments, type and parents, then the name."""
    segments = " ".join(re.findall(r"[^\W_]+", code))
    tidy = re.sub(r"[:_\-]+", " ", name) or segments
    context = [segments, kind, *(re.sub(r"[:_\-]+", " ", p) for p in parents)]
    return Conditioned(normalise(" ".join(c for c in context if c))[:160], normalise(tidy)[:160])
