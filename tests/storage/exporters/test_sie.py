"""SIE 4I: what goes out comes back as far as the format holds it, and what it does not hold is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.journal import Account, AccountType, Entry, Line, Side
from storage.exporters.sie import SieOptions, export, held
from storage.importers.sie import READER
from storage.importers.source import Source
from storage.records import Staged
from tests.builders import CATALOG, an_entry
from tests.storage.exporters.books import Books, books

OPTIONS = SieOptions(created=date(2024, 3, 1), company="Övning & Co", year=(date(2024, 1, 1), date(2024, 12, 31)))
pc8 = st.text(st.characters(codec="cp437", exclude_categories=["Cc"]), max_size=20)
awkward = st.sampled_from(
    ['say "hi"', "back\\slash\\", '\\"', "{1 2}", "#VER A 1", "cp:x", "å ä ö É", "  spaces  ", '"', "}"]
)
FIELDS = ("entry_id", "date", "currency")


def back(found: Books, options: SieOptions = OPTIONS) -> Staged:
    out = export(found.currency, found.accounts, found.entries, options)
    assert out == export(found.currency, found.accounts, found.entries, options)
    ((name, data),) = out.files
    assert name == "vouchers.si"
    return READER.read(Source("a", "a.si", data, {}))


def sums(entries: Iterable[Entry]) -> list[list[tuple[str, Decimal, str, str]]]:
    return [
        [(x.account, x.amount if x.side is Side.DEBIT else -x.amount, held(x.party), held(x.label)) for x in e.lines]
        for e in entries
    ]


def head(e: Entry) -> tuple[object, ...]:
    texts = (held(t) for t in (e.journal, e.number, e.document))
    return (*(getattr(e, name) for name in FIELDS), *texts)


@given(found=books(pc8 | awkward))
def test_what_goes_out_comes_back(found: Books) -> None:
    plain = "ABCDEFGHIJ0123"
    codes = {a.code: plain[: n + 1] for n, a in enumerate(found.accounts)}
    entries = tuple(
        replace(e, description=e.description or "x", lines=tuple(replace(x, account=codes[x.account]) for x in e.lines))
        for e in found.entries
    )
    staged = back(Books(found.currency, tuple(replace(a, code=codes[a.code]) for a in found.accounts), entries))
    assert staged.errors == ()
    assert sums(staged.entries) == sums(entries)
    assert [head(e) for e in staged.entries] == [head(e) for e in entries]
    assert [e.description for e in staged.entries if held(e.description)] == [
        held(e.description) for e in entries if held(e.description)
    ]


@given(found=books())
def test_whatever_is_typed_the_file_is_sound_and_keeps_every_amount(found: Books) -> None:
    """Letters that CP437 lacks are lost visibly; an account is never another one."""
    out = export(found.currency, found.accounts, found.entries, OPTIONS)
    left = {n.entry_id for n in out.notes if n.left_out}
    assert left == {e.entry_id for e in found.entries if any("\U0001f989" in x.account for x in e.lines)}
    if not (kept := [e for e in found.entries if e.entry_id not in left]):
        return
    staged = back(found)
    assert staged.errors == ()
    assert [[x[:2] for x in e] for e in sums(staged.entries)] == [[x[:2] for x in e] for e in sums(kept)]


def test_the_file_as_it_is() -> None:
    entry = an_entry("Hyra “mars” – Ö", "D 4210 1000.00", "C 1600 1000.00 Lenz", number="12", document="F-7")
    out = export("SEK", CATALOG, [entry], replace(OPTIONS, series={"ER": "L"}, organisation="55", chart="BAS95"))
    assert out.files[0][1].decode("cp437").split("\r\n") == [
        "#FLAGGA 0", '#PROGRAM "Counterpoint" 1', "#FORMAT PC8", "#GEN 20240301", "#SIETYP 4", '#ORGNR "55"',
        '#FNAMN "Övning & Co"', "#RAR 0 20240101 20241231", '#KPTYP "BAS95"', '#VALUTA "SEK"',
        '#DIM 9 "Leverantör"', '#DIM 10 "Faktura"', '#OBJEKT 10 "F-7" "F-7"', '#OBJEKT 9 "Lenz" "Lenz"',
        '#KONTO "1600" "Trade payables"', '#KTYP "1600" S', '#KONTO "4210" "Rent"', '#KTYP "4210" K',
        '#VER "L" "12" 20250303 "Hyra \\"mars\\" - Ö" 20240301 "cp:E1"', "{",
        '   #TRANS "4210" {"10" "F-7"} 1000.00', '   #TRANS "1600" {"9" "Lenz"} -1000.00', "}", "",
    ]  # fmt: skip


def test_what_is_lost_is_said() -> None:
    line = Line(account="4210", side=Side.DEBIT, amount=Decimal(-5), tax_code="V", original_amount=Decimal(1))
    other = Line(account="1600", side=Side.CREDIT, amount=Decimal(-5))
    entries = [an_entry("Miete 漢", lines=(line, other)), an_entry("x", "D 漢 5", "C 1600 5", entry_id="E2")]
    out = export("EUR", (*CATALOG, Account(code="漢", type=AccountType.ASSET)), entries, OPTIONS)
    said = "\n".join(map(str, out.notes))
    assert "Entry E1: letters that a SIE file cannot hold became question marks" in said
    assert "Entry E2: account '漢'" in said
    assert Counter(n.left_out for n in out.notes) == {False: 4, True: 1}
    for what in ("1 entries have tax codes", "negative amounts", "currency of origin"):
        assert what in said
    assert '"Miete ?"' in out.files[0][1].decode("cp437")


def test_a_year_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it begins"):
        SieOptions(created=date(2024, 1, 1), year=(date(2024, 1, 1), date(2023, 1, 1)))
