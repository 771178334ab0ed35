"""XML as untrusted bytes: the one door for every importer of an XML format.

defusedxml refuses what lets a small file become a large one or read other files (billion laughs, external entities,
parameter entities); no accounting format needs a document type, so a file that declares one is refused whole. Size,
depth and number of elements are bounded here, because it bounds none of them.

Only the elements that a reader asks for are built; of all others nothing but the name is kept while they are open. So
a file of any size takes the memory of its largest entry, and the elements between entries cost next to nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, cast
from xml.etree.ElementTree import Element
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from storage.errors import ImportRefused
from storage.importers.limits import LIMITS, MIB, Limits
from storage.printable import shown

__all__ = ["Element", "Piece", "elements", "local", "text_of"]  # readers import no XML of their own
_AGAIN = "Export it again from the program that made it."
_PIECE = 1 << 16  # bytes handed to the parser at a time


class Piece(Element):
    """An element of a file, and the line of the file in which it begins. Names carry no namespace."""

    row = 0


def elements(name: str, data: bytes | BinaryIO, *tags: str, limits: Limits = LIMITS) -> Iterator[Piece]:
    """Every element of ``tags`` as soon as it is complete, or the root at the end where no tag is given.

    A tag is a name, or a parent's and its own such as ``Journal/Description``; names are compared, and handed out,
    without their namespace, and without the blanks between children. What stands inside an element of ``tags`` is part
    of it and not handed out again. ``data`` is read piece by piece and never copied whole. Raises ImportRefused.
    """
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    builder = _Builder(name, frozenset(tags), limits)
    read = 0
    try:
        while piece := stream.read(_PIECE):
            read += len(piece)
            _check_size(name, read, limits)
            builder.feed(piece)
            yield from builder.taken()
        builder.close()
        yield from builder.taken()
    except DefusedXmlException as error:
        why = f"it declares a document type or entities ({shown(str(error))}), which can read other files"
        raise ImportRefused(name, why, "No accounting format needs that; ask where the file comes from.") from error
    except (ExpatError, ValueError, LookupError) as error:
        raise ImportRefused(name, f"it is not well-formed XML ({shown(str(error))})", _AGAIN) from error


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_of(element: Element, *names: str) -> str:
    """The text of the first child of ``names`` that has one, without spaces around it; empty where none has."""
    for name in names:
        if found := (element.findtext(name) or "").strip():
            return found
    return ""


def _check_size(name: str, size: int, limits: Limits) -> None:
    if size > limits.file_bytes:
        why = f"it is too large, the limit is {limits.file_bytes / MIB:,.0f} MiB"
        raise ImportRefused(name, why, "Split it, for example by year.")


class _Builder:
    """Builds what is wanted out of the parser's events."""

    def __init__(self, name: str, tags: frozenset[str], limits: Limits) -> None:
        self._name, self._tags = name, tags
        self._depth, self._most = limits.depth, limits.elements
        self._path: list[str] = []  # names of the open elements
        self._open: list[Element] = []  # those of them that are built
        self._done: list[Element] = []
        self._parts: list[str] = []  # of the text that is being read
        self._names: dict[str, str] = {}  # with namespace to without
        self._count = 0
        self._parser = DefusedXMLParser(forbid_dtd=True, target=self)
        # Past the wrapper, which would rebuild every name and attribute of elements that nobody asked for.
        self._expat: Any = self._parser.parser
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._text

    def feed(self, piece: bytes) -> None:
        self._expat.Parse(piece, False)
        if self._count > self._most:
            raise ImportRefused(
                self._name, f"it has more than {self._most:,} elements", "Split it, for example by year."
            )

    def close(self) -> None:
        self._expat.Parse(b"", True)
        # They hold each other; without this a large file's last pieces wait for the garbage collector.
        self._expat.StartElementHandler = self._expat.EndElementHandler = self._expat.CharacterDataHandler = None

    def taken(self) -> list[Piece]:
        """The elements that were completed since the last call."""
        done, self._done = self._done, []
        return cast("list[Piece]", done)  # what was open alone was made as one

    def _start(self, tag: str, attributes: list[str]) -> None:
        name = self._names.get(tag) or self._named(tag)
        path = self._path
        path.append(name)
        self._count += 1
        if len(path) > self._depth:
            raise ImportRefused(self._name, f"its elements are nested more than {self._depth} deep", _AGAIN)
        element: Element
        if opened := self._open:
            if self._parts:
                self._flush()
            element = Element(name)
            opened[-1].append(element)
        elif self._wanted(name):
            element = Piece(name)
            element.row = self._expat.CurrentLineNumber
        else:
            return
        for i in range(0, len(attributes), 2):
            element.set(attributes[i].rpartition("}")[2], attributes[i + 1])
        opened.append(element)

    def _end(self, _tag: str) -> None:
        self._path.pop()
        if opened := self._open:
            if self._parts:
                self._flush()
            element = opened.pop()
            if not opened:
                self._done.append(element)

    def _text(self, text: str) -> None:
        if self._open:
            self._parts.append(text)

    def _flush(self) -> None:
        """Give the open element its text; what stands between its children is layout."""
        element, parts = self._open[-1], self._parts
        if not len(element):
            element.text = parts[0] if len(parts) == 1 else "".join(parts)
        parts.clear()

    def _wanted(self, name: str) -> bool:
        if not self._tags:
            return True
        return name in self._tags or (len(self._path) > 1 and f"{self._path[-2]}/{name}" in self._tags)

    def _named(self, tag: str) -> str:
        name = self._names[tag] = tag.rpartition("}")[2]
        return name
