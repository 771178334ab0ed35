from __future__ import annotations

from storage.chained_entries import CONTENT
from storage.tables import metadata


def test_every_table_with_a_place_in_the_chain_is_audited() -> None:
    chained = {t.name for t in metadata.sorted_tables if "sequence" in t.c} - {"chain"}
    assert chained <= set(CONTENT), f"register {chained - set(CONTENT)} in storage/chained.py"
