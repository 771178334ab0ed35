"""Which tokens belong to which word, whatever tokenizer wrote them."""

from __future__ import annotations

import pytest

from engine.explain.words import align, spans, split


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Miete Büro 04/25", ["Miete", "Büro", "04/25"]),
        ("", []),
        ("支付 3月房租 Lenz", ["支", "付", "3", "月", "房", "租", "Lenz"]),
        ("תשלום שכר", ["תשלום", "שכר"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert split(text) == words
    assert [text[a:b] for a, b in spans(text, 99)] == words


def test_runs_of_words_hold_every_word_once() -> None:
    text = " ".join(map(str, range(23)))
    runs = [text[a:b] for a, b in spans(text, 7)]
    assert len(runs) == 7
    assert " ".join(runs) == text


@pytest.mark.parametrize(
    ("tokens", "owners"),
    [
        (["[CLS]", "mie", "##te", "[SEP]", "bu", "##ro", ",", "25", "[SEP]"], [-1, 0, 0, -1, 1, 1, 1, 2, -1]),
        (["<s>", "▁Mie", "te", "▁Büro", ",", "▁", "25", "</s>"], [-1, 0, 0, 1, 1, -1, 2, -1]),
        (["[CLS]", "miete", "[UNK]", "25"], [-1, 0, -1, 2]),
        ([], []),
    ],
)
def test_tokens_find_their_word(tokens: list[str], owners: list[int]) -> None:
    assert align(tokens, ["Miete", "BÜRO,", "25"]) == owners


def test_a_word_that_comes_twice_is_two_words() -> None:
    assert align(["a", "b", "a"], ["a", "b", "a"]) == [0, 1, 2]
