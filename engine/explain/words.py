"""The words of a description, and which of an encoder's tokens belong to which."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # scripts that put no spaces between words
_WORD = re.compile(rf"[{_SIGNS}]|[^\s{_SIGNS}]+")
_MARKS = ("##", "▁", "Ġ")  # how tokenizers mark a piece that goes on, or begins, a word

Span = tuple[int, int]  # characters, end excluded


def spans(text: str, most: int) -> list[Span]:
    """Words of a normalised text; a longer text than ``most`` words is cut into that many runs of words."""
    words = [m.span() for m in _WORD.finditer(text)]
    if len(words) <= most:
        return words
    edges = [round(i * len(words) / most) for i in range(most + 1)]
    return [(words[a][0], words[b - 1][1]) for a, b in pairwise(edges)]


def split(text: str) -> list[str]:
    return _WORD.findall(text)


def align(tokens: Sequence[str], words: Sequence[str]) -> list[int]:
    """The word of each token, -1 for separators and what cannot be found; both come in the order of the text.

    Pieces are compared without case and accents, as tokenizers that drop those write them.
    """
    plain = [_plain(w) for w in words]
    text = "".join(plain)
    owner = [i for i, word in enumerate(plain) for _ in word]
    found, at = [], 0
    for token in tokens:
        piece = _plain(_bare(token))
        place = text.find(piece, at) if piece else -1
        found.append(owner[place] if place >= 0 else -1)
        at = place + len(piece) if place >= 0 else at
    return found


def _bare(token: str) -> str:
    for mark in _MARKS:
        token = token.removeprefix(mark)
    return token


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
