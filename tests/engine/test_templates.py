"""The template head against ridge regression with its features written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.config import TemplateConfig
from engine.features import Read, Reader
from engine.journal import event_of
from engine.retrieval.memory import Memory
from engine.targets import line_set
from engine.templates import TemplateHead, _kernel, _sharpness, _solve, _weighted, fit_templates
from tests.builders import an_event, some_entries
from tests.engine.made import many_shapes
from tests.engine.retrieval.test_memory import a_memory

CONFIG = TemplateConfig()
NO_AMOUNT = TemplateConfig(amount=0.0)  # exp(-|x - y|) has no short list of features
N = 26
Floats64 = NDArray[np.float64]


@pytest.fixture(scope="module")
def memory(reader: Reader) -> Memory:
    entries = [replace(e, party=f"P{i % 4}" if i % 3 else "") for i, e in enumerate(many_shapes(N))]
    return a_memory(reader, entries)


@pytest.fixture(scope="module")
def asked(reader: Reader) -> Read:
    odd = an_event("?", party="P1", journal="")
    return reader.read([an_event(), an_event("Gehälter 99", "4000", journal="LO"), odd, an_event("Ware")])


def explicit(head: TemplateHead, read: Read) -> Floats64:
    """Wide features in full: text, text crossed with journal, journal, party, each times the root of its weight."""
    c = head.config
    text = _weighted(read.wide, head.idf).toarray().astype(np.float64)
    journals, parties = (sorted({*column.tolist()} - {0}) for column in (head.rows.journal, head.rows.party))
    journal = np.array([[j == k for k in journals] for j in read.journal], float)
    party = np.array([[p == k for k in parties] for p in read.party], float)
    crossed = (text[:, :, None] * journal[:, None, :]).reshape(len(text), -1)
    parts = ((c.text, text), (c.text_journal, crossed), (c.journal, journal), (c.party, party))
    return np.concatenate([np.sqrt(w) * x for w, x in parts], axis=1)


def only_used(head: TemplateHead, *reads: Read) -> tuple[TemplateHead, list[Read]]:
    """The same over the buckets that some text falls in, so that features can be written out."""
    used = np.unique(np.concatenate([r.wide.indices for r in reads]))
    return replace(head, idf=head.idf[used]), [replace(r, wide=r.wide[:, used]) for r in reads]


def test_the_head_is_ridge_regression_on_wide_features(reader: Reader, memory: Memory, asked: Read) -> None:
    head = fit_templates(memory, N, NO_AMOUNT)
    history = reader.read([event_of(e) for e in memory.entries])
    small, (past, now) = only_used(head, history, asked)
    x, q = explicit(small, past), explicit(small, now)
    want = np.array([[line_set(e.lines) == t for t in head.templates] for e in memory.entries], float)
    ridge = np.linalg.solve(x.T @ x + NO_AMOUNT.ridge * np.eye(x.shape[1]), x.T @ want) if x.shape[1] < 3000 else (
        x.T @ np.linalg.solve(x @ x.T + NO_AMOUNT.ridge * np.eye(N), want)
    )  # fmt: skip
    powers = np.exp(head.sharpness * (q @ ridge))
    np.testing.assert_allclose(head.probabilities(asked), powers / powers.sum(1, keepdims=True), atol=1e-3)


def test_left_out_scores_are_those_of_a_fit_without_the_row(memory: Memory) -> None:
    rows = fit_templates(memory, N, CONFIG).rows
    kernel = _kernel(rows, rows, CONFIG)
    labels = np.arange(N) % 3
    _, left_out = _solve(kernel.copy(), labels, 3, CONFIG.ridge)
    for i in range(0, N, 5):
        others = np.array([j for j in range(N) if j != i])
        weights, _ = _solve(kernel[np.ix_(others, others)].copy(), labels[others], 3, CONFIG.ridge)
        np.testing.assert_allclose(left_out[i], kernel[i, others] @ weights, atol=1e-4)


def test_a_kernel_is_alike_both_ways_and_never_negative(memory: Memory) -> None:
    rows = fit_templates(memory, N, CONFIG).rows
    kernel = _kernel(rows, rows, CONFIG).astype(np.float64)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-5)
    assert np.linalg.eigvalsh((kernel + kernel.T) / 2).min() > -1e-4
    both = CONFIG.text + CONFIG.text_journal + CONFIG.journal + CONFIG.amount
    assert np.diag(kernel).max() == pytest.approx(both + CONFIG.party, abs=1e-4)


def test_blank_names_are_not_the_same_name(reader: Reader) -> None:
    entries = [replace(e, journal="", party="") for e in some_entries(5)]
    rows = fit_templates(a_memory(reader, entries), 5, TemplateConfig(text=0, text_journal=0, amount=0)).rows
    assert not _kernel(rows, rows, TemplateConfig(text=0, text_journal=0, amount=0)).any()


def test_probabilities_name_what_was_booked(memory: Memory, asked: Read) -> None:
    head = fit_templates(memory, N, CONFIG)
    chances = head.probabilities(asked)
    assert chances.shape == (4, len(head.templates))
    np.testing.assert_allclose(chances.sum(1), 1.0, atol=1e-5)
    payroll = head.templates[int(chances[1].argmax())]
    assert {a for a, _ in payroll} >= {"6200", "1741"}
    assert set(head.templates) == {line_set(e.lines) for e in memory.entries}


def test_the_head_knows_the_past_alone(reader: Reader, memory: Memory, asked: Read) -> None:
    early = fit_templates(memory, 10, CONFIG)
    alone = fit_templates(a_memory(reader, memory.entries[:10]), 10, CONFIG)
    assert early.templates == alone.templates
    np.testing.assert_allclose(early.probabilities(asked), alone.probabilities(asked), atol=1e-5)


def test_forgotten_rows_and_old_rows_are_left_out(reader: Reader) -> None:
    entries = some_entries(20)
    memory = a_memory(reader, entries)
    memory.forget([e.entry_id for e in entries if e.journal == "AR"])
    head = fit_templates(memory, 20, CONFIG)
    assert line_set(entries[2].lines) not in head.templates
    newest = fit_templates(memory, 20, replace(CONFIG, newest=3))
    assert len(newest.rows.journal) == 3


@pytest.mark.parametrize("known", [0, 1, 2])
def test_a_head_of_hardly_any_rows_answers(memory: Memory, asked: Read, known: int) -> None:
    head = fit_templates(memory, known, CONFIG)
    chances = head.probabilities(asked)
    assert chances.shape == (4, len(head.templates))
    assert np.isfinite(chances).all()
    assert len(head.templates) <= known


def test_the_sharpness_explains_the_left_out_labels_best() -> None:
    rng = np.random.RandomState(0)
    labels = rng.randint(0, 4, 200)
    clear = np.eye(4, dtype=np.float32)[labels] * 0.9
    noisy = rng.rand(200, 4).astype(np.float32)
    assert _sharpness(clear, labels) > _sharpness(noisy, labels)


def test_text_similarity_is_the_cosine_of_weighted_counts(memory: Memory, asked: Read) -> None:
    head = fit_templates(memory, N, CONFIG)
    rows = np.array([[0, 5, -1], [1, 1, 1], [-1, -1, -1], [2, 3, 4]])
    found = head.text_similarity(asked, memory, rows)
    ours, theirs = (_weighted(w, head.idf).toarray() for w in (asked.wide, memory.wide))
    for q, k in np.ndindex(rows.shape):
        want = float(ours[q] @ theirs[rows[q, k]]) if rows[q, k] >= 0 else 0.0
        assert found[q, k] == pytest.approx(want, abs=1e-5)


def test_switched_off_there_are_no_templates_but_rare_words_still_count(memory: Memory, asked: Read) -> None:
    on, off = (fit_templates(memory, N, TemplateConfig(on=x)) for x in (True, False))
    assert off.templates == ()
    assert off.probabilities(asked).shape == (len(asked), 0)
    rows = memory.recall(asked).rows
    np.testing.assert_array_equal(off.text_similarity(asked, memory, rows), on.text_similarity(asked, memory, rows))


def test_a_line_scores_as_if_the_head_had_learnt_lines(reader: Reader, memory: Memory, asked: Read) -> None:
    """Regression on one-of-lines targets, solved on its own, says what the templates' scores add up to."""
    head = fit_templates(memory, N, CONFIG)
    wanted = np.zeros((N, len(head.place_rows)))
    for row in range(N):
        for place in memory.line_set(row):
            wanted[row, head.place_rows[place]] = 1.0
    kernel = np.asarray(_kernel(head.rows, head.rows, CONFIG), np.float64)
    weights = np.linalg.solve(kernel + CONFIG.ridge * np.eye(N), wanted)
    slow = _kernel(head._wide(asked), head.rows, CONFIG) @ weights
    assert head.places(head.scores(asked)) == pytest.approx(slow.clip(1e-3, 1 - 1e-3), abs=1e-4)
