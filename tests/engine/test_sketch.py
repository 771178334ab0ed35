"""The lexical sketch and the wide features."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.sketch import BUCKETS, SKETCH, sketch, unit, wide
from engine.text import normalise

typed = st.text(max_size=40).map(normalise)


@settings(max_examples=30)
@given(st.lists(typed, min_size=1, max_size=5))
def test_a_text_has_one_sketch_whoever_stands_beside_it(texts: list[str]) -> None:
    together = sketch(texts)
    assert together.shape == (len(texts), SKETCH)
    for text, row in zip(texts, together, strict=True):
        np.testing.assert_allclose(sketch([text])[0], row, atol=1e-6)
        assert np.linalg.norm(row) == pytest.approx(1.0 if text else 0.0, abs=1e-5)


def test_alike_texts_are_near_and_others_are_not() -> None:
    rent, again, typo, taxi = sketch(["Miete Büro März", "Miete Büro April", "Mitee Büro Maerz", "Taxi Flughafen"])
    assert rent @ again > 0.5
    assert rent @ typo > 0.4
    assert rent @ taxi < 0.3


def test_scripts_without_spaces_are_compared_by_their_characters() -> None:
    fees, same_office, other = sketch(["付镇场开发部借代理费", "付镇场开发部借差旅费", "收到货款"])
    assert fees @ same_office > fees @ other + 0.3


def test_wide_features_are_damped_counts() -> None:
    rows = wide(["aa", "", "aa aa"])
    assert rows.shape == (3, 2 * BUCKETS)
    assert rows[1].nnz == 0
    assert rows.data.min() >= 1.0
    assert rows[2].max() == pytest.approx(1 + np.log(4))  # the letter a, four times


def test_unit_keeps_a_zero_row() -> None:
    np.testing.assert_array_equal(unit(np.zeros((1, 3), np.float32)), np.zeros((1, 3), np.float32))


def test_another_process_draws_the_same_sketch() -> None:
    code = "from engine.sketch import sketch; print(sketch(['Miete 🚕 שכר 部'])[0].tobytes().hex())"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert seen == sketch(["Miete 🚕 שכר 部"])[0].tobytes().hex()
