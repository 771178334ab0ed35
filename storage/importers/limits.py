"""How much a file may ask of this program. One place, so that every importer refuses the same things."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one import. An honest ledger stays far below each; tests set small ones."""

    file_bytes: int = 256 * MIB  # one file, as it lies on disk or unpacked; two million rows or so
    members: int = 2_000  # files in a zip
    directory_bytes: int = MIB  # a zip's list of its files, read before anything else of it is known
    ratio: int = 200  # unpacked to packed; ledgers have 5 to 40, deflate can reach 1,032
    ratio_from: int = MIB  # bytes below which a ratio says nothing
    row_characters: int = 4 * MIB  # one row, or one JSON object
    cell_characters: int = 100_000
    columns: int = 1_000
    lines: int = 100_000  # of one entry
    errors: int = 10_000  # problems that are listed one by one
    depth: int = 64  # elements within elements
    elements: int = 20_000_000


LIMITS = Limits()
