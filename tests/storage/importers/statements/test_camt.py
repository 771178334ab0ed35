"""CAMT.053 in old and new versions: entries, batches, reversals, and what is no statement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.source import Source
from storage.importers.statements.camt import READER
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

VERSIONS = ("02", "04", "08", "10")
OPENING = (
    "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
    "<Dt><Dt>2024-03-01</Dt></Dt></Bal>"
)
CLOSING = (
    "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
    "<Dt><DtTm>2024-03-31T23:59:59+01:00</DtTm></Dt></Bal>"
)
RENT = (
    "<Ntry><NtryRef>1</NtryRef><Amt Ccy='EUR'>120.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>{status}</Sts>"
    "<BookgDt><Dt>2024-03-05</Dt></BookgDt><ValDt><Dt>2024-03-04</Dt></ValDt><AcctSvcrRef>B-1</AcctSvcrRef>"
    "<NtryDtls><TxDtls><Refs><EndToEndId>RE-17</EndToEndId></Refs><RltdPties>{party}"
    "<CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct></RltdPties>"
    "<RmtInf><Ustrd>Miete Lager</Ustrd><Ustrd>März</Ustrd></RmtInf></TxDtls></NtryDtls>"
    "<AddtlNtryInf>SEPA</AddtlNtryInf></Ntry>"
)


def part(name: str, amount: str, how: str = "<Amt Ccy='EUR'>{}</Amt>") -> str:
    return (
        f"<TxDtls><Refs><EndToEndId>{name}-1</EndToEndId></Refs>{how.format(amount)}"
        f"<RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties></TxDtls>"
    )


def batch(*parts: str) -> str:
    return (
        "<Ntry><Amt Ccy='EUR'>30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
        "<BookgDt><Dt>2024-03-06</Dt></BookgDt><AcctSvcrRef>B-2</AcctSvcrRef>"
        f"<NtryDtls><Btch><NbOfTxs>{len(parts)}</NbOfTxs></Btch>{''.join(parts)}</NtryDtls></Ntry>"
    )


def document(*entries: str, version: str = "02", closing: str = "409.50") -> bytes:
    body = "\n".join(entries)
    return (
        f'<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S-1</Id><ElctrncSeqNb>7</ElctrncSeqNb>"
        "<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{OPENING}{CLOSING.format(closing)}\n{body}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def rent(version: str = "02") -> str:
    new = version in ("08", "10")
    status = "<Cd>BOOK</Cd>" if new else "BOOK"
    name = "<Nm>Lager GmbH</Nm>"
    return RENT.format(status=status, party=f"<Cdtr><Pty>{name}</Pty></Cdtr>" if new else f"<Cdtr>{name}</Cdtr>")


def staged(data: bytes) -> Staged:
    return READER.read(Source("march", "march.xml", data, {}))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_gives_the_same_lines(version: str, write: WriteFile) -> None:
    data = document(rent(version), batch(part("Ida", "12.00"), part("Olaf", "18.00")), version=version)
    made = read(write("march.xml", data))
    assert (made.format, made.entries, made.errors) == ("camt053", (), ())
    assert f"camt.053.001.{version}" in made.reason
    (statement,) = made.statements
    assert (statement.account, statement.currency, statement.number) == ("DE02120300000000202051", "EUR", "7")
    assert statement.difference == 0
    assert statement.closing is not None
    assert statement.closing.day == date(2024, 3, 31)
    first = statement.lines[0]
    assert (first.booked, first.valued, first.amount) == (date(2024, 3, 5), date(2024, 3, 4), Decimal("-120.50"))
    assert (first.text, first.party, first.party_account) == (
        "Miete Lager März",
        "Lager GmbH",
        "DE89370400440532013000",
    )
    assert (first.reference, first.end_to_end) == ("B-1", "RE-17")
    assert [(x.party, x.amount, x.end_to_end) for x in statement.lines[1:]] == [
        ("Ida", Decimal("12.00"), "Ida-1"), ("Olaf", Decimal("18.00"), "Olaf-1"),
    ]  # fmt: skip


def test_the_amounts_of_a_batch_may_stand_deeper() -> None:
    deep = "<AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls>"
    made = staged(document(batch(part("Ida", "12", deep), part("Olaf", "18", deep)), closing="530"))
    assert [x.amount for x in made.statements[0].lines] == [12, 18]
    assert made.statements[0].difference == 0


@pytest.mark.parametrize("parts", [("12", "17"), ("12", ""), ("12", "x")])
def test_a_batch_that_does_not_add_up_stays_one_line(parts: tuple[str, str]) -> None:
    made = staged(document(batch(*(part("Ida", p) if p else "<TxDtls/>" for p in parts)), closing="530"))
    assert [x.amount for x in made.statements[0].lines] == [30]
    assert made.errors == ()
    assert "do not add up" in made.reason


def test_two_equal_payments_of_a_batch_both_stay() -> None:
    (statement,) = staged(document(batch(part("Ida", "15"), part("Ida", "15")), closing="530")).statements
    assert [x.amount for x in statement.lines] == [15, 15]
    assert [x.occurrence for x in statement.lines] == [1, 2]


def test_what_is_not_booked_yet_is_left_out_and_said() -> None:
    made = staged(document(rent().replace("<Sts>BOOK", "<Sts>PDNG"), batch(part("Ida", "30")), closing="530"))
    assert [x.amount for x in made.statements[0].lines] == [30]
    assert "not booked them yet: 1" in made.reason


def test_of_a_reversal_the_party_is_the_one_that_was_paid() -> None:
    back = rent().replace("<CdtDbtInd>DBIT", "<CdtDbtInd>CRDT").replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
    line = staged(document(back, closing="620.50")).statements[0].lines[0]
    assert (line.amount, line.party) == (Decimal("120.50"), "Lager GmbH")


def test_an_entry_that_cannot_be_read_is_an_error_of_its_row_and_the_difference_is_named() -> None:
    bad = [rent().replace("120.50", "12,0.5x"), rent().replace("2024-03-05", "2024-13-05"), rent().replace("DBIT", "?")]
    made = staged(document(*bad, rent()))
    assert [(e.row, e.column) for e in made.errors] == [(3, "Amt"), (4, "BookgDt"), (5, "CdtDbtInd")]
    assert len(made.statements[0].lines) == 1
    assert made.statements[0].difference == Decimal("30.00")


def test_an_entry_in_another_currency_than_the_account_is_an_error() -> None:
    made = staged(document(rent().replace("Ccy='EUR'", "Ccy='USD'"), rent()))
    assert [(e.row, e.value) for e in made.errors] == [(3, "USD")]


@pytest.mark.parametrize(("root", "told"), [("BkToCstmrAcctRpt", "camt.052"), ("BkToCstmrDbtCdtNtfctn", "camt.054")])
def test_reports_that_prove_nothing_are_refused(root: str, told: str) -> None:
    with pytest.raises(ImportRefused, match=told):
        staged(document(rent()).replace(b"BkToCstmrStmt", root.encode()))


def test_a_statement_without_an_account_is_refused() -> None:
    with pytest.raises(ImportRefused, match="names no account"):
        staged(document(rent()).replace(b"<IBAN>DE02120300000000202051</IBAN>", b""))


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents_are_read_or_refused(seeds: range) -> None:
    samples = [
        document(rent(), batch(part("Ida", "12.00"), part("Olaf", "18.00"))),
        document(rent("08"), batch(part("Ida", "30.00")), version="08"),
    ]
    done = fuzz(READER.read, samples, seeds, "a.xml")
    assert done["whole"] + done["in part"] > done["refused"] / 10  # most accidents leave no well-formed XML
