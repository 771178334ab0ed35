"""A file, a folder or a zip as bytes with names: bounded, and every way it can be unreadable a sentence.

A name out of a zip or folder is shown and compared, never used to reach another file.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from storage.errors import ImportRefused
from storage.importers.archive import Archive
from storage.importers.limits import LIMITS, MIB, Limits
from storage.importers.tables.mapping import Mapping as TableMapping

ENTRIES, ACCOUNTS = "entries.jsonl", "accounts.csv"

_C1 = re.compile(rb"[\x80-\x9f]")
_HIGH = re.compile(rb"[\x80-\xff]")
# In the DOS code page the letters of western languages lie below 0xA6; in cp1252 they begin at 0xC0.
_DOS_LETTER = re.compile(rb"(?<=[A-Za-z\x80-\xa5])[\x80-\x90\x93-\x97\xa0-\xa5](?=[A-Za-z\x80-\xa5])")
_LATIN9 = re.compile(rb"[\xa4\xbc\xbd\xbe]")  # euro and oe, where cp1252 has signs that no ledger uses
_ROW_END = re.compile(r"\r*\n|\r")
_JOURNALS = (  # files that may hold entries, where a folder or a zip has several
    ".txt", ".csv", ".tsv", ".jsonl", ".json", ".se", ".si", ".sie", ".beancount", ".ledger", ".journal", ".hledger",
    ".gnucash", ".iif", ".xml", ".xaf", ".xlsx", ".xls", ".ods", ".sta", ".mt940", ".940", ".ofx", ".qfx",
)  # fmt: skip
_WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin"}
_EXPORT = "Save the sheet as CSV or text and import that."


@dataclass(frozen=True, slots=True)
class Source:
    """What to import: ``main`` is the file with the entries, ``beside`` its companions by name.

    ``profiles`` are saved mappings, one of which may know a table's header; ``mapping`` is the one to read it by.
    """

    name: str
    main: str
    data: bytes
    beside: Mapping[str, bytes]
    limits: Limits = LIMITS
    profiles: tuple[TableMapping, ...] = ()
    mapping: TableMapping | None = None

    @property
    def sha256(self) -> str:
        """Of the one file; of names and contents where there are several."""
        if not self.beside:
            return hashlib.sha256(self.data).hexdigest()
        whole = hashlib.sha256(self.data)
        for name in sorted(self.beside):
            whole.update(name.encode() + b"\0" + self.beside[name])
        return whole.hexdigest()


def load(path: Path, limits: Limits = LIMITS) -> Source:
    """Read ``path``: a file, or a zip or folder with one. Raises ImportRefused."""
    found = list(islice(parts_of(path, limits), 2))
    if len(found) > 1:
        names = ", ".join(s.main for s in found)
        raise ImportRefused(str(path), f"it holds several files ({names}, ...)", "Give the file itself.")
    return found[0]


def parts_of(path: Path, limits: Limits = LIMITS) -> Iterator[Source]:
    """The files in ``path`` that may hold entries, each as a source of its own: one, or more of a folder or a zip.

    Raises ImportRefused, for a file in a folder when its turn comes.
    """
    try:
        if path.is_dir():
            yield from _from_folder(path, limits)
            return
        if not path.exists():
            raise ImportRefused(str(path), "there is no such file", "Check the path.")
        if not path.is_file():
            raise ImportRefused(str(path), "it is neither a file nor a folder", "Give a file, a zip or a folder.")
        data = _read(path, limits)
    except OSError as error:
        why = error.strerror or str(error)
        raise ImportRefused(str(path), f"it cannot be read ({why})", "Check its permissions.") from error
    if not data.strip(b"\0\r\n\t \xef\xbb\xbf"):
        raise ImportRefused(path.name, "it is empty", "Export it again from the program that made it.")
    if data.startswith(b"PK\x03\x04") or path.suffix.lower() == ".zip":
        yield from _from_zip(path, data, limits)
        return
    yield Source(path.stem, path.name, data, {}, limits)


def _read(path: Path, limits: Limits, *, follow: bool = True) -> bytes:
    """All of a file, never more than the limit: what was opened counts, not what the folder said before."""
    flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)  # a pipe in its place must not block
    with os.fdopen(os.open(path, flags), "rb") as opened:
        state = os.fstat(opened.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise ImportRefused(str(path), "it is neither a file nor a folder", "Give a file, a zip or a folder.")
        size = state.st_size
        if size > limits.file_bytes:
            raise ImportRefused(
                path.name, f"it has {size / MIB:,.0f} MiB and the limit is {limits.file_bytes / MIB:,.0f}",
                "Split it, for example by year.",
            )  # fmt: skip
        data = opened.read(size + 1)
    if len(data) > size:
        raise ImportRefused(path.name, "it grew while it was read", "Wait until it is written, then import it again.")
    return data


def _from_folder(path: Path, limits: Limits) -> Iterator[Source]:
    """Plain files only: a link in a folder from elsewhere could point at any file of this machine."""
    with os.scandir(path) as found:
        names = sorted(e.name for e in found if e.is_file(follow_symlinks=False) and not e.name.startswith("."))
    whole = 0
    for main in _candidates(path.resolve().name or str(path), names, limits):
        beside = {n: _read(path / n, limits, follow=False) for n in names if main == ENTRIES and n == ACCOUNTS}
        data = _read(path / main, limits, follow=False)
        whole += len(data)
        if whole > limits.file_bytes:
            why = f"its files together have more than {limits.file_bytes / MIB:,.0f} MiB, which is the limit"
            raise ImportRefused(str(path), why, "Split it, for example by year.")
        yield Source(path.resolve().name, main, data, beside, limits)


def _candidates(where: str, names: Sequence[str], limits: Limits) -> list[str]:
    """The files that may hold entries: entries.jsonl alone, or all with an ending of ledgers."""
    if ENTRIES in names:
        return [ENTRIES]
    found = [n for n in names if n.lower().endswith(_JOURNALS) and n != ACCOUNTS]
    if not found:
        there = ", ".join(names[:5]) or "nothing"
        why = f"it holds no {ENTRIES} and no other file of a ledger (found: {there})"
        raise ImportRefused(where, why, "Give the file itself.")
    if len(found) > limits.members:
        why = f"it holds {len(found):,} files and the limit is {limits.members:,}"
        raise ImportRefused(where, why, "Give a folder with the ledger's files alone.")
    return found


def _from_zip(path: Path, data: bytes, limits: Limits) -> Iterator[Source]:
    names = set(Archive(path.name, data, limits, folders=True).names)
    if names & _WORKBOOKS or "content.xml" in names:
        yield Source(path.stem, path.name, data, {}, limits)
        return
    if "[Content_Types].xml" in names:
        raise ImportRefused(path.name, "it is a document and no spreadsheet", _EXPORT)
    archive = Archive(path.name, data, limits)
    for main in _candidates(path.name, archive.names, limits):
        beside = {n: archive.read(n) for n in archive.names if main == ENTRIES and n == ACCOUNTS}
        yield Source(path.stem, main, archive.read(main), beside, limits)


def decode(name: str, data: bytes) -> tuple[str, str]:
    """Text and the encoding's name: by byte order mark, else strict UTF-8, else CP437, ISO 8859-15 or cp1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(name, data, encoding), encoding.removesuffix("-sig").upper()
    if wide := _wide(data):
        return _strict(name, data[: len(data) // 2 * 2], wide), "UTF-16"
    if data[:4096].count(0) > len(data[:4096]) // 20:
        raise ImportRefused(name, "it is not a text file", _EXPORT)
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        if _is_dos(data):
            return data.decode("cp437"), "CP437"
        if _LATIN9.search(data) and not _C1.search(data):
            return data.decode("iso8859-15"), "ISO 8859-15"
        return _strict(name, data, "cp1252"), "cp1252"


def _wide(data: bytes) -> str:
    """The order of UTF-16 without a mark: every second byte of western text is empty."""
    sample = data[: 1 << 16]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most = len(sample) // 2 * 0.6
    if len(sample) < 32:
        return ""
    return "utf-16-le" if odd > most and odd > 4 * even else "utf-16-be" if even > most and even > 4 * odd else ""


def _is_dos(data: bytes) -> bool:
    """Whether most signs beyond ASCII are letters of the DOS code page inside words; cp1252 has punctuation there."""
    sample = data[: 1 << 20]
    return len(_DOS_LETTER.findall(sample)) * 2 > len(_HIGH.findall(sample))


def _strict(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        row = error.object[: error.start].count(b"\n") + 1
        raise ImportRefused(
            name, f"byte {byte:#04x} in row {row} is no character of {encoding.removesuffix('-sig')}",
            "Save the file as UTF-8 and import it again.",
        ) from error  # fmt: skip


def rows_of(text: str) -> list[str]:
    """Physical rows; CR, LF, CRLF and CRCRLF each end one, and nothing else does."""
    rows = _ROW_END.split(text)
    return rows[:-1] if rows and not rows[-1] else rows


def each_row(text: str) -> Iterator[str]:
    """As `rows_of`, one after another: a list of millions would be as large as the text twice over."""
    at = 0
    for end in _ROW_END.finditer(text):
        yield text[at : end.start()]
        at = end.end()
    if at < len(text):
        yield text[at:]
