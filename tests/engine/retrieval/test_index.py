"""ScaNN is held to its exact twin, and the twin to sorting by hand."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.retrieval import index as module
from engine.retrieval.index import HAS_SCANN, BadVectors, Floats, NoScann, VectorIndex

KINDS = ["exact", pytest.param("scann", marks=pytest.mark.skipif(not HAS_SCANN, reason="no ScaNN wheel here"))]
needs_scann = pytest.mark.skipif(not HAS_SCANN, reason="no ScaNN wheel here")
DIM = 16


def some_vectors(n: int, seed: int = 0, repeats: int = 1) -> Floats:
    """Random vectors, each drawn ``repeats`` times so that similarities tie."""
    drawn = np.random.default_rng(seed).normal(size=(-(-n // repeats), DIM)).astype(np.float32)
    return np.repeat(drawn, repeats, axis=0)[:n]


def names(n: int, start: int = 0) -> list[str]:
    return [f"e{i}" for i in range(start, start + n)]


def built(kind: str, n: int, repeats: int = 1) -> VectorIndex:
    index = VectorIndex(DIM, kind)  # type: ignore[arg-type]
    index.build(names(n), some_vectors(n, repeats=repeats))
    return index


def by_hand(vectors: Floats, query: Floats, k: int, alive: set[int]) -> list[int]:
    cosine = {i: float(np.dot(vectors[i], query) / np.linalg.norm(vectors[i]) / np.linalg.norm(query)) for i in alive}
    return sorted(alive, key=lambda i: (-round(cosine[i], 5), -i))[:k]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("repeats", [1, 7])
def test_neighbours_are_those_found_by_hand_and_equals_come_newest_first(kind: str, repeats: int) -> None:
    vectors, queries = some_vectors(60, repeats=repeats), some_vectors(5, seed=9)
    found = built(kind, 60, repeats).search(queries, 10)
    for q in range(5):
        assert found.rows[q].tolist() == by_hand(vectors, queries[q], 10, set(range(60)))
    assert (np.diff(found.similarities, axis=1) <= 1e-6).all()


@pytest.mark.parametrize("kind", KINDS)
def test_more_neighbours_than_vectors_are_padded(kind: str) -> None:
    found = built(kind, 3).search(some_vectors(2, seed=4), 8)
    assert (found.rows[:, 3:] == -1).all()
    assert np.isneginf(found.similarities[:, 3:]).all()
    assert sorted(found.rows[0, :3].tolist()) == [0, 1, 2]
    assert np.isfinite(found.similarities[:, :3]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_index_answers_with_padding_and_fills_up(kind: str) -> None:
    index = built(kind, 0)
    assert (index.search(some_vectors(2), 3).rows == -1).all()
    index.upsert(["a"], some_vectors(1))
    found = index.search(some_vectors(1), 2)
    assert found.rows.tolist() == [[0, -1]]
    assert found.similarities[0, 0] == pytest.approx(1.0, abs=1e-5)
    index.delete(["a"])
    assert len(index) == 0
    assert (index.search(some_vectors(1), 2).rows == -1).all()
    assert built(kind, 4).search(np.zeros((0, DIM), dtype=np.float32), 3).rows.shape == (0, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_upserts_and_deletes_are_seen_at_once_and_rows_are_never_given_twice(kind: str) -> None:
    index, more = built(kind, 40), some_vectors(20, seed=5)
    assert index.upsert(names(20, 40), more).tolist() == list(range(40, 60))
    index.delete([*names(10), "never there", "e3"])
    replaced = index.upsert(["e50"], some_vectors(1, seed=6))
    assert replaced.tolist() == [60]
    assert len(index) == 50
    vectors = np.concatenate([some_vectors(40), more, some_vectors(1, seed=6)])
    alive = set(range(10, 61)) - {50}
    query = some_vectors(3, seed=7)
    for q, rows in enumerate(index.search(query, 12).rows):
        assert rows.tolist() == by_hand(vectors, query[q], 12, alive)
    assert "e50" in index
    assert "e0" not in index


@needs_scann
def test_scann_and_its_twin_agree_through_a_random_life() -> None:
    rng, twins = np.random.default_rng(3), (VectorIndex(DIM, "exact"), VectorIndex(DIM, "scann"))
    for step in range(30):
        ids = [f"e{i}" for i in rng.choice(120, size=9, replace=False)]
        vectors = some_vectors(9, seed=step % 7, repeats=3)  # seeds come back, so there are many ties
        for twin in twins:
            twin.delete(ids[:4]) if step % 3 == 2 else twin.upsert(ids, vectors)
        exact, near = (t.search(some_vectors(4, seed=step % 5), 11) for t in twins)
        np.testing.assert_array_equal(exact.rows, near.rows)
        np.testing.assert_allclose(exact.similarities, near.similarities, atol=2e-6)


@needs_scann
def test_a_tree_finds_nearly_all_and_is_rebuilt_when_it_drifted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TREE_FROM", 600)
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(40, DIM))
    vectors = (centres[rng.integers(0, 40, 2_000)] + 0.3 * rng.normal(size=(2_000, DIM))).astype(np.float32)
    exact, tree = VectorIndex(DIM, "exact"), VectorIndex(DIM, "scann")
    for twin in (exact, tree):
        twin.build(names(500), vectors[:500])
    assert len(tree) < module.TREE_FROM
    for a in range(500, 2_000, 100):
        for twin in (exact, tree):
            twin.upsert(names(100, a), vectors[a : a + 100])
    assert tree._tree, "it must have become a tree"
    assert tree._built > 600, "and then a larger one"
    wanted, found = (t.search(vectors[::20], 10).rows for t in (exact, tree))
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(wanted.tolist(), found.tolist(), strict=True)])
    assert recall >= 0.95


@needs_scann
def test_what_was_deleted_from_a_tree_never_comes_back_and_nobody_lacks_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whole neighbourhoods go, and some come back changed: asked where they were, the tree finds others instead."""
    monkeypatch.setattr(module, "TREE_FROM", 600)
    rng = np.random.default_rng(2)
    group = rng.integers(0, 20, 1_500)
    vectors = (rng.normal(size=(20, DIM))[group] + 0.1 * rng.normal(size=(1_500, DIM))).astype(np.float32)
    exact, tree = VectorIndex(DIM, "exact"), VectorIndex(DIM, "scann")
    gone = [f"e{i}" for i in np.flatnonzero(group < 4)]
    moved = [f"e{i}" for i in np.flatnonzero(group == 5)]
    for twin in (exact, tree):
        twin.build(names(1_500), vectors)
        twin.delete(gone)
        twin.upsert(moved, -vectors[group == 5])
    assert tree._tree
    assert tree._dead == len(gone) + len(moved), "it is still the tree that was built"
    wanted, found = (t.search(vectors[group < 6], 20) for t in (exact, tree))
    assert (found.rows >= 0).all()
    assert not set(found.rows.ravel().tolist()) & set(np.flatnonzero((group < 4) | (group == 5)).tolist())
    assert (found.similarities >= wanted.similarities[:, -1:] - module.TIE).mean() > 0.9
    assert tree.search(-vectors[group == 5], 1).rows.min() >= 1_500, "what came back is found where it is now"


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.0])
def test_vectors_without_a_direction_are_refused_by_name(bad: float) -> None:
    vectors = some_vectors(4)
    vectors[2] = bad
    index = built("exact", 5)
    for call in (lambda: index.upsert(names(4), vectors), lambda: index.search(vectors, 2)):
        with pytest.raises(BadVectors, match="row 2"):
            call()
    assert index.search(some_vectors(1), 1).rows.tolist() == [[0]], "a refused upsert changes nothing"


def test_wrong_shapes_ids_and_numbers_are_refused() -> None:
    index = built("exact", 5)
    with pytest.raises(BadVectors, match="rows of 16"):
        index.search(np.ones((1, DIM + 1), dtype=np.float32), 1)
    with pytest.raises(BadVectors, match="one id"):
        index.upsert(["a", "a"], some_vectors(2))
    with pytest.raises(BadVectors, match="at least one"):
        index.search(some_vectors(1), 0)


def test_asking_for_scann_by_name_without_a_wheel_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HAS_SCANN", False)
    with pytest.raises(NoScann, match="kind='auto'"):
        VectorIndex(DIM, "scann")
    fallback = VectorIndex(DIM, "auto")
    fallback.build(names(3), some_vectors(3))
    assert fallback._searcher is None
    assert fallback.search(some_vectors(3), 1).rows.tolist() == [[0], [1], [2]]


@pytest.mark.parametrize("kind", KINDS)
def test_searching_while_others_write_never_shows_a_half_state(kind: str) -> None:
    index, wrong = built(kind, 50), []
    stable, stop = some_vectors(50), threading.Event()

    def write(offset: int) -> None:
        for turn in range(40):
            index.upsert(names(5, offset), some_vectors(5, seed=offset + turn))
            index.delete(names(5, offset))

    def read() -> None:
        while not stop.is_set():
            found = index.search(stable, 1)
            if found.rows[:, 0].tolist() != list(range(50)):
                wrong.append(found.rows[:, 0].tolist())

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(a,)) for a in (1_000, 2_000, 3_000)]
    for t in [*readers, *writers]:
        t.start()
    for t in writers:
        t.join()
    stop.set()
    for t in readers:
        t.join()
    assert not wrong
    assert len(index) == 50


def test_the_past_of_a_row_is_searched_exactly_and_never_holds_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 8)
    vectors = some_vectors(40, repeats=4)
    index = VectorIndex(DIM, "exact")
    index.build(names(40), vectors)
    index.delete(["e5"])
    before = np.array([max(0, i - i % 3) for i in range(40)])
    found = index.search_known(vectors, 6, before)
    for i in range(40):
        want = by_hand(vectors, vectors[i], 6, set(range(before[i])) - {5})
        assert [r for r in found.rows[i].tolist() if r >= 0] == want
