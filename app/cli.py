"""``counterpoint …``: every command there is so far.

Progress and notes go to stderr. With --json stdout is one JSON document and nothing else. Exit codes:
0 done, 1 refused or found wrong with a sentence on stderr, 2 usage.
"""

from __future__ import annotations

import atexit
import contextlib
import getpass
import json
import logging
import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any

import typer

from app import people_cli
from app.commands import REFUSALS, Answer, carry_out
from app.home import Home, HomeUnusable
from app.jobs import Jobs
from app.logs import log_into
from app.mishap import mishap
from engine.journal import Kind

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Turn descriptions of business events into balanced journal entries.",
)

BookName = Annotated[str, typer.Argument(metavar="BOOK", help="The book's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


class TaxAct(StrEnum):
    SET = "set"
    WITHDRAW = "withdraw"


class Modes(StrEnum):
    STATIC = "static"
    PREQUENTIAL = "prequential"
    BOTH = "both"


@cli.command()
def run(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the pages; 8501 or the next free.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; the default is this machine only.")] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Start the workbench; the first start makes a demo book and trains it in the background."""
    from app import serving

    _finish(serving.run(_home(), host=host, port=port, browser=not no_browser, say=_progress), as_json=False)


@cli.command("import")
def import_(
    book: BookName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file, a zip, or a folder with entries.jsonl.")],
    format: Annotated[str | None, typer.Option(metavar="F", help="Read it as this format.")] = None,
    profile: Annotated[str | None, typer.Option(metavar="P", help="Use this saved mapping.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a ledger into a book, which is created when missing."""
    arguments = {
        "book": book, "path": str(file.absolute()), "format": format, "profile": profile, "dry_run": dry_run,
        "by": _user(),
    }  # fmt: skip
    _finish(_carried_out(_home(), "import", arguments), as_json=as_json)


@cli.command()
def journals(
    book: BookName,
    journal: Annotated[str, typer.Argument(metavar="[JOURNAL]", help="The journal to change: its code or name.")] = "",
    kind: Annotated[str, typer.Argument(metavar="[KIND]", help=f"What its entries are: {', '.join(Kind)}.")] = "",
    reason: Annotated[str, typer.Option(metavar="T", help="Why; needed for a change.")] = "",
    as_json: AsJson = False,
) -> None:
    """List a book's journals with their kinds, or set one; opening and closing entries never teach."""
    if journal and not kind:
        raise typer.BadParameter("say which kind the journal is, for example: opening")
    arguments = {"book": book, "journal": journal, "kind": kind, "reason": reason, "by": _user()}
    _finish(_carried_out(_home(), "journals", arguments), as_json=as_json)


@cli.command()
def copy(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="For example postgresql+psycopg://user@host/name; without books.")
    ],
    as_json: AsJson = False,
) -> None:
    """Copy all books into another database, from DuckDB to PostgreSQL or back, and check them there."""
    _finish(_carried_out(_home(), "copy", {"to": to, "by": _user()}), as_json=as_json)


@cli.command()
def verify(
    book: BookName,
    anchor: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="An anchor kept elsewhere; may be given several times.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a book against its chain and its anchors; exit code 1 and the first broken link when it was changed."""
    arguments = {"book": book, "anchors": [str(p.absolute()) for p in anchor or []], "by": _user()}
    _finish(_carried_out(_home(), "verify", arguments), as_json=as_json)


@cli.command()
def anchor(
    book: BookName,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it; keep it on another machine.")],
    as_json: AsJson = False,
) -> None:
    """Write down where a book's chain stands, so that a later rewriting of it is found."""
    arguments = {"book": book, "out": str(out.absolute()), "by": _user()}
    _finish(_carried_out(_home(), "anchor", arguments), as_json=as_json)


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write; an older one is replaced.")],
    as_json: AsJson = False,
) -> None:
    """Write all books, models, documents and anchors into one file; the workbench may run meanwhile."""
    _finish(_carried_out(_home(), "backup", {"path": str(file.absolute()), "by": _user()}), as_json=as_json)


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive that `counterpoint backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Move what the home holds aside.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back into an empty home; the workbench must not run."""
    from app.safety_commands import restored

    _finish(restored(_home(), file.absolute(), force=force, progress=_progress), as_json=as_json)


@cli.command()
def taxes(book: BookName, as_json: AsJson = False) -> None:
    """List a book's tax codes with their rates, accounts and days."""
    _finish(_carried_out(_home(), "taxes", {"book": book, "by": _user()}), as_json=as_json)


@cli.command()
def tax(
    act: Annotated[TaxAct, typer.Argument(metavar="ACT", help="Say what a code means, or take that back.")],
    book: BookName,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code that lines carry.")],
    *,
    rate: Annotated[str, typer.Option(metavar="R", help="In per cent: 19, 5.5.")] = "",
    kind: Annotated[str, typer.Option(metavar="K", help="input, output, reverse charge or intra-EU.")] = "",
    account: Annotated[str, typer.Option(metavar="A", help="The account that takes the tax.")] = "",
    owed: Annotated[str, typer.Option(metavar="A", help="Where a code gives both lines: the tax that is owed.")] = "",
    base: Annotated[list[str] | None, typer.Option(metavar="A", help="An account the code is meant for.")] = None,
    deductible: Annotated[str, typer.Option(metavar="P", help="Per cent of input tax that may be deducted.")] = "",
    since: Annotated[str, typer.Option("--from", metavar="D", help="Its first day; since ever when left out.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="D", help="Its last day; no end when left out.")] = "",
    key: Annotated[str, typer.Option(metavar="K", help="The code's key in the package of record.")] = "",
    reason: Annotated[str, typer.Option(metavar="T", help="Why; needed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Give a tax code a meaning from a day on; where the book has a second person, that one confirms it."""
    arguments = {
        "act": act.value, "book": book, "code": code, "rate": rate, "kind": kind, "account": account, "owed": owed,
        "bases": list(base or []), "deductible": deductible, "since": since, "until": until, "key": key,
        "reason": reason, "by": _user(),
    }  # fmt: skip
    _finish(_carried_out(_home(), "tax", arguments), as_json=as_json)


@cli.command()
def train(
    book: BookName,
    quick: Annotated[bool, typer.Option("--quick", help="A minute or two; the default.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Longer, for the best model this machine can make.")] = False,
    encoder: Annotated[
        str, typer.Option(metavar="NAME|FOLDER", help="A text encoder of Hugging Face; the embedded one when left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Train the book's model, evaluate it, and use it when the book has none."""
    from app.services.train import follow

    if quick and deep:
        raise typer.BadParameter("choose one of --quick and --deep")
    home = _home()
    arguments = {"book": book, "profile": "full" if deep else "quick", "by": _user(), "encoder": _encoder(encoder)}
    started = _carried_out(home, "train", arguments)
    if started.code:
        _finish(started, as_json=as_json)
    run = str(started.document["run"])
    jobs = Jobs(home.runs)
    try:
        follow(jobs, run, _progress)
    except KeyboardInterrupt:
        _progress("stopping the training")
        jobs.cancel(run)
        follow(jobs, run, _progress)
    _finish(_carried_out(home, "trained", {"run": run, "by": _user()}), as_json=as_json)


@cli.command()
def predict(
    book: BookName,
    *,
    description: Annotated[str, typer.Option(metavar="T", help="What happened, in words.")],
    amount: Annotated[str, typer.Option(metavar="A", help="The total, for example 1190.00 or 1.190,00.")],
    date: Annotated[str, typer.Option(metavar="DATE", help="For example 2026-03-01 or 01.03.2026.")] = "",
    currency: Annotated[str, typer.Option(metavar="CUR", help="Three letters; the book's when left out.")] = "",
    rate: Annotated[str, typer.Option(metavar="R", help="For another currency: 0.92, or '1 USD = 0.92 EUR'.")] = "",
    rate_date: Annotated[str, typer.Option(metavar="DATE", help="The day of the rate; the event's if left out.")] = "",
    rate_source: Annotated[str, typer.Option(metavar="T", help="Who published the rate, for example ECB.")] = "",
    journal: Annotated[str, typer.Option(metavar="J", help="The journal's code.")] = "",
    party: Annotated[str, typer.Option(metavar="P", help="Customer, supplier or employee.")] = "",
    line: Annotated[
        list[str] | None,
        typer.Option(
            "--line", metavar="CODE:D|C:AMOUNT", help="A line that is already known, with or without its amount."
        ),
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Also say what the first candidate rests on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose the journal entry of one event."""
    arguments = {
        "book": book, "description": description, "amount": amount, "date": date, "currency": currency,
        "journal": journal, "party": party, "lines": list(line or []), "why": why, "by": _user(), "rate": rate,
        "rate_date": rate_date, "rate_source": rate_source,
    }  # fmt: skip
    _finish(_carried_out(_home(), "predict", arguments), as_json=as_json)


@cli.command()
def explain(
    names: Annotated[
        list[str], typer.Argument(metavar="[BOOK] ENTRY", help="An id, its first characters, or 2025/ER/7.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say how an entry came to be: model, memory, earlier entries, what people changed, who approved and posted."""
    if len(names) > 2:
        raise typer.BadParameter("give an entry, or a book and an entry")
    arguments = {"book": names[0] if len(names) == 2 else "", "entry": names[-1], "by": _user()}
    _finish(_carried_out(_home(), "explain", arguments), as_json=as_json)


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

    home = _home()
    try:
        wishes = measure.Wishes(
            modes=tuple(m for m in MODES if mode in (m, Modes.BOTH)),
            peers=peers,
            seeds=_seeds(seeds),
            base=base,
            fresh=fresh,
            out=out,
            cache=home.path / "benchmarks",
        )
        with contextlib.redirect_stdout(sys.stderr):
            measure.run([p.absolute() for p in paths], wishes, _progress)
    except REFUSALS as error:
        _finish(Answer.refusal(error), as_json=False)


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
            recipe.make([p.absolute() for p in paths], out.absolute(), companies=companies, say=_progress)
    except REFUSALS as error:
        _finish(Answer.refusal(error), as_json=False)


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

    home = _home()
    wishes = study.Wishes(
        out=out.absolute(),
        rows=tuple(name.strip() for name in rows.split(",")),
        seeds=_seeds(seeds),
        processes=processes,
        keep_code=keep_code,
        cache=home.path / "benchmarks",
    )
    try:
        with contextlib.redirect_stdout(sys.stderr):
            study.run([p.absolute() for p in paths], wishes, _progress)
    except REFUSALS as error:
        _finish(Answer.refusal(error), as_json=False)


def _user_command(name: str, arguments: Mapping[str, Any]) -> None:
    _finish(_carried_out(_home(), name, {**arguments, "by": _user()}), as_json=False)


cli.add_typer(people_cli.commands(_user_command), name="user")


def main() -> None:
    """The console script: keeps logs in the home and tracebacks out of the terminal."""
    os.umask(0o077)  # books are nobody else's business, whatever folder they are put into
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.excepthook = _unexpected
    exit_code = 1
    atexit.register(lambda: _leave(exit_code))
    try:
        typer.main.get_command(cli)(prog_name="counterpoint")  # calling `cli` itself would install another excepthook
    except SystemExit as end:
        exit_code = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise


def _leave(code: int) -> None:
    """End at once: while Python takes itself apart, DuckDB's bindings list objects as leaked on stderr."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _encoder(name: str) -> str:
    """A folder by its full path, because the training runs elsewhere; anything else is a name."""
    return str(Path(name).absolute()) if name and Path(name).is_dir() else name


def _seeds(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a list of whole numbers such as 0,1,2") from None


def _carried_out(home: Home, name: str, arguments: Mapping[str, Any]) -> Answer:
    with contextlib.redirect_stdout(sys.stderr):  # libraries may print; stdout is for the answer
        return carry_out(home, name, arguments, _progress)


def _finish(answer: Answer, *, as_json: bool) -> None:
    """Print an answer and end with its code."""
    for note in answer.notes:
        typer.echo(note, err=True)
    if answer.error:
        typer.echo(answer.error, err=True)
    elif as_json:
        typer.echo(json.dumps(answer.document, ensure_ascii=False, indent=2))
    else:
        for text in answer.text:
            typer.echo(text)
    raise typer.Exit(answer.code)


def _progress(text: str) -> None:
    typer.echo(text, err=True)


def _home() -> Home:
    try:
        home = Home.from_env()
    except HomeUnusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    log_into(home.logs)
    return home


def _user() -> str:
    """The name of the acting person: whoever this machine says runs the command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return f"user {os.getuid()}"


def _unexpected(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """A mistake of this program: the traceback into a file, a sentence to the terminal."""
    try:
        logs = Home.from_env().logs
    except HomeUnusable:
        logs = None
    print(mishap(error, logs), file=sys.stderr)  # noqa: T201
