"""What an export is made of, and what may be chosen for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.journal import Account, Entry
from storage.errors import StorageError
from storage.periods import FiscalYear
from storage.taxes import TaxRow

Chosen = Mapping[str, str]  # option -> value, every option of the format included


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is written: a book's entries in their order, with what formats ask for beside them.

    ``years`` are the fiscal years that were named; days outside of them are of their calendar year. ``posted`` says
    on which day an entry got its number, where that is known.
    """

    book: str
    currency: str
    accounts: Sequence[Account]
    entries: Sequence[Entry]
    created: datetime
    taxes: Sequence[TaxRow] = ()
    years: Sequence[FiscalYear] = ()
    posted: Mapping[str, date] = field(default_factory=dict)

    def year_of(self, day: date) -> FiscalYear:
        named = (y for y in self.years if y.first <= day <= y.last)
        calendar = FiscalYear(label=str(day.year), first=date(day.year, 1, 1), last=date(day.year, 12, 31))
        return next(named, calendar)

    def by_year(self) -> list[tuple[FiscalYear, list[Entry]]]:
        """The entries of each fiscal year, oldest year first."""
        found: dict[date, tuple[FiscalYear, list[Entry]]] = {}
        for e in self.entries:
            year = self.year_of(e.date)
            found.setdefault(year.first, (year, []))[1].append(e)
        return [found[first] for first in sorted(found)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something that may be chosen: one of ``choices``, the first of which holds unless another is chosen.

    Without choices it is any text that ``pattern`` describes, and ``example`` is one; blank where nobody says it.
    """

    name: str
    choices: tuple[str, ...] = ()
    pattern: str = ".*"
    example: str = ""

    @property
    def default(self) -> str:
        return self.choices[0] if self.choices else ""


class BadOption(StorageError):
    """An export was to be made with a setting that its format lacks, or with a value that the setting cannot have."""

    def __init__(self, name: str, value: str, remedy: str, example: str = "") -> None:
        self.name, self.value, self.remedy, self.example = name, value, remedy, example
        super().__init__(f"The setting {name!r} cannot be {value!r}. {remedy}")


def starting_with(option: Option, choice: str) -> Option:
    """The option with another of its choices as the first one."""
    rest = tuple(c for c in option.choices if c != choice)
    return Option(name=option.name, choices=(choice, *rest))


def names_of(options: Iterable[Option]) -> str:
    return ", ".join(o.name for o in options) or "none"
