"""OFX and QFX: SGML with and without closing tags, XML, bank accounts and cards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.source import Source
from storage.importers.statements.ofx import READER
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n\n"
OPEN_TAGS = """<OFX>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1
<STMTRS>
<CURDEF>EUR
<BANKACCTFROM><BANKID>30000<ACCTID>00051234<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20240301<DTEND>20240331
<STMTTRN>
<TRNTYPE>DEBIT
<DTPOSTED>20240305120000.000[+1:CET]
<TRNAMT>-120.50
<FITID>F-1
<NAME>Caf\xe9 &amp; Co
<MEMO>Loyer mars
</STMTTRN>
<STMTTRN>
<TRNTYPE>CREDIT
<DTPOSTED>20240306
<TRNAMT>+30,00
<FITID>F-2
<NAME>Ida Lenz
<MEMO>
</STMTTRN>
</BANKTRANLIST>
<LEDGERBAL><BALAMT>409.50<DTASOF>20240331</LEDGERBAL>
<AVAILBAL><BALAMT>9999<DTASOF>20240331</AVAILBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1>
</OFX>
"""
CLOSED = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>USD</CURDEF>
<CCACCTFROM><ACCTID>XXXX-4411</ACCTID></CCACCTFROM>
<BANKTRANLIST><DTSTART>20240301</DTSTART><DTEND>20240331</DTEND>
<STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20240307</DTPOSTED><TRNAMT>-9.99</TRNAMT><FITID>C-1</FITID>
<PAYEE><NAME>Paper Shop</NAME><ADDR1>x</ADDR1></PAYEE></STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>-9.99</BALAMT><DTASOF>20240331000000</DTASOF></LEDGERBAL>
</CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
"""


def staged(text: str) -> Staged:
    return READER.read(Source("march", "march.ofx", text.encode("cp1252"), {}))


def test_sgml_without_closing_tags_is_read(write: WriteFile) -> None:
    made = read(write("march.qfx", (HEADER + OPEN_TAGS).encode("cp1252")))
    assert (made.format, made.entries, made.errors) == ("ofx", (), ())
    (statement,) = made.statements
    assert (statement.account, statement.currency) == ("30000/00051234", "EUR")
    assert statement.closing is not None
    assert (statement.closing.day, statement.closing.amount) == (date(2024, 3, 31), Decimal("409.50"))
    assert (statement.opening, statement.difference) == (None, None)
    rent, income = statement.lines
    assert (rent.booked, rent.amount, rent.reference) == (date(2024, 3, 5), Decimal("-120.50"), "F-1")
    assert (rent.party, rent.text) == ("Caf\xe9 & Co", "Loyer mars")
    assert (income.amount, income.text, income.party) == (Decimal("30.00"), "Ida Lenz", "Ida Lenz")


def test_sgml_with_closing_tags_gives_the_same() -> None:
    closed = OPEN_TAGS
    for tag in ("TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "NAME", "MEMO", "CURDEF"):
        closed = "\n".join(f"{r}</{tag}>" if r.startswith(f"<{tag}>") else r for r in closed.split("\n"))
    assert closed != OPEN_TAGS
    assert staged(HEADER + closed).statements == staged(HEADER + OPEN_TAGS).statements


def test_a_bank_that_closes_no_line_is_read_too() -> None:
    found = staged(HEADER + OPEN_TAGS.replace("</STMTTRN>\n", "")).statements[0].lines
    assert [(x.amount, x.reference) for x in found] == [(Decimal("-120.50"), "F-1"), (Decimal("30.00"), "F-2")]


def test_xml_of_a_card_is_read(write: WriteFile) -> None:
    made = read(write("card.ofx", CLOSED))
    (statement,) = made.statements
    assert (statement.account, statement.currency, len(statement.lines)) == ("XXXX-4411", "USD", 1)
    assert (statement.lines[0].party, statement.lines[0].amount) == ("Paper Shop", Decimal("-9.99"))


def test_a_bank_that_gives_two_lines_one_id_loses_none() -> None:
    found = staged(HEADER + OPEN_TAGS.replace("F-2", "F-1")).statements[0].lines
    assert [(x.reference, x.occurrence) for x in found] == [("F-1", 1), ("F-1", 1)]  # day and amount tell them apart


def test_what_cannot_be_read_is_an_error_and_the_rest_stays() -> None:
    made = staged(HEADER + OPEN_TAGS.replace("-120.50", "much").replace("20240306", "20240399"))
    assert [(e.row, e.column, e.value) for e in made.errors] == [(1, "TRNAMT", "much"), (2, "DTPOSTED", "20240399")]
    assert made.statements[0].lines == ()


def test_an_amount_in_another_currency_is_an_error_of_its_line() -> None:
    foreign = "<NAME>Ida Lenz\n<CURRENCY><CURRATE>0.9<CURSYM>USD</CURRENCY>"
    made = READER.read(Source("x", "x.ofx", (HEADER + OPEN_TAGS.replace("<NAME>Ida Lenz", foreign)).encode(), {}))
    assert [(e.row, e.column, e.value) for e in made.errors] == [(2, "CURSYM", "USD")]
    assert len(made.statements[0].lines) == 1
    converted = foreign.replace("CURRENCY", "ORIGCURRENCY")
    whole = READER.read(Source("x", "x.ofx", (HEADER + OPEN_TAGS.replace("<NAME>Ida Lenz", converted)).encode(), {}))
    assert len(whole.statements[0].lines) == 2


def test_xml_with_a_document_type_is_refused() -> None:
    with pytest.raises(ImportRefused, match="document type"):
        staged(CLOSED.replace("<OFX>", '<!DOCTYPE OFX [<!ENTITY a "b">]><OFX>'))


def test_a_depot_is_refused_with_the_reason() -> None:
    with pytest.raises(ImportRefused, match="securities"):
        staged(HEADER + "<OFX><INVSTMTMSGSRSV1><INVSTMTRS><CURDEF>USD</INVSTMTRS></INVSTMTMSGSRSV1></OFX>")


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents_are_read_or_refused(seeds: range) -> None:
    done = fuzz(READER.read, [(HEADER + OPEN_TAGS).encode("cp1252"), CLOSED.encode()], seeds, "a.ofx")
    assert done["whole"] + done["in part"] > done["refused"] / 4
