"""How well an account that the training never had is found by its description alone.

``python -m benchmarks.hidden LEDGER…`` hides the most used accounts of each book a few at a time: entries that use them
teach nobody, and the training's catalog lacks them. Then the catalog gets them back, as an administrator adds an
account, and test entries that use one are asked. LEDGER is a file, a folder or ``demo``. Results are kept under
.bench/hidden, so that a run that was stopped goes on; the page is docs/catalog.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor

from benchmarks.hidden_page import page
from benchmarks.ledgers import base_for, ledger, once, say
from benchmarks.machine import ROOT, facts
from engine.config import TrainConfig
from engine.errors import BadEvent
from engine.evaluation.protocol import split
from engine.features import Read, Reader
from engine.inference.predictor import Predictor
from engine.inference.reasoner import Reasoner
from engine.inputs import gather, postable
from engine.journal import Account, Entry, Event, Line, Snapshot, event_of
from engine.model.network import Inputs
from engine.sketch import SKETCH, unit
from engine.targets import Target, canonical, decodable, to_target
from engine.training.losses import Targets, write_along
from engine.training.run import fit

KEPT = ROOT / ".bench" / "hidden"
PAGE = ROOT / "docs" / "catalog.md"
NEVER = 0  # place of an account that is not offered at all


@dataclass(frozen=True, slots=True)
class Asked:
    """One test entry: the place of the account at its line, from 1, among all open accounts; NEVER where it has none.

    text: by likeness of description and account text, without a network. pointer, mixture: with all other lines given.
    writing: with the lines before it in writing order given, by the mixture. proposal, completion: the first candidate
    that has the line, of at most five; in a completion the other lines are given.
    """

    account: str
    entry: str
    text: int
    pointer: int
    mixture: int
    writing: int
    proposal: int
    completion: int


def most_used(snapshot: Snapshot, count: int) -> list[str]:
    """Codes by the number of entries that use them; ties by code, so that runs repeat."""
    used = Counter(code for e in snapshot.entries for code in {x.account for x in e.lines})
    return sorted(used, key=lambda c: (-used[c], c))[:count]


def groups(codes: Sequence[str], together: int) -> list[tuple[str, ...]]:
    """Accounts that are hidden in one training; the most used ones are spread over the trainings."""
    count = -(-len(codes) // together)
    return [tuple(codes[i::count]) for i in range(count)]


def without(snapshot: Snapshot, hidden: Sequence[str]) -> Snapshot:
    """The history as it is for a training that never had these accounts."""
    gone, (history, _) = set(hidden), split(snapshot)
    return replace(
        snapshot,
        accounts=tuple(a for a in snapshot.accounts if a.code not in gone),
        entries=tuple(e for e in history if not gone & {x.account for x in e.lines}),
    )


def measure(snapshot: Snapshot, hidden: Sequence[str], asked: Sequence[str], config: TrainConfig) -> dict[str, Any]:
    """Train without ``hidden``, then ask about ``asked`` over the whole catalog."""
    start = time.perf_counter()
    training = without(snapshot, hidden)
    bundle = fit(training, config).bundle
    predictor = Predictor(bundle)
    trained = time.perf_counter() - start
    found = [x for code in asked for x in ask(predictor, bundle.reader, snapshot, code)]
    return {
        "entries": len(training.entries),
        "asked": [asdict(x) for x in found],
        "train_s": round(trained, 1),
        "ask_s": round(time.perf_counter() - start - trained, 1),
    }


def ask(predictor: Predictor, reader: Reader, snapshot: Snapshot, code: str) -> list[Asked]:
    """Every test entry that uses the account and can be written."""
    _, test = split(snapshot)
    catalog = _whole(snapshot)
    with predictor.over(catalog) as reasoner:
        room = reasoner.config.network.max_lines
        entries = [e for e in test if any(x.account == code for x in e.lines) and decodable(e.lines, room)]
        if not entries:
            return []
        read = predictor.read([event_of(e) for e in entries])
        questions = [_question(e, code) for e in entries]
        at_line = _at_line(reasoner, reader, read, code, questions)
        return [
            Asked(
                code, e.entry_id, **{name: places[i] for name, places in at_line.items()},
                proposal=_among(predictor, catalog, event_of(e), own),
                completion=_among(predictor, catalog, replace(event_of(e), lines=others), own),
            )
            for i, (e, (own, others)) in enumerate(zip(entries, questions, strict=True))
        ]  # fmt: skip


def _whole(snapshot: Snapshot) -> tuple[Account, ...]:
    """The catalog with a bare account for each code that only entries use."""
    known = {a.code for a in snapshot.accounts}
    used = {x.account for e in snapshot.entries for x in e.lines}
    return (*snapshot.accounts, *(Account(code=c) for c in sorted(used - known)))


def _question(entry: Entry, code: str) -> tuple[Line, tuple[Line, ...]]:
    """The account's first line, and all lines of other accounts: a second line of it would tell the answer."""
    ordered = canonical(entry.lines)
    return next(x for x in ordered if x.account == code), tuple(x for x in ordered if x.account != code)


def _at_line(
    reasoner: Reasoner, reader: Reader, read: Read, code: str, questions: Sequence[tuple[Line, tuple[Line, ...]]]
) -> dict[str, list[int]]:
    """Places by each way of asking, in the order of the questions."""
    rows = reasoner.catalog.rows
    recall = reasoner.memory.recall(read).first(reasoner.config.memory.slots)
    inputs = gather(read, recall, reasoner.memory, reasoner.catalog, rows)
    whole = [to_target((own, *others), rows) for own, others in questions]
    steps = [next(i for i, s in enumerate(t.steps) if s.account == rows[code]) for t in whole]
    last = [_last(t, i) for t, i in zip(whole, steps, strict=True)]
    given = _written(reasoner, inputs, last, [len(t.steps) - 1 for t in last])
    free = _written(reasoner, inputs, whole, steps)
    alike = _alike(read, reader, reasoner)
    tables = {"text": alike, "pointer": given[0], "mixture": given[1], "writing": free[1]}
    return {name: [place(row, rows[code]) for row in table] for name, table in tables.items()}


def _last(target: Target, step: int) -> Target:
    """The same lines with one of them last and all others given."""
    others = (*target.steps[:step], *target.steps[step + 1 :])
    return Target((*others, target.steps[step]), len(others))


@torch.inference_mode()
def _written(
    reasoner: Reasoner, inputs: Inputs, targets: Sequence[Target], steps: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """(n, A) of the pointer and of the mixture, each at its step, the steps before it being the true ones."""
    context = reasoner.network.context(inputs, reasoner.vectors)
    mixture = write_along(reasoner.network, context, Targets.of(targets)).mixture
    at = torch.arange(len(targets)), torch.tensor(steps)
    return mixture.pointer[at], mixture.total[at]


def _alike(read: Read, reader: Reader, reasoner: Reasoner) -> Tensor:
    """(n, A) in [0, 1]: likeness of description and account text; 0 where an account is not open."""
    accounts = reader.read_accounts(reasoner.catalog)[:, :-SKETCH]  # without the sketch of the code
    likeness = torch.from_numpy(1 + unit(read.key) @ unit(accounts).T) / 2
    return likeness * postable(reasoner.catalog, read, reasoner.memory)


def place(chances: Tensor, row: int) -> int:
    """The place of a row, from 1; those of equal chance stand before it."""
    if not chances[row] > 0:
        return NEVER
    return int((chances >= chances[row]).sum())


def _among(predictor: Predictor, catalog: Sequence[Account], event: Event, own: Line) -> int:
    """The first candidate that has the line; NEVER where none has."""
    try:
        candidates = predictor.predict([event], catalog)[0].candidates
    except BadEvent:  # no entry can be written for it
        return NEVER
    has = [any((x.account, x.side) == (own.account, own.side) for x in c.lines) for c in candidates]
    return has.index(True) + 1 if any(has) else NEVER


def run(names: Sequence[str], wishes: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Every training of every book, one after the other; first the one that hides nothing."""
    for name in names:
        snapshot = ledger(name)
        codes = most_used(snapshot, wishes.accounts)
        for base in wishes.bases:
            config = configured(wishes.epochs, base_for(snapshot, base), wishes.seed)
            for hidden in [(), *groups(codes, wishes.together)]:
                say(f"{snapshot.book}, base {base}: {', '.join(hidden) or 'nothing'} hidden")
                wish = {
                    "book": snapshot.book, "ledger": snapshot.digest, "hidden": list(hidden),
                    "codes": codes, "base": base, "config": replace(config, base=base).to_dict(),
                }  # fmt: skip
                yield once(
                    KEPT, wish, lambda: measure(snapshot, hidden, hidden or codes, config), fresh=wishes.fresh  # noqa: B023
                )  # fmt: skip


def configured(epochs: int | None, base: str, seed: int) -> TrainConfig:
    """The quick profile; ``epochs`` over its first part instead of its own, and half as many over the others."""
    config = replace(TrainConfig.quick(seed), base=base)
    return config if epochs is None else replace(config, epochs=epochs, epochs_more=max(1, epochs // 2))


def wished(words: Sequence[str] | None = None) -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m benchmarks.hidden", description=__doc__)
    reader.add_argument("ledgers", nargs="+", metavar="LEDGER")
    reader.add_argument("--accounts", type=int, default=20, help="how many of the most used accounts are hidden")
    reader.add_argument("--together", type=int, default=4, help="accounts that one training goes without")
    reader.add_argument("--bases", nargs="+", default=["none"], help="none, auto, or the folder of a base")
    reader.add_argument("--epochs", type=int, help="instead of the profile's own")
    reader.add_argument("--seed", type=int, default=0)
    reader.add_argument("--fresh", action="store_true", help="measure again what is kept")
    return reader.parse_args(words)


def main(wishes: argparse.Namespace) -> None:
    """Measure what is missing; figures and page are written after each training, so that a stopped run shows some."""
    results: list[dict[str, Any]] = []
    for result in run(wishes.ledgers, wishes):
        results.append(result)
        document = {"machine": facts(), "together": wishes.together, "results": results}
        (KEPT / "hidden.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        PAGE.write_text(page(results, wishes.together), encoding="utf-8")
    say(f"The figures are in {KEPT / 'hidden.json'}, the page is {PAGE}.")


if __name__ == "__main__":
    main(wished())
