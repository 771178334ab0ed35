"""Signs that cannot be seen: found in codes, where they would deceive, and made visible in messages."""

from __future__ import annotations

import re
import unicodedata

# Letters and marks that draw nothing, though Unicode does not count them among the format signs.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DECEPTIVE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def hidden(text: str) -> str:
    """The first sign of ``text`` that cannot be seen, such as ``U+202E RIGHT-TO-LEFT OVERRIDE``; empty without one."""
    if text.isascii() and text.isprintable():
        return ""
    return next((_called(c) for c in text if _unseen(c)), "")


def shown(text: str) -> str:
    r"""``text`` for a terminal, a log or a message: signs that would steer any of them are written as ``\u202e``.

    Line ends are among them, so that one message stays one line; tabs and the joiners of scripts stay.
    """
    return _DECEPTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _unseen(sign: str) -> bool:
    selector = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    return selector or sign in _BLANK or unicodedata.category(sign) in _UNSEEN


def _called(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".rstrip()
