"""The command that hands entries over, as `app.commands` lists it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from app.commands import Answer, Arguments, text_of
from app.owner_socket import Progress
from app.services import export as use_case
from app.services.errors import BadInput
from app.services.typed import read_date
from app.services.workbench import Workbench
from app.system_user import console
from storage.disk import write_whole

SHOWN = 20  # notes that the report for people has


def export(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    """Write the file, then mark its entries; without a format, the list of exports.

    With the id of an earlier one: its very bytes, or, where a format is given too, its entries in that format.
    """
    book, form, id_ = (text_of(arguments, name) for name in ("book", "format", "again"))
    if not form and not id_:
        return _listed(wb, book)
    out = Path(text_of(arguments, "out"))
    if not text_of(arguments, "out") or out.is_dir():
        raise BadInput("--out", str(out), "it is no file", "Say where the file goes, for example --out entries.txt.")
    if id_ and not form:
        found, data = use_case.again(wb, console(), book, id_)
        _write(out, data)
        return Answer(document=_document(found), text=(f"{out}: export {found.export_id} again.",))
    wanted = use_case.Wanted(since=_day(arguments, "since"), until=_day(arguments, "until"), of=id_)
    made = use_case.prepare(wb, console(), book, form, wanted, _settings(arguments.get("settings") or ()))
    _write(out, made.data)
    done = use_case.taken(wb, console(), book, made)
    text = [f"{out}: {done.entries} entries as {form}, export {done.export_id}."]
    if made.hidden:
        text.append(f"{made.hidden} more wait for somebody who may see restricted entries.")
    text += [str(n) for n in made.notes[:SHOWN]]
    if len(made.notes) > SHOWN:
        text.append(f"and {len(made.notes) - SHOWN} more notes; --json lists them all.")
    notes = [{"entry": n.entry_id, "text": n.text, "left_out": n.left_out} for n in made.notes]
    return Answer(document=_document(done) | {"notes": notes, "hidden": made.hidden}, text=tuple(text))


def _listed(wb: Workbench, book: str) -> Answer:
    found = use_case.exports(wb, console(), book)
    text = tuple(
        f"{e.export_id}  {e.recorded:%Y-%m-%d %H:%M}  {e.format}  {e.file_name}  by {e.by}: {e.entries} entries"
        for e in found
    )
    return Answer(
        document={"book": book, "exports": [_document(e) for e in found]}, text=text or ("Nothing was exported yet.",)
    )


def _document(e: use_case.Export) -> dict[str, object]:
    return {
        "export": e.export_id, "format": e.format, "file": e.file_name, "sha256": e.sha256, "size": e.size,
        "entries": e.entries, "recorded": e.recorded.isoformat(), "by": e.by,
    }  # fmt: skip


def _write(out: Path, data: bytes) -> None:
    try:
        write_whole(out, data)
    except OSError as error:
        why = error.strerror or str(error)
        raise BadInput("--out", str(out), f"it cannot be written ({why})", "Choose another place.") from error


def _settings(given: Iterable[object]) -> dict[str, str]:
    """``name=value`` texts as a mapping. Raises BadInput."""
    found = {}
    for one in map(str, given):
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise BadInput("--set", one, "it names no setting and value", "Write it like --set encoding=cp1252.")
        found[name.strip()] = value.strip()
    return found


def _day(arguments: Arguments, name: str) -> date | None:
    return read_date(text_of(arguments, name))
