"""Every format that entries can be handed over in, by its name in commands. Pure: entries in, bytes out."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from storage.exporters import beancount, datev, fec, hledger, jsonl, parquet, sie, templates
from storage.exporters.subject import BadOption, Chosen, Option, Subject, names_of
from storage.exporters.written import Note, Written

__all__ = ["FORMATS", "BadOption", "Format", "Option", "Subject", "packed"]

_THEN = (1980, 1, 1, 0, 0, 0)  # a zip has room for nothing earlier; the same files make the same archive
_LAST_DAY = 28  # that every month has


@dataclass(frozen=True, slots=True)
class Format:
    """A format by what people call it, and what may be chosen for it."""

    title: str
    make: Callable[[Subject, Chosen], Written]
    options: tuple[Option, ...] = ()

    def write(self, subject: Subject, given: Mapping[str, str] | None = None) -> Written:
        """The files of the entries; the same subject and settings give the same bytes. Raises BadOption."""
        return self.make(subject, self.settled(given or {}))

    def settled(self, given: Mapping[str, str]) -> Chosen:
        """Every option with its value. Raises BadOption for what is none, or cannot be."""
        known = {o.name: o for o in self.options}
        for name, value in given.items():
            if name not in known:
                raise BadOption(name, value, f"{self.title} has these settings: {names_of(self.options)}.")
            option = known[name]
            if option.choices and value not in option.choices:
                raise BadOption(name, value, f"Choose one of {', '.join(option.choices)}.")
            if not option.choices and not (value.isprintable() and re.fullmatch(option.pattern, value, re.ASCII)):
                raise BadOption(name, value, f"Write it like {option.example}.", option.example)
        return {name: given.get(name, option.default) for name, option in known.items()}


def _datev(s: Subject, chosen: Chosen) -> Written:
    first = s.year_of(max((e.date for e in s.entries), default=s.created.date())).first
    options = datev.DatevOptions(
        created=s.created, taxes=tuple(s.taxes), consultant=int(chosen["consultant"] or 1001),
        client=int(chosen["client"] or 1), chart=chosen["chart"].removeprefix("SKR").replace("none", ""),
        year_starts=(first.month, first.day) if first.day <= _LAST_DAY else (1, 1), locked=chosen["locked"] == "yes",
        names=chosen["names"] == "yes",
    )  # fmt: skip
    return datev.export(s.currency, s.accounts, s.entries, options)


_DATEV_OPTIONS = (
    Option(name="consultant", pattern="|100[1-9]|10[1-9][0-9]|1[1-9][0-9]{2}|[2-9][0-9]{3}|[1-9][0-9]{4,6}",
           example="1001"),
    Option(name="client", pattern="|[1-9][0-9]{0,4}", example="1"),
    Option(name="chart", choices=("none", "SKR03", "SKR04")),
    Option(name="locked", choices=("no", "yes")),
    Option(name="names", choices=("no", "yes")),
)  # fmt: skip


def _sie(s: Subject, chosen: Chosen) -> Written:
    """A file a fiscal year, as a SIE file is of one."""
    files: list[tuple[str, bytes]] = []
    notes: dict[Note, None] = {}
    years = s.by_year()
    for year, entries in years:
        series = {e.journal: e.journal.partition(" ")[0] for e in entries if e.journal}  # packages want a short one
        options = sie.SieOptions(
            created=s.created.date(), company=chosen["company"] or s.book, organisation=chosen["organisation"],
            chart=chosen["chart"], year=(year.first, year.last), series=series,
        )  # fmt: skip
        made = sie.export(s.currency, s.accounts, entries, options)
        label = re.sub(r"\W+", "-", year.label)
        files += [(f"vouchers-{label}.si" if len(years) > 1 else name, data) for name, data in made.files]
        notes |= dict.fromkeys(made.notes)
    return Written(files=tuple(files), notes=tuple(notes))


_SIE_OPTIONS = (
    Option(name="company", example="Example AB"),
    Option(name="organisation", example="556000-0000"),
    Option(name="chart", example="EUBAS97"),
)


def _template(title: str, template: templates.Template, called: str) -> Format:
    return Format(title, lambda s, chosen: templates.export(template, called, s, chosen), template.options)


def _beancount(s: Subject, _chosen: Chosen) -> Written:
    return beancount.export(s.currency, s.accounts, s.entries, beancount.BeancountOptions(title=s.book))


def _hledger(s: Subject, _chosen: Chosen) -> Written:
    return hledger.export(s.currency, s.accounts, s.entries, hledger.HledgerOptions(title=s.book))


FORMATS: Mapping[str, Format] = {
    "fec": Format("FEC", fec.export, fec.OPTIONS),
    "datev": Format("DATEV Buchungsstapel", _datev, _DATEV_OPTIONS),
    "sie": Format("SIE 4I", _sie, _SIE_OPTIONS),
    "quickbooks": _template("QuickBooks Online", templates.QUICKBOOKS, "quickbooks"),
    "xero": _template("Xero", templates.XERO, "xero"),
    "sage": _template("Sage 50", templates.SAGE, "sage"),
    "odoo": _template("Odoo", templates.ODOO, "odoo"),
    "erpnext": _template("ERPNext", templates.ERPNEXT, "erpnext"),
    "beancount": Format("Beancount", _beancount),
    "hledger": Format("hledger", _hledger),
    "jsonl": Format("Counterpoint (JSON Lines)", jsonl.export),
    "parquet": Format("Parquet", parquet.export),
}


def packed(written: Written, called: str) -> tuple[str, bytes]:
    """One file to hand over: the only one there is, or a zip of all of them, the same bytes each time."""
    if len(written.files) == 1:
        return written.files[0]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in written.files:
            archive.writestr(zipfile.ZipInfo(name, _THEN), data, compress_type=zipfile.ZIP_DEFLATED)
    return f"{called}.zip", out.getvalue()
