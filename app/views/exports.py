"""What the page Export says: what would go out, with what was changed on the way, and what went out. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping

from app.i18n import _, ngettext
from app.services.export import FORMATS, Export, Prepared
from app.views.life import person
from app.views.numbers import moment, money

SHOWN = 200  # notes in the table


def title(made: Prepared) -> str:
    return ngettext("{n} entry waits to go out", "{n} entries wait to go out", len(made.entry_ids))


def about(made: Prepared, currency: str) -> str:
    """Sum and file, and how many others wait for people who may see them."""
    parts = [money(made.total, currency, unit=True), made.export.file_name]
    if made.hidden:
        parts.append(ngettext("{n} restricted entry stays", "{n} restricted entries stay", made.hidden))
    return " · ".join(parts)


def notes(made: Prepared) -> list[dict[str, str]]:
    """What the format could not say as it was."""
    return [
        {_("Entry"): n.entry_id, _("Note"): n.text, _("Left out"): _("yes") if n.left_out else ""}
        for n in made.notes[:SHOWN]
    ]


def export_line(one: Export, people: Mapping[str, str]) -> str:
    called = FORMATS[one.format].title if one.format in FORMATS else one.format
    sent = ngettext("{n} entry", "{n} entries", one.entries)
    return f"{one.file_name} · {called} · {moment(one.recorded)} · {person(one.by, people)} · {sent}"
