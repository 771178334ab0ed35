from __future__ import annotations

import pytest

from app.i18n import speaking
from app.services.workbench import ModelState
from app.views.model import model_line, seconds_left


def test_a_ready_model_says_nothing() -> None:
    line = model_line(ModelState(state="ready", fraction=1.0))
    assert (line.text, line.busy, line.ready, line.alarm) == ("", False, True, False)


def test_training_shows_how_far_and_how_long() -> None:
    line = model_line(ModelState(state="training", fraction=0.4, seconds_left=42.0))
    assert (line.busy, line.fraction) == (True, 0.4)
    assert line.text == "The model is learning from this book, about 45 seconds left"


def test_a_book_without_a_model_says_what_to_expect() -> None:
    line = model_line(ModelState(state="none"))
    assert (line.busy, line.ready) == (False, False)
    assert "no model yet" in line.text


def test_a_failure_is_shown_with_its_sentence() -> None:
    line = model_line(ModelState(state="failed", note="The disk is full."))
    assert line.alarm
    assert line.text == "The model of this book could not be used. The disk is full."


def test_a_failed_training_says_so_and_offers_another() -> None:
    line = model_line(ModelState(state="failed", note="The disk is full.", job="J1"))
    assert line.text == "The last training of this book ended without a model. The disk is full."
    assert [model_line(ModelState(state=s)).train for s in ("none", "failed", "training", "ready")] == [
        "Train this book", "Train again", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""), (float("nan"), ""), (float("inf"), ""), (-3.0, ""), (0.0, "about 1 second left"),
        (7.2, "about 8 seconds left"), (31.0, "about 35 seconds left"), (150.0, "about 2 minutes left"),
    ],
)  # fmt: skip
def test_seconds_are_rounded_so_that_they_do_not_flicker(seconds: float | None, text: str) -> None:
    assert seconds_left(seconds) == text


def test_a_fraction_outside_its_range_is_held_inside() -> None:
    assert model_line(ModelState(state="loading", fraction=1.7)).fraction == 1.0


def test_time_is_told_in_german() -> None:
    with speaking("de"):
        assert seconds_left(1) == "noch etwa 1 Sekunde"
