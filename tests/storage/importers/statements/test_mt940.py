"""MT940: fields, signs, dates, the two ways of saying what a line was for, and the samples of real banks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.source import Source
from storage.importers.statements.mt940 import READER
from storage.importers.statements.purpose import purpose
from storage.records import Staged
from storage.statement_records import StatementLine
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

TWO_PAGES = """{1:F01BANKDEFFXXXX0000000000}{2:O940BANKDEFFXXXXN}{4:
:20:STARTUMS
:25:DE02120300000000202051
:28C:12/1
:60F:C240129EUR1000,00
:61:2401300130D120,5NTRFNONREF//B-77
:86:166?00SEPA-UEBERWEISUNG?20EREF+RE-2024-17?21SVWZ+Miete Lager?22 Januar?30BANKDEFF?31DE89370400440532013000?32Lager G
mbH
:61:240131RC3,NCHG
:62M:C240131EUR876,50
-}
{1:F01BANKDEFFXXXX0000000000}{4:
:20:STARTUMS
:25:DE02120300000000202051
:28C:12/2
:60M:C240131EUR876,50
:61:2402010201CR250,00NTRFKUNDE-4//B-78
:86:/EREF/KUNDE-4/ORDP//NAME/Petra Kunz/REMI/Rechnung 4711/IBAN/AT611904300234573201
:62F:C240201EUR1126,50
:86:Rest of the page
-}
"""


def staged(text: str | bytes) -> Staged:
    data = text if isinstance(text, bytes) else text.encode()
    return READER.read(Source("january", "january.sta", data, {}))


def lines(text: str) -> tuple[StatementLine, ...]:
    return staged(text).statements[0].lines


def one(field: str) -> StatementLine:
    return lines(f":20:X\n:25:1\n:60F:C240101EUR0,\n{field}\n:62F:C240101EUR0,\n")[0]


def test_each_page_is_a_statement_with_its_balances() -> None:
    first, second = staged(TWO_PAGES).statements
    assert (first.account, first.number, first.currency) == ("DE02120300000000202051", "12/1", "EUR")
    assert first.opening is not None
    assert first.closing is not None
    assert (first.opening.day, first.opening.amount) == (date(2024, 1, 29), Decimal("1000.00"))
    assert (first.closing.day, first.closing.amount) == (date(2024, 1, 31), Decimal("876.50"))
    assert [s.difference for s in (first, second)] == [Decimal("-0.00"), Decimal("0.00")]


def test_a_line_with_numbered_fields_says_who_what_and_which() -> None:
    line = lines(TWO_PAGES)[0]
    assert (line.booked, line.valued, line.amount) == (date(2024, 1, 30), date(2024, 1, 30), Decimal("-120.5"))
    assert (line.text, line.party) == ("SEPA-UEBERWEISUNG Miete Lager Januar", "Lager GmbH")
    assert (line.party_account, line.end_to_end, line.reference) == ("DE89370400440532013000", "RE-2024-17", "B-77")
    assert ":61:2401300130D120,5" in line.raw


def test_a_line_with_words_between_slashes_says_the_same() -> None:
    line = staged(TWO_PAGES).statements[1].lines[0]
    assert (line.text, line.party, line.end_to_end) == ("Rechnung 4711", "Petra Kunz", "KUNDE-4")
    assert line.party_account == "AT611904300234573201"


@pytest.mark.parametrize(
    ("mark", "sign"), [("C", 1), ("D", -1), ("RC", -1), ("RD", 1), ("CR", 1), ("DR", -1), ("RCR", -1), ("RDR", 1)]
)
def test_what_is_taken_back_changes_its_sign(mark: str, sign: int) -> None:
    assert one(f":61:240131{mark}7,25NTRF").amount == sign * Decimal("7.25")


@pytest.mark.parametrize(
    ("field", "booked", "valued"),
    [
        (":61:2401310202D1,NTRF", date(2024, 2, 2), date(2024, 1, 31)),
        (":61:2412311231D1,NTRF", date(2024, 12, 31), date(2024, 12, 31)),
        (":61:2412310102D1,NTRF", date(2025, 1, 2), date(2024, 12, 31)),
        (":61:2501021231D1,NTRF", date(2024, 12, 31), date(2025, 1, 2)),
        (":61:991231D1,NTRF", date(1999, 12, 31), date(1999, 12, 31)),
    ],
)
def test_the_booking_lies_in_the_year_nearest_to_the_value_date(field: str, booked: date, valued: date) -> None:
    line = one(field)
    assert (line.booked, line.valued) == (booked, valued)


def test_the_30th_of_february_is_the_last_day_and_is_said() -> None:
    made = staged(":20:X\n:25:1\n:60F:C240101EUR0,\n:61:2402300301D6,00N024\n:62F:D240301EUR6,\n")
    assert (made.statements[0].lines[0].valued, made.statements[0].difference) == (date(2024, 2, 29), Decimal(0))
    assert "30 February" in made.reason


def test_what_cannot_be_read_is_an_error_of_its_row_and_the_rest_stays() -> None:
    made = staged(
        ":20:X\n:25:1\n:60F:C240101EUR10,\n:61:2401310131D,NTRF\n:86:lost\n:61:240145D1,NTRF\n"
        ":61:240131D4,NTRF\n:62F:C240131EUR6,\n"
    )
    assert [(e.row, e.column) for e in made.errors] == [(4, ":61:"), (6, ":61:")]
    assert all(e.why and e.remedy for e in made.errors)
    assert [x.amount for x in made.statements[0].lines] == [Decimal(-4)]


def test_two_lines_that_nothing_tells_apart_are_numbered() -> None:
    found = lines(":20:X\n:25:1\n:60F:C240101EUR0,\n" + ":61:240131D4,NTRF\n:86:coffee\n" * 2 + ":62F:D240131EUR8,\n")
    assert [x.occurrence for x in found] == [1, 2]


@pytest.mark.parametrize(
    ("rows", "text", "party"),
    [
        (["plain words", "and more"], "plain words and more", ""),
        (["x" * 65, "yz"], "x" * 65 + "yz ", ""),
        (["NL47INGB9999999999 hr g paulissen", "", "Betaling"], " Betaling ", "hr g paulissen"),
        (["/EREF/A-1/BENM//NAME/J. Doe/REMI//ISDT/2024-07-11"], "A-1", "J. Doe"),
    ],
)
def test_free_text_is_put_together(rows: list[str], text: str, party: str) -> None:
    found = purpose(rows)
    assert (found.text.strip(), found.party) == (text.strip(), party)


def test_a_statement_of_no_account_is_refused_with_the_reason() -> None:
    with pytest.raises(ImportRefused, match="names no account"):
        staged(":60F:C100318EUR380115,12\n:60F:C100318EUR0,1\n")


def test_a_file_is_told_by_its_beginning(write: WriteFile) -> None:
    made = read(write("january.txt", TWO_PAGES))
    assert (made.format, made.entries, len(made.statements)) == ("mt940", (), 2)
    assert made.file_sha256


# Statements, lines, and how many statements do not prove their balance: three of the samples were shortened by hand.
SAMPLES = {
    "ASNB_mt940.txt": (31, 8, 0),
    "betterplace_sepa_mt9401.sta": (26, 97, 0),
    "cmxl_mt940.sta": (3, 16, 0),
    "jejik_abnamro.sta": (2, 10, 2),
    "jejik_ing.sta": (1, 7, 1),
    "jejik_postfinance.sta": (2, 4, 1),
    "jejik_rabobank-iban.sta": (2, 4, 0),
    "mBank_mt940.sta": (1, 3, 0),
    "self-provided_february_30.sta": (1, 1, 0),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_a_bank_is_read_whole(shared_formats: Path, name: str) -> None:
    made = read(shared_formats / "mt940" / name)
    found = made.statements
    counted = (len(found), sum(len(s.lines) for s in found), sum(s.difference != 0 for s in found))
    assert (counted, made.errors) == (SAMPLES[name], ())
    text = (shared_formats / "mt940" / name).read_bytes()
    assert text.count(b"\n:61:") == counted[1]


def test_a_sample_without_accounts_is_refused(shared_formats: Path) -> None:
    with pytest.raises(ImportRefused, match="names no account"):
        read(shared_formats / "mt940" / "betterplace_amount_formats.sta")


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents_are_read_or_refused(seeds: range) -> None:
    done = fuzz(READER.read, [TWO_PAGES.encode(), TWO_PAGES.replace("\n", "\r\n").encode("cp1252")], seeds)
    assert done["whole"] + done["in part"] > done["refused"] / 4
