"""The ten-second test: a small network learns one batch by heart and, decoding freely, gives exactly the truth back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.config import NetworkConfig, TrainConfig
from engine.features import Reader
from engine.inference.beam import Placed, decode
from engine.journal import Entry, Side
from engine.training.losses import Targets, teach
from tests.conftest import LEDGERS
from tests.engine.made import School, a_school, ledger, many_shapes

CONFIG = replace(TrainConfig.tiny(), network=NetworkConfig(hidden=64, heads=2, dropout=0.0))
BATCH = 24


def telling(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The longest entries whose texts differ, half of them with an account twice on one side where there are such."""
    different = list({(e.description, e.total): e for e in entries if 2 <= len(e.lines) <= 24}.values())
    split = [e for e in different if repeated(e)][: BATCH // 2]
    longest = sorted((e for e in different if e not in split), key=lambda e: -len(e.lines))[: BATCH - len(split)]
    return tuple(sorted([*split, *longest], key=lambda e: (e.date, e.position)))


def repeated(entry: Entry) -> bool:
    return len({(x.account, x.side) for x in entry.lines}) < len(entry.lines)


def learn_by_heart(school: School, rows: list[int], steps: int) -> float:
    inputs = school.lessons.inputs(rows, school.config.memory.slots)
    targets = Targets.of([school.lessons.target(r) for r in rows])
    optimiser = torch.optim.Adam(school.network.parameters(), 5e-3)
    school.network.train()
    loss = float("inf")
    for _ in range(steps):
        losses = teach(school.network, inputs, school.accounts, targets)
        total = losses.total(school.config.loss)
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(school.network.parameters(), 1.0)
        optimiser.step()
        loss = float(losses.entry.detach().max())
        if loss < 0.1:  # the least likely of the true entries has more than 0.9
            break
    school.network.eval()
    return loss


def written(school: School, rows: list[int]) -> list[list[Placed]]:
    inputs = school.lessons.inputs(rows, school.config.memory.slots)
    with torch.inference_mode():
        found = decode(school.network, inputs, school.accounts, [()] * len(rows), 4)
    return [list(hypotheses[0].lines) if hypotheses else [] for hypotheses in found]


def truth(school: School, row: int) -> list[Placed]:
    return [(s.account, s.side) for s in school.lessons.target(row).steps]


def check(reader: Reader, entries: Sequence[Entry]) -> None:
    school = a_school(reader, entries, CONFIG)
    rows = school.lessons.teachable.tolist()
    assert len(rows) == len(entries)
    loss = learn_by_heart(school, rows, 400)
    for row, lines in zip(rows, written(school, rows), strict=True):
        assert lines == truth(school, row), f"{entries[row].description} (largest loss {loss:.2f})"


def test_payrolls_and_split_entries_come_back_line_by_line(reader: Reader) -> None:
    entries = many_shapes(14)
    assert max(len(e.lines) for e in entries) == 8
    assert any(Counter((x.account, x.side) for x in e.lines)[("6200", Side.DEBIT)] == 2 for e in entries)
    check(reader, entries)


@pytest.mark.parametrize("book", ["fec_restaurant_fr", "org_hackclub", "sie_ovning_se"])
def test_real_entries_come_back_line_by_line(reader: Reader, book: str, shared_ledgers: Path) -> None:
    entries = telling(ledger(shared_ledgers / book, 4000))
    assert max(len(e.lines) for e in entries) >= 3
    check(reader, entries)


@pytest.mark.skipif(not LEDGERS.is_dir(), reason="the shared ledgers are not beside this repository")
def test_the_real_batch_holds_accounts_that_repeat() -> None:
    assert any(repeated(e) for e in telling(ledger(LEDGERS / "sie_ovning_se", 4000)))
