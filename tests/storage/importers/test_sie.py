"""SIE files: encodings, quoting, groups, history, dimensions, openings, and the real files beside the repository."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from engine.journal import AccountType, Kind, Side
from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.sie import READER
from storage.records import Staged
from tests.storage.conftest import WriteFile
from tests.storage.importers.fuzz import SEEDS, fuzz

HEAD = """#FLAGGA 0
#FORMAT PC8
#SIETYP 4
#FNAMN "Övningsbolaget AB"
#RAR 0 20240101 20241231
#RAR -1 20230101 20231231
#KPTYP EUBAS97
#KONTO 1930 "Bankkonto"
#KTYP 1930 T
#KONTO 2081 Aktiekapital
#KTYP 2081 S
#KONTO 2440 "Leverantörsskulder"
#KTYP 2440 S
#KONTO 5010 "Lokalhyra"
#KTYP 5010 K
#KONTO 8310 "Ränteintäkter"
#DIM 1 "Kostnadsställe"
#DIM 9 Leverantör
#OBJEKT 1 "10" "Nord"
#OBJEKT 9 "L7" "Fastighets AB"
"""
RENT = """#VER A 1 20240105 "Hyra \\"januari\\"" 20240110 "ana"
{
   #TRANS 5010 {1 "10"} 8000.00 20240105 "Lokal A\\B"
   #TRANS 2440 {9 "L7" 10 "F-12"} -8000
}
"""


def sie(text: str, write: WriteFile, encoding: str = "cp437", name: str = "a.se") -> Staged:
    return read(write(name, text.encode(encoding)))


def test_a_voucher_keeps_series_number_texts_sides_and_what_its_dimensions_mean(write: WriteFile) -> None:
    staged = sie(HEAD + RENT, write)
    (entry,) = staged.entries
    assert (entry.entry_id, entry.journal, entry.number, entry.date) == ("A-1-2024", "A", "1", date(2024, 1, 5))
    assert (entry.description, entry.currency, entry.document) == ('Hyra "januari"', "SEK", "F-12")
    assert [(x.account, x.side, x.amount, x.party, x.label) for x in entry.lines] == [
        ("5010", Side.DEBIT, Decimal("8000.00"), "", "Lokal A\\B [Kostnadsställe 10 Nord]"),
        ("2440", Side.CREDIT, Decimal(8000), "Fastighets AB", ""),
    ]
    assert "Kostnadsställe stand in square brackets at the end of 1 labels" in staged.reason
    assert staged.errors == ()


def test_types_are_those_of_the_file_and_of_the_bas_chart_where_it_is_silent(write: WriteFile) -> None:
    staged = sie(HEAD + RENT, write)
    assert {a.code: a.type for a in staged.accounts} == {
        "1930": AccountType.ASSET, "2081": AccountType.EQUITY, "2440": AccountType.LIABILITY,
        "5010": AccountType.EXPENSE, "8310": AccountType.INCOME,
    }  # fmt: skip
    assert staged.types_derived
    assert "without #KTYP are derived" in staged.reason
    assert not sie(HEAD.replace('#KONTO 8310 "Ränteintäkter"\n', "") + RENT, write).types_derived


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("cp437", "CP437"), ("cp1252", "cp1252"), ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16")],
)
def test_the_bytes_say_the_encoding_whatever_the_header_says(write: WriteFile, encoding: str, said: str) -> None:
    staged = sie(HEAD + RENT, write, encoding)
    assert {a.name for a in staged.accounts if a.code == "2440"} == {"Leverantörsskulder"}
    assert f"text is {said};" in staged.reason


def test_rows_of_history_are_not_summed(write: WriteFile) -> None:
    voucher = """#VER A 2 20240106 "Ändrad"
{
#TRANS 5010 {} 100
#BTRANS 5010 {} 900 20240107 "" "" "ana"
#RTRANS 2440 {} -100 20240107 "" "" "ana"
#TRANS 2440 {} -100
}
#VER A 3 20240106 Makulerad
{
#BTRANS 5010 {} 900
}
"""
    staged = sie(HEAD + voucher, write)
    assert [(e.number, e.total) for e in staged.entries] == [("2", Decimal(100))]
    assert "3 rows (#RTRANS, #BTRANS)" in staged.reason
    assert "1 vouchers have no row with an amount" in staged.reason


def test_opening_balances_become_one_opening_entry(write: WriteFile) -> None:
    opening = "#IB 0 1930 50000.00\n#IB 0 2081 -50000.00\n#IB -1 1930 7.00\n"
    staged = sie(HEAD + opening + RENT, write)
    first = staged.entries[0]
    assert (first.kind, first.date, first.entry_id) == (Kind.OPENING, date(2024, 1, 1), "IB-2024")
    assert [(x.account, x.side.letter, x.amount) for x in first.lines] == [
        ("1930", "D", Decimal(50000)), ("2081", "C", Decimal(50000)),
    ]  # fmt: skip
    assert staged.entries[1].kind is Kind.NORMAL
    assert "(#IB) of 2 accounts became one opening entry" in staged.reason


def test_an_opening_that_a_voucher_books_is_not_added_again(write: WriteFile) -> None:
    voucher = "#VER I 1 20240101 Ingående\n{\n#TRANS 1930 {} 50\n#TRANS 2081 {} -50\n}\n"
    staged = sie(HEAD + "#IB 0 1930 50\n#IB 0 2081 -50\n" + voucher, write)
    assert len(staged.entries) == 1
    assert "not added again" in staged.reason


def test_an_opening_that_does_not_balance_is_an_error_and_takes_no_voucher_with_it(write: WriteFile) -> None:
    staged = sie(HEAD + "#IB 0 1930 50\n" + RENT, write)
    assert len(staged.entries) == 1
    assert [(e.column, e.value) for e in staged.errors] == [("#IB", "50")]


def test_closing_balances_check_what_was_read(write: WriteFile) -> None:
    sound = "#UB 0 2440 -8000\n#RES 0 5010 8000.00\n"
    assert "add up to all 2 closing balances" in sie(HEAD + sound + RENT, write).reason
    wrong = sie(HEAD + "#UB 0 2440 -8000\n#UB 0 1930 1\n" + RENT, write).reason
    assert "do not add up to the file's closing balances on 1 accounts (1930)" in wrong


def test_numbers_that_repeat_or_are_missing_give_way_to_the_content(write: WriteFile) -> None:
    """Some packages number a series anew each month; a journal of the year after may not meet them either."""
    two = RENT + RENT.replace("20240105", "20240205").replace("januari", "februari")
    keys = [e.entry_id for e in sie(HEAD + two, write).entries]
    assert all(re.fullmatch(r"A~2024-0[12]-05~[0-9a-f]{16}", k) for k in keys)
    (entry,) = sie(HEAD + RENT.replace("A 1", '"" 0'), write).entries
    assert entry.entry_id.startswith("~2024-01-05~")
    broken_year = HEAD.replace("20240101 20241231", "20230701 20240630")
    assert sie(broken_year + RENT, write).entries[0].entry_id == "A-1-20230701"


def test_a_broken_row_keeps_its_voucher_out_and_no_other(write: WriteFile) -> None:
    for bad, why in (
        (RENT.replace("8000.00", "8,000.00"), "has no amount"),
        (RENT.replace("20240105", "20240230"), "is not a day"),
        (RENT.replace("#TRANS 5010", '#TRANS ""'), "names no account"),
        (RENT.replace('{1 "10"}', '{1 "10"'), "has a brace too many|without its closing brace"),
        (RENT.replace("#TRANS 5010", "TRANS 5010"), "begins with no label"),
        (RENT.removesuffix("}\n"), "has no closing brace before row"),
    ):
        staged = sie(HEAD + bad + RENT.replace("A 1", "A 2"), write)
        assert [e.number for e in staged.entries] == ["2"]
        assert re.search(why, "\n".join(map(str, staged.errors)))
        assert any("all of it stays out" in e.why for e in staged.errors)


def test_an_unbalanced_voucher_is_set_aside(write: WriteFile) -> None:
    staged = sie(HEAD + RENT.replace("-8000", "-7999"), write)
    assert staged.entries == ()
    assert "does not balance" in str(staged.errors[0])


def test_spellings_of_other_programs(write: WriteFile) -> None:
    """Tabs, blanks in a list, a brace on the voucher's row, no list, a decimal comma, a text cut off, a DOS end."""
    odd = (
        '#VER\tB\t7\t20240301\tKort {\n#TRANS\t1930\t{ }\t-12,50\t20240301\t"cut o\n'
        "#trans 5010 12.50\n}\n\x1a"
    )  # fmt: skip
    staged = sie(HEAD + odd, write)
    (entry,) = staged.entries
    assert [(x.account, x.side.letter, x.amount, x.label) for x in entry.lines] == [
        ("1930", "C", Decimal("12.50"), "cut o"), ("5010", "D", Decimal("12.50"), ""),
    ]  # fmt: skip
    assert "1 texts are cut off" in staged.reason


def test_a_file_without_accounts_and_vouchers_is_refused(write: WriteFile) -> None:
    with pytest.raises(ImportRefused, match="no accounts and no vouchers"):
        sie("#FLAGGA 0\n#SIETYP 4\n", write)


def test_a_chart_alone_is_imported(write: WriteFile) -> None:
    staged = sie(HEAD, write)
    assert (len(staged.accounts), staged.entries, staged.errors) == (5, (), ())


@pytest.mark.parametrize("seeds", SEEDS)
def test_accidents(seeds: range) -> None:
    text = HEAD + "#IB 0 1930 50000.00\n#IB 0 2081 -50000.00\n#UB 0 1930 50000\n" + RENT
    more = "".join(RENT.replace("A 1", f"A {n}") for n in range(2, 12))
    done = fuzz(READER.read, [text.encode("cp437"), (text + more).replace("\n", "\r\n").encode("cp437")], seeds)
    assert min(done["whole"], done["in part"]) > len(seeds) // 20


def raw_totals(path: Path) -> tuple[dict[str, Decimal], int, set[int]]:
    """Sums by account over sound vouchers, their count, and rows of unbalanced ones, by a reading of its own."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    count, bad, voucher = 0, set(), list[tuple[str, Decimal]]()
    begun = 0
    for n, row in enumerate(path.read_bytes().decode("cp437").splitlines(), start=1):
        text = row.strip()
        if text.startswith("#VER"):
            voucher, begun = [], n
        elif found := re.match(r"#TRANS\s+\"?(\w+)\"?\s*\{[^}]*\}\s*(-?[\d.]+)", text):
            voucher.append((found[1], Decimal(found[2])))
        elif text == "}" and any(amount for _, amount in voucher):
            if sum(amount for _, amount in voucher):
                bad.add(begun)
                continue
            count += 1
            for account, amount in voucher:
                totals[account] += amount
    return {a: t for a, t in totals.items() if t}, count, bad


def samples() -> list[str]:
    shared = Path(__file__).resolve().parents[4] / "shared"
    found = [*shared.glob("formats/sie/*"), *shared.glob("ledgers/sie_ovning_se/raw/*")]
    return sorted(str(p.relative_to(shared)) for p in found)


@pytest.mark.parametrize("name", samples() or ["none"])
def test_real_files_keep_every_voucher_and_every_total(shared_ledgers: Path, name: str) -> None:
    path = shared_ledgers.parent / name
    totals, count, bad = raw_totals(path)
    staged = read(path)
    booked: defaultdict[str, Decimal] = defaultdict(Decimal)
    vouchers = [e for e in staged.entries if e.kind is not Kind.OPENING]
    for e in vouchers:
        for x in e.lines:
            booked[x.account] += x.amount if x.side is Side.DEBIT else -x.amount
    assert {a: t for a, t in booked.items() if t} == totals
    assert len(vouchers) == count
    assert {e.row for e in staged.errors if e.column != "#IB"} == bad


def test_real_entries_are_those_of_the_published_extract(shared_ledgers: Path) -> None:
    """The extract of 2011 leaves out vouchers of more than 20 lines and writes double spaces as one."""
    folder = shared_ledgers / "sie_ovning_se"
    published = [json.loads(x) for x in (folder / "entries.jsonl").read_text().splitlines()]
    wanted = Counter(
        (p["date"], p["description"], p["journal"],
         tuple(sorted((x["account"], x["side"], Decimal(x["amount"])) for x in p["lines"])))
        for p in published if p["entry_id"].startswith("v11-")
    )  # fmt: skip
    found = Counter(
        (e.date.isoformat(), " ".join(e.description.split()), e.journal,
         tuple(sorted((x.account, x.side.letter, x.amount) for x in e.lines)))
        for e in read(folder / "raw").entries if e.kind is Kind.NORMAL and len(e.lines) <= 20
    )  # fmt: skip
    assert found == wanted
