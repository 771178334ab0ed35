"""``counterpoint user …``: people and their roles, from the terminal of whoever owns the database."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Protocol

import typer

from app.services.access import Role


class Finish(Protocol):
    """Carries a command out and prints its answer, as every command does."""

    def __call__(self, name: str, arguments: Mapping[str, Any]) -> None: ...


Login = Annotated[str, typer.Argument(metavar="LOGIN", help="What the person signs in and signs entries with.")]
AskPassword = Annotated[
    bool,
    typer.Option(
        "--password", help="Ask for a password, or read it from standard input, instead of making a one-time code."
    ),
]


def commands(finish: Finish) -> typer.Typer:
    """The commands; ``finish`` carries one out and prints its answer."""
    group = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help="Add people, give and take roles, let somebody in again."
    )

    @group.command()
    def add(
        login: Login,
        name: Annotated[str, typer.Option(metavar="N", help="The person's name.")],
        role: Annotated[
            list[str] | None, typer.Option(metavar="BOOK:ROLE", help="A role in a book; may be given again.")
        ] = None,
        installation: Annotated[
            bool, typer.Option("--installation", help="May make books and add people, too.")
        ] = False,
        password: AskPassword = False,
        issuer: Annotated[str, typer.Option(metavar="URL", help="For who signs in with a provider: its name.")] = "",
        subject: Annotated[str, typer.Option(metavar="S", help="What this provider calls the person (sub).")] = "",
    ) -> None:
        """Add a person; prints a one-time code that becomes a password at the first sign-in."""
        finish("user add", {
            "login": login, "name": name, "roles": list(role or []), "installation": installation,
            "secret": _secret() if password else "", "issuer": issuer, "subject": subject,
        })  # fmt: skip

    @group.command()
    def role(
        login: Login,
        book: Annotated[str, typer.Argument(metavar="BOOK", help="The book's name.")],
        role: Annotated[Role, typer.Argument(metavar="ROLE", help=f"One of {', '.join(Role)}.")],
        reason: Annotated[str, typer.Option(metavar="T", help="Why; it is kept with the grant.")],
        revoke: Annotated[bool, typer.Option("--revoke", help="Take the role back.")] = False,
        years: Annotated[str, typer.Option(metavar="Y-Y", help="For an auditor: the years to read.")] = "",
        until: Annotated[str, typer.Option(metavar="DATE", help="For an auditor: the last day, 2026-03-31.")] = "",
    ) -> None:
        """Give a person a role in a book, or take it back; the person's sessions end."""
        finish("user role", {
            "login": login, "book": book, "role": role.value, "reason": reason, "revoke": revoke,
            "years": years, "until": _day(until),
        })  # fmt: skip

    @group.command()
    def reset(login: Login, password: AskPassword = False) -> None:
        """Let somebody in again: a new one-time code, or a password; all sessions of the person end."""
        finish("user reset", {"login": login, "secret": _secret() if password else ""})

    return group


def _secret() -> str:
    """A password typed twice, or the first line of standard input; never an argument, which others could see."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n") or _nothing()
    first, again = getpass.getpass("Password: "), getpass.getpass("Again: ")
    if first != again:
        raise typer.BadParameter("the two passwords differ")
    return first or _nothing()


def _nothing() -> str:
    raise typer.BadParameter("no password was given; leave --password out for a one-time code")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day such as 2026-03-31") from None
