"""The commands that list models and put one into use, as `app.commands` lists them."""

from __future__ import annotations

from app.commands import Answer, Arguments, text_of
from app.owner_socket import Progress
from app.services import models as use_case
from app.services.workbench import Workbench
from app.system_user import console


def models(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    return _listed(use_case.models(wb, console(), text_of(arguments, "book")))


def release(wb: Workbench, arguments: Arguments, progress: Progress) -> Answer:
    book, model, reason, override = (text_of(arguments, name) for name in ("book", "model", "reason", "override"))
    progress("reading the model")
    return _changed(use_case.release(wb, console(), book, model, reason, override=override))


def rollback(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    return _changed(use_case.rollback(wb, console(), text_of(arguments, "book"), text_of(arguments, "reason")))


def _listed(found: use_case.Models) -> Answer:
    return Answer(document=found.to_json(), text=tuple(found.sentences()))


def _changed(found: use_case.Models) -> Answer:
    now = found.releases[-1]
    text = f"Book {found.book!r} is answered by {now.digest[: use_case.SHOWN]} from now on."
    if now.before:
        text += f" Before it was {now.before[: use_case.SHOWN]}: counterpoint rollback {found.book}"
    return Answer(document=found.to_json(), text=(text,))
