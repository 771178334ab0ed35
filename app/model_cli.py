"""The commands that list a book's models and choose the one in use."""

from __future__ import annotations

from typing import Annotated

import typer

from app.terminal import AsJson, BookName, done

cli = typer.Typer()


@cli.command()
def models(book: BookName, as_json: AsJson = False) -> None:
    """List a book's models, which one is in use, and who released what when and why."""
    done("models", {"book": book}, as_json=as_json)


@cli.command()
def release(
    book: BookName,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Its digest, or the beginning of it.")],
    reason: Annotated[str, typer.Option(metavar="T", help="Why; it is kept in the book.")],
    override: Annotated[
        str, typer.Option(metavar="T", help="What you accept where the model was not proved to be better.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Put another model into use; the next prediction is its own."""
    done("release", {"book": book, "model": model, "reason": reason, "override": override}, as_json=as_json)


@cli.command()
def rollback(
    book: BookName,
    reason: Annotated[str, typer.Option(metavar="T", help="Why; it is kept in the book.")] = "",
    as_json: AsJson = False,
) -> None:
    """Use the model again that was in use before this one."""
    done("rollback", {"book": book, "reason": reason}, as_json=as_json)
