"""The commands that prove and keep books, as `app.commands` lists them."""

from __future__ import annotations

from pathlib import Path

from app.commands import REFUSALS, Answer, Arguments, text_of
from app.home import Home
from app.owner_socket import Progress
from app.services.errors import BadInput
from app.services.workbench import Workbench
from app.system_user import console


def verify(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    """Exit code 1 where anything is wrong, with everything that was found."""
    from app.services import verify as use_case

    given = arguments.get("anchors", [])
    if not isinstance(given, list):
        raise BadInput("anchors", repr(given), "they are no list", "Use the counterpoint command of the same release.")
    verdict = use_case.verify(wb, console(), text_of(arguments, "book"), [Path(str(p)) for p in given])
    return Answer(code=0 if verdict.whole else 1, document=verdict.to_json(), text=tuple(verdict.sentences()))


def anchor(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    from app.services import verify as use_case

    out = Path(text_of(arguments, "out"))
    made = use_case.export_anchor(wb, console(), text_of(arguments, "book"), out)
    text = (f"{out}: book {made.book!r} stood at link {made.sequence}, {made.hash[:16]}… Keep it on another machine.",)
    return Answer(document=made.to_json(), text=text)


def backup(wb: Workbench, arguments: Arguments, progress: Progress) -> Answer:
    from app.services import backup as use_case

    report = use_case.backup(wb, console(), Path(text_of(arguments, "path")), progress)
    books = ", ".join(repr(name) for name in report.books) or "no book"
    text = f"{report.path}: {report.size:,} bytes, {report.members} members, with {books}."
    notes = tuple(f"The bundle {name} is not in the home any more and not in the backup." for name in report.missing)
    return Answer(document=report.to_json(), text=(text,), notes=notes)


def restored(home: Home, path: Path, *, force: bool, progress: Progress) -> Answer:
    """Not of the list: nobody may have the database open."""
    from app.services import restore as use_case

    try:
        report = use_case.restore(home, path, force=force, progress=progress)
    except REFUSALS as error:
        return Answer.refusal(error)
    aside = f" What was there lies in {report.aside}." if report.aside else ""
    books = ", ".join(repr(name) for name in report.books) or "no book"
    text = f"The home {home.path} holds {books} as of {report.made}.{aside}"
    return Answer(document=report.to_json(), text=(text,), notes=report.broken)
