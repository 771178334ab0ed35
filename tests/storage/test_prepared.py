"""The fast road to the digests of a batch against their definitions."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.journal import Entry, Line, Side
from storage import chain, rows
from storage.identity import new_ids, new_salts
from storage.prepared import Prepared, Stored, batch_content, prepare
from tests.builders import a_line, an_entry, some_entries
from tests.storage.drawn import an_imported


def stored(entries: list[Prepared], offset: int = 0) -> list[Stored]:
    ids = new_ids(2 * len(entries))
    salts = new_salts(len(entries))
    return [
        Stored(ids[2 * i], ids[2 * i + 1], salts[i], offset + p.entry.position) for i, p in enumerate(entries)
    ]  # fmt: skip


BATCH = {"file_sha256": "f" * 64, "file_name": 'a "b".txt', "new": 3, "sequence": 4}


def defined(entries: list[Prepared], kept: list[Stored], certain: frozenset[str]) -> str:
    """The chained digest of a batch as an auditor works it out, entry by entry."""
    return chain.digest([{k: v for k, v in BATCH.items() if k != "sequence"}, [
        [
            p.key,
            rows.header_body(
                replace(p.entry, entry_id=s.entry_id, position=s.position), s.salt, certain=p.key in certain
            ),
            rows.version_body(p.entry.lines, s.salt),
        ]
        for p, s in zip(entries, kept, strict=True)
    ]])  # fmt: skip


@given(st.lists(an_imported, max_size=5), st.integers(0, 10**6))
def test_the_fast_texts_and_digests_are_the_defined_ones(drawn: list[Entry], offset: int) -> None:
    entries = prepare(drawn)
    for p, e in zip(entries, drawn, strict=True):
        assert (p.key, p.entry) == (e.entry_id, e)
        assert p.lines == chain.canonical(chain.lines_body(e.lines))
        assert p.texts == chain.canonical(chain.lines_text(e.lines))
        assert p.content == rows.content_digest(e)
        assert p.debit == sum((x.amount for x in e.lines if x.side is Side.DEBIT), Decimal(0))
        assert p.credit == sum((x.amount for x in e.lines if x.side is Side.CREDIT), Decimal(0))
        assert (p.debit or p.credit) == rows.total_of(e.lines)
    kept = stored(entries, offset)
    certain = frozenset(p.key for p in entries[::2])
    assert batch_content(BATCH, entries, kept, certain) == defined(entries, kept, certain)


def test_a_batch_of_many_parts_has_the_defined_digest() -> None:
    entries = prepare(some_entries(9_000))
    kept = stored(entries)
    assert batch_content(BATCH, entries, kept, frozenset()) == defined(entries, kept, frozenset())


def test_one_amount_has_one_spelling() -> None:
    texts = {
        prepare([an_entry("x", a_line("D 1 1", amount=Decimal(same)))])[0].content
        for same in ("10", "10.0", "1E+1", "10.0000", "1.0E1", "0.1E2")
    }
    assert len(texts) == 1


def test_a_line_has_no_field_that_the_shorter_road_does_not_know() -> None:
    """Whoever adds a field decides here whether a line that has it is still a plain one."""
    known = {
        "account", "side", "amount", "party", "label", "tax_code", "original_amount", "original_currency", "rate",
        "rate_date", "rate_source",
    }  # fmt: skip
    assert {f.name for f in fields(Line)} == known
