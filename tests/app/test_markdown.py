from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets.markdown import plain


@pytest.mark.parametrize("text", ["**bold**", ":red[alarm]", ":material/bolt:", "$x$", "<b>x</b>", "[a](b)", "# Title"])
def test_nothing_in_a_book_is_read_as_markdown(text: str) -> None:
    assert not re.search(r"(?<!\\)[*:$<\[#]", plain(text))


@given(st.text())
def test_every_word_is_still_there(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", plain(text)) == " ".join(text.split())
