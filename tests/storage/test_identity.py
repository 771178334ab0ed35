from __future__ import annotations

import re
import threading
import unicodedata
import uuid

from hypothesis import given
from hypothesis import strategies as st

from storage.identity import clean, fold, new_id, new_ids, new_salts


def test_ids_are_version_7_and_rise_within_one_process() -> None:
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {uuid.UUID(i).version for i in ids} == {7}
    assert {uuid.UUID(i).variant for i in ids} == {uuid.RFC_4122}


def test_ids_of_many_threads_do_not_meet() -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.extend(new_id() for _ in range(500))) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(set(found)) == 4000


def test_folding_forgets_case_accents_and_spaces() -> None:
    assert fold("  Électricité \n DE  FRANCE ") == "electricite de france"
    assert fold("Straße") == "strasse"


@given(st.text())
def test_clean_text_can_be_encoded_and_holds_no_nul(text: str) -> None:
    kept = clean(text)
    assert "\0" not in kept
    kept.encode()
    assert clean(kept) == kept


def test_clean_mends_half_characters_and_keeps_whole_ones() -> None:
    assert clean("a\ud83db") == "a\ufffdb"
    assert clean("😀 שלום") == "😀 שלום"


def test_many_ids_rise_and_none_comes_twice() -> None:
    ids = [new_id(), *new_ids(10_000), new_id()]
    assert ids == sorted(set(ids))
    assert {(uuid.UUID(i).version, uuid.UUID(i).variant) for i in ids} == {(7, uuid.RFC_4122)}
    assert new_ids(0) == new_salts(0) == []
    assert len({*new_salts(1000)}) == 1000
    assert {len(s) for s in new_salts(3)} == {32}


@given(st.text() | st.text(st.characters(categories=["Zs", "Mn", "Lo", "So", "Cc"])))
def test_folding_character_by_character_is_folding_the_whole_text(text: str) -> None:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    assert fold(text) == re.sub(r"\s+", " ", plain).strip()
