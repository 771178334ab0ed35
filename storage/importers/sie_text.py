"""The text of a SIE file: its encoding, and rows as a label with fields, quoted texts and lists in braces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage.importers.limits import Limits
from storage.importers.source import decode, rows_of

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_PC8 = frozenset(b"\x86\x84\x94\x8f\x8e\x99\x82")  # å ä ö Å Ä Ö é
SWEDISH_IN_WINDOWS = frozenset(b"\xe5\xe4\xf6\xc5\xc4\xd6\xe9")  # where CP437 has frames and Greek letters
_NOT_WINDOWS = frozenset(b"\x81\x8d\x8f\x90\x9d")  # bytes that cp1252 gives no sign
_FIELD = re.compile(
    r"""\s* (?: "(?P<text>(?:[^"\\]|\\"|\\(?!"))*)" | (?P<open>\{) | (?P<close>\})
              | "(?P<unclosed>.*) | (?P<bare>[^\s"{}][^\s{}]*) )""",
    re.VERBOSE | re.DOTALL,
)

Field = str | tuple[str, ...]


class BadRow(ValueError):
    """A row that cannot be divided into fields."""

    def __init__(self, why: str, remedy: str) -> None:
        self.why, self.remedy = why, remedy
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number, its label in capitals without ``#`` (or a brace), and its fields; a list is a tuple.

    ``cut``: its last text has no closing quotation mark, as where a program cuts rows at a length.
    """

    number: int
    label: str
    fields: tuple[Field, ...] = ()
    cut: bool = False

    def text(self, at: int) -> str:
        """A field's text; empty where the row has none there."""
        found = self.fields[at] if at < len(self.fields) else ""
        return found.strip() if isinstance(found, str) else ""

    def objects(self, at: int) -> tuple[tuple[str, str], ...]:
        """Pairs of dimension and object in a list."""
        found = self.fields[at] if at < len(self.fields) else ()
        flat = found if isinstance(found, tuple) else ()
        pairs = zip(flat[::2], flat[1::2], strict=False)
        return tuple((dim.strip(), thing.strip()) for dim, thing in pairs if thing.strip())


def sie_text(name: str, data: bytes) -> tuple[str, str]:
    """Text and the encoding's name. The standard wants CP437 ("PC8"); what the bytes say decides.

    UTF-8 is certain where it holds: Swedish letters of CP437 are never valid in it. Else the Swedish letters of
    CP437 and cp1252, which lie in different places, are counted. Raises ImportRefused for what is no text.
    """
    if data.startswith(_MARKS) or b"\0" in data[:4096]:
        return decode(name, data)
    body = data.rstrip(b"\x1a")  # programs for DOS end a file with it
    if body.isascii():
        return body.decode("ascii"), "ASCII"
    try:
        return body.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        windows = sum(map(body.count, (bytes([b]) for b in SWEDISH_IN_WINDOWS)))
        pc8 = sum(map(body.count, (bytes([b]) for b in _PC8)))
    if windows > pc8 and not any(bytes([b]) in body for b in _NOT_WINDOWS):
        return body.decode("cp1252"), "cp1252"
    return body.decode("cp437"), "CP437"


def sie_rows(text: str, limits: Limits) -> Iterator[Row | tuple[int, str, BadRow]]:
    """Every row that is not blank; one that cannot be divided comes with its number, its text and the problem."""
    for number, text_row in enumerate(rows_of(text.lstrip("\ufeff")), start=1):
        row = text_row.strip()
        if not row:
            continue
        if len(row) > limits.row_characters:
            why = f"has {len(row):,} characters and the limit is {limits.row_characters:,}"
            yield number, row, BadRow(why, "Check the end of the row before it.")
            continue
        try:
            yield from _rows(number, row, limits)
        except BadRow as problem:
            yield number, row, problem


def _rows(number: int, row: str, limits: Limits) -> Iterator[Row]:
    """A row as the standard has it; a brace that stands on the row of its voucher counts as a row of its own."""
    if row[0] in "{}":
        yield Row(number, row[0])
        if row[1:].strip():
            yield from _rows(number, row[1:].strip(), limits)
        return
    if row[0] != "#":
        raise BadRow("begins with no label", "A row of a SIE file begins with # or is a brace; mend its end.")
    label, _, rest = row[1:].replace("\t", " ").partition(" ")
    fields, after, cut = divided(rest)
    if long := next((f for f in fields if isinstance(f, str) and len(f) > limits.cell_characters), ""):
        why = f"has a text of {len(long):,} characters and the limit is {limits.cell_characters:,}"
        raise BadRow(why, "Shorten it in the source.")
    yield Row(number, label.upper(), tuple(fields), cut)
    if after:
        yield Row(number, after)


def divided(rest: str) -> tuple[list[Field], str, bool]:
    """The fields after a label, the opening brace that ends the row where there is one, and whether a text is cut off.

    Raises BadRow.
    """
    fields: list[Field] = []
    group: list[str] | None = None
    at, opened, cut = 0, 0, False
    rest = rest.rstrip()
    while at < len(rest):
        found = _FIELD.match(rest, at)
        if found is None:
            raise BadRow("cannot be divided into fields", "Check its quotation marks and braces.")
        at, kind = found.end(), found.lastgroup
        if kind == "open" and group is None:
            group, opened = [], at
        elif kind == "close" and group is not None:
            fields.append(tuple(group))
            group = None
        elif kind in ("open", "close"):
            raise BadRow("has a brace too many", "Check the braces of its objects.")
        else:
            (fields if group is None else group).append(_plain(found))
            cut = cut or (kind == "unclosed" and not found["unclosed"].endswith('"'))
    if group is None:
        return fields, "", cut
    if opened == len(rest):
        return fields, "{", cut
    raise BadRow("has a list without its closing brace", "Check the braces of its objects.")


def _plain(found: re.Match[str]) -> str:
    """The text of a field. The last one may lack its quotation mark, or have a backslash of its own before it."""
    if (text := found["text"]) is not None:
        return text.replace('\\"', '"')
    if (text := found["unclosed"]) is not None:
        return text.removesuffix('"').replace('\\"', '"')
    return found["bare"]


def quoted(text: str) -> str:
    r"""A text as a field: always in quotation marks, those within it after a backslash.

    A backslash at the end would hide the closing mark, so a space follows it; reading drops that again.
    """
    inner = text.replace('"', '\\"')
    return f'"{inner} "' if inner.endswith("\\") else f'"{inner}"'


def objects_text(pairs: Sequence[tuple[str, str]]) -> str:
    """Pairs of dimension and object as a list in braces."""
    return "{" + " ".join(f"{quoted(dim)} {quoted(thing)}" for dim, thing in pairs) + "}"
