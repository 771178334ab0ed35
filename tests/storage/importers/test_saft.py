from __future__ import annotations

import tracemalloc
from datetime import date
from decimal import Decimal

import pytest

from engine.journal import AccountType, Entry, Kind
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.limits import MIB, Limits
from storage.importers.saft import read_saft
from storage.importers.source import Source
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers import saft_files
from tests.storage.importers.fuzz import SEEDS, fuzz


def stage(data: str | bytes, **beside: str) -> Staged:
    raw = data.encode() if isinstance(data, str) else data
    return read_saft(Source("a", "a.xml", raw, {n: t.encode() for n, t in beside.items()}))


def lines(entry: Entry) -> list[str]:
    return [
        " ".join(t for t in (x.side.letter, x.account, str(x.amount), x.tax_code, x.party) if t) for x in entry.lines
    ]


def types(staged: Staged) -> dict[str, str]:
    return {a.code: a.type.value for a in staged.accounts}


def test_a_norwegian_file_with_tax_party_and_currency(write: WriteFile) -> None:
    staged = read(write("a.xml", saft_files.NORWEGIAN))
    assert staged.format == "saft"
    first, credit, _ = staged.entries
    assert lines(first) == ["D 1500 1250.00 Fjord AS", "C 3000 1000.00 3", "C 2700 250.00"]
    assert (first.date, first.entry_id, first.number, first.journal) == (
        date(2024, 1, 31),
        "SA-17-2024",
        "17",
        "SA Salg",
    )
    assert (first.description, first.document, first.currency) == ("Faktura 55", "F55", "NOK")
    debit = first.lines[0]
    assert (debit.original_amount, debit.original_currency, debit.rate) == (Decimal(125), "EUR", Decimal(10))
    assert lines(credit) == ["D 1500 -125.00 77", "C 3000 -125.00"]
    assert types(staged) == {"1500": "asset", "2700": "liability", "3000": "income"}
    assert staged.types_derived
    assert [a.code for a in staged.accounts if a.control] == ["1500"]
    assert "1 lines without an amount" in staged.reason
    assert staged.errors == ()


def test_a_romanian_file_has_transaction_lines_and_zeros_for_nobody() -> None:
    (entry,) = (staged := stage(saft_files.ROMANIAN)).entries
    assert lines(entry) == ["D 4111 119.00 Carpați SRL", "C 707 100.00 310309", "C 4427 19.00"]
    assert all(x.original_amount is None for x in entry.lines)
    assert entry.party == "Carpați SRL"
    # Period 3 is March: the posting day lies in it, the invoice's own day does not.
    assert (entry.date, entry.document_date) == (date(2024, 3, 1), date(2024, 2, 28))
    assert types(staged) == {"4111": "asset", "4427": "liability", "707": "income", "473": ""}


@pytest.mark.parametrize("text", [saft_files.LUXEMBOURGISH, saft_files.LUXEMBOURGISH_REDUCED])
def test_a_luxembourgish_file_full_or_reduced(write: WriteFile, text: str) -> None:
    staged = read(write("faia.xml", text))
    assert "FAIA" in staged.reason
    (entry,) = staged.entries
    assert lines(entry) == ["D 61112 900.00", "C 44111 900.00 Immo S.à r.l."]
    assert types(staged) == {"101": "equity", "44111": "liability", "61112": "expense"}
    assert not staged.types_derived


def test_a_portuguese_file_in_its_own_encoding(write: WriteFile) -> None:
    staged = read(write("saft.xml", saft_files.PORTUGUESE.encode("cp1252")))
    rent, closing = staged.entries
    assert lines(rent) == ["D 6261 700.00", "C 22111001 700.00 Imobiliária São João"]
    assert (rent.date, rent.document_date) == (date(2024, 2, 1), date(2024, 1, 31))
    assert (rent.number, rent.document) == ("2024-01-31 00021 10001", "FT 7, 10001")
    assert closing.kind is Kind.CLOSING
    by_code = {a.code: a for a in staged.accounts}
    assert (by_code["6261"].parent, by_code["6261"].type) == ("62", AccountType.EXPENSE)
    assert "1 lines stand on accounts that the file calls headings" in staged.reason


def test_lithuanian_and_angolan_files() -> None:
    (entry,) = (staged := stage(saft_files.LITHUANIAN)).entries
    assert (lines(entry), entry.date) == (["D 2710 50.5", "C 5000 50.50"], date(2024, 5, 2))
    assert types(staged) == {"2710": "asset", "5000": "income"}
    staged = stage(saft_files.ANGOLAN)
    assert types(staged)["7526"] == "expense"
    assert {e.currency for e in staged.entries} == {"AOA"}


def test_every_problem_is_named_at_once_and_the_rest_goes_in() -> None:
    text = (
        saft_files.NORWEGIAN.replace(">1000.00<", ">1 000,00<")
        .replace("2024-02-01</n1:TransactionDate>\n<n1:Description>", "soon</n1:TransactionDate>\n<n1:Description>")
        .replace("<n1:AccountID>3000</n1:AccountID>\n<n1:CreditAmount><n1:Amount>-1", "<n1:CreditAmount><n1:Amount>-1")
    )
    staged = stage(text)
    assert [e.number for e in staged.entries] == ["19"]
    said = "\n".join(map(str, staged.errors))
    row = text[: text.index("<n1:TransactionID>17")].count("\n") + 1
    assert f"row {row}, line 2, CreditAmount: '1 000,00' is not an amount" in said
    assert "TransactionDate: 'soon' is not a day of a calendar" in said
    assert "line 2, AccountID: '' is blank" in said
    assert "needs its day" not in said
    assert "TotalCredit: '1375.00' is the total that the file states, and its lines add up to 375.00" in said


def test_an_unbalanced_entry_stays_out_by_name() -> None:
    staged = stage(saft_files.LITHUANIAN.replace("50.5<", "50.6<"))
    assert staged.entries == ()
    assert "entry 1 does not balance" in str(staged.errors[0])


def test_parts_by_period_are_one_ledger() -> None:
    second = saft_files.LITHUANIAN.replace(">1</TransactionID>", ">2</TransactionID>").replace("50.5<", "x<")
    third = saft_files.LITHUANIAN.replace("05-02", "06-02").replace(">1</TransactionID>", ">3</TransactionID>")
    staged = stage(saft_files.LITHUANIAN, **{"b.xml": second, "c.xml": third, "notes.txt": "x"})
    assert [e.number for e in staged.entries] == ["1", "3"]
    assert "in 3 parts" in staged.reason
    assert "b.xml line 1, DebitAmount" in str(staged.errors[0])


def test_a_file_of_invoices_and_one_of_accounts() -> None:
    with pytest.raises(ImportRefused, match="no accounts and no general ledger entries"):
        stage('<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01"><SourceDocuments/></AuditFile>')
    cut = saft_files.LUXEMBOURGISH.split("<GeneralLedgerEntries>")[0] + "</AuditFile>"
    staged = stage(cut)
    assert (len(staged.accounts), staged.entries) == (3, ())
    assert "a chart of accounts and no entries" in staged.reason


def test_a_cut_file_is_refused_whole() -> None:
    with pytest.raises(ImportRefused, match="not well-formed XML"):
        stage(saft_files.NORWEGIAN[:-300])


def test_long_texts_are_problems() -> None:
    text = saft_files.LITHUANIAN.replace("Mokėjimas", "x" * 101)
    staged = read_saft(Source("a", "a.xml", text.encode(), {}, Limits(cell_characters=100)))
    assert "has 101 characters and the limit is 100" in str(staged.errors[0])


def test_memory_is_that_of_what_is_staged() -> None:
    """Ten thousand lines that nobody asked for, and entries that are refused one by one, leave nothing behind."""
    invoice = "<Invoice><InvoiceNo>1</InvoiceNo><Line><Description>text of a line</Description></Line></Invoice>"
    broken = saft_files.LITHUANIAN.split("<Transactions>")[1].split("</Transactions>")[0].replace("50.5<", "x<")
    text = saft_files.LITHUANIAN.replace("<Transactions>", f"<Transactions>{broken * 10_000}").replace(
        "<GeneralLedgerEntries>", f"<SourceDocuments>{invoice * 10_000}</SourceDocuments><GeneralLedgerEntries>"
    )
    source = Source("a", "a.xml", text.encode(), {}, Limits(errors=10))
    tracemalloc.start()
    staged = read_saft(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(staged.entries) == 1
    assert len(source.data) > 3 * MIB > 2 * peak


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents(seeds: range) -> None:
    done = fuzz(read_saft, list(saft_files.ALL.values()), seeds, "a.xml")
    assert done["refused"]
    assert done["in part"]
