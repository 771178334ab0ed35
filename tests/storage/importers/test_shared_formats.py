"""Every sample file that is there is read, or refused in words; none is half-read."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.errors import ImportRefused
from storage.importers import read

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "formats"
FILES = sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.name != "SOURCE.md") if FOLDER.is_dir() else []
# A header without rows; statements without their account.
REFUSED = {"datev_official_header_example.txt", "betterplace_amount_formats.sta"}


@pytest.mark.skipif(not FILES, reason="the sample files (../shared/formats) are not here")
@pytest.mark.parametrize("file", FILES, ids=lambda p: str(p.relative_to(FOLDER)))
def test_a_sample_is_read_whole_or_refused(file: Path) -> None:
    if file.name in REFUSED:
        with pytest.raises(ImportRefused):
            read(file)
        return
    staged = read(file)
    assert staged.entries or staged.accounts or staged.statements or staged.errors
    assert all(e.difference == 0 for e in staged.entries)
    assert len({e.entry_id for e in staged.entries}) == len(staged.entries)
    again = read(file)
    assert [e.entry_id for e in again.entries] == [e.entry_id for e in staged.entries]
