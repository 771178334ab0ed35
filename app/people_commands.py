"""What ``counterpoint user …`` does, here or in the process that owns the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from app.commands import Answer
from app.services import people
from app.services.access import Role
from app.services.errors import BadInput
from app.services.people import NewUser, Reach
from app.services.workbench import Workbench
from app.system_user import console

Arguments = Mapping[str, Any]
Progress = Callable[[str], None]


def add(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    """Add a person with roles. The roles are read before anybody is added, so that a mistake in one adds nobody."""
    who, login = console(), str(arguments["login"])
    roles = [_role(text) for text in arguments["roles"]]
    for book, _one in roles:
        people.people_of(wb, who, book)  # refuses an unknown book
    given = {name: str(arguments.get(name, "")) for name in ("name", "secret", "issuer", "subject")}
    code = people.add_user(wb, who, NewUser(login=login, **given))
    if arguments["installation"] is True:
        people.set_installation(wb, who, login, granted=True, reason="added with this right")
    for book, role in roles:
        people.set_role(wb, who, book, login, role, granted=True, reason="added with this role")
    return Answer(document={"login": login, "code": code}, text=(f"{login} was added.", *_about(login, code)))


def role(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    login, book, one = (str(arguments[name]) for name in ("login", "book", "role"))
    revoke = arguments["revoke"] is True
    people.set_role(
        wb, console(), book, login, Role(one), granted=not revoke, reason=str(arguments["reason"]),
        reach=_reach(arguments),
    )  # fmt: skip
    done = f"{login} is no {one} of book {book!r} any more." if revoke else f"{login} is {one} of book {book!r} now."
    return Answer(document={"login": login, "book": book, "role": one, "granted": not revoke}, text=(done,))


def reset(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    login = str(arguments["login"])
    code = people.reset(wb, console(), login, str(arguments["secret"]))
    done = f"The old password of {login} is void and every session has ended."
    return Answer(document={"login": login, "code": code}, text=(done, *_about(login, code)))


def _about(login: str, code: str) -> tuple[str, ...]:
    return (f"Sign in once as {login} with the code {code}, within 24 hours, and choose a password.",) if code else ()


def _role(text: str) -> tuple[str, Role]:
    book, _colon, name = str(text).rpartition(":")
    if not book or name not in tuple(Role):
        why = "it is not a book and a role"
        raise BadInput("--role", text, why, f"Write BOOK:ROLE, with a role of {', '.join(Role)}.")
    if name == Role.AUDITOR:
        remedy = "Use counterpoint user role afterwards, with --years and --until."
        raise BadInput("--role", text, "an auditor's role names years and a last day", remedy)
    return book, Role(name)


def _reach(arguments: Arguments) -> Reach | None:
    years, until = str(arguments["years"]), str(arguments["until"])
    if not years and not until:
        return None
    first, _dash, last = years.partition("-")
    if not first.isdigit() or not (last or first).isdigit() or not until:
        shown = f"{years} {until}".strip()
        raise BadInput("--years and --until", shown, "one of them is missing or no years", "Write --years 2024-2025.")
    return Reach(first_year=int(first), last_year=int(last or first), last_day=date.fromisoformat(until))
