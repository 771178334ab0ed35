"""XML as untrusted bytes: the one door for every importer of an XML format.

defusedxml refuses what lets a small file become a large one or read other files (billion laughs, external entities,
parameter entities); no accounting format needs a document type, so a file that declares one is refused whole. Size,
depth and number of elements are bounded here, because it bounds none of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from storage.errors import ImportRefused
from storage.importers.limits import LIMITS, MIB, Limits
from storage.printable import shown

_AGAIN = "Export it again from the program that made it."


def elements(name: str, data: bytes, tag: str = "", limits: Limits = LIMITS) -> Iterator[Element]:
    """Every element called ``tag`` as soon as it is complete, or the root at the end where no tag is given.

    Tags are compared without their namespace. With a tag memory stays flat: what was handed out is emptied
    afterwards, so take what you need before the next one. Raises ImportRefused.
    """
    if len(data) > limits.file_bytes:
        why = f"it has {len(data) / MIB:,.0f} MiB and the limit is {limits.file_bytes / MIB:,.0f}"
        raise ImportRefused(name, why, "Split it, for example by year.")
    try:
        yield from _walk(name, data, tag, limits)
    except DefusedXmlException as error:
        why = f"it declares a document type or entities ({shown(str(error))}), which can read other files"
        raise ImportRefused(name, why, "No accounting format needs that; ask where the file comes from.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise ImportRefused(name, f"it is not well-formed XML ({shown(str(error))})", _AGAIN) from error


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _walk(name: str, data: bytes, tag: str, limits: Limits) -> Iterator[Element]:
    path: list[Element] = []
    count = 0
    for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            path.append(element)
            count += 1
            _bounded(name, len(path), count, limits)
            continue
        path.pop()
        if local(element) == tag or (not tag and not path):
            yield element
        if tag and not any(local(outer) == tag for outer in path):
            element.clear()
            if path:
                path[-1].remove(element)  # an emptied child still takes its place in the parent's list


def _bounded(name: str, depth: int, count: int, limits: Limits) -> None:
    if depth > limits.depth:
        raise ImportRefused(name, f"its elements are nested more than {limits.depth} deep", _AGAIN)
    if count > limits.elements:
        raise ImportRefused(name, f"it has more than {limits.elements:,} elements", "Split it, for example by year.")
