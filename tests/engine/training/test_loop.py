"""Gradient steps: the same each time, stopped when asked, never over a loss that is no number."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.config import LossConfig, TrainConfig
from engine.errors import TrainingCancelled
from engine.features import Reader
from engine.training.loop import POINTER_PARTS, NotFinite, Teacher, Watch
from engine.training.losses import Losses
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


def a_teacher_with(reader: Reader, config: TrainConfig) -> tuple[Teacher, School]:
    school = a_school(reader, many_shapes(N), config)
    return Teacher(school.network, school.lessons, school.tensors, config), school


def norms(school: School) -> tuple[float, float]:
    """Gradient norms of the pointer's group and of all other weights."""
    slow = [n.startswith(POINTER_PARTS) for n, _ in school.network.named_parameters()]
    grads = [p.grad for p in school.network.parameters()]
    return tuple(  # type: ignore[return-value]
        float(sum((g**2).sum() for g, s in zip(grads, slow, strict=True) if g is not None and s is which) ** 0.5)
        for which in (True, False)
    )


def test_gradients_are_clipped_by_group_or_all_together(reader: Reader) -> None:
    """With bounds far below any gradient, both groups end at theirs; with one norm, they share it."""
    tight = replace(TINY, clip=1e-4, clip_pointer=2e-4)
    for config, check in ((tight, "group"), (replace(tight, clip_by="all"), "all")):
        teacher, school = a_teacher_with(reader, config)
        teacher.fit(N, 1, Watch(lambda *_: None, lambda: False))
        pointer, rest = norms(school)
        if check == "group":
            assert (pointer, rest) == pytest.approx((2e-4, 1e-4), rel=0.02)
        else:
            assert (pointer**2 + rest**2) ** 0.5 == pytest.approx(1e-4, rel=0.02)


def test_a_ramp_rises_over_half_of_the_first_part_and_stays(reader: Reader) -> None:
    teacher, school = a_teacher_with(reader, replace(TINY, loss=LossConfig(schedule="ramp", side=1, stop=0, flow=0)))
    losses = Losses(*(torch.tensor(float(x)) for x in (0, 1, 0, 0, 0)))
    teacher._rise = 4.0
    seen = [float(teacher._weighed(losses)) for _ in range(6)]
    assert seen == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0, 1.0])
    fresh, _ = a_teacher_with(reader, school.config)
    fresh.fit(N, 8, Watch(lambda *_: None, lambda: False))
    assert fresh._rise == fresh.steps(N, 8) / 2


def test_running_scaling_divides_by_the_means_so_far(reader: Reader) -> None:
    teacher, _ = a_teacher_with(reader, replace(TINY, loss=LossConfig(scaling="running", stop=0, flow=0)))
    losses = Losses(*(torch.tensor(float(x)) for x in (3, 100, 0, 0, 0)))
    assert float(teacher._weighed(losses)) == pytest.approx(2.0), "each term is its mean at first"
    halved = Losses(*(torch.tensor(float(x)) for x in (1.5, 50, 0, 0, 0)))
    assert float(teacher._weighed(halved)) == pytest.approx(2 * 0.5 / 0.995)
