"""The benchmark over ledger files: its document, its cache, its averages, and its refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.services import benchmark
from app.services.benchmark import Piece, Wishes, run
from app.services.benchmark_table import assembled, averaged, table
from app.services.errors import BadInput
from engine.errors import TooLittleHistory
from engine.evaluation.protocol import Outcomes
from engine.evaluation.systems import SystemAbsent, absent, make

FIGURES = {
    "exact", "exact_full", "line_f1", "top5_exact", "stp98", "stp95", "auto98", "ece", "share_error",
    "counter_account", "text_amount_only", "seeds", "stp98_full", "stp95_full", "ece_full", "amounts_right",
    "line_sets",
}  # fmt: skip


def a_folder(path: Path, n: int = 60, price: int = 10) -> Path:
    """A ledger folder: rent and coffee in turn, paid by bank; every book has its own price."""
    path.mkdir()
    rows = []
    for i in range(n):
        name, account = (("Rent for the office", "6130"), ("Coffee beans", "6070"))[i % 2]
        amount = f"{price + i % 3}.00"
        rows.append({
            "entry_id": f"e{i}", "date": f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}", "description": name,
            "currency": "EUR", "journal": "BQ",
            "lines": [
                {"account": account, "side": "D", "amount": amount}, {"account": "5120", "side": "C", "amount": amount},
            ],
        })  # fmt: skip
    (path / "entries.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    accounts = "account,name,type,parent\n5120,Bank,asset,\n6130,Rent,expense,\n6070,Goods,expense,\n"
    (path / "accounts.csv").write_text(accounts, encoding="utf-8")
    return path


QUICK = ("svm", "most_frequent", "smart_importer")


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Peers alone, and only quick ones, in one process, with a cache of their own."""
    monkeypatch.setattr(benchmark, "PEERS", QUICK)
    return {"ours": False, "peers": True, "processes": 1, "cache": tmp_path / "cache"}


def peers_here() -> set[str]:
    return {n for n in QUICK if not absent(n)}


def test_the_document_has_the_promised_shape(tmp_path: Path, quiet: dict[str, Any]) -> None:
    said: list[str] = []
    out = tmp_path / "bench.json"
    document = run([a_folder(tmp_path / "one")], Wishes(**quiet, out=out), said.append)
    (book,) = document["books"]
    assert (book["book"], book["entries"], book["test"], book["base"]) == ("one", 60, 12, "none")
    assert set(book["systems"]) == set(document["macro"]) == set(document["pooled"]) == peers_here()
    for name in peers_here():
        for mode in ("static", "prequential"):
            assert set(book["systems"][name][mode]) == FIGURES
            assert set(book["systems"][name][mode]["auto98"]) == {"share", "precision"}
            assert set(book["systems"][name][mode]["text_amount_only"]) == {"exact", "ece"}
    assert book["systems"]["svm"]["static"]["exact"] == 1.0
    assert book["systems"]["most_frequent"]["static"]["exact"] == 0.5
    assert {"train", "predict_per_entry"} <= set(book["seconds"])
    assert set(document["absent"]) == {"smart_importer"} - peers_here()
    assert json.loads(out.read_text(encoding="utf-8")) == json.loads(json.dumps(document))
    assert sum(row.startswith("one ") for row in said) == 2 * len(peers_here())


def test_a_finished_result_is_used_again_until_something_changes(
    tmp_path: Path, quiet: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Piece] = []

    def counted(piece: Piece, threads: int = 1) -> dict[str, Any]:
        measured.append(piece)
        return really(piece, threads)

    really = benchmark.measure
    monkeypatch.setattr(benchmark, "measure", counted)
    one, wishes = a_folder(tmp_path / "one"), Wishes(**quiet, modes=("static",))
    first = run([one], wishes, lambda _: None)
    count = len(measured)
    assert count == len(peers_here())
    assert run([one], wishes, lambda _: None) == first
    assert len(measured) == count, "all from the cache"
    run([one, a_folder(tmp_path / "two", price=20)], wishes, lambda _: None)
    assert len(measured) == 2 * count, "only the new book"
    run([one], Wishes(**quiet, modes=("static",), fresh=True), lambda _: None)
    assert len(measured) == 3 * count
    kept = next((tmp_path / "cache").glob("*.json"))
    kept.write_text('{"outcomes": ', encoding="utf-8")
    run([one, tmp_path / "two"], wishes, lambda _: None)
    assert len(measured) == 3 * count + 1, "the torn file is measured again"


def test_the_key_names_everything_a_result_depends_on(tmp_path: Path) -> None:
    base = Piece(tmp_path, "b", "d" * 64, 10, "svm", 0, ("static",))
    others = [
        Piece(tmp_path, "b", "e" * 64, 10, "svm", 0, ("static",)),
        Piece(tmp_path, "b", "d" * 64, 10, "knn_tfidf", 0, ("static",)),
        Piece(tmp_path, "b", "d" * 64, 10, "svm", 1, ("static",)),
        Piece(tmp_path, "b", "d" * 64, 10, "svm", 0, ("static", "prequential")),
        Piece(tmp_path, "b", "d" * 64, 10, "counterpoint", 0, ("static",)),
    ]
    assert len({p.key for p in (base, *others)}) == 6
    assert Piece(tmp_path / "moved", "renamed", "d" * 64, 10, "svm", 0, ("static",)).key == base.key


def test_two_processes_give_the_figures_of_one(tmp_path: Path, quiet: dict[str, Any]) -> None:
    paths = [a_folder(tmp_path / "one"), a_folder(tmp_path / "two", n=40, price=7)]
    single = run(paths, Wishes(**quiet), lambda _: None)
    both = run(paths, Wishes(**{**quiet, "processes": 2, "fresh": True}), lambda _: None)
    assert (single["macro"], single["pooled"]) == (both["macro"], both["pooled"])
    exact = [b["systems"]["svm"]["static"]["exact"] for b in single["books"]]
    assert single["macro"]["svm"]["static"]["exact"] == pytest.approx(sum(exact) / 2)


def test_books_of_one_name_are_told_apart(tmp_path: Path, quiet: dict[str, Any]) -> None:
    (tmp_path / "x").mkdir()
    paths = [a_folder(tmp_path / "one"), a_folder(tmp_path / "x" / "one", price=30)]
    document = run(paths, Wishes(**quiet, modes=("static",)), lambda _: None)
    assert [b["book"] for b in document["books"]] == ["one", "one (2)"]


def some_outcomes(right: list[bool]) -> dict[str, Any]:
    n = len(right)
    made = Outcomes(
        right=right, full=right, top5=right, score=[0.9 if r else 0.1 for r in right], taken=right,
        lines=[[2, 0, 0] if r else [0, 2, 2] for r in right], share_error=[None] * n, counter=[None] * n,
        bare_right=right, bare_score=[0.5] * n,
    )  # fmt: skip
    seconds = {"train": 1.0, "predict_per_entry": 0.1, "all": 2.0}
    return {"outcomes": {"static": made.to_json()}, "seconds": seconds}


def test_macro_weighs_books_pooled_weighs_entries_and_seeds_are_averaged() -> None:
    results = [
        ("small", "counterpoint", 0, some_outcomes([True, True])),
        ("small", "counterpoint", 1, some_outcomes([True, False])),
        ("large", "counterpoint", 0, some_outcomes([True] * 2 + [False] * 8)),
        ("large", "counterpoint", 1, some_outcomes([True] * 4 + [False] * 6)),
        ("small", "svm", 0, some_outcomes([False, False])),
        ("large", "svm", 0, some_outcomes([True] * 3 + [False] * 7)),
    ]
    document = assembled([("small", 10, 2), ("large", 50, 10)], results, ["static"])
    ours = document["books"][0]["systems"]["counterpoint"]["static"]
    assert (ours["exact"], ours["seeds"], ours["share_error"]) == (0.75, [0, 1], None)
    assert document["macro"]["counterpoint"]["static"]["exact"] == pytest.approx((0.75 + 0.3) / 2)
    assert document["pooled"]["counterpoint"]["static"]["exact"] == pytest.approx((4 / 12 + 5 / 12) / 2)
    duel = document["against_best_peer"]["static"]
    assert duel["peer"] == "svm"
    assert duel["exact"]["mean"] == pytest.approx(4.5 / 12 - 3 / 12)
    assert any("against svm" in row for row in table(document))


def test_averages_leave_out_what_was_not_measured() -> None:
    assert averaged([{"a": 1.0, "b": None}, {"a": 3.0, "b": 5.0}, None]) == {"a": 2.0, "b": 5.0}
    assert averaged([None, None]) is None


def test_what_cannot_be_measured_is_refused_before_anything_runs(tmp_path: Path, quiet: dict[str, Any]) -> None:
    with pytest.raises(TooLittleHistory, match="tiny"):
        run([a_folder(tmp_path / "ok"), a_folder(tmp_path / "tiny", n=2)], Wishes(**quiet), lambda _: None)
    assert not (tmp_path / "cache").exists()
    with pytest.raises(BadInput, match="--base"):
        Wishes(base="base.safetensors")
    with pytest.raises(BadInput, match="seed"):
        Wishes(seeds=())
    with pytest.raises(BadInput, match="ledger"):
        run([], Wishes(**quiet))
    with pytest.raises(SystemAbsent, match="svm"):
        make("no such contender")


def test_a_file_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path, quiet: dict[str, Any]) -> None:
    said: list[str] = []
    ledger = a_folder(tmp_path / "one")
    with pytest.raises(BadInput, match="there is no folder"):
        run([ledger], Wishes(**quiet, out=tmp_path / "nowhere" / "bench.json"), said.append)
    with pytest.raises(BadInput, match="it is a folder"):
        run([ledger], Wishes(**quiet, out=tmp_path), said.append)
    assert said == []


def test_figures_that_cannot_be_written_at_the_end_are_a_sentence_and_leave_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "bench.json"
    out.write_text("old")

    def full(_part: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(BadInput, match="No space left on device"):
        benchmark._write(out, {})
    assert [p.name for p in tmp_path.iterdir()] == ["bench.json"]
    assert out.read_text() == "old"
