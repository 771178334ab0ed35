"""Gradient steps: the same each time, stopped when asked, never over a loss that is no number."""

from __future__ import annotations

import pytest
import torch

from engine.errors import TrainingCancelled
from engine.features import Reader
from engine.training.loop import NotFinite, Teacher, Watch
from tests.engine.made import TINY, School, a_school, many_shapes

N = 20


def a_teacher(reader: Reader, seed: int = 0) -> tuple[Teacher, School]:
    school = a_school(reader, many_shapes(N), TINY.with_seed(seed))
    return Teacher(school.network, school.lessons, school.tensors, school.config), school


def weights(school: School) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in school.network.parameters()])


def test_training_lowers_the_loss_and_counts_its_steps(reader: Reader) -> None:
    teacher, _ = a_teacher(reader)
    losses: list[float] = []
    teacher.fit(N, 12, Watch(lambda _, loss: losses.append(loss), lambda: False))
    assert len(losses) == teacher.steps(N, 12) == 12
    assert losses[-1] < losses[0]


def test_one_seed_one_result_another_seed_another(reader: Reader) -> None:
    results = []
    for seed in (0, 0, 1):
        teacher, school = a_teacher(reader, seed)
        teacher.fit(N, 2, Watch(lambda *_: None, lambda: False))
        results.append(weights(school))
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


def test_a_longer_part_of_history_may_follow(reader: Reader) -> None:
    teacher, school = a_teacher(reader)
    teacher.fit(N // 2, 1, Watch(lambda *_: None, lambda: False))
    half = weights(school)
    school.network.eval()
    teacher.fit(N, 1, Watch(lambda *_: None, lambda: False))
    assert school.network.training
    assert not torch.equal(half, weights(school))


def test_a_cancel_stops_before_the_next_step(reader: Reader) -> None:
    teacher, _ = a_teacher(reader)
    done: list[float] = []
    with pytest.raises(TrainingCancelled, match="No model was made"):
        teacher.fit(N, 5, Watch(lambda _, loss: done.append(loss), lambda: len(done) >= 2))
    assert len(done) == 2


def test_a_loss_that_is_no_number_names_its_place_and_a_remedy(reader: Reader) -> None:
    teacher, school = a_teacher(reader)
    with torch.no_grad():
        school.network.begin.fill_(float("nan"))
    with pytest.raises(NotFinite, match=r"epoch 1, step 0.*smaller learning rate"):
        teacher.fit(N, 1, Watch(lambda *_: None, lambda: False))


def test_nothing_to_learn_from_is_no_error(reader: Reader) -> None:
    teacher, school = a_teacher(reader)
    before = weights(school)
    teacher.fit(0, 3, Watch(lambda *_: None, lambda: False))
    assert torch.equal(before, weights(school))
    assert teacher.steps(0, 3) == 0
