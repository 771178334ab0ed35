from __future__ import annotations

import threading
import uuid

from hypothesis import given
from hypothesis import strategies as st

from storage.identity import clean, fold, new_id


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
