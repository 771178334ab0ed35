"""DATEV files out and back: what a German package reads, and that it comes back as the entries that went out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.journal import Entry, Kind, Line, Side
from storage.exporters.cells import safe
from storage.exporters.datev import DatevOptions, export
from storage.exporters.datev_layout import COLUMNS, document, taken, text
from storage.exporters.written import Written
from storage.identity import clean
from storage.importers.datev import read_datev
from storage.importers.datev_file import split_row
from storage.importers.source import Source
from storage.records import Staged
from storage.taxes import TaxRow
from tests.builders import CATALOG, a_line, an_entry
from tests.storage.importers.fuzz import SEEDS, fuzz

CREATED = datetime(2026, 1, 5, 10, 30, 0, 439_000, tzinfo=UTC)
INPUT = TaxRow(code="V19", rate=Decimal("0.19"), kind="input", account="1576", package_key="9")
OUTPUT = TaxRow(code="U19", rate=Decimal("0.19"), kind="output", account="1776", package_key="3")
REVERSE = TaxRow(
    code="RC", rate=Decimal("0.19"), kind="reverse charge", account="1577", owed="1787", package_key="94"
)  # fmt: skip
TAXES = (INPUT, OUTPUT, REVERSE)


def options(**changes: object) -> DatevOptions:
    return replace(DatevOptions(created=CREATED, chart="03", digits=4), **changes)  # type: ignore[arg-type]


def out(*entries: Entry, **changes: object) -> Written:
    return export("EUR", CATALOG, entries, options(**changes))


def rows(made: Written, file: int = 0) -> list[dict[str, str]]:
    """The rows of a file by column, without blanks and without the marks of ours."""
    lines = made.files[file][1].decode("cp1252").split("\r\n")[2:-1]
    found = [dict(zip(COLUMNS, split_row(line) or [], strict=True)) for line in lines]
    return [{k: v for k, v in r.items() if v and not k.startswith("Zusatz")} for r in found]


def short(made: Written) -> list[str]:
    return [
        " ".join(
            filter(None, (r["Umsatz (ohne Soll/Haben-Kz)"], r["Soll/Haben-Kennzeichen"], r["Konto"],
                          r["Gegenkonto (ohne BU-Schlüssel)"], r.get("BU-Schlüssel", "")))
        )
        for r in rows(made)
    ]  # fmt: skip


def back(made: Written, file: int = 0) -> Staged:
    name, data = made.files[file]
    return read_datev(Source("export", name, data, {}))


def taxed(*lines: str, **changes: object) -> Entry:
    """An entry whose lines may end in a tax code after a slash: ``D 4210 1000.00/V19``."""
    made = [replace(a_line(x.split("/")[0]), tax_code=x.partition("/")[2]) for x in lines]
    return an_entry("Miete", *made, **changes)


def test_the_header_has_31_fields_and_the_columns_are_125() -> None:
    made = out(an_entry(), initials="AB", title='März; "1"')
    ((name, data),) = made.files
    assert name == "EXTF_Buchungsstapel_20250101.csv"
    head, names, *_, end = data.decode("cp1252").split("\r\n")
    assert (len(split_row(head) or []), len(names.split(";")), end) == (31, 125, "")
    assert head == (
        '"EXTF";700;21;"Buchungsstapel";13;20260105103000439;;"RE";"";"";1001;1;20250101;4;20250303;20250303;'
        '"März; ""1""";"AB";1;0;0;"EUR";;"";;;"03";;;"";""'
    )


def test_one_debit_and_many_credits_become_pairs_of_one_document() -> None:
    made = out(an_entry("Split", "D 1200 30.00", "C 8200 10.00", "C 2700 20.00", document="re 7"))
    assert short(made) == ["10,00 S 1200 8200", "20,00 S 1200 2700"]
    assert {r["Belegfeld 1"] for r in rows(made)} == {"RE-7"}
    assert [str(n) for n in made.notes] == ["Entry E1: its document 're 7' is written as 'RE-7'."]
    assert back(made).entries[0].document == "re 7"


def test_tax_is_left_to_datev_where_it_works_out_the_same() -> None:
    made = out(taxed("D 4210 1000.00/V19", "D 1576 190.00", "C 1600 1190.00"), taxes=TAXES)
    assert short(made) == ["1190,00 H 1600 4210 9"]
    assert made.notes == ()
    (entry,) = back(made).entries
    assert [(x.account, x.amount, x.tax_code) for x in entry.lines] == [
        ("4210", Decimal("1000.00"), "V19"), ("1576", Decimal("190.00"), ""), ("1600", Decimal("1190.00"), ""),
    ]  # fmt: skip


def test_automatic_accounts_take_no_key_of_their_own_rate_and_40_against_any_other() -> None:
    assert short(out(taxed("D 1400 119.00", "C 8400 100.00/U19", "C 1776 19.00"), taxes=TAXES)) == [
        "119,00 S 1400 8400"
    ]
    assert short(out(an_entry("frei", "D 1400 100.00", "C 8400 100.00"))) == ["100,00 S 1400 8400 40"]
    assert short(out(an_entry("frei", "D 1400 100.00", "C 8400 100.00"), chart="")) == ["100,00 S 1400 8400"]


def test_reverse_charge_gives_both_tax_lines_back() -> None:
    entry = taxed("D 4210 1000.00/RC", "D 1577 190.00", "C 1787 190.00", "C 1600 1000.00")
    made = out(entry, taxes=TAXES)
    assert short(made) == ["1000,00 H 1600 4210 94"]
    assert back(made).entries[0].lines == entry.lines


@pytest.mark.parametrize(
    "lines",
    [
        ("D 4210 1000.00/V19", "D 1576 190.01", "C 1600 1190.01"),  # rounded by hand
        ("D 4210 1000.00/V19", "C 1600 1000.00"),  # no tax line at all
        ("D 4210 1000.00/V7", "D 1576 190.00", "C 1600 1190.00"),  # a code without a key
        ("D 4210 1000.00/V19", "D 1576 190.00", "C 1600 600.00", "C 1200 590.00"),  # DATEV would round twice
    ],
)
def test_other_tax_lines_are_written_as_they_are(lines: tuple[str, ...]) -> None:
    entry = taxed(*lines)
    made = out(entry, taxes=TAXES)
    assert not any("BU-Schlüssel" in r for r in rows(made))
    assert any("without a tax key" in n.text for n in made.notes)
    assert back(made).entries[0].lines == entry.lines


def test_a_code_that_has_ended_is_no_key() -> None:
    ended = replace(INPUT, valid_to=date(2024, 12, 31))
    made = out(taxed("D 4210 1000.00/V19", "D 1576 190.00", "C 1600 1190.00"), taxes=(ended,))
    assert len(rows(made)) == 2


def test_several_bases_share_a_tax_line() -> None:
    entry = taxed("D 4210 10.05/V19", "D 4970 10.05/V19", "D 1576 3.82", "C 1600 23.92")
    made = out(entry, taxes=TAXES)
    assert short(made) == ["11,96 H 1600 4210 9", "11,96 H 1600 4970 9"]
    assert back(made).entries[0].lines == entry.lines


def test_a_reversal_is_positive_and_says_so() -> None:
    entry = taxed("D 4210 -1000.00/V19", "D 1576 -190.00", "C 1600 -1190.00", kind=Kind.REVERSAL)
    made = out(entry, taxes=TAXES)
    (row,) = rows(made)
    assert (row["Umsatz (ohne Soll/Haben-Kz)"], row["Generalumkehr (GU)"], row["BU-Schlüssel"]) == ("1190,00", "1", "9")
    assert back(made).entries[0].lines == entry.lines


def test_a_negative_line_among_others_changes_its_side_and_comes_back() -> None:
    entry = an_entry("Rabatt", "D 3100 100.00", "D 3730 -20.00", "C 1600 80.00")
    made = out(entry)
    assert short(made) == ["20,00 S 3100 3730", "80,00 S 3100 1600"]
    assert "other side" in made.notes[0].text
    assert back(made).entries[0].lines == entry.lines


def test_parties_get_their_personal_accounts() -> None:
    entry = an_entry("Miete", "D 4210 10.00", "C 1600 10.00 Lenz GmbH")
    made = out(entry, parties={("1600", "Lenz GmbH"): "70001"})
    assert short(made) == ["10,00 S 4210 70001"]
    assert back(made).entries[0].lines == entry.lines


def test_accounts_need_a_number_of_datev() -> None:
    entry = an_entry("Rent", "D Expenses:Rent 10.00", "C 1200 10.00")
    made = out(entry)
    assert made.files == ()
    assert "account 'Expenses:Rent' has no DATEV number of 4 digits" in str(made.notes[0])
    assert made.notes[0].left_out
    made = out(entry, numbers={"Expenses:Rent": "4210"})
    assert back(made).entries[0].lines == entry.lines


@pytest.mark.parametrize("amount", ["1.005", "10000000000.00"])
def test_amounts_that_no_row_can_hold_are_left_out_with_their_entry(amount: str) -> None:
    made = out(an_entry("x", f"D 4210 {amount}", f"C 1200 {amount}"), an_entry(entry_id="E2"))
    assert [n.entry_id for n in made.notes if n.left_out] == ["E1"]
    assert [e.entry_id for e in back(made).entries] == ["E2"]


def test_another_currency_with_its_rate() -> None:
    lines = [
        replace(a_line(x), original_amount=Decimal("110.00"), original_currency="USD", rate=Decimal("0.909090909091"))
        for x in ("D 4210 100.00", "C 1600 100.00")
    ]
    entry = an_entry("Server", *lines)
    made = out(entry)
    (row,) = rows(made)
    assert [row[c] for c in COLUMNS[:6]] == ["110,00", "S", "USD", "1,100000", "100,00", "EUR"]
    assert back(made).entries[0].lines == entry.lines


def test_fiscal_years_have_files_of_their_own_and_none_is_too_long() -> None:
    days = (date(2024, 6, 30), date(2024, 7, 1), date(2025, 2, 28), date(2025, 6, 30))
    entries = [an_entry(entry_id=f"E{n}", date=d) for n, d in enumerate(days)]
    made = out(*entries, year_starts=(7, 1), rows=4)
    assert [n for n, _ in made.files] == [
        "EXTF_Buchungsstapel_20230701.csv", "EXTF_Buchungsstapel_20240701_1.csv", "EXTF_Buchungsstapel_20240701_2.csv",
    ]  # fmt: skip
    assert [e.date for n in range(3) for e in back(made, n).entries] == list(days)


def test_the_same_export_has_the_same_bytes_and_names_can_come_along() -> None:
    assert out(an_entry()) == out(an_entry())
    name, data = out(an_entry(), names=True).files[1]
    assert name == "EXTF_Kontenbeschriftungen_20250101.csv"
    staged = read_datev(Source("n", name, data, {}))
    assert {a.code: a.name for a in staged.accounts} == {a.code: a.name for a in CATALOG}


def test_what_somebody_changed_in_datev_counts() -> None:
    """A row whose amount was changed keeps its key and is not divided by our old tax."""
    made = out(taxed("D 4210 1000.00/V19", "D 1576 190.00", "C 1600 1190.00"), taxes=TAXES)
    name, data = made.files[0]
    changed = data.replace(b"1190,00;", b"595,00;").replace(b";1600;", b";1200;")
    (entry,) = read_datev(Source("n", name, changed, {})).entries
    assert entry.entry_id == "E1"
    assert [(x.account, x.amount, x.tax_code) for x in entry.lines] == [
        ("4210", Decimal("595.00"), "9"), ("1200", Decimal("595.00"), ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"consultant": 1}, "1001"), ({"client": 0}, "client"), ({"digits": 3}, "4 to 8"), ({"rows": 10**6}, "rows"),
     ({"year_starts": (2, 29)}, "every year")],
)  # fmt: skip
def test_options_refuse_nonsense(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        options(**changes)


def test_texts_and_documents_that_datev_takes() -> None:
    assert taken("a\r\nb\t c\x00\u202e 🦉 Ł ő 日") == "a b c ? ? o ?"
    assert text("=1+1") == "'=1+1"
    assert len(text("=" + "x" * 80)) == 60
    assert document("rä 2024/7 #3") == "RAE-2024/7--3"


ACCOUNTS = ("0420", "1200", "1400", "1576", "1600", "1776", "4210", "8400", "10001", "70002")
texts = st.text(
    st.one_of(st.sampled_from('";\r\n\tÄß€🦉=+-@|\'\\'), st.characters(exclude_categories=["Cs"])), max_size=90
)  # fmt: skip
cents = st.integers(1, 10**9).map(lambda n: Decimal(n) / 100)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Balanced entries: any texts, lines n to m, some negative, whole units in yen."""
    currency = draw(st.sampled_from(["EUR", "JPY"]))
    unit = Decimal(1) if currency == "JPY" else Decimal("0.01")
    amounts = draw(st.lists(cents.map(lambda a: a.quantize(unit) or unit), min_size=1, max_size=4))
    sign = draw(st.sampled_from([1, 1, -1]))

    def line(side: Side, amount: Decimal) -> Line:
        return Line(
            account=draw(st.sampled_from(ACCOUNTS)), side=side, amount=amount * sign,
            party=draw(st.sampled_from(["", 'Lenz "&" Söhne 🦉'])), label=draw(texts.map(lambda t: t[:20])),
            tax_code=draw(st.sampled_from(["", "V19", "U19", "X"])),
        )  # fmt: skip

    debits = [line(Side.DEBIT, a) for a in amounts]
    total = sum(amounts, Decimal(0))
    if len(amounts) > 1 and draw(st.booleans()):  # the last goes into the negative, on its own side
        total -= 2 * amounts[-1]
        debits[-1] = replace(debits[-1], amount=-debits[-1].amount)
    parts = [total] if not draw(st.booleans()) or total <= unit else [unit, total - unit]
    if not all(parts):
        parts = [unit, -unit]
    credits_ = [line(Side.CREDIT, p) for p in parts]
    return an_entry(
        draw(texts), *draw(st.permutations(debits + credits_)), currency=currency,
        journal=draw(st.sampled_from(["", "VK Verkauf"])), document=draw(texts.map(lambda t: t[:30])),
        number=draw(st.sampled_from(["", "17"])), party=draw(st.sampled_from(["", "Lenz"])),
        date=draw(st.dates(date(2024, 1, 1), date(2025, 12, 31))),
        document_date=draw(st.sampled_from([None, date(2024, 2, 29)])),
    )  # fmt: skip


@st.composite
def taxed_entries(draw: st.DrawFn) -> Entry:
    """Purchases and sales with one to three bases, their tax to the cent or a cent beside it, and a party."""
    tax = draw(st.sampled_from(TAXES))
    side = Side.CREDIT if tax is OUTPUT else Side.DEBIT
    amounts = draw(st.lists(cents, min_size=1, max_size=3))
    bases = [
        Line(account=draw(st.sampled_from(["4210", "8400", "3400"])), side=side, amount=a, tax_code=tax.code)
        for a in amounts
    ]
    total = sum(((a * tax.rate).quantize(Decimal("0.01"), ROUND_HALF_UP) for a in amounts), Decimal(0))
    total += draw(st.sampled_from([0, 0, 0, 1])) * Decimal("0.01")
    other = Side(1 - side)
    lines = [*bases, Line(account=tax.account, side=side, amount=total, label=draw(st.sampled_from(["", "USt 🦉"])))]
    if tax.owed:
        lines.append(Line(account=tax.owed, side=other, amount=total))
    owed = sum(amounts, Decimal(0)) + (0 if tax.owed else total)
    lines.append(Line(account=draw(st.sampled_from(["1600", "70001"])), side=other, amount=owed, party="Lenz"))
    sign = draw(st.sampled_from([1, -1]))
    lines = [replace(x, amount=x.amount * sign) for x in lines if x.amount]
    return an_entry(
        "Rechnung", *draw(st.permutations(lines)), date=draw(st.dates(date(2024, 1, 1), date(2025, 12, 31)))
    )


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(taxed_entries(), st.sampled_from(["", "03", "04"]))
def test_tax_that_was_left_to_datev_comes_back(entry: Entry, chart: str) -> None:
    made = out(entry, taxes=TAXES, chart=chart)
    assert made.files, made.notes
    (came,) = back(made).entries
    assert came.lines == entry.lines
    assert sum((Decimal(r["Umsatz (ohne Soll/Haben-Kz)"].replace(",", ".")) for r in rows(made)), Decimal(0)) <= abs(
        entry.total
    )


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents_to_our_own_files(seeds: range) -> None:
    made = out(
        taxed("D 4210 1000.00/V19", "D 1576 190.00", "C 1600 1190.00"), an_entry("x", "D 1 5", "C 2 5"), taxes=TAXES
    )
    assert fuzz(read_datev, [made.files[0][1]], seeds, "exported.csv")["in part"]


def says(entry: Entry, *, whole: bool) -> object:
    """What an entry says; its long texts only where DATEV had room for them."""
    head = (entry.date, entry.journal, entry.number, entry.currency, entry.document_date, entry.party)
    return head, [
        (x.account, x.side, x.amount, x.tax_code, x.party, x.label if whole else "") for x in entry.lines
    ], (entry.description, entry.document) if whole else ()  # fmt: skip


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(entries(), min_size=1, max_size=4), st.booleans())
def test_what_goes_out_comes_back(drawn: list[Entry], with_taxes: bool) -> None:
    found = [replace(e, entry_id=f"E{n}") for n, e in enumerate(drawn)]
    by_currency = {c: [e for e in found if e.currency == c] for c in ("EUR", "JPY")}
    for currency, own in by_currency.items():
        made = export(currency, CATALOG, own, options(taxes=TAXES if with_taxes else ()))
        staged = [back(made, n) for n in range(len(made.files))]
        assert all(not s.errors for s in staged)
        cleaned = {e.entry_id: _cleaned(e) for e in own}
        noted = {n.entry_id for n in made.notes if "too long" in n.text}
        lost = {n.entry_id for n in made.notes if n.left_out}
        came = {e.entry_id: e for s in staged for e in s.entries}
        assert came.keys() == cleaned.keys() - lost
        for key, entry in came.items():
            whole = key not in noted
            assert says(entry, whole=whole) == says(cleaned[key], whole=whole)
        for _, data in made.files:
            for line in data.decode("cp1252").split("\r\n")[2:-1]:
                cells = split_row(line) or []
                assert len(cells) == 125
                assert all(c == safe(c) or c.startswith("'") for c in cells[20:])


def _cleaned(e: Entry) -> Entry:
    """As the store keeps it: without NUL."""
    return replace(
        e, description=clean(e.description), document=clean(e.document),
        lines=tuple(replace(x, label=clean(x.label)) for x in e.lines),
    )  # fmt: skip
