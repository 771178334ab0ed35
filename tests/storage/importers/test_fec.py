from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.journal import AccountType, Entry, Kind, Side
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.fec import layout_of
from storage.records import Staged
from tests.storage.conftest import WriteFile

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
USUAL = {
    "JournalCode": "ACH", "JournalLib": "Achats", "EcritureNum": "7", "EcritureDate": "20240315", "PieceRef": "F-1",
    "PieceDate": "20240314", "EcritureLib": "PAPETERIE DUPONT", "ValidDate": "20240401",
}  # fmt: skip


def row(account: str, debit: str = "0,00", credit: str = "0,00", **cells: str) -> dict[str, str]:
    return {**dict.fromkeys(COLUMNS, ""), **USUAL, "CompteNum": account, "Debit": debit, "Credit": credit, **cells}


PURCHASE = (
    row("606400", "100,00", CompteLib="Fournitures"),
    row("445660", "20,00", CompteLib="TVA"),
    row("401000", "0,00", "120,00", CompteLib="Fournisseurs", CompAuxNum="F001", CompAuxLib="DUPONT SARL"),
)


def text(rows: Sequence[dict[str, str]], sep: str = "\t", end: str = "\r\n", columns: Sequence[str] = COLUMNS) -> str:
    return end.join([sep.join(columns), *(sep.join(r[c] for c in columns) for r in rows)]) + end


def one(path: Path) -> Entry:
    staged = read(path)
    assert staged.errors == ()
    assert len(staged.entries) == 1
    return staged.entries[0]


def test_an_entry_has_dates_journal_parties_document_and_labels(write: WriteFile) -> None:
    entry = one(write("f.txt", text(PURCHASE)))
    assert (entry.date, entry.document_date) == (date(2024, 3, 15), date(2024, 3, 14))
    assert (entry.journal, entry.number, entry.document) == ("ACH Achats", "7", "F-1")
    assert entry.description == "PAPETERIE DUPONT DUPONT SARL"
    assert entry.party == ""
    assert [x.party for x in entry.lines] == ["", "", "DUPONT SARL"]
    assert {x.label for x in entry.lines} == {"PAPETERIE DUPONT"}
    assert [(x.account, x.side, x.amount) for x in entry.lines] == [
        ("606400", Side.DEBIT, Decimal("100.00")),
        ("445660", Side.DEBIT, Decimal("20.00")),
        ("401000", Side.CREDIT, Decimal("120.00")),
    ]
    assert entry.currency == "EUR"


@pytest.mark.parametrize("sep", ["\t", "|", ";"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "iso8859-15", "utf-16"])
def test_every_spelling_of_the_file_gives_the_same_entry(write: WriteFile, sep: str, end: str, encoding: str) -> None:
    plain = one(write("a.txt", text([{**r, "EcritureLib": "CAFÉ À L'ÉTÉ"} for r in PURCHASE])))
    other = text([{**r, "EcritureLib": "CAFÉ À L'ÉTÉ"} for r in PURCHASE], sep, end)
    assert one(write("b.txt", other.encode(encoding))) == plain


def test_columns_may_stand_in_any_order_with_any_case_and_others_between(write: WriteFile) -> None:
    plain = one(write("a.txt", text(PURCHASE)))
    columns = [*reversed(COLUMNS), "NatOp", "Analytique"]
    rows = [{**r, "NatOp": "x", "Analytique": "y"} for r in PURCHASE]
    moved = text(rows, "|", columns=columns).replace("EcritureLib", "ÉCRITURE lib", 1).replace("Debit", "DÉBIT", 1)
    assert one(write("b.txt", moved)) == plain


def test_montant_and_sens_replace_debit_and_credit(write: WriteFile) -> None:
    plain = one(write("a.txt", text(PURCHASE)))
    columns = [{"Debit": "Montant", "Credit": "Sens"}.get(c, c) for c in COLUMNS]
    for debit, credit in (("D", "C"), ("+1", "-1"), ("d", "c")):
        rows = [
            {**r, "Montant": r["Credit"], "Sens": credit} if r["Debit"] == "0,00" else
            {**r, "Montant": r["Debit"], "Sens": debit}
            for r in PURCHASE
        ]  # fmt: skip
        assert one(write("b.txt", text(rows, columns=columns))) == plain
    bad = read(write("c.txt", text([{**rows[0], "Sens": "X"}, *rows[1:]], columns=columns)))
    assert (bad.entries, bad.errors[0].column, bad.errors[0].value) == ((), "Sens", "X")


def test_padding_trailing_separators_empty_rows_and_nuls_change_nothing(write: WriteFile) -> None:
    plain = one(write("a.txt", text(PURCHASE)))
    padded = [{k: f"  {v}   " for k, v in r.items()} for r in PURCHASE]
    assert one(write("b.txt", text(padded, "|"))) == plain
    lines = text(PURCHASE, "|").split("\r\n")
    assert one(write("c.txt", "|\r\n".join(lines))) == plain  # header and rows
    assert one(write("d.txt", "\n".join([lines[0], *(x + "|" for x in lines[1:-1])]))) == plain  # rows only
    assert one(write("e.txt", "\r\n\r\n".join(lines))) == plain
    assert one(write("f.txt", text(PURCHASE).replace("DUPONT", "DU\0PONT"))) == plain


@pytest.mark.parametrize("label", ["A|B", "A|B|C", "|A", "VIR | 2024 | X"])
@pytest.mark.parametrize("trailing", ["", "|"])
def test_separators_inside_a_label_are_joined_again(write: WriteFile, label: str, trailing: str) -> None:
    lines = text([{**r, "EcritureLib": label} for r in PURCHASE], "|", "\n").splitlines()
    entry = one(write("a.txt", "\n".join(x + trailing for x in lines)))
    assert entry.lines[0].label == label


def test_negative_amounts_stay_on_their_side(write: WriteFile) -> None:
    for minus in ("-100,00", "100,00-"):
        entry = one(write("a.txt", text([row("606400", minus), row("401000", "0,00", "-100,00")])))
        assert [(x.side, x.amount) for x in entry.lines] == [(Side.DEBIT, Decimal(-100)), (Side.CREDIT, Decimal(-100))]


def test_a_row_with_both_amounts_gives_two_lines_and_one_with_none_gives_none(write: WriteFile) -> None:
    entry = one(write("a.txt", text([row("606400", "100,00", "30,00"), row("512000", "0,00", "70,00"), row("471000")])))
    assert [(x.account, x.side.letter, x.amount) for x in entry.lines] == [
        ("606400", "D", Decimal(100)), ("606400", "C", Decimal(30)), ("512000", "C", Decimal(70)),
    ]  # fmt: skip


def test_original_currency_is_kept_on_the_line(write: WriteFile) -> None:
    rows = [row("606400", "90,00", Montantdevise="100,00", Idevise="USD"), row("401000", "0,00", "90,00")]
    line = one(write("a.txt", text(rows))).lines[0]
    assert (line.amount, line.original_amount, line.original_currency) == (Decimal(90), Decimal(100), "USD")


def test_the_description_is_the_label_of_the_largest_amount_and_the_one_party(write: WriteFile) -> None:
    rows = [
        row("445660", "20,00", EcritureLib="TVA"),
        row("606400", "100,00", EcritureLib="FOURNITURES"),
        row("401000", "0,00", "120,00", EcritureLib="FACTURE 77", CompAuxLib="DUPONT"),
    ]
    assert one(write("a.txt", text(rows))).description == "FACTURE 77 DUPONT"
    rows[0]["CompAuxLib"] = "MARTIN"
    assert one(write("b.txt", text(rows))).description == "FACTURE 77"
    rows[0]["CompAuxLib"], rows[2]["EcritureLib"] = "", "Facture Dupont 77"
    assert one(write("c.txt", text(rows))).description == "Facture Dupont 77"


@pytest.mark.parametrize(
    ("change", "column", "why"),
    [
        ({"Debit": "12x"}, "Debit", "is not an amount"),
        ({"EcritureDate": "20240231"}, "EcritureDate", "is not a day"),
        ({"EcritureDate": ""}, "EcritureDate", "is blank"),
        ({"CompteNum": ""}, "CompteNum", "is blank"),
        ({"Debit": "100,00001"}, "amount", "cannot be kept"),
        ({"Debit": "9999999999999999999,00"}, "amount", "cannot be kept"),
        ({"Debit": "99,00"}, "debit/credit", "does not balance"),
    ],
)
def test_a_broken_entry_is_quarantined_whole_and_the_rest_goes_in(
    write: WriteFile, change: dict[str, str], column: str, why: str
) -> None:
    sound = [{**r, "EcritureNum": "8"} for r in PURCHASE]
    staged = read(write("a.txt", text([{**PURCHASE[0], **change}, *PURCHASE[1:], *sound])))
    assert [e.number for e in staged.entries] == ["8"]
    first = staged.errors[0]
    assert (first.row, first.column) == (2, column)
    assert why in first.why
    assert first.remedy


def test_all_errors_come_at_once_with_their_rows(write: WriteFile) -> None:
    rows = [
        {**r, "EcritureNum": str(n), "Credit": "x" if r["Credit"] != "0,00" else "0,00"}
        for n in range(40)
        for r in PURCHASE
    ]
    staged = read(write("a.txt", text(rows)))
    cells = [e for e in staged.errors if e.column == "Credit"]
    assert [e.row for e in cells] == [4 + 3 * n for n in range(40)]
    assert {e.value for e in cells} == {"x"}
    company = [e for e in staged.errors if e.column == ""]
    assert len(company) == 40
    assert "(row 4)" in company[0].why
    assert staged.entries == ()


def test_too_few_fields_name_the_row(write: WriteFile) -> None:
    lines = text(PURCHASE, "|").split("\r\n")
    lines[2] = "ACH|Achats|7"
    staged = read(write("a.txt", "\n".join(lines)))
    assert [(e.row, e.why) for e in staged.errors] == [
        (2, "entry 7 does not balance"), (3, "has 3 fields and the header has 18"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("\t".join(COLUMNS) + "\r\n", "header line and no rows"),
        ("\t".join(c for c in COLUMNS if c != "CompteNum") + "\r\nx\r\n", "lacks CompteNum"),
        ("\t".join(c for c in COLUMNS if c not in ("Debit", "Credit")) + "\r\nx\r\n", "lacks Debit and Credit"),
    ],
)
def test_a_file_without_what_it_needs_is_refused(write: WriteFile, content: str, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        read(write("a.txt", content))


def test_long_odd_and_right_to_left_texts_survive(write: WriteFile) -> None:
    for label in ("x" * 10_000, "😀 שלום עולם 你好", "a\u2028b", '"quoted', "it's; a, list"):
        rows = [{**r, "EcritureLib": label} for r in PURCHASE]
        assert one(write("a.txt", text(rows))).lines[0].label == label


def unnumbered(*entries: tuple[str, str, str, str]) -> list[dict[str, str]]:
    """Two rows an entry: (day, piece, label, amount), every number 0."""
    out = []
    for day, piece, label, amount in entries:
        same = {"EcritureNum": "0", "EcritureDate": day, "PieceRef": piece, "EcritureLib": label}
        out += [row("606100", amount, **same), row("512000", "0,00", amount, **same)]
    return out


def test_rows_without_a_number_are_grouped_by_date_piece_and_balance(write: WriteFile) -> None:
    rows = unnumbered(
        ("20240102", "A1", "EDF", "10,00"), ("20240102", "A1", "EDF", "10,00"), ("20240102", "A2", "ENGIE", "7,00"),
        ("20240103", "A1", "SFR", "5,00"),
    )  # fmt: skip
    staged = read(write("a.txt", text(rows)))
    assert [(e.date.day, e.document, e.description) for e in staged.entries] == [
        (2, "A1", "EDF"), (2, "A1", "EDF"), (2, "A2", "ENGIE"), (3, "A1", "SFR"),
    ]  # fmt: skip
    assert staged.errors == ()
    assert "4 entries have no number of their own" in staged.reason
    keys = [e.entry_id for e in staged.entries]
    assert len(set(keys)) == 4
    assert keys[1] == f"{keys[0]}#2"  # a genuine twin, told apart by its occurrence
    assert [e.entry_id for e in read(write("b.txt", text(rows[2:]))).entries][1:] == keys[2:]


def test_an_unbalanced_piece_among_unnumbered_rows_stays_out_alone(write: WriteFile) -> None:
    rows = unnumbered(("20240102", "A1", "EDF", "10,00"), ("20240103", "A2", "SFR", "5,00"))
    rows[0]["Debit"] = "11,00"
    staged = read(write("a.txt", text(rows)))
    assert [e.description for e in staged.entries] == ["SFR"]
    assert [(e.row, e.why) for e in staged.errors] == [(2, "entry 0 does not balance")]


def test_an_opening_in_many_dated_rows_is_one_entry_under_its_last_day(write: WriteFile) -> None:
    opening = {"JournalCode": "AD", "JournalLib": "A Nouveaux Détaillés", "EcritureNum": "0"}
    rows = [
        row("401000", "0,00", "30,00", EcritureDate="20221130", PieceRef="11/2022", **opening),
        row("401000", "0,00", "70,00", EcritureDate="20221231", PieceRef="12/2022", **opening),
        row("512000", "100,00", EcritureDate="20230101", PieceRef="A Nouv", **opening),
    ]
    staged = read(write("a.txt", text(rows)))
    assert [(e.date, e.kind, len(e.lines)) for e in staged.entries] == [(date(2023, 1, 1), Kind.OPENING, 3)]
    assert staged.entries[0].document == "11/2022, 12/2022, A Nouv"
    assert "several dates" in staged.reason


def test_a_number_with_several_dates_splits_where_each_part_balances_and_stays_whole_where_not(
    write: WriteFile,
) -> None:
    two = [row("606100", "5,00"), row("512000", "0,00", "5,00")]
    later = [{**r, "EcritureDate": "20240401"} for r in two]
    assert [e.date.month for e in read(write("a.txt", text([*two, *later]))).entries] == [3, 4]
    crossed = [two[0], {**two[1], "EcritureDate": "20240401"}]
    staged = read(write("b.txt", text(crossed)))
    assert [(e.date, len(e.lines)) for e in staged.entries] == [(date(2024, 4, 1), 2)]
    assert "several dates" in staged.reason


def test_numbers_restart_in_each_journal(write: WriteFile) -> None:
    other = [{**r, "JournalCode": "VE", "JournalLib": "Ventes"} for r in PURCHASE]
    staged = read(write("a.txt", text([*PURCHASE, *other])))
    assert [e.entry_id for e in staged.entries] == ["ACH-7-2024", "VE-7-2024"]
    assert [j.journal for j in staged.journals] == ["ACH Achats", "VE Ventes"]


def test_the_catalog_is_derived_from_the_french_chart_and_says_so(write: WriteFile) -> None:
    staged: Staged = read(write("a.txt", text(PURCHASE)))
    accounts = {a.code: a for a in staged.accounts}
    assert (accounts["606400"].type, accounts["606400"].name) == (AccountType.EXPENSE, "Fournitures")
    assert accounts["606400"].parent == "60"
    assert accounts["60"].parent == "6"
    assert accounts["445660"].type is AccountType.ASSET
    assert accounts["401000"].type is AccountType.LIABILITY
    assert accounts["401000"].control
    assert not accounts["445660"].control
    assert staged.types_derived
    assert "derived" in staged.reason


def test_layout_needs_a_header() -> None:
    assert layout_of("date,account,debit,credit") is None
    assert layout_of("") is None


cells = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf"], exclude_characters="\t"), max_size=20
)
an_amount = st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(cells.filter(bool), cells, an_amount, st.dates(date(2000, 1, 1), date(2030, 1, 1))),
        min_size=1,
        max_size=8,
    )
)
def test_entries_written_as_fec_come_back(write: WriteFile, drawn: list[tuple[str, str, Decimal, date]]) -> None:
    rows = []
    for n, (label, piece, amount, day) in enumerate(drawn, start=1):
        same = {"EcritureNum": str(n), "EcritureDate": day.strftime("%Y%m%d"), "EcritureLib": label, "PieceRef": piece}
        money = f"{amount:f}".replace(".", ",")
        rows += [row("606100", money, **same), row("512000", "0,00", money, **same)]
    staged = read(write("a.txt", text(rows)))
    assert staged.errors == ()
    found = [(e.description, e.document, e.total, e.date, e.position) for e in staged.entries]
    assert found == [(label, piece, amount, day, i) for i, (label, piece, amount, day) in enumerate(drawn)]
