"""The commands that prove books, keep them and take them elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.services.erase import DEFAULT_YEARS
from app.terminal import AsJson, BookName, done, finish, home, progress

cli = typer.Typer()


@cli.command()
def copy(
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="For example postgresql+psycopg://user@host/name; without books.")
    ],
    as_json: AsJson = False,
) -> None:
    """Copy all books into another database, from DuckDB to PostgreSQL or back, and check them there."""
    done("copy", {"to": to}, as_json=as_json)


@cli.command()
def verify(
    book: BookName,
    anchor: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="An anchor kept elsewhere; may be given several times.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a book against its chain and its anchors; exit code 1 and the first broken link when it was changed."""
    arguments = {"book": book, "anchors": [str(p.absolute()) for p in anchor or []]}
    done("verify", arguments, as_json=as_json)


@cli.command()
def anchor(
    book: BookName,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write it; keep it on another machine.")],
    as_json: AsJson = False,
) -> None:
    """Write down where a book's chain stands, so that a later rewriting of it is found."""
    arguments = {"book": book, "out": str(out.absolute())}
    done("anchor", arguments, as_json=as_json)


@cli.command()
def audit(
    book: BookName,
    year: Annotated[str, typer.Option(metavar="Y", help="The fiscal year: its name, or a calendar year.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder.")],
    as_json: AsJson = False,
) -> None:
    """Write a fiscal year's evidence into a folder: entries, acts, balances, people, rules, models, checks."""
    done("audit", {"book": book, "year": year, "out": str(out.absolute())}, as_json=as_json)


@cli.command()
def erase(
    book: BookName,
    before: Annotated[str, typer.Option(metavar="D", help="Entries dated before this day, for example 2014-01-01.")],
    reason: Annotated[str, typer.Option(metavar="T", help="Why; needed with --yes.")] = "",
    keep_years: Annotated[
        int, typer.Option(metavar="N", help="How many years after a fiscal year texts have to be kept.")
    ] = DEFAULT_YEARS,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take the texts of entries out of a book for good once they need not be kept; days and amounts stay."""
    arguments = {"book": book, "before": before, "reason": reason, "years": keep_years, "yes": yes}
    done("erase", arguments, as_json=as_json)


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write; an older one is replaced.")],
    as_json: AsJson = False,
) -> None:
    """Write all books, models, documents and anchors into one file; the workbench may run meanwhile."""
    done("backup", {"path": str(file.absolute())}, as_json=as_json)


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive that `counterpoint backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Move what the home holds aside.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back into an empty home; the workbench must not run."""
    from app.safety_commands import restored

    finish(restored(home(), file.absolute(), force=force, progress=progress), as_json=as_json)
