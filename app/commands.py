"""The use cases of the command line, done here or by the process that owns the database file.

A command is a function from a workbench and plain arguments to an `Answer`. Both ends run the same function,
so the printed text, the JSON and the exit code do not depend on where the work was done.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app import background
from app.home import Home, HomeUnusable
from app.jobs import UnknownRun
from app.mishap import mishap
from app.owner_socket import (
    NobodyListens,
    OtherDatabase,
    OwnerGone,
    OwnerRefused,
    OwnerServer,
    Progress,
    Request,
    SocketTaken,
    ask,
)
from app.services.errors import BadInput, ServiceError
from app.services.workbench import Workbench, open_workbench
from app.system_user import console
from engine.errors import EngineError
from storage.errors import StorageError, StoreLocked

_log = logging.getLogger(__name__)

REFUSALS = (ServiceError, StorageError, EngineError, HomeUnusable, UnknownRun)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command prints: ``document`` with --json, else ``text``; ``notes`` and ``error`` go to stderr."""

    code: int = 0
    document: Mapping[str, Any] = field(default_factory=dict)
    text: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""

    @classmethod
    def refusal(cls, error: Exception) -> Answer:
        return cls(code=1, error=str(error))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Answer:
        return cls(
            code=int(content["code"]),
            document=content["document"],
            text=tuple(content["text"]),
            notes=tuple(content["notes"]),
            error=str(content["error"]),
        )


Arguments = Mapping[str, Any]
Command = Callable[[Workbench, Arguments, Progress], Answer]


def carry_out(home: Home, name: str, arguments: Arguments, progress: Progress) -> Answer:
    """Run a command in the process that owns the database: this one, or the one behind the socket."""
    request = Request(name, arguments, home.database_url)
    if home.owned_file:
        try:
            return Answer.from_json(ask(home.socket_path, request, progress))
        except (NobodyListens, OtherDatabase):
            pass  # then this process may own the file
        except (OwnerRefused, OwnerGone) as error:
            return Answer.refusal(error)
    try:
        wb = open_workbench(home)
    except StoreLocked as locked:
        return _second_try(home, request, progress, locked)
    except REFUSALS as error:
        return Answer.refusal(error)
    server = serve(wb)
    try:
        _settle_leftovers(wb)
        return perform(wb, name, arguments, progress)
    finally:
        if server is not None:
            server.close()
        wb.close()


def perform(wb: Workbench, name: str, arguments: Arguments, progress: Progress) -> Answer:
    """Run a command of the list on this workbench; a refusal is an answer too."""
    command = commands().get(name)
    if command is None:
        return Answer(code=1, error=f"There is no command {name!r} here; use the same release for both processes.")
    try:
        return command(wb, arguments, progress)
    except REFUSALS as error:
        return Answer.refusal(error)


def serve(wb: Workbench) -> OwnerServer | None:
    """Let other processes of this user reach the owner.

    None where the database needs no owner, and where the socket belongs to a process with another database.
    """
    if not wb.home.owned_file:
        return None

    def handle(use: str, arguments: Arguments, progress: Progress) -> dict[str, Any]:
        work = background.start(f"command-{use}", lambda: perform(wb, use, arguments, progress))
        error = work.exception()  # waits; a mistake of this program is logged there
        if isinstance(error, ConnectionError):
            raise error
        return asdict(Answer(code=1, error=mishap(error, wb.home.logs)) if error else work.result())

    try:
        return OwnerServer(wb.home.socket_path, wb.home.database_url, handle)
    except SocketTaken as taken:
        _log.warning("%s", taken)
        return None


def _second_try(home: Home, request: Request, progress: Progress, locked: StoreLocked) -> Answer:
    """The owner may have opened its socket in between; otherwise say who it is."""
    try:
        return Answer.from_json(ask(home.socket_path, request, progress))
    except (NobodyListens, OtherDatabase):
        return Answer.refusal(locked)
    except (OwnerRefused, OwnerGone) as error:
        return Answer.refusal(error)


def _settle_leftovers(wb: Workbench) -> None:
    """Take in what was trained while nobody owned the database."""
    if any(not (wb.home.runs / run / "settled.json").exists() for run in wb.jobs.names()):
        from app.services import train as use_case

        use_case.settle_all(wb)


def commands() -> dict[str, Command]:
    """The whole list; nothing else can be asked for through the socket."""
    from app import audit_commands, batch_commands, export_commands, mapping_commands, model_commands
    from app import people_commands as people
    from app import safety_commands as safety
    from app import tax_commands as tax

    return {
        "hello": hello,
        "import": import_book,
        "batches": batch_commands.batches,
        "export": export_commands.export,
        "mapping": mapping_commands.mapping,
        "train": train,
        "trained": trained,
        "models": model_commands.models,
        "release": model_commands.release,
        "rollback": model_commands.rollback,
        "predict": predict,
        "journals": journals,
        "taxes": tax.taxes,
        "tax": tax.tax,
        "explain": explain,
        "copy": copy,
        "verify": safety.verify,
        "anchor": safety.anchor,
        "audit": audit_commands.audit,
        "erase": audit_commands.erase,
        "backup": safety.backup,
        "user add": people.add,
        "user role": people.role,
        "user reset": people.reset,
    }


def hello(wb: Workbench, _arguments: Arguments, _progress: Progress) -> Answer:
    """Who owns the database, and where its pages are."""
    return Answer(document={"pid": os.getpid(), "url": wb.url, "home": str(wb.home.path)})


def import_book(wb: Workbench, arguments: Arguments, progress: Progress) -> Answer:
    from app.services import people
    from app.services.import_ import ImportOptions, import_file

    options = ImportOptions(
        format=text_of(arguments, "format") or None,
        profile=text_of(arguments, "profile") or None,
        dry_run=arguments.get("dry_run") is True,
        keep=arguments.get("keep_alike") is True,
    )
    path = Path(text_of(arguments, "path"))
    report = import_file(wb, console(), text_of(arguments, "book"), path, options, progress=progress)
    text = tuple(report.sentences())
    if report.created_book and not report.dry_run and people.nobody(wb):
        role = f"{report.book}:reviewer"
        hint = f"To open it in the workbench: counterpoint user add LOGIN --name NAME --role {role}"
        text = (*text[:-1], hint, text[-1])
    return Answer(document=report.to_json(), text=text)


def journals(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    """The journals of a book with their kinds, after changing one where that was asked for."""
    from app.services import books

    book, journal, kind = (text_of(arguments, name) for name in ("book", "journal", "kind"))
    if journal:
        books.set_journal_kind(wb, console(), book, journal, kind, reason=text_of(arguments, "reason"))
    found = books.journals(wb, console(), book)
    names = ("journal", "code", "name", "kind", "confirmed", "reason", "entries")
    document = {"book": book, "journals": [{name: getattr(j, name) for name in names} for j in found]}
    return Answer(document=document, text=tuple(map(books.in_words, found)))


def train(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    """Start a training; the command follows the run's folder by itself and asks for `trained` at its end."""
    from app.services import train as use_case

    run = use_case.start(
        wb,
        console(),
        text_of(arguments, "book"),
        text_of(arguments, "profile"),
        encoder=text_of(arguments, "encoder"),
    )
    return Answer(document={"run": run})


def trained(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    from app.services import train as use_case

    report = use_case.result(wb, console(), text_of(arguments, "run"))
    use = "It answers from now on." if report.champion else "The model in use stays; compare before you release it."
    text = (f"Model {report.bundle[:12]} of book {report.book!r} was trained in {report.seconds:.0f} s. {use}",)
    return Answer(document=report.to_json(), text=text)


def predict(wb: Workbench, arguments: Arguments, progress: Progress) -> Answer:
    from app.services.answer import predict_answer

    return predict_answer(wb, console(), arguments, progress)


def explain(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    from app.services.explain import explain_answer

    return explain_answer(wb, console(), text_of(arguments, "book"), text_of(arguments, "entry"))


def copy(wb: Workbench, arguments: Arguments, progress: Progress) -> Answer:
    from app.services.transfer import copy_to

    report = copy_to(wb, console(), text_of(arguments, "to"), progress)
    return Answer(document=report.to_json(), text=tuple(report.sentences()))


def text_of(arguments: Arguments, name: str) -> str:
    """A text argument, empty when missing; raises BadInput for anything else."""
    value = arguments.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(name, repr(value), "it is not text", "Use the counterpoint command of the same release.")
    return value
