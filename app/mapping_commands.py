"""The command about tables of other programs and how they are read, as `app.commands` lists it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.commands import Answer, Arguments, text_of
from app.owner_socket import Progress
from app.services import profiles as use_case
from app.services.errors import BadInput
from app.services.workbench import Workbench
from app.system_user import console
from storage.importers.tables.mapping import EVERY

_SHOWN = 5  # rows of a table


def mapping(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    """The saved mappings of a book, or how a table would be read; what was decided is saved where that is asked for."""
    book, file = text_of(arguments, "book"), text_of(arguments, "path")
    if name := text_of(arguments, "withdraw"):
        use_case.withdraw(wb, console(), book, name)
    if not file:
        return _saved(wb, book)
    found = use_case.look(wb, console(), book, Path(file), _given(arguments))
    if answers := _answers(arguments):
        found = use_case.look(wb, console(), book, Path(file), {**found.mapping.to_json(), **answers})
    name = text_of(arguments, "save")
    body = {**found.mapping.to_json(), **({"name": name} if name else {})}
    if name and found.question is None:
        use_case.save(wb, console(), book, body)
    return _described(found, body, saved=bool(name))


def _saved(wb: Workbench, book: str) -> Answer:
    found = use_case.saved(wb, console(), book)
    document = {"book": book, "mappings": [p.mapping.to_json() for p in found]}
    lines = (f"{p.name}  {p.recorded:%Y-%m-%d %H:%M}  by {p.by}: {', '.join(p.mapping.columns)}" for p in found)
    return Answer(document=document, text=tuple(lines) or ("No mapping was saved yet.",))


def _described(found: use_case.Described, body: dict[str, Any], *, saved: bool) -> Answer:
    question = found.question
    document = {
        "mapping": body, "how": found.how, "header": found.header, "names": list(found.names), "chart": found.chart,
        "rows": [[number, *cells] for number, cells in found.rows], "saved": saved and question is None,
        "question": None if question is None else {
            "text": str(question), "option": question.option, "role": question.role, "choices": list(question.choices),
        },
    }  # fmt: skip
    text = [f"A table {found.how}; its columns are named in row {found.header}."]
    text += [f"  {role}: {name!r}" for role, name in found.mapping.columns.items()]
    text += [f"  row {number}: {' | '.join(cells)}" for number, cells in found.rows[:_SHOWN]]
    if question is not None:
        return Answer(code=1, document=document, text=tuple(text), error="\n".join([*text, str(question)]))
    text.append(json.dumps(body, ensure_ascii=False))
    if saved:
        text.append(f"Saved as {body['name']!r}; the next table with this header is read so by itself.")
    return Answer(document=document, text=tuple(text))


def _given(arguments: Arguments) -> dict[str, Any]:
    """The mapping that lies in a file. Raises BadInput."""
    file = text_of(arguments, "with")
    if not file:
        return {}
    try:
        found = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput("Mapping", file, f"it cannot be read ({error})", "Give a file as --json prints it.") from error
    body = found.get("mapping", found) if isinstance(found, dict) else None
    if not isinstance(body, dict):
        raise BadInput("Mapping", file, "it holds no mapping", "Give a file as --json prints it.")
    return body


def _answers(arguments: Arguments) -> dict[str, Any]:
    """What the options say of all columns."""
    answers: dict[str, Any] = {}
    if days := text_of(arguments, "days"):
        answers["date_order"] = {EVERY: days}
    if decimal := text_of(arguments, "decimal"):
        answers["decimal"] = {EVERY: decimal}
    if layout := text_of(arguments, "layout"):
        answers["layout"] = layout
    return answers
