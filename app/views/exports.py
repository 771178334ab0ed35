"""What the page Export says: what would go out, with what was changed on the way, and what went out. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping

from app.i18n import _, ngettext
from app.services.export import FORMATS, Export, Prepared
from app.views.life import person
from app.views.numbers import moment, money

SHOWN = 200  # notes in the table


def title(made: Prepared) -> str:
    if made.anew:
        return ngettext("{n} entry goes out once more", "{n} entries go out once more", len(made.entry_ids))
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


def once_more(one: Export) -> str:
    """An earlier export in the list of what may go out."""
    sent = ngettext("{n} entry", "{n} entries", one.entries)
    return _("Once more: {what} of {when}", what=sent, when=moment(one.recorded))


def export_line(one: Export, people: Mapping[str, str]) -> str:
    called = FORMATS[one.format].title if one.format in FORMATS else one.format
    sent = ngettext("{n} entry", "{n} entries", one.entries)
    return f"{one.file_name} · {called} · {moment(one.recorded)} · {person(one.by, people)} · {sent}"


def option_word(name: str) -> str:
    """What a setting is called on the page."""
    words = {
        "layout": _("File"), "encoding": _("Encoding"), "decimal": _("Decimal mark"), "separator": _("Separator"),
        "line_end": _("Line ends"), "dates": _("Dates"), "siren": _("SIREN"), "consultant": _("Consultant number"),
        "client": _("Client number"), "chart": _("Chart of accounts"), "locked": _("Locked entries"),
        "names": _("Names of the accounts, too"), "company": _("Company"), "organisation": _("Organisation number"),
        "accounts": _("Accounts by"), "tax_rate": _("Tax rate for \u201cno tax\u201d"),
        "abbreviation": _("Abbreviation of the company"), "series": _("Naming series"),
    }  # fmt: skip
    return words.get(name, name)


def choice_word(value: str) -> str:
    """What one choice of a setting is called on the page."""
    words = {
        "csv": "CSV", "xlsx": "Excel (XLSX)", "utf-8": "UTF-8", "utf-8-sig": _("UTF-8 with BOM, for Excel"),
        "cp1252": "Windows-1252", "iso-8859-15": "ISO 8859-15", "point": _("Point: 1234.56"),
        "comma": _("Comma"), "semicolon": _("Semicolon"), "tab": _("Tab"), "pipe": _("Bar"),
        "crlf": "CR LF (Windows)", "lf": "LF (Unix)", "ymd": "2026-12-31", "dmy": "31/12/2026", "mdy": "12/31/2026",
        "yes": _("yes"), "no": _("no"), "none": _("none"), "codes": _("codes"),
        "paths": _("names, with those above"),
    }  # fmt: skip
    return _("names") if value == "names" else words.get(value, value)
