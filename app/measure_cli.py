"""The commands that measure and make models from ledger files; none needs a database."""

from __future__ import annotations

import contextlib
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.commands import REFUSALS, Answer
from app.terminal import finish, home, progress


class Modes(StrEnum):
    STATIC = "static"
    PREQUENTIAL = "prequential"
    BOTH = "both"


cli = typer.Typer()


@cli.command()
def benchmark(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Ledgers, each as for import.")],
    *,
    mode: Annotated[Modes, typer.Option(help="Memory frozen at the split, growing as in real life, or both.")] = (
        Modes.BOTH
    ),
    peers: Annotated[bool, typer.Option("--peers", help="Measure other methods beside Counterpoint.")] = False,
    seeds: Annotated[str, typer.Option(metavar="0,1,2", help="Seeds; figures are means over them.")] = "0",
    base: Annotated[str, typer.Option(metavar="auto|none|FILE", help="The base model to start from.")] = "auto",
    fresh: Annotated[bool, typer.Option("--fresh", help="Measure again what is already known.")] = False,
    out: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the figures here as JSON.")] = None,
) -> None:
    """Measure how often the proposals are right, on ledger files; needs no database."""
    from app.services import benchmark as measure
    from engine.evaluation.protocol import MODES

    where = home()
    try:
        wishes = measure.Wishes(
            modes=tuple(m for m in MODES if mode in (m, Modes.BOTH)),
            peers=peers,
            seeds=_seeds(seeds),
            base=base,
            fresh=fresh,
            out=out,
            cache=where.path / "benchmarks",
        )
        with contextlib.redirect_stdout(sys.stderr):
            measure.run([p.absolute() for p in paths], wishes, progress)
    except REFUSALS as error:
        finish(Answer.refusal(error), as_json=False)


@cli.command()
def pretrain(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Open ledgers, each with a SOURCE.md.")],
    *,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the checkpoints go; new or empty.")],
    companies: Annotated[int, typer.Option(min=0, help="Generated books of each kind beside the ledgers.")] = 2,
) -> None:
    """Make base models from open ledgers and generated books: one of all, and one without each ledger."""
    from app.services import pretrain as recipe

    try:
        with contextlib.redirect_stdout(sys.stderr):
            recipe.make([p.absolute() for p in paths], out.absolute(), companies=companies, say=progress)
    except REFUSALS as error:
        finish(Answer.refusal(error), as_json=False)


@cli.command()
def ablate(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Ledgers, each as for import.")],
    *,
    rows: Annotated[
        str, typer.Option(metavar="A,B", help="Rows or groups of rows; close: those near the default so far.")
    ] = "all",
    seeds: Annotated[str, typer.Option(metavar="0,1,2", help="Seeds; figures are means over them.")] = "0",
    out: Annotated[Path, typer.Option(metavar="PAGE", help="The page to write, with a folder images beside it.")] = (
        Path("docs/ablations.md")
    ),
    processes: Annotated[int, typer.Option(min=0, help="Trainings at once; 0 is one per core, at most two.")] = 0,
    keep_code: Annotated[
        bool, typer.Option("--keep-code", help="Use results that an earlier version of the engine gave.")
    ] = False,
) -> None:
    """Train and measure every choice of the model against the default; a stopped run goes on where it was."""
    from app.services import ablate as study

    where = home()
    wishes = study.Wishes(
        out=out.absolute(),
        rows=tuple(name.strip() for name in rows.split(",")),
        seeds=_seeds(seeds),
        processes=processes,
        keep_code=keep_code,
        cache=where.path / "benchmarks",
    )
    try:
        with contextlib.redirect_stdout(sys.stderr):
            study.run([p.absolute() for p in paths], wishes, progress)
    except REFUSALS as error:
        finish(Answer.refusal(error), as_json=False)


def _seeds(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a list of whole numbers such as 0,1,2") from None
