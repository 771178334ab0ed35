"""``counterpoint …``: the program, its first command, and how it ends; other modules hold the other commands."""

from __future__ import annotations

import atexit
import logging
import os
import sys
from types import TracebackType
from typing import Annotated

import typer

from app import book_cli, exchange_cli, measure_cli, model_cli, people_cli, safety_cli
from app.home import Home, HomeUnusable
from app.mishap import mishap
from app.terminal import done, finish, home, progress

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Turn descriptions of business events into balanced journal entries.",
)


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

    finish(serving.run(home(), host=host, port=port, browser=not no_browser, say=progress), as_json=False)


for part in (book_cli, model_cli, exchange_cli, safety_cli, measure_cli):
    cli.registered_commands += part.cli.registered_commands
cli.add_typer(people_cli.commands(done), name="user")


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


def _unexpected(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """A mistake of this program: the traceback into a file, a sentence to the terminal."""
    try:
        logs = Home.from_env().logs
    except HomeUnusable:
        logs = None
    print(mishap(error, logs), file=sys.stderr)  # noqa: T201
