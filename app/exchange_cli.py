"""The commands that bring books in and take them out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.terminal import AsJson, BookName, done

cli = typer.Typer()


@cli.command("import")
def import_(
    book: BookName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file, a zip, or a folder with entries.jsonl.")],
    format: Annotated[str | None, typer.Option(metavar="F", help="Read it as this format.")] = None,
    profile: Annotated[str | None, typer.Option(metavar="P", help="Use this saved mapping.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and write nothing.")] = False,
    keep_alike: Annotated[
        bool, typer.Option("--keep-alike", help="Also bring in entries that look like ones that are here.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a ledger into a book, which is created when missing."""
    arguments = {
        "book": book, "path": str(file.absolute()), "format": format, "profile": profile, "dry_run": dry_run,
        "keep_alike": keep_alike,
    }  # fmt: skip
    done("import", arguments, as_json=as_json)


@cli.command()
def batches(
    book: BookName,
    undo: Annotated[str, typer.Option(metavar="BATCH", help="Take this one back; the beginning of its id does.")] = "",
    reason: Annotated[str, typer.Option(metavar="T", help="Why; needed to take one back.")] = "",
    as_json: AsJson = False,
) -> None:
    """List what was imported, or take a whole import back while nobody built on it."""
    done("batches", {"book": book, "undo": undo, "reason": reason}, as_json=as_json)


@cli.command()
def export(
    book: BookName,
    *,
    format: Annotated[str, typer.Option(metavar="F", help="The format; without one, earlier exports are listed.")] = "",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the file goes.")] = None,
    since: Annotated[str, typer.Option("--from", metavar="D", help="The first day.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="D", help="The last day.")] = "",
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting of the format, such as encoding=cp1252."),
    ] = None,
    again: Annotated[
        str, typer.Option(metavar="EXPORT", help="An earlier one: its very file, or its entries in another format.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Hand posted entries over to another program; each goes out once."""
    arguments = {
        "book": book, "format": format, "out": str(out.absolute()) if out else "", "since": since, "until": until,
        "settings": list(setting or []), "again": again,
    }  # fmt: skip
    done("export", arguments, as_json=as_json)


@cli.command()
def mapping(
    book: BookName,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A table, to see how it would be read.")] = None,
    *,
    with_: Annotated[Path | None, typer.Option("--with", metavar="JSON", help="Read it by this mapping.")] = None,
    days: Annotated[str, typer.Option(metavar="ORDER", help="dmy, mdy, ymd or serial.")] = "",
    decimal: Annotated[str, typer.Option(metavar="MARK", help="The decimal mark: , or .")] = "",
    layout: Annotated[str, typer.Option(metavar="L", help="two, negative, signed, inverse, side or marked.")] = "",
    save: Annotated[str, typer.Option(metavar="NAME", help="Keep how it is read for tables with this header.")] = "",
    withdraw: Annotated[str, typer.Option(metavar="NAME", help="Use this saved mapping no more.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say how a table of another program is read, keep that, or list what was kept."""
    arguments = {
        "book": book, "path": str(file.absolute()) if file else "", "with": str(with_.absolute()) if with_ else "",
        "days": days, "decimal": decimal, "layout": layout, "save": save, "withdraw": withdraw,
    }  # fmt: skip
    done("mapping", arguments, as_json=as_json)
