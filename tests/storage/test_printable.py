from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.printable import hidden, shown


@pytest.mark.parametrize("code", ["4210", "Büro-1", "售货", "1.2/3", "حساب", "é\u0301", "4 210", ""])
def test_what_can_be_seen_is_no_trick(code: str) -> None:
    assert hidden(code) == ""


def test_the_sign_is_named() -> None:
    assert hidden("6\u202e13") == "U+202E RIGHT-TO-LEFT OVERRIDE"
    assert hidden("613\x1b") == "U+001B"


@given(st.text())
def test_nothing_shown_steers_a_terminal(text: str) -> None:
    out = shown(text)
    assert not set(out) & {*map(chr, range(9)), *map(chr, range(10, 32)), "\x7f", "\x9b", "\u202e", "\u2028"}
    out.encode()  # half characters are gone too
    assert shown(out) == out


def test_joiners_of_scripts_and_emoji_stay() -> None:
    assert shown("👩\u200d💻 می\u200cخواهم\tx") == "👩\u200d💻 می\u200cخواهم\tx"
