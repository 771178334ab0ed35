"""CSV of banks: columns in several languages, days and amounts decided over all rows, balances, and no journals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.detect import detect
from storage.importers.source import Source
from storage.importers.statements.tables import READER
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

GERMAN = (
    "Girokonto;DE02 1203 0000 0000 2020 51\nZeitraum;01.03.2024 - 31.03.2024\n\n"
    '"Buchungstag";"Valuta";"Auftraggeber/Empfänger";"Verwendungszweck";"IBAN";"Betrag";"Währung";'
    '"Saldo nach Buchung"\n'
    '"06.03.2024";"06.03.2024";"Ida Lenz";"Rechnung 12";"AT61 1904 3002 3457 3201";"1.030,00";"EUR";"1.409,50"\n'
    '"05.03.2024";"04.03.2024";"Lager GmbH";"Miete März";"DE89370400440532013000";"-120,50";"EUR";"379,50"\n'
)
ENGLISH = (
    "Date,Description,Money out,Money in,Balance\n"
    "01/03/2024,Coffee,4.00,,96.00\n01/03/2024,Coffee,4.00,,92.00\n13/03/2024,Sale,,10.00,102.00\n"
)
AMERICAN = "Posted Date,Payee,Amount\n03/05/2024,Rent,-20.00\n03/17/2024,Refund,5.00\n"


def staged(text: str) -> Staged:
    return READER.read(Source("march", "march.csv", text.encode(), {}))


def test_a_german_table_with_a_preamble_is_read_oldest_first(write: WriteFile) -> None:
    made = read(write("umsaetze.csv", GERMAN.encode("cp1252")))
    assert (made.format, made.entries, made.errors) == ("bank-csv", (), ())
    (statement,) = made.statements
    assert (statement.account, statement.currency) == ("DE02120300000000202051", "EUR")
    assert statement.difference == 0
    assert statement.opening is not None
    assert statement.opening.amount == 500
    rent, income = statement.lines
    assert (rent.booked, rent.valued, rent.amount) == (date(2024, 3, 5), date(2024, 3, 4), Decimal("-120.50"))
    assert (rent.text, rent.party, rent.party_account) == ("Miete März", "Lager GmbH", "DE89370400440532013000")
    assert (income.amount, income.party_account) == (Decimal("1030.00"), "AT611904300234573201")


def test_two_columns_of_amounts_are_signed_and_twins_survive() -> None:
    (statement,) = staged(ENGLISH).statements
    assert [x.amount for x in statement.lines] == [-4, -4, 10]
    assert [x.occurrence for x in statement.lines] == [1, 2, 1]
    assert statement.opening is not None
    assert statement.opening.amount == 100
    assert statement.difference == 0


def test_the_month_stands_first_where_no_other_reading_is_a_day() -> None:
    (statement,) = staged(AMERICAN).statements
    assert [x.booked for x in statement.lines] == [date(2024, 3, 5), date(2024, 3, 17)]
    assert statement.account.startswith("CSV-")


def test_days_that_could_be_read_in_two_ways_are_decided_by_their_order_or_refused() -> None:
    ordered = staged("Date,Text,Amount\n01/02/2024,a,1\n02/02/2024,b,1\n01/03/2024,c,1\n")
    assert [x.booked for x in ordered.statements[0].lines] == [date(2024, 2, 1), date(2024, 2, 2), date(2024, 3, 1)]
    assert "days have the day first" in ordered.reason
    with pytest.raises(ImportRefused, match="the day first or the month first"):
        staged("Date,Text,Amount\n01/02/2024,a,1\n02/03/2024,b,1\n")


def test_thousands_that_could_be_ones_are_refused() -> None:
    with pytest.raises(ImportRefused, match=r"such as [12]\.\d{3} could be thousands"):
        staged("Date,Text,Amount\n2024-01-02,a,1.234\n2024-01-03,b,2.500\n")


def test_an_amount_may_have_its_side_beside_it() -> None:
    made = staged(
        "Datum;Omschrijving;Af Bij;Bedrag (EUR);Naam tegenpartij\n20240102;huur;Af;20,00;X\n20240103;y;Bij;5,00;Z\n"
    )
    assert [x.amount for x in made.statements[0].lines] == [-20, 5]
    assert made.statements[0].currency == "EUR"


@pytest.mark.parametrize(
    "text",
    [
        "Date;Libellé;Montant;Sens\n13/02/2024;Achat;10,00;Débit\n14/02/2024;Vente;20,00;Crédit\n",
        "Datum;Omschrijving;Bedrag;Af Bij\n13-02-2024;Koop;10,00;Debet\n14-02-2024;Verkoop;20,00;Credit\n",
        "Date,Description,Amount,Type\n2024-02-13,Coffee,10.00,Withdrawal\n2024-02-14,Pay,20.00,DEPOSIT\n",
        "Date,Description,Amount,Type\n2024-02-13,Coffee,-10.00,Card payment\n2024-02-14,Pay,20.00,Deposit\n",
        "Date,Description,Amount,Type\n2024-02-13,Coffee,-10.00,Card payment\n2024-02-14,Pay,20.00,Transfer\n",
        "Datum;Text;Soll;Haben\n13.02.2024;Kauf;-10,00;\n14.02.2024;Verkauf;;20,00\n",
    ],
)
def test_the_words_and_signs_of_banks_say_what_went_out(text: str) -> None:
    made = staged(text)
    assert [x.amount for x in made.statements[0].lines] == [-10, 20]
    assert not made.errors


def test_a_minus_on_the_side_of_what_went_out_is_a_cancellation() -> None:
    two = staged("Datum;Text;Soll;Haben;Saldo\n13.02.2024;Kauf;10,00;;90,00\n14.02.2024;Storno;-10,00;;100,00\n")
    beside = staged("Datum;Text;Betrag;S/H\n13.02.2024;Kauf;10,00;S\n14.02.2024;Storno;-10,00;S\n")
    assert [x.amount for x in two.statements[0].lines] == [x.amount for x in beside.statements[0].lines] == [-10, 10]
    assert two.statements[0].difference == 0


def test_a_word_that_names_no_side_is_an_error_of_its_row() -> None:
    made = staged("Date,Text,Amount,Type\n2024-02-13,a,10.00,Withdrawal\n2024-02-14,b,2.00,Fee\n")
    assert [(e.row, e.column, e.value) for e in made.errors] == [(3, "Type", "Fee")]
    assert [x.amount for x in made.statements[0].lines] == [-10]
    unknown = "Datum;Text;Betrag;S/H\n13.02.2024;Kauf;10,00;?\n14.02.2024;Storno;10,00;S\n"
    assert [(e.row, e.value) for e in staged(unknown).errors] == [(2, "?")]
    with pytest.raises(ImportRefused, match="whether money came in or went out"):
        staged("Datum;Text;Betrag;S/H\n13.02.2024;Kauf;10,00;?\n14.02.2024;Storno;10,00;!\n")
    kinds = staged("Date,Text,Amount,Type\n2024-02-13,a,10.00,Transfer\n2024-02-14,b,2.00,Interest\n")
    assert [x.amount for x in kinds.statements[0].lines] == [10, 2]


def test_a_day_that_there_is_not_still_says_that_the_day_stands_first() -> None:
    made = staged("Date,Text,Amount\n31/02/2024,a,1\n01/03/2024,b,1\n")
    assert [x.booked for x in made.statements[0].lines] == [date(2024, 3, 1)]
    assert [(e.row, e.value) for e in made.errors] == [(2, "31/02/2024")]


def test_a_balance_that_breaks_is_a_difference_and_no_refusal() -> None:
    (statement,) = staged(ENGLISH.replace("102.00", "105.00")).statements
    assert statement.difference == 3


def test_rows_that_cannot_be_read_are_errors_and_the_rest_stays() -> None:
    made = staged(ENGLISH.replace("13/03/2024", "31/02/2024").replace("Coffee,4.00,,92.00", "Coffee,4.00,1.00,92.00"))
    assert sorted((e.row, e.column) for e in made.errors) == [(3, "debit/credit"), (4, "Date")]
    assert len(made.statements[0].lines) == 1


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("date,journal,number,description,account,debit,credit,party,currency\n2024-01-01,B,1,x,1,2,,,\n", "csv"),
        ("date,account,description,amount\n2024-01-01,1200,x,5\n2024-01-01,4400,x,-5\n", "csv"),
        ("Date,Account,Description,Amount,Balance\n2024-01-01,12345678,x,5,5\n", "bank-csv"),
        ("Date,Account,Description,Amount,Balance\n2024-01-01,1200,x,5,5\n2024-01-01,4400,x,-5,0\n", "csv"),
        (ENGLISH, "bank-csv"),
        (AMERICAN, "bank-csv"),
        (GERMAN, "bank-csv"),
    ],
)
def test_a_journal_is_not_taken_for_a_bank(text: str, format: str) -> None:
    assert detect(Source("x", "x.csv", text.encode(), {})) == format


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents_are_read_or_refused(seeds: range) -> None:
    done = fuzz(READER.read, [GERMAN.encode("cp1252"), ENGLISH.encode(), AMERICAN.encode()], seeds, "a.csv")
    assert done["whole"] + done["in part"] > done["refused"] / 6
