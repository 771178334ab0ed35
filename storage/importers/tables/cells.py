"""Days and amounts of one column, read in the one way that fits the whole column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from storage.identity import fold
from storage.importers.cells import BadCell, mark_in, read_amount
from storage.importers.sheet import Number

_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(Z|[+-]\d{2}:?\d{2})?$")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.年])(\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.]) ?(\d{1,2})[-/.] ?(\d{4}|\d{2})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[-/. ]*([^\W\d_]{3,12})\.?[-/, ]*(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([^\W\d_]{3,12})\.? (\d{1,2}),? (\d{4})")
_DIGITS = re.compile(r"\d{5,8}", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # 1954 to 2119
_EPOCH = date(1899, 12, 30)  # a spreadsheet's day 0, counting the 29 February 1900 that it believes in
_PIVOT = 70  # two digits from here on are of the last century
_YEARS = range(1900, 2101)
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan ene gen sty", "feb fev lut", "mar mrz maa mrt", "apr abr avr kwi", "mai may maj mag",
            "jun giu cze juin", "jul lug lip juil", "aug aou ago sie", "sep set wrz", "okt oct ott out paz", "nov lis",
            "dez dec dic des gru",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_REMEDY = "Write it like 2024-01-31."
_LONGEST = 60  # characters of an amount or a day

_CURRENCY = r"(?:[A-Z]{3}|kr\.?|zł|Rs\.?|₹|R\$|Kč|S?Fr\.|Ft|lei)"
_CODE = re.compile(rf"^{_CURRENCY}\s*(?=[(+\-\d.,])|(?<=[\d)\-])\s*{_CURRENCY}$")
_BEHIND = re.compile(r"(.*\d[)]?)\s*(dr|cr)\.?", re.IGNORECASE)
_BODY = re.compile(r"[\d.,]*\d[\d.,]*")
_NOT_MARKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2009 '’"))


class Undecided(ValueError):
    """A column that reads in several ways; ``shown`` is a cell of it, ``choices`` the ways."""

    def __init__(self, shown: str, choices: tuple[str, ...]) -> None:
        self.shown, self.choices = shown, choices
        super().__init__(shown)


class Days:
    """Reads the cells of one column of days; ``order`` says how, found by looking at all of them.

    Raises Undecided where two orders read as many of the cells and differ.
    """

    def __init__(self, cells: Iterable[str], given: str = "") -> None:
        plain = {c: _TIME.sub("", c[: _LONGEST + 1].strip()) for c in set(cells)}
        self.order = given or _order({t for t in plain.values() if t})
        self._padded = _width(plain.values())
        self._read: dict[str, date | None] = {c: self._day(t) for c, t in plain.items()}

    def __call__(self, cell: str) -> date:
        """Raises BadCell."""
        found = self._read.get(cell)
        if found is None:
            raise (
                BadCell("is blank", f"An entry needs its date. {_REMEDY}")
                if not cell.strip()
                else BadCell("is not a day of a calendar", _REMEDY)
            )
        return found

    def _day(self, text: str) -> date | None:
        if self.order == "serial" and _SERIAL.fullmatch(text):
            return _EPOCH + timedelta(days=int(float(text)))
        return _read(text.zfill(self._padded) if text.isascii() and text.isdigit() else text, self.order)


def _order(texts: set[str]) -> str:
    """The order under which most texts are days."""
    if texts and all(_SERIAL.fullmatch(t) and _FIRST_SERIAL <= float(t) < _LAST_SERIAL for t in texts):
        # 30124 is a day of 1982 as a spreadsheet counts, and 3 January 2024 without its zero.
        typed = [w for w in ("dmy", "mdy") if all(_read(t.zfill(6), w) for t in texts)]
        if typed:
            raise Undecided(min(texts), ("serial", *typed))
        return "serial"
    width = _width(texts)
    texts = {t.zfill(width) if t.isascii() and t.isdigit() else t for t in texts}
    days = {order: {t: _read(t, order) for t in texts} for order in ("dmy", "mdy", "ymd")}
    count = {order: sum(d is not None for d in found.values()) for order, found in days.items()}
    ways = [order for order in days if count[order] == max(count.values())]
    # 31/02/2024 is no day in any order, and still tells that its month does not stand first.
    beyond = {w: sum(_beyond(t, w) for t in texts) for w in ways}
    ways = [w for w in ways if beyond[w] == min(beyond.values())]
    # Days and months vary more than years, so that 310124, 290224 and 010324 are of 2024, not of three years.
    years = {w: len({d.year for d in days[w].values() if d}) for w in ways}
    ways = [w for w in ways if years[w] < 2 * min(years.values()) or years[w] == min(years.values())]
    differ = _differing(texts, [days[w] for w in ways])
    if differ and "ymd" in ways[1:] and not any("-" in t or t.isdigit() for t in differ):
        ways.remove("ymd")  # with points and slashes two digits of a year stand last
        differ = _differing(texts, [days[w] for w in ways])
    if differ:
        raise Undecided(differ[0], tuple(w for w in ways if days[w][differ[0]] is not None) or tuple(ways))
    return ways[0] if len(ways) < len(days) else ""  # nothing in it depends on the order


def _beyond(text: str, order: str) -> bool:
    """Whether a text names a month after the twelfth."""
    m = _YEAR_LAST.fullmatch(text)
    return m is not None and int(_arranged((m[1], m[3], m[4]), order)[1]) > 12


def _differing(texts: Iterable[str], ways: Sequence[Mapping[str, date | None]]) -> list[str]:
    """The texts that are not the same day in each of the ways."""
    return sorted(t for t in texts if len({days[t] for days in ways}) > 1)


def _width(texts: Iterable[str]) -> int:
    """Digits of a day without marks, where a spreadsheet took the zero in front away."""
    lengths = {len(t) for t in texts if _DIGITS.fullmatch(t)}
    if not lengths:
        return 0
    return 8 if lengths <= {7, 8} else 6 if lengths <= {5, 6} else 0


def _read(text: str, order: str) -> date | None:
    """A text as a day; texts that say themselves which part is which are read so whatever the order."""
    if m := _YEAR_FIRST.fullmatch(text):
        return _date(m[1], m[3], m[4])
    if m := _YEAR_LAST.fullmatch(text):
        if len(m[4]) == 4 and order == "ymd":
            return None
        dotted = m[2] == "." and (len(m[4]) == 4 or order == "mdy")  # nobody writes the month first with points
        return _date(*_arranged((m[1], m[3], m[4]), "dmy" if dotted else order))
    if text.isascii() and text.isdigit():
        return _of_digits(text, order)
    if m := _NAMED.fullmatch(text):
        return _date(m[3], str(_month(m[2])), m[1])
    m = _NAMED_FIRST.fullmatch(text)
    return _date(m[3], str(_month(m[1])), m[2]) if m else None


def _of_digits(text: str, order: str) -> date | None:
    if len(text) == 8 and (order == "ymd" or _plausible(text)) and (day := _date(text[:4], text[4:6], text[6:])):
        return day
    if len(text) not in (6, 8) or (len(text) == 8 and order == "ymd"):
        return None
    return _date(*_arranged((text[:2], text[2:4], text[4:]), order))


def _plausible(text: str) -> bool:
    """Whether eight digits begin with a year of our time: 20240131, but 31012024 does not."""
    return "1970" <= text[:4] <= "2099"


def _arranged(parts: tuple[str, str, str], order: str) -> tuple[str, str, str]:
    one, two, three = parts
    return {"dmy": (three, two, one), "mdy": (three, one, two)}.get(order, (one, two, three))


def _month(name: str) -> int:
    key = fold(name)
    return _MONTHS.get(key[:4]) or _MONTHS.get(key[:3]) or 0


def _date(year: str, month: str, day: str) -> date | None:
    whole = int(year)
    if len(year) <= 2:
        whole += 2000 if whole < _PIVOT else 1900
    if whole not in _YEARS:
        return None
    try:
        return date(whole, int(month), int(day))
    except ValueError:
        return None


def mark_of(cells: Iterable[str]) -> str:
    """The decimal mark of a column: comma, point, or empty where no cell has either.

    The cells that show their mark decide. Raises Undecided where 1.234 could be a thousand or a little over one.
    Numbers of a sheet say nothing.
    """
    votes: Counter[str] = Counter()
    unsure = ""
    for cell in set(cells):
        if isinstance(cell, Number) or len(cell) > _LONGEST or not (body := _BODY.search(cell.translate(_NOT_MARKS))):
            continue
        mark = mark_in(body[0])
        if mark:
            votes[mark] += 1
        elif mark is None:
            unsure = max(unsure, cell)
    if votes:
        return votes.most_common(1)[0][0]
    if unsure:
        raise Undecided(unsure, (",", "."))
    return ""


def amount_of(cell: str, mark: str) -> Decimal:
    """An amount, with a currency beside it or none. Raises BadCell."""
    return read_amount(_CODE.sub("", cell), "." if isinstance(cell, Number) else mark)


def side_behind(cell: str) -> tuple[str, str]:
    """The amount's text and D or C where Dr or Cr stands behind it."""
    found = _BEHIND.fullmatch(cell)
    return (found[1], found[2][0].upper()) if found else (cell, "")
