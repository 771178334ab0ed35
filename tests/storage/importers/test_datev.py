from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.journal import AccountType, Entry, Kind
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.datev import read_datev
from storage.importers.limits import Limits
from storage.importers.source import Source
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

HEAD = (
    '"EXTF";700;21;"Buchungsstapel";13;20240130140440439;;"RE";"";"";29098;55003;{start};{digits};{since};{until};'
    '"Stapel";"WD";1;0;0;"EUR";;"";;;"{chart}";;;"";""\r\n'
)
NAMES = (
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;WKZ Basis-Umsatz;Konto;"
    "Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;Belegdatum;Belegfeld 1;Buchungstext;KOST1 - Kostenstelle;"
    "Festschreibung;Generalumkehr (GU)\r\n"
)


def head(
    start: str = "20240101", since: str = "20240101", until: str = "20241231", digits: int = 4, chart: str = "03"
) -> str:
    return HEAD.format(start=start, since=since, until=until, digits=digits, chart=chart)


def row(
    *,
    amount: str = "119,00",
    side: str = "S",
    accounts: str = "10000;8400",
    day: str = "3101",
    key: str = "",
    **more: str,
) -> str:
    money = more.get("money", ";;;")
    rest = ";".join(more.get(k, "") for k in ("document", "text", "cost", "locked", "gu"))
    return f'{amount};"{side}";{money};{accounts};"{key}";{day};{rest}\r\n'


def stage(*rows: str, first: str = "", **beside: str) -> Staged:
    text = (first or head()) + NAMES + "".join(rows)
    source = Source("a", "EXTF_a.csv", text.encode("cp1252"), {n: t.encode("cp1252") for n, t in beside.items()})
    return read_datev(source)


def lines(entry: Entry) -> list[str]:
    return [
        " ".join(t for t in (x.side.letter, x.account, str(x.amount), x.tax_code, x.party) if t) for x in entry.lines
    ]


def test_a_gross_pair_keeps_its_tax_key_on_the_account_that_carries_tax(write: WriteFile) -> None:
    text = head() + NAMES + row(text='"Müller; ""Söhne"""') + row(accounts="4940;70001", key="9", side="S")
    staged = read(write("EXTF_x.csv", text.encode("cp1252")))
    assert staged.format == "datev"
    sale, purchase = staged.entries
    assert lines(sale) == ["D 10000 119.00 10000", "C 8400 119.00"]
    assert sale.description == 'Müller; "Söhne"'
    assert lines(purchase) == ["D 4940 119.00 9", "C 70001 119.00 70001"]
    assert "the tax keys of 1 rows are kept as tax codes" in staged.reason
    assert {a.code: (a.type, a.control) for a in staged.accounts} == {
        "10000": (AccountType.ASSET, True), "4940": (AccountType.EXPENSE, False),
        "70001": (AccountType.LIABILITY, True), "8400": (AccountType.INCOME, False),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("start", "since", "until", "cell", "wanted"),
    [
        ("20240101", "20240101", "20241231", "104", "2024-04-01"),
        ("20240701", "20240701", "20250630", "2102", "2025-02-21"),
        ("20240701", "20240701", "20250630", "0107", "2024-07-01"),
        ("20230701", "20240101", "20240229", "2902", "2024-02-29"),
        ("20240101", "", "", "15", ""),
        ("20240101", "20240101", "20240131", "1502", "2024-02-15"),
        ("20240101", "20240101", "20240131", "15022024", "2024-02-15"),
        ("20230101", "20230101", "20231231", "2902", ""),
        ("", "", "", "0101", ""),
    ],
)
def test_the_year_of_a_day_is_that_of_the_header(start: str, since: str, until: str, cell: str, wanted: str) -> None:
    staged = stage(row(day=cell), first=head(start, since, until))
    assert [e.date.isoformat() for e in staged.entries] == ([wanted] if wanted else [])
    assert bool(staged.errors) is not bool(wanted)


def test_leading_zeros_come_back_and_none_is_taken() -> None:
    staged = stage(row(accounts="420;1200"), row(accounts="0004711;1200", amount="1,00"))
    assert [a.code for a in staged.accounts] == ["0004711", "0420", "1200"]
    assert "1 account numbers are longer" in staged.reason
    staged = stage(row(accounts="420;120000"), first=head(digits=6))
    assert [a.code for a in staged.accounts] == ["000420", "120000"]


def test_rows_of_one_invoice_are_one_entry_and_others_are_not() -> None:
    """Joined: a party's invoice in two parts, and wages through clearing. Apart: payments of one bank statement."""
    staged = stage(
        row(document="RE1", text="Ware A"), row(document="RE1", accounts="10000;8300", amount="107,00", text="Ware B"),
        row(document="K7", accounts="1200;4970", side="H", amount="5,00", text="Gebühr"),
        row(document="K7", accounts="1200;4210", side="H", amount="900,00", text="Miete"),
        row(document="L1", accounts="4120;1755", amount="100,00", text="Lohn"),
        row(document="L1", accounts="1755;1740", amount="80,00", text="Netto"),
        row(document="L1", accounts="1755;1741", amount="20,00", text="Steuer"),
        row(document="RE1", day="0102", text="Ware A"),
        row(text="ohne"), row(text="ohne"),
    )  # fmt: skip
    assert [lines(e) for e in staged.entries] == [
        ["D 10000 226.00 10000", "C 8400 119.00", "C 8300 107.00"],
        ["C 1200 5.00", "D 4970 5.00"],
        ["C 1200 900.00", "D 4210 900.00"],
        ["D 4120 100.00", "C 1755 100.00", "D 1755 80.00", "C 1740 80.00", "D 1755 20.00", "C 1741 20.00"],
        ["D 10000 119.00 10000", "C 8400 119.00"],
        ["D 10000 119.00 10000", "C 8400 119.00"],
        ["D 10000 119.00 10000", "C 8400 119.00"],
    ]
    assert "5 rows share document and day and became 2 entries" in staged.reason
    assert len({e.entry_id for e in staged.entries}) == 7


@pytest.mark.parametrize(
    ("key", "gu", "code"), [("", "1", ""), ("9", "G", "9"), ("20", "0", ""), ("29", "", "9"), ("0401", "1", "401")]
)
def test_a_general_reversal_is_negative_on_its_own_sides(key: str, gu: str, code: str) -> None:
    (entry,) = stage(row(accounts="4940;1600", key=key, gu=gu)).entries
    assert [(x.account, x.amount) for x in entry.lines] == [("4940", Decimal(-119)), ("1600", Decimal(-119))]
    assert entry.kind is Kind.REVERSAL
    assert {x.tax_code for x in entry.lines} - {""} == {code} - {""}


def test_another_currency_counts_with_its_base_amount() -> None:
    (entry,) = (staged := stage(row(amount="110,00", money='"USD";1,100000;100,00;"EUR"'))).entries
    line = entry.lines[0]
    assert (line.amount, line.original_amount, line.original_currency) == (Decimal(100), Decimal(110), "USD")
    assert line.rate == Decimal("0.909090909091")
    assert entry.currency == "EUR"
    assert "1 rows are in another currency" in staged.reason
    (problem,) = stage(row(money='"USD";;;')).errors
    assert "is in USD, and the row does not say what it is in EUR" in str(problem)


def test_carried_balances_are_an_opening_and_cost_centres_stay_readable() -> None:
    opening, rent = stage(row(accounts="1200;9000"), row(accounts="4210;1200", text="Miete", cost="100")).entries
    assert opening.kind is Kind.OPENING
    assert [x.label for x in rent.lines] == ["Miete KOST1 100", "Miete"]
    assert rent.description == "Miete"


def test_names_and_parties_beside_the_bookings_are_used() -> None:
    names = (
        '"EXTF";700;20;"Kontenbeschriftungen";2;;;"";"";"";1;2;20240101;4;;;"x";""\r\n'
        'Konto;Kontenbeschriftung;Sprach-ID\r\n420;"Büro";"de-DE"\r\nx;"?";""\r\n'
    )
    parties = (
        '"EXTF";700;16;"Debitoren/Kreditoren";5;;;"";"";"";1;2;20240101;4;;;"x";""\r\n'
        "Konto;Name (Adressatentyp Unternehmen);Name (Adressatentyp natürl. Person);"
        'Vorname (Adressatentyp natürl. Person)\r\n10000;"";"Lenz";"Ana"\r\n70001;"Meyer GmbH";"";""\r\n'
    )
    other = names.replace(";20;", ";46;").replace("Kontenbeschriftungen", "Zahlungsbedingungen")
    staged = stage(row(), **{"EXTF_b.csv": names, "EXTF_c.csv": parties, "EXTF_d.csv": other, "readme.txt": "x"})
    assert lines(staged.entries[0])[0] == "D 10000 119.00 Ana Lenz"
    assert {a.code: a.name for a in staged.accounts} == {
        "0420": "Büro", "10000": "Ana Lenz", "70001": "Meyer GmbH", "8400": "",
    }  # fmt: skip
    said = "\n".join(map(str, staged.errors))
    assert "category 46 (Zahlungsbedingungen)" in said
    assert "'x' is no account number" in said
    with pytest.raises(ImportRefused, match="category 46"):
        read_datev(Source("a", "a.csv", other.encode("cp1252"), {}))


def test_every_problem_of_every_row_is_named_at_once() -> None:
    staged = stage(
        row(side="X", day="3213", amount="0,00"), row(accounts=";8400"), row(accounts="12A;123456789"), row(),
        '"offen;1\r\n', row(text='"a;b";c;d;e;f;g'),
    )  # fmt: skip
    assert len(staged.entries) == 1
    said = "\n".join(map(str, staged.errors))
    for part in (
        "row 3, Umsatz: '0,00' is zero", "row 3, Soll/Haben-Kennzeichen: 'X' is no side",
        "row 3, Belegdatum: '3213' is no day", "row 4, Konto: '' is blank", "row 5, Konto: '12A' is no account number",
        "row 5, Gegenkonto: '123456789' has 9 digits, and the header says 4", "row 7: '\"offen;1' has a quotation mark",
        "fields and the header names 15",
    ):  # fmt: skip
        assert part in said


def test_texts_over_lines_and_without_their_first_mark_are_mended() -> None:
    wanted = ["Zeile 1 Zeile 2", "Zeile 1 Zeile 2", "Text"]
    start = '1,00;"S";;;;;1200;8400;"";3101;"";'
    text = head() + NAMES + f'{start}"Zeile 1\r\nZeile 2"\r\n{start}Zeile 1\r\nZeile 2"\r\n{start}Text"\r\n'
    staged = read_datev(Source("a", "a.csv", text.encode("cp1252"), {}))
    assert [e.description for e in staged.entries] == wanted
    assert staged.errors == ()


def test_a_file_without_column_names_is_read_by_place() -> None:
    cells = ["119,00", '"S"', "", "", "", "", "10000", "8400", "", "3101", '"RE1"', "", "", '"Honorar"']
    (entry,) = read_datev(Source("a", "a.csv", (head() + ";".join(cells)).encode("cp1252"), {})).entries
    assert (entry.description, entry.document) == ("Honorar", "RE1")


def test_columns_in_another_order_and_rows_that_end_early() -> None:
    names = "Konto;Gegenkonto;Belegdatum;Umsatz;Zusatzinformation - Inhalt 1;Zusatzinformation - Art 1\r\n"
    rows = "1200;8400;3101;5,00;E1\r\n1200;8400;3101;5,00;E2;Counterpoint\r\n"
    staged = read_datev(Source("a", "a.csv", (head() + names + rows).encode(), {}))
    assert [e.entry_id == "E2" for e in staged.entries] == [False, True]


def test_a_header_with_nonsense_for_digits_costs_nothing() -> None:
    text = head().replace(";4;", ";999999999;", 1) + NAMES + row(accounts="420;1200")
    (entry,) = read_datev(Source("a", "a.csv", text.encode("cp1252"), {})).entries
    assert entry.lines[0].account == "0420"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (head(), "a DATEV header and no rows"),
        ('"EXTF";700\r\n', "names no DATEV category"),
        (head() + "Konto;Text\r\n1;x\r\n", "lacks Umsatz, Gegenkonto, Belegdatum"),
        ("Umsatz;Konto\r\n", "does not begin with EXTF or DTVF"),
    ],
)
def test_what_is_no_use_is_refused(text: str, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        read_datev(Source("a", "a.csv", text.encode("cp1252"), {}))


def test_limits_hold() -> None:
    text = head() + NAMES + row(text="x" * 101) + row(text="y" * 1001)
    staged = read_datev(Source("a", "a.csv", text.encode(), {}, Limits(cell_characters=100, row_characters=1000)))
    assert len(staged.errors) == 2


@pytest.mark.parametrize(
    ("name", "entries", "errors"),
    [
        ("datev-lint/broken_quotes.csv", 1, 1), ("datev-lint/embedded_newlines.csv", 2, 0),
        ("datev-lint/encoding_utf8_bom.csv", 2, 0), ("datev-lint/encoding_windows1252.csv", 2, 0),
        ("datev-lint/invalid_fields.csv", 2, 2), ("datev-lint/leading_zero_konto.csv", 2, 0),
        ("datev-lint/valid_minimal_700.csv", 10, 0), ("ledermann/EXTF_Buchungsstapel.csv", 2, 0),
        ("ledermann/EXTF_Kontenbeschriftungen.csv", 0, 0), ("ledermann/EXTF_Stammdaten.csv", 0, 0),
    ],
)  # fmt: skip
def test_files_of_other_projects(repo_root: Path, name: str, entries: int, errors: int) -> None:
    path = repo_root.parent / "shared" / "formats" / "datev" / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    staged = read(path)
    assert (len(staged.entries), len(staged.errors)) == (entries, errors)
    assert all(e.date.year in {2018, 2025} for e in staged.entries)
    if name.startswith("ledermann/EXTF_B"):
        assert [lines(e) for e in staged.entries] == [
            ["C 1200 24.95", "D 4940 24.95 8"], ["D 10000 5950.00 10000", "C 8400 5950.00"],
        ]  # fmt: skip
        assert [e.date for e in staged.entries] == [date(2018, 2, 21), date(2018, 2, 22)]


SAMPLES = (
    (head() + NAMES + row(document="RE1") + row(document="RE1", accounts="10000;8300") + row(key="9", gu="1")
     + row(amount="110,00", money='"USD";1,100000;100,00;"EUR"', text='"Müller; ""Söhne"""')).encode("cp1252"),
    b'"EXTF";700;16;"Debitoren/Kreditoren";5;;;"";"";"";1;2;20240101;4;;;"x";""\r\nKonto;Kurzbezeichnung\r\n10000;"A"\r\n',
)  # fmt: skip


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents(seeds: range) -> None:
    done = fuzz(read_datev, SAMPLES, seeds, "a.csv")
    assert done["in part"]
    assert done["refused"]
