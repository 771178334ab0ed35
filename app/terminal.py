"""Where a command meets its terminal: who runs it, where its home is, and how its answer is printed.

Progress and notes go to stderr. With --json stdout is one JSON document and nothing else. Exit codes: 0 done, 1 refused
or found wrong with a sentence on stderr, 2 usage.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from app.commands import Answer, carry_out
from app.home import Home, HomeUnusable
from app.logs import log_into

BookName = Annotated[str, typer.Argument(metavar="BOOK", help="The book's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def home() -> Home:
    """The home of this process, its log opened; a sentence and exit code 1 where it cannot be used."""
    try:
        found = Home.from_env()
    except HomeUnusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    log_into(found.logs)
    return found


def carried_out(where: Home, name: str, arguments: Mapping[str, Any]) -> Answer:
    """Run a command in the process that owns the database."""
    with contextlib.redirect_stdout(sys.stderr):  # libraries may print; stdout is for the answer
        return carry_out(where, name, arguments, progress)


def finish(answer: Answer, *, as_json: bool) -> None:
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


def done(name: str, arguments: Mapping[str, Any], *, as_json: bool = False) -> None:
    """Carry a command out in the name of whoever runs it, and print its answer."""
    finish(carried_out(home(), name, {**arguments}), as_json=as_json)


def progress(text: str) -> None:
    typer.echo(text, err=True)
