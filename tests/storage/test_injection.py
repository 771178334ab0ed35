"""Texts that would be SQL: whatever goes in comes out, is found by a search for it, and touches nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage import imports
from storage.identity import fold, new_id
from storage.records import Book, JournalQuery, Staged
from storage.rows import searchable
from storage.session import Store
from tests.builders import A_DAY, CATALOG, an_entry

SQL = ("'; DROP TABLE entries; --", '"; DELETE FROM lines; --', "%", "_", "\\", "/", "100%_\\'\"", "$1", ":book_id",
       "{x}", "%(a)s", "?", "'' OR 1=1", "\u02bc; --", "staged_rows", "*")  # fmt: skip
texts = st.one_of(
    st.sampled_from(SQL), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
)
MANY = 60  # entries; enough for the bulk path


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
@example(SQL[0])
@example(SQL[6])
def test_what_goes_in_comes_out_and_nothing_else_changes(store: Store, book: Book, text: str) -> None:
    evil = an_entry(text, party=text, journal=text, number=text, document=text, entry_id=f"{text}{new_id()}")
    line = replace(evil.lines[0], account=text, label=text, party=text, tax_code=text)
    evil = replace(evil, lines=(line, *evil.lines[1:]))
    others = [an_entry(f"Other {i}", entry_id=new_id(), number=str(i), date=A_DAY) for i in range(MANY)]
    name = f"{text.strip() or 'x'} {new_id()}".replace("\n", " ")[:150]
    name = "".join(c for c in name if ord(c) >= 32)
    staged = Staged(book_hint="x", format="x", reason=text, accounts=CATALOG, entries=(evil, *others))
    with store.unit_of_work() as unit:
        before = len(unit.journal.current(book.book_id))
        made = unit.books.create(name, by=text)
        imports.apply(unit, made, staged, text, file_name=text)
    with store.unit_of_work(read_only=True) as unit:
        assert unit.books.get(made.name).book_id == made.book_id
        found = unit.journal.current(made.book_id)
        back = next(e for e in found if e.description == text and e.party == text)
        assert (back.journal, back.document, back.number) == (text, text, text)
        assert back.lines[0] == line
        assert len(found) == MANY + 1
        assert len(unit.journal.current(book.book_id)) == before
        if words := fold(text).split():
            hits = unit.journal.search(made.book_id, JournalQuery(text=text)).total
            assert hits == sum(all(w in searchable(e) for w in words) for e in found)
