"""The tax authority's rules of form: each is found, with its first row and its count, and keeps nothing outside."""

from __future__ import annotations

import pytest

from storage.importers.fec import read_fec
from storage.importers.source import Source
from storage.records import RowError, Staged

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
SOUND = {
    "JournalCode": "AC", "JournalLib": "Achats", "EcritureNum": "1", "EcritureDate": "20240131", "CompteNum": "606100",
    "CompteLib": "Énergie", "PieceRef": "F1", "PieceDate": "20240130", "EcritureLib": "Loyer", "Debit": "100,50",
    "Credit": "0,00", "ValidDate": "20240201",
}  # fmt: skip
OTHER = {"CompteNum": "401000", "CompteLib": "Fournisseurs", "Debit": "0,00", "Credit": "100,50"}


def a_fec(*changes: dict[str, str], columns: tuple[str, ...] = COLUMNS, separator: str = "\t") -> Staged:
    """An entry of two rows for each change, which is made to the first row of it; numbers rise by themselves."""
    rows = [separator.join(columns)]
    for n, change in enumerate(changes, start=1):
        number = {"EcritureNum": str(n)}
        both = ({**SOUND, **number, **change}, {**SOUND, **number, **OTHER})
        rows += [separator.join(cells.get(c, "") for c in columns) for cells in both]
    return read_fec(Source("a", "a.txt", "\r\n".join(rows).encode(), {}))


def found(staged: Staged) -> dict[str, RowError]:
    assert staged.errors == ()
    return {w.column: w for w in staged.warnings}


def test_a_sound_file_has_no_flaw() -> None:
    staged = a_fec({}, {}, {"Montantdevise": "-12,", "Idevise": "USD", "DateLet": "20240202", "EcritureLet": "A"})
    assert staged.warnings == ()
    assert len(staged.entries) == 3


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"JournalLib": ""}, "JournalLib", "is blank, and the tax authority's test lists it"),
        ({"CompteLib": ""}, "CompteLib", "is blank, and the tax authority's test refuses"),
        ({"EcritureLib": ""}, "EcritureLib", "refuses"),
        ({"PieceRef": ""}, "PieceRef", "is blank"),
        ({"PieceDate": ""}, "PieceDate", "lists it"),
        ({"ValidDate": ""}, "ValidDate", "lists it"),
        ({"Debit": "100.50"}, "Debit", "has a point where the decree asks for a comma"),
        ({"Debit": "0 100,50"}, "Debit", "nothing between thousands"),
        ({"Montantdevise": "USD"}, "Montantdevise", "is no number and was left out"),
        ({"EcritureDate": "31/01/2024"}, "EcritureDate", "not written as the decree asks"),
        ({"ValidDate": "20241341"}, "ValidDate", "is no day and was left out"),
        ({"PieceDate": "20240230"}, "PieceDate", "is no day"),
        ({"CompteNum": "60A"}, "CompteNum", "does not begin with three digits"),
    ],
)
def test_a_flaw_of_form_is_found_where_it_is_and_its_entry_comes_in(
    change: dict[str, str], column: str, said: str
) -> None:
    staged = a_fec({}, change, {}, change)
    (warning,) = (w for w in staged.warnings if w.column == column and said in w.why)
    assert (warning.row, warning.value) == (4, change[column])
    assert "(2 rows, this is the first)" in warning.why
    assert warning.remedy
    assert (len(staged.entries), staged.errors) == (4, ())


def test_a_row_with_two_amounts_or_none_is_told() -> None:
    both = found(a_fec({"Credit": "50,00", "Debit": "150,50"}))["Debit/Credit"]
    assert (both.row, both.value) == (2, "150,50 / 50,00")
    assert "both debit and credit" in both.why
    nothing = (*COLUMNS[:11], "Debit", "Credit")
    rows = ["\t".join(nothing), *("\t".join({**SOUND, **x}.get(c, "") for c in nothing) for x in (
        {}, OTHER, {"Debit": "0,00"},
    ))]  # fmt: skip
    staged = read_fec(Source("a", "a.txt", "\n".join(rows).encode(), {}))
    assert "neither debit nor credit" in found(staged)["Debit/Credit"].why
    assert [len(e.lines) for e in staged.entries] == [2]


def test_an_entry_of_two_days_or_documents_is_told() -> None:
    warned = found(a_fec({"EcritureDate": "20240130", "PieceRef": "F0"}))
    assert {"EcritureDate", "PieceRef"} <= warned.keys()
    assert warned["PieceRef"].row == 3


def test_numbers_are_a_sequence_in_the_file_or_in_each_journal() -> None:
    one = [{"EcritureNum": n, "JournalCode": j} for n, j in (("1", "A"), ("3", "A"), ("2", "B"))]
    rows = [{**SOUND, **x, **y} for x in one for y in ({}, OTHER)]
    text = "\n".join(["\t".join(COLUMNS), *("\t".join(r.get(c, "") for c in COLUMNS) for r in rows)])
    assert found(read_fec(Source("a", "a.txt", text.encode(), {}))) == {}
    warned = found(read_fec(Source("a", "a.txt", text.replace("\t2\t", "\t7\t").encode(), {})))
    assert warned["EcritureNum"].value == "2"
    assert "in journal A" in warned["EcritureNum"].why


def test_the_form_of_the_whole_file_is_told() -> None:
    staged = a_fec({}, columns=tuple(c for c in COLUMNS if c not in ("CompAuxNum", "ValidDate")), separator=";")
    assert [w.value for w in staged.warnings] == ["CompAuxNum, ValidDate", ";"]
    text = "\t".join(COLUMNS) + "\r\n" + "\t".join(SOUND.get(c, "") for c in COLUMNS)
    text += "\r\n\r\n" + "\t".join({**SOUND, **OTHER}.get(c, "") for c in COLUMNS)
    staged = read_fec(Source("a", "a.txt", text.encode("utf-16"), {}))
    assert [(w.row, w.value) for w in staged.warnings] == [(1, "UTF-16"), (3, "")]
    assert "is an empty line" in staged.warnings[1].why
