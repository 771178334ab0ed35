"""Ablations: finished work is kept and never done twice, the page says what there is, bad wishes are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from app.services import ablate
from app.services.ablate import Piece, Wishes, run
from app.services.ablation_figures import Curve, Mark, curve, differences
from app.services.ablation_page import Measurement, Page
from app.services.errors import BadInput
from engine.config import TrainConfig
from engine.evaluation.ablation import DEFAULT, Row
from engine.evaluation.metrics import Interval
from engine.evaluation.protocol import Outcomes
from tests.app.services.test_benchmark import a_folder

TINY = replace(TrainConfig.tiny(), memory=TrainConfig().memory)  # K = 20 must fit
Wish = Callable[..., Wishes]


def outcomes(right: list[bool]) -> Outcomes:
    """Outcomes in which only what is right matters."""
    made = Outcomes(right=right, full=right, top5=right, taken=right)
    made.score.extend(0.9 if r else 0.1 for r in right)
    made.lines.extend([2, 0, 0] if r else [0, 2, 2] for r in right)
    return made


def a_result(piece: Piece, right: list[bool] | None = None) -> dict[str, Any]:
    made = outcomes(right or [True, False, True, True])
    return {"row": piece.row, "seed": piece.seed, "outcomes": made.to_json(), "seconds": {"train": 2.0, "all": 3.0}}


class Bench:
    """Stands in for the training: notes what is measured, and can be made to stop."""

    def __init__(self) -> None:
        self.asked: list[Piece] = []
        self.stop_after = 10**6
        self.trainings = 0

    def __call__(self, pieces: Sequence[Piece], threads: int = 1) -> dict[str, Any]:
        if len(self.asked) >= self.stop_after:
            raise KeyboardInterrupt
        self.trainings += 1
        return {"results": [self.one(p) for p in pieces]}

    def one(self, piece: Piece) -> dict[str, Any]:
        self.asked.append(piece)
        if piece.row == "running_scaling":
            return {
                "row": piece.row,
                "seed": piece.seed,
                "failed": "the loss is no finite number",
                "seconds": {"all": 1},
            }
        return a_result(piece, [False] * 4 if piece.row == "no_copy" else None)

    def names(self) -> list[tuple[str, str, int]]:
        return [(p.row, p.book.name, p.seed) for p in self.asked]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench()
    monkeypatch.setattr(ablate, "measure", made)
    return made


@pytest.fixture
def wish(tmp_path: Path) -> Wish:
    def wish(*rows: str, **more: Any) -> Wishes:
        settings = {"out": tmp_path / "page.md", "cache": tmp_path / "cache", "processes": 1, "default": TINY}
        return Wishes(rows=rows, **{**settings, **more})

    return wish


@pytest.fixture
def books(tmp_path: Path) -> list[Path]:
    return [a_folder(tmp_path / "one"), a_folder(tmp_path / "two", n=40, price=30)]


def quiet(_: str) -> None:
    pass


def test_a_stopped_run_goes_on_where_it_was(bench: Bench, wish: Wish, books: list[Path]) -> None:
    bench.stop_after = 3
    with pytest.raises(KeyboardInterrupt):
        run(books, wish("no_copy", "k_20"), quiet)
    first = bench.names()
    assert first == [(DEFAULT, "one", 0), (DEFAULT, "two", 0), ("no_copy", "one", 0)], "the default before the rows"
    assert "no_copy" in wish().out.read_text(encoding="utf-8"), "the page says what there is"
    bench.stop_after = 10**6
    run(books, wish("no_copy", "k_20"), quiet)
    assert bench.names()[3:] == [("no_copy", "two", 0), ("k_20", "one", 0), ("k_20", "two", 0)]
    run(books, wish("no_copy", "k_20"), quiet)
    assert len(bench.asked) == 6


def test_rows_that_only_judge_otherwise_share_a_training(bench: Bench, wish: Wish, books: list[Path]) -> None:
    run(books, wish("no_judge", "no_copy"), quiet)
    assert (len(bench.asked), bench.trainings) == (6, 4)
    assert bench.names()[:2] == [(DEFAULT, "one", 0), ("no_judge", "one", 0)]
    assert "no_judge" in run(books, wish(DEFAULT), quiet).summaries


def test_more_seeds_ask_only_what_is_new_and_one_seed_comes_first(bench: Bench, wish: Wish, books: list[Path]) -> None:
    run(books[:1], wish("no_copy"), quiet)
    run(books[:1], wish("no_copy", "k_5", seeds=(0, 1)), quiet)
    assert [(r, s) for r, _, s in bench.names()[2:]] == [("k_5", 0), (DEFAULT, 1), ("no_copy", 1), ("k_5", 1)]
    assert "2 seeds" in wish().out.read_text(encoding="utf-8")


def test_other_code_is_measured_again_unless_it_may_be_kept(
    bench: Bench, wish: Wish, books: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(books[:1], wish("no_copy"), quiet)
    monkeypatch.setattr(ablate, "code_digest", lambda ours: f"newer {ours}")
    run(books[:1], wish("no_copy", keep_code=True), quiet)
    assert len(bench.asked) == 2
    run(books[:1], wish(DEFAULT), quiet)
    assert len(bench.asked) == 3
    page = wish().out.read_text(encoding="utf-8")
    assert "2 results of an earlier version" in page
    assert re.search(r"`no_copy`.*not measured yet", page), "old and new are never compared"


def test_the_key_names_settings_ledger_and_seed(bench: Bench, wish: Wish, books: list[Path]) -> None:
    run(books[:1], wish("no_copy"), quiet)
    piece = bench.asked[0]
    others = [
        replace(piece, seed=1), replace(piece, history=5), replace(piece, config=piece.config.with_seed(1)),
        replace(piece, book=replace(piece.book, digest="0" * 64)), bench.asked[1],
    ]  # fmt: skip
    assert len({p.key for p in (piece, *others)}) == 6
    same = replace(piece, row="renamed", book=replace(piece.book, name="moved", path=Path("/elsewhere")))
    assert replace(same, config=replace(piece.config, threads=7)).key == piece.key


def test_a_torn_file_is_measured_again(bench: Bench, wish: Wish, books: list[Path]) -> None:
    run(books[:1], wish(DEFAULT), quiet)
    (file,) = (wish().cache or Path()).glob("ablation-*.json")
    file.write_text('{"outcomes": ', encoding="utf-8")
    run(books[:1], wish(DEFAULT), quiet)
    assert len(bench.asked) == 2


def test_groups_and_rows_close_to_the_default_can_be_named(bench: Bench, wish: Wish, books: list[Path]) -> None:
    run(books[:1], wish("pointer", "no_copy"), quiet)
    assert {r for r, _, _ in bench.names()} == {DEFAULT, "pointer_dot", "pointer_temperature", "no_copy"}
    done = len(bench.asked)
    run(books[:1], wish("close", seeds=(0, 1)), quiet)
    again = {r for r, _, s in bench.names()[done:]}
    assert again == {DEFAULT, "pointer_dot", "pointer_temperature"}, "no_copy lost every entry"


def test_all_rows_are_the_default_wish_and_short_books_have_no_long_history(
    bench: Bench, wish: Wish, books: list[Path]
) -> None:
    run(books, wish(), quiet)
    asked = bench.names()
    assert {("history_5", "one", 0), ("history_20", "two", 0), ("history_20", "one", 0)} <= set(asked)
    assert ("history_50", "two", 0) not in asked, "it has 32 entries before the split"
    assert len({r for r, _, _ in asked}) > 40


def test_a_row_that_cannot_be_trained_is_said_and_stops_nothing(bench: Bench, wish: Wish, books: list[Path]) -> None:
    said: list[str] = []
    run(books[:1], wish("running_scaling", "no_copy"), said.append)
    page = wish().out.read_text(encoding="utf-8")
    assert re.search(r"`running_scaling`.*could not be trained: the loss is no finite number", page)
    assert re.search(r"`no_copy`.*-75\.0 \[.*worse: the default earns its place", page)
    assert any("no finite number" in s for s in said)


def test_nonsense_is_refused_before_the_work(bench: Bench, wish: Wish, books: list[Path], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no such row or group.*no_copy"):
        run(books[:1], wish("no_coffee"), quiet)
    with pytest.raises(BadInput, match="no ledger"):
        run([], wish(), quiet)
    with pytest.raises(BadInput, match="there is no folder"):
        run(books[:1], wish(out=tmp_path / "nowhere" / "page.md"), quiet)
    assert bench.asked == []


def test_a_real_row_is_trained_measured_and_written(wish: Wish, books: list[Path]) -> None:
    page = run(books[:1], wish("no_copy", "history_5"), quiet)
    found = page.summaries["no_copy"]
    assert found.difference is not None
    assert 0.0 <= found.figures["exact"] <= 1.0
    assert found.seconds > 0
    images = wish().out.parent / "images"
    for name in ("ablations.svg", "learning-curve.svg"):
        ET.fromstring((images / name).read_text(encoding="utf-8"))  # noqa: S314 - written a moment ago, by us
        assert f"(images/{name})" in wish().out.read_text(encoding="utf-8")
    kept = json.loads(next((wish().cache or Path()).glob("ablation-*.json")).read_text(encoding="utf-8"))
    assert {"row", "book", "ledger", "seed", "outcomes", "seconds", "code"} <= set(kept)


def test_two_processes_give_the_figures_of_one(wish: Wish, books: list[Path], tmp_path: Path) -> None:
    single = run(books[:1], wish("no_judge", "history_5"), quiet)
    both = run(books[:1], wish("no_judge", "history_5", processes=2, cache=tmp_path / "other"), quiet)
    assert {n: s.figures for n, s in single.summaries.items()} == {n: s.figures for n, s in both.summaries.items()}


ROWS = tuple(Row(name=n, group="G", question="Q?", settings={"epochs": 1}) for n in (DEFAULT, "a", "b"))


def a_page(*results: tuple[str, str, int, list[bool]]) -> Page:
    made = tuple(Measurement(r, b, s, outcomes(right), 4.0) for r, b, s, right in results)
    return Page(ROWS, ("x", "y"), made, {"x": 100, "y": 50})


T, F = True, False


def test_a_difference_is_on_the_books_and_seeds_that_both_have() -> None:
    page = a_page(
        (DEFAULT, "x", 0, [T, T, F, F]), (DEFAULT, "y", 0, [T, T]), (DEFAULT, "x", 1, [T, F, F, F]),
        ("a", "x", 0, [F, F, F, F]), ("a", "x", 2, [T, T, T, T]),
    )  # fmt: skip
    found = page.summaries["a"]
    assert (found.books, found.seeds) == (1, (0,))
    assert found.difference is not None
    assert found.difference.mean == pytest.approx(-0.5)
    assert "1 of 2 books" in "\n".join(page.lines())
    assert "b" not in page.summaries


def test_figures_are_means_over_books_or_over_entries_and_over_seeds() -> None:
    page = a_page(
        (DEFAULT, "x", 0, [T, T, F, F]), (DEFAULT, "y", 0, [T, T]),
        (DEFAULT, "x", 1, [T, F, F, F]), (DEFAULT, "y", 1, [T, F]),
    )  # fmt: skip
    figures = page.summaries[DEFAULT].figures
    assert figures["exact"] == pytest.approx(((0.5 + 1) / 2 + (0.25 + 0.5) / 2) / 2)
    assert figures["stp98"] == pytest.approx((4 / 6 + 2 / 6) / 2)
    assert page.summaries[DEFAULT].difference is None


def test_rows_within_two_points_are_close() -> None:
    right = [T] * 50
    page = a_page((DEFAULT, "x", 0, right), ("a", "x", 0, [*right[:49], F]), ("b", "x", 0, [*right[:48], F, F]))
    assert [r.name for r in page.close()] == ["a"]


def test_figures_are_drawings_whatever_they_show() -> None:
    marks = [Mark("<a>", Interval(-0.1, -0.2, -0.05)), Mark("b", Interval(0, 0, 0)), Mark("c", Interval(0.3, 0.1, 0.5))]
    for drawing in (differences(marks), differences(marks[1:2]), curve([Curve("x", ((5, 0.1), (500, 0.9)))]),
                    curve([Curve("x", ((5, 0.1),)), Curve("y", ((5, 0.0), (7, 1.0)))])):  # fmt: skip
        root = ET.fromstring(drawing)  # noqa: S314 - written a moment ago, by us
        assert "nan" not in drawing
        texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
        assert texts
        assert "+0" not in texts
