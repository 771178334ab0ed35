from __future__ import annotations

import ast
import io
import tracemalloc
from pathlib import Path

import pytest

from storage.errors import ImportRefused
from storage.importers.limits import MIB, Limits
from storage.importers.markup import elements, local, text_of

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><l>&c;</l>"""
OUTSIDE = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>'
PARAMETER = b'<!DOCTYPE l [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]><l/>'
REMOTE = b'<!DOCTYPE l SYSTEM "http://127.0.0.1:1/x.dtd"><l/>'
# Who may parse a zip or XML, and what else could be used for it.
DOORS = {
    "storage/importers/markup.py": {"xml", "defusedxml"},
    "storage/importers/archive.py": {"zipfile"},
    "storage/exporters/formats.py": {"zipfile"},  # writes one and reads none
    "app/services/archive.py": {"zipfile"},  # backups, whose members are named by the manifest
}
GUARDED = frozenset(
    {"xml", "lxml", "defusedxml", "zipfile", "tarfile", "gzip", "bz2", "lzma", "html5lib", "bs4", "yaml"}
)


@pytest.mark.parametrize("data", [LAUGHS, OUTSIDE, PARAMETER, REMOTE])
def test_entities_and_document_types_are_refused(data: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"a\.xml cannot be imported: it declares a document type or entities"):
        list(elements("a.xml", data))


def test_sound_xml_comes_in_pieces() -> None:
    data = b'<r xmlns="urn:x"><e n="1"><t>a</t></e><f/><e n="2"><t>b</t></e></r>'
    assert [(e.get("n"), [(local(x), x.text) for x in e]) for e in elements("a.xml", data, "e")] == [
        ("1", [("t", "a")]),
        ("2", [("t", "b")]),
    ]
    (root,) = elements("a.xml", data)
    assert (local(root), len(root)) == ("r", 3)


def test_a_tag_may_name_its_parent_and_pieces_know_their_line() -> None:
    data = b'<r><a><n>1</n></a>\n<b x:k="v" xmlns:x="u"><n>2</n>\n<c><b/> </c></b></r>'
    (found,) = elements("a.xml", io.BytesIO(data), "b/n")
    assert (found.text, found.row) == ("2", 2)
    (whole,) = elements("a.xml", data, "b")
    assert (whole.get("k"), [x.tag for x in whole], text_of(whole, "m", "n"), text_of(whole, "c")) == (
        "v", ["n", "c"], "2", "",
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16", "iso-8859-2"])
def test_a_declared_encoding_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><r><e>Müß</e></r>'
    assert [e.text for e in elements("a.xml", text.encode(encoding), "e")] == ["Müß"]


def test_a_text_over_many_pieces_is_one() -> None:
    assert [len(e.text or "") for e in elements("a.xml", b"<r>" + b"x" * 2_000_000 + b"</r>", "r")] == [2_000_000]


def test_memory_stays_flat() -> None:
    data = b"<r>" + b"<e><t>text</t></e>" * 100_000 + b"</r>"
    tracemalloc.start()
    assert sum(1 for _ in elements("a.xml", data, "e")) == 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MIB


@pytest.mark.parametrize(
    ("data", "limits", "says"),
    [
        (b"<e>" * 65 + b"</e>" * 65, Limits(), "nested more than 64 deep"),
        (b"<r>" + b"<e/>" * 11 + b"</r>", Limits(elements=10), "more than 10 elements"),
        (b"<r/>" + b" " * 100, Limits(file_bytes=50), "the limit is"),
        (b"<r>", Limits(), "not well-formed"),
        (b"<r>\x00</r>", Limits(), "not well-formed"),
        (b'<?xml version="1.0" encoding="no-such"?><r/>', Limits(), "not well-formed"),
    ],
)
def test_the_rest_is_a_sentence(data: bytes, limits: Limits, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        list(elements("a.xml", data, limits=limits))


def imported(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {a.name for x in ast.walk(tree) if isinstance(x, ast.Import) for a in x.names}
    names |= {x.module or "" for x in ast.walk(tree) if isinstance(x, ast.ImportFrom) and not x.level}
    return {n.split(".")[0] for n in names}


def test_nobody_parses_xml_or_unpacks_on_his_own(repo_root: Path) -> None:
    """Packed and marked-up files have one door each, where the limits are."""
    files = [f for part in ("app", "engine", "storage") for f in (repo_root / part).rglob("*.py")]
    assert len(files) > 50
    found = {f.relative_to(repo_root).as_posix(): imported(f) & GUARDED for f in files}
    assert {f: names - DOORS.get(f, set()) for f, names in found.items() if names - DOORS.get(f, set())} == {}
