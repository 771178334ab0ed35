"""The commands of daily work on a book."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.jobs import Jobs
from app.terminal import AsJson, BookName, carried_out, done, finish, home, progress
from engine.journal import Kind


class TaxAct(StrEnum):
    SET = "set"
    WITHDRAW = "withdraw"


cli = typer.Typer()


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
    arguments = {"book": book, "journal": journal, "kind": kind, "reason": reason}
    done("journals", arguments, as_json=as_json)


@cli.command()
def taxes(book: BookName, as_json: AsJson = False) -> None:
    """List a book's tax codes with their rates, accounts and days."""
    done("taxes", {"book": book}, as_json=as_json)


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
        "reason": reason,
    }  # fmt: skip
    done("tax", arguments, as_json=as_json)


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
    where = home()
    arguments = {"book": book, "profile": "full" if deep else "quick", "encoder": _encoder(encoder)}
    started = carried_out(where, "train", arguments)
    if started.code:
        finish(started, as_json=as_json)
    run = str(started.document["run"])
    jobs = Jobs(where.runs)
    try:
        follow(jobs, run, progress)
    except KeyboardInterrupt:
        progress("stopping the training")
        jobs.cancel(run)
        follow(jobs, run, progress)
    finish(carried_out(where, "trained", {"run": run}), as_json=as_json)


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
        "journal": journal, "party": party, "lines": list(line or []), "why": why, "rate": rate,
        "rate_date": rate_date, "rate_source": rate_source,
    }  # fmt: skip
    done("predict", arguments, as_json=as_json)


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
    arguments = {"book": names[0] if len(names) == 2 else "", "entry": names[-1]}
    done("explain", arguments, as_json=as_json)


def _encoder(name: str) -> str:
    """A folder by its full path, because the training runs elsewhere; anything else is a name."""
    return str(Path(name).absolute()) if name and Path(name).is_dir() else name
