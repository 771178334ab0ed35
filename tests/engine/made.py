"""What the engine's tests are about: payrolls and split entries, networks too small to be slow, and inputs for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import torch

from engine.catalog import Catalog
from engine.config import TrainConfig
from engine.features import Reader
from engine.journal import Account, Entry, Line, Side
from engine.model.accounts import CatalogTensors
from engine.model.network import Network, Widths
from engine.training.lessons import Lessons
from tests.builders import CATALOG, an_entry, some_entries

TINY = TrainConfig.tiny()
START = date(2025, 1, 1)

PAYROLL = (
    "D 6200 4000.00", "D 6210 800.00", "D 6200 1500.00", "C 1700 2100.00", "C 1741 900.00", "C 1742 1100.00",
    "C 1700 1200.00", "C 1200 1000.00",
)  # fmt: skip
PEOPLE = (
    Account(code="6200", name="Wages"),
    Account(code="6210", name="Social security of the employer"),
    Account(code="1700", name="Wages payable"),
    Account(code="1741", name="Wage tax payable"),
    Account(code="1742", name="Social security payable"),
)


def many_shapes(count: int = 18) -> tuple[Entry, ...]:
    """Entries of two to eight lines; payrolls and split purchases use an account twice on one side."""
    shapes = (
        ("LO", "Gehälter", PAYROLL),
        ("ER", "Rechnung geteilt", ("D 3400 60.00", "D 3400 40.00", "D 1576 19.00", "C 1600 119.00")),
        *((e.journal, e.description[:-2], tuple(_text(x) for x in e.lines)) for e in some_entries(5)),
    )
    return tuple(
        an_entry(
            f"{text} {i}", *lines, journal=journal, entry_id=f"M{i}", position=i, date=START + timedelta(days=3 * i)
        )
        for i, (journal, text, lines) in ((i, shapes[i % len(shapes)]) for i in range(count))
    )


def _text(line: Line) -> str:
    return f"{line.side.letter} {line.account} {line.amount}"


@dataclass(frozen=True)
class School:
    """Lessons with a network that has not learnt from them yet."""

    lessons: Lessons
    tensors: CatalogTensors
    network: Network
    config: TrainConfig

    @property
    def accounts(self) -> torch.Tensor:
        """(A, H) vectors of the catalog as the network sees it now."""
        vectors: torch.Tensor = self.network.catalog(self.tensors)
        return vectors


def a_school(
    reader: Reader,
    entries: Sequence[Entry],
    config: TrainConfig = TINY,
    accounts: Sequence[Account] = (*CATALOG, *PEOPLE),
) -> School:
    """A network with random weights, always the same ones, over these entries."""
    torch.manual_seed(config.seed)
    catalog = Catalog.of(accounts, entries)
    lessons = Lessons.of(entries, catalog, reader, config)
    tensors = CatalogTensors.of(catalog, reader, lessons.rows)
    network = Network(config.network, Widths.of(reader, tensors, len(catalog)))
    return School(lessons, tensors, network.eval(), config)


def stirred(school: School, seed: int = 1) -> School:
    """The same with weights that are large enough to matter: nothing is left at its careful start."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in school.network.parameters():
            p.add_(torch.randn(p.shape, generator=generator) * 0.2)
    return school


def ledger(folder: Path, limit: int) -> tuple[Entry, ...]:
    """The first entries of a shared ledger, read here so that the engine's tests need no importer."""
    made = []
    for position, text in enumerate((folder / "entries.jsonl").read_text(encoding="utf-8").splitlines()[:limit]):
        row = json.loads(text)
        lines = tuple(
            Line(account=x["account"], side=Side.of(x["side"]), amount=Decimal(x["amount"])) for x in row["lines"]
        )
        made.append(
            Entry(
                entry_id=row["entry_id"], date=date.fromisoformat(row["date"]), description=row["description"],
                lines=lines, currency=row.get("currency", ""), journal=row.get("journal", ""), position=position,
            )
        )  # fmt: skip
    return tuple(made)
