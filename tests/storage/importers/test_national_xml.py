"""XML of the Netherlands, Poland and India: what goes in, what is refused, and accidents."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from engine.journal import Entry
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.jpk import read_jpk
from storage.importers.source import Source
from storage.importers.tally import read_tally
from storage.importers.xaf import read_xaf
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

XAF = """<?xml version="1.0" encoding="UTF-8"?>
<auditfile xmlns="http://www.auditfiles.nl/XAF/3.2"><header><fiscalYear>2024</fiscalYear><curCode>EUR</curCode></header>
<company><customersSuppliers><customerSupplier><custSupID>C1</custSupID><custSupName>De Klant BV</custSupName>
</customerSupplier></customersSuppliers><generalLedger>
<ledgerAccount><accID>1300</accID><accDesc>Debiteuren</accDesc><accTp>B</accTp><leadCode>BVorDeb</leadCode></ledgerAccount>
<ledgerAccount><accID>8000</accID><accDesc>Omzet</accDesc><accTp>P</accTp></ledgerAccount>
<ledgerAccount><accID>1500</accID><accDesc>Btw</accDesc><accTp>B</accTp></ledgerAccount></generalLedger>
<transactions><linesCount>3</linesCount><totalDebit>121.00</totalDebit><totalCredit>121.00</totalCredit>
<journal><jrnID>VRK</jrnID><desc>Verkoop</desc><jrnTp>S</jrnTp><transaction><nr>1</nr><desc>Factuur 1</desc>
<periodNumber>1</periodNumber><trDt>2024-01-31</trDt>
<trLine><nr>1</nr><accID>1300</accID><docRef>F1</docRef><effDate>2024-01-31</effDate><desc>Klant F1</desc>
<amnt>121.00</amnt><amntTp>D</amntTp><custSupID>C1</custSupID>
<currency><curCode>USD</curCode><curAmnt>130.00</curAmnt></currency></trLine>
<trLine><nr>2</nr><accID>8000</accID><docRef>F1</docRef><effDate>2024-01-31</effDate><amnt>100.00</amnt>
<amntTp>C</amntTp><vat><vatID>VH</vatID><vatPerc>21</vatPerc><vatAmnt>21.00</vatAmnt></vat></trLine>
<trLine><nr>3</nr><accID>1500</accID><docRef>F1</docRef><effDate>2024-01-31</effDate><amnt>21.00</amnt>
<amntTp>C</amntTp></trLine></transaction></journal></transactions></company></auditfile>
"""
JPK = """<?xml version="1.0" encoding="UTF-8"?>
<JPK xmlns="http://jpk.mf.gov.pl/wzor/2016/03/09/03091/"><Naglowek>
<KodFormularza kodSystemowy="JPK_KR (1)" wersjaSchemy="1-0">JPK_KR</KodFormularza>
<DomyslnyKodWaluty>PLN</DomyslnyKodWaluty></Naglowek>
<ZOiS typ="G"><KodKonta>402-1</KodKonta><OpisKonta>Usługi obce</OpisKonta><TypKonta>wynikowe</TypKonta></ZOiS>
<ZOiS typ="G"><KodKonta>202-7</KodKonta><OpisKonta>Dostawca</OpisKonta><TypKonta>rozrachunkowe</TypKonta></ZOiS>
<Dziennik typ="G"><LpZapisuDziennika>1</LpZapisuDziennika><NrZapisuDziennika>1</NrZapisuDziennika>
<OpisDziennika>Zakup</OpisDziennika><NrDowoduKsiegowego>55/07</NrDowoduKsiegowego><RodzajDowodu>FV</RodzajDowodu>
<DataOperacji>2016-07-11</DataOperacji><DataDowodu>2016-07-10</DataDowodu><DataKsiegowania>2016-07-12</DataKsiegowania>
<OpisOperacji>Czynsz</OpisOperacji><DziennikKwotaOperacji>100.00</DziennikKwotaOperacji></Dziennik>
<Dziennik typ="G"><NrZapisuDziennika>2</NrZapisuDziennika><OpisDziennika>Zakup</OpisDziennika>
<DataKsiegowania>2016-07-13</DataKsiegowania><OpisOperacji>Prowizja</OpisOperacji></Dziennik>
<KontoZapis typ="G"><LpZapisu>1</LpZapisu><NrZapisu>1</NrZapisu><KodKontaWinien>402-1</KodKontaWinien>
<KwotaWinien>100.00</KwotaWinien><KwotaWinienWaluta>25.00</KwotaWinienWaluta><KodWalutyWinien>EUR</KodWalutyWinien>
<OpisZapisuWinien>Czynsz VII</OpisZapisuWinien><KodKontaMa>null</KodKontaMa><KwotaMa>0.00</KwotaMa></KontoZapis>
<KontoZapis typ="G"><LpZapisu>2</LpZapisu><NrZapisu>1</NrZapisu><KodKontaWinien>null</KodKontaWinien>
<KwotaWinien>0.00</KwotaWinien><KodKontaMa>202-7</KodKontaMa><KwotaMa>100.00</KwotaMa></KontoZapis>
<KontoZapis typ="G"><LpZapisu>3</LpZapisu><NrZapisu>2</NrZapisu><KodKontaWinien>402-1</KodKontaWinien>
<KwotaWinien>5.00</KwotaWinien><KodKontaMa>130</KodKontaMa><KwotaMa>5.00</KwotaMa></KontoZapis></JPK>
"""
JPK_PD = """<JPK xmlns="urn:jpk-kr-pd"><Naglowek>
<KodFormularza kodSystemowy="JPK_KR_PD (1)">JPK_KR_PD</KodFormularza></Naglowek>
<ZOiS><ZOiS7><S_1>402-1</S_1><S_2>Usługi</S_2></ZOiS7></ZOiS>
<Dziennik><D_1>1/2025</D_1><D_2>Zakup</D_2><D_4>F/1</D_4><D_6>2025-01-02</D_6><D_7>2025-01-02</D_7><D_8>2025-01-03</D_8>
<D_10>Czynsz</D_10><D_11>10.00</D_11>
<KontoZapis><Z_1>1</Z_1><Z_2>opis</Z_2><Z_3>402-1</Z_3><Z_4>10.00</Z_4><Z_7>0.00</Z_7></KontoZapis>
<KontoZapis><Z_1>2</Z_1><Z_2>opis</Z_2><Z_3>202-7</Z_3><Z_4>0.00</Z_4><Z_7>10.00</Z_7></KontoZapis></Dziennik></JPK>
"""
TALLY = """<ENVELOPE><HEADER><TALLYREQUEST>Import Data</TALLYREQUEST></HEADER><BODY><IMPORTDATA><REQUESTDATA>
<TALLYMESSAGE><GROUP NAME="North"><PARENT>Sundry Debtors</PARENT></GROUP></TALLYMESSAGE>
<TALLYMESSAGE><LEDGER NAME="Asha Traders"><PARENT>North</PARENT></LEDGER>
<LEDGER NAME="Sales"><PARENT>Sales Accounts</PARENT></LEDGER></TALLYMESSAGE>
<TALLYMESSAGE><VOUCHER REMOTEID="r-1" VCHTYPE="Sales"><DATE>20240131</DATE><GUID>g-1</GUID>
<VOUCHERTYPENAME>Sales</VOUCHERTYPENAME><VOUCHERNUMBER>7</VOUCHERNUMBER><NARRATION>Goods &#4; sold</NARRATION>
<PARTYLEDGERNAME>Asha Traders</PARTYLEDGERNAME>
<LEDGERENTRIES.LIST><LEDGERNAME>Asha Traders</LEDGERNAME><AMOUNT>-$10.00 @ ? 83.00/$ = -? 830.00</AMOUNT>
</LEDGERENTRIES.LIST><ALLINVENTORYENTRIES.LIST><STOCKITEMNAME>Lamp</STOCKITEMNAME><AMOUNT>800.00</AMOUNT>
<ACCOUNTINGALLOCATIONS.LIST><LEDGERNAME>Sales</LEDGERNAME><AMOUNT>800.00</AMOUNT></ACCOUNTINGALLOCATIONS.LIST>
</ALLINVENTORYENTRIES.LIST><LEDGERENTRIES.LIST><LEDGERNAME>GST</LEDGERNAME><AMOUNT>30.00</AMOUNT></LEDGERENTRIES.LIST>
</VOUCHER></TALLYMESSAGE>
<TALLYMESSAGE><VOUCHER VCHTYPE="Journal"><DATE>20240201</DATE><VOUCHERNUMBER>8</VOUCHERNUMBER>
<ISCANCELLED>Yes</ISCANCELLED>
</VOUCHER><VOUCHER VCHTYPE="Journal"><DATE>20240201</DATE><ISOPTIONAL>Yes</ISOPTIONAL></VOUCHER></TALLYMESSAGE>
</REQUESTDATA></IMPORTDATA></BODY></ENVELOPE>
"""
Read = Callable[[Source], Staged]


def stage(reader: Read, text: str, encoding: str = "utf-8") -> Staged:
    return reader(Source("a", "a.xml", text.encode(encoding), {}))


def lines(entry: Entry) -> list[str]:
    return [
        " ".join(t for t in (x.side.letter, x.account, str(x.amount), x.tax_code, x.party) if t) for x in entry.lines
    ]


@pytest.mark.parametrize(("text", "format"), [(XAF, "xaf"), (JPK, "jpk"), (TALLY, "tally")])
def test_each_is_told_by_its_root_also_on_one_line(write: WriteFile, text: str, format: str) -> None:
    assert read(write("a.xml", text)).format == format
    assert read(write("b.xml", text.replace("\n", "") + " " * 70_000)).format == format


def test_a_dutch_audit_file() -> None:
    (entry,) = (staged := stage(read_xaf, XAF)).entries
    assert lines(entry) == ["D 1300 121.00 De Klant BV", "C 8000 100.00 VH", "C 1500 21.00"]
    assert (entry.entry_id, entry.journal, entry.document) == ("VRK-1-2024", "VRK Verkoop", "F1")
    assert (entry.lines[0].original_amount, entry.lines[0].original_currency) == (Decimal(130), "USD")
    assert {a.code: a.type.value for a in staged.accounts} == {"1300": "asset", "8000": "income", "1500": ""}
    assert staged.errors == ()


def test_a_dutch_file_says_what_is_wrong_with_it() -> None:
    text = (
        XAF.replace(">100.00<", ">100,00<").replace("<amntTp>D", "<amntTp>X").replace("2024-01-31</trDt>", "x</trDt>")
    )
    said = "\n".join(map(str, stage(read_xaf, text).errors))
    for part in ("line 2 amnt: '100,00' is not an amount", "line 1 amntTp: 'X' is not a side", "trDt: 'x'"):
        assert part in said
    assert "totalDebit: '121.00' is the total that the file states" in said
    with pytest.raises(ImportRefused, match=r"version 4, and Counterpoint reads versions 3\.0 to 3\.2"):
        stage(read_xaf, XAF.replace("XAF/3.2", "XAF/4.0"))


@pytest.mark.parametrize(("text", "amount"), [(JPK, "100.00"), (JPK_PD, "10.00")])
def test_polish_books_of_both_forms(text: str, amount: str) -> None:
    staged = stage(read_jpk, text)
    first = staged.entries[0]
    assert lines(first) == [f"D 402-1 {amount}", f"C 202-7 {amount}"]
    assert (first.journal, first.description, first.currency) == ("Zakup", "Czynsz", "PLN")
    assert staged.errors == ()


def test_polish_rows_with_one_side_or_both() -> None:
    rent, fee = (staged := stage(read_jpk, JPK)).entries
    assert lines(fee) == ["D 402-1 5.00", "C 130 5.00"]
    assert (rent.document, str(rent.date), str(rent.document_date)) == ("55/07", "2016-07-12", "2016-07-10")
    assert (rent.lines[0].original_amount, rent.lines[0].original_currency) == (Decimal(25), "EUR")
    assert {a.code: a.name for a in staged.accounts} == {"130": "", "202-7": "Dostawca", "402-1": "Usługi obce"}


def test_polish_files_of_something_else_or_of_half_an_entry() -> None:
    with pytest.raises(ImportRefused, match="a JPK_FA file, which holds no books"):
        stage(read_jpk, JPK.replace('"JPK_KR (1)"', '"JPK_FA (4)"'))
    half = JPK.replace("<KwotaMa>100.00", "<KwotaMa>10.00")
    assert "does not balance" in str(stage(read_jpk, half).errors[0])
    lost = JPK.replace("<NrZapisu>2<", "<NrZapisu>9<").replace(">5.00</KwotaMa>", ">five</KwotaMa>")
    said = "\n".join(map(str, stage(read_jpk, lost).errors))
    assert "is no entry of Dziennik" in said
    assert "KwotaMa: 'five' is not an amount" in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_voucher_of_tally(encoding: str) -> None:
    (entry,) = (staged := stage(read_tally, TALLY, encoding)).entries
    assert lines(entry) == ["D Asha Traders 830.00 Asha Traders", "C Sales 800.00", "C GST 30.00"]
    assert (entry.entry_id, entry.description, entry.party) == ("g-1", "Goods   sold", "Asha Traders")
    assert (entry.lines[0].original_amount, entry.lines[0].original_currency) == (Decimal(10), "USD")
    by_code = {a.code: a for a in staged.accounts}
    assert (by_code["Asha Traders"].type.value, by_code["Asha Traders"].control) == ("asset", True)
    for part in ("1 control characters", "1 cancelled", "1 optional"):
        assert part in staged.reason


def test_tally_says_what_is_wrong() -> None:
    text = TALLY.replace("<AMOUNT>30.00", "<AMOUNT>thirty").replace("<LEDGERNAME>Sales<", "<LEDGERNAME><")
    said = "\n".join(map(str, stage(read_tally, text).errors))
    assert "AMOUNT of GST: 'thirty' is not an amount" in said
    assert "LEDGERNAME: '' is blank" in said
    with pytest.raises(ImportRefused, match="no vouchers and no ledgers"):
        stage(read_tally, "<ENVELOPE><TALLYMESSAGE/></ENVELOPE>")


@pytest.mark.parametrize(
    ("name", "entries", "errors"),
    [("xaf32_minimal.xaf", 1, 0), ("jpk_kr_1_fragment.xml", 0, 1), ("tally_journal_voucher.xml", 1, 0)],
)
def test_constructed_files_beside_the_repository(repo_root: Path, name: str, entries: int, errors: int) -> None:
    path = repo_root.parent / "shared" / "formats" / "constructed" / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    staged = read(path)
    assert (len(staged.entries), len(staged.errors)) == (entries, errors)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize(("reader", "texts"), [(read_xaf, [XAF]), (read_jpk, [JPK, JPK_PD]), (read_tally, [TALLY])])
def test_accidents(reader: Read, texts: list[str], seeds: range) -> None:
    assert fuzz(reader, [t.encode() for t in texts], seeds, "a.xml")["refused"]
