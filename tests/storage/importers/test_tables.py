"""Tables of other programs: what is decided by looking at the whole table, and what is asked."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import ImportRefused
from storage.importers import read
from storage.importers.flat import MappingRefused
from storage.importers.tables.mapping import Mapping
from tests.storage.conftest import WriteFile
from tests.storage.importers import fuzz

WATER = Path(__file__).resolve().parents[4] / "shared" / "ledgers" / "gl_water_cn"


def signed(side: str, amount: Decimal) -> Decimal:
    """The published extract turned negative amounts to the other side; the file and the reader keep the side."""
    return amount if side == "D" else -amount


HEADS = {
    "en": ("Date", "Number", "Account", "Text", "Debit", "Credit"),
    "de": ("Buchungsdatum", "Belegnummer", "Konto", "Buchungstext", "Soll", "Haben"),
    "fr": ("Date comptable", "Numéro", "Compte", "Libellé", "Débit", "Crédit"),
}
ENTRIES = st.lists(st.integers(1, 10**8).map(lambda n: Decimal(n) / 100), min_size=3, max_size=8)


def spelled(amount: Decimal, mark: str, group: str) -> str:
    whole, _, cents = f"{amount:,.2f}".partition(".")
    return whole.replace(",", group) + mark + cents


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ENTRIES, st.sampled_from(sorted(HEADS)), st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([(".", ""), (",", ""), (",", "."), (".", "'")]),
    st.sampled_from(["{y}-{m:02d}-{d:02d}", "{d:02d}.{m:02d}.{y}", "{y}{m:02d}{d:02d}", "{d}/{m}/{y}"]),
    st.lists(st.sampled_from(["Export of the journal", "Printed 2025", ""]), max_size=3),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)  # fmt: skip
def test_every_spelling_of_a_table_gives_the_same_entries(  # noqa: PLR0917  each is a way to spell it
    tmp_path: Path, amounts: list[Decimal], words: str, separator: str, spelling: tuple[str, str], days: str,
    preamble: list[str], encoding: str,
) -> None:  # fmt: skip
    mark, group = spelling
    if separator in (mark, group):
        separator = ";"
    rows = [*preamble, separator.join(HEADS[words])]
    for n, amount in enumerate(amounts, start=1):
        day, text = days.format(y=2025, m=3, d=12 + n), spelled(amount, mark, group)
        rows.append(separator.join((day, f"R{n}", "004210", f"Büro {n}", text, "")))
        rows.append(separator.join((day, f"R{n}", "1600", f"Büro {n}", "", text)))
    file = tmp_path / "table.csv"
    file.write_bytes(("\r\n".join(rows) + "\r\n").encode(encoding))
    staged = read(file)
    assert not staged.errors
    assert [e.date.day for e in staged.entries] == [12 + n for n in range(1, len(amounts) + 1)]
    assert [[(x.account, x.amount) for x in e.lines] for e in staged.entries] == [
        [("004210", a), ("1600", a)] for a in amounts
    ]


def test_an_open_question_names_what_answers_it(write: WriteFile) -> None:
    rows = "date,account,debit,credit,number\n03/04/2025,1,5.00,,1\n03/04/2025,2,,5.00,1\n"
    with pytest.raises(ImportRefused, match="day/month"):
        read(write("a.csv", rows))
    columns = {"date": "date", "account": "account", "debit": "debit", "credit": "credit", "number": "number"}
    month_first = Mapping(columns=columns, date_order={"date": "mdy"})
    assert read(write("a.csv", rows), mapping=month_first).entries[0].date.month == 3


def test_a_mapping_comes_back_from_json_and_knows_what_it_may_say() -> None:
    made = Mapping(name="ours", header=("a", "b"), columns={"date": "a", "account": "b"}, separator=";", group_by=())
    assert Mapping.from_json(json.loads(json.dumps(made.to_json()))) == made
    with pytest.raises(MappingRefused):
        Mapping.from_json({"separator": "#"})
    with pytest.raises(MappingRefused):
        Mapping.from_json({"colour": "red"})


@pytest.mark.skipif(not WATER.is_dir(), reason="the shared ledgers (../shared/ledgers) are not here")
def test_a_chinese_ledger_is_found_by_its_header_and_read_as_published() -> None:
    staged = read(WATER / "raw" / "journal.xlsx")
    assert (staged.format, staged.errors) == ("xlsx", ())
    assert "Chinese general ledger" in staged.reason
    ours = {e.entry_id: e for e in staged.entries}
    published = [json.loads(row) for row in (WATER / "entries.jsonl").read_text().splitlines()]
    assert len(published) == len(staged.entries) - 7, "entries of more than 20 lines were not published"
    for w in published:
        wanted = Counter((x["account"], signed(x["side"], Decimal(x["amount"]))) for x in w["lines"])
        assert wanted == Counter((x.account, signed(x.side.letter, x.amount)) for x in ours[w["entry_id"]].lines)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_table_is_refused_or_read(seed: int, tmp_path: Path) -> None:
    data = "Date;Konto;Soll;Haben;Nr\n31.03.2025;4210;1.190,00;;1\n31.03.2025;1600;;1.190,00;1\n".encode("cp1252") * 4
    file = tmp_path / "table.csv"
    file.write_bytes(fuzz.mutate(data, seed))
    with contextlib.suppress(ImportRefused):
        assert all(e.difference == 0 for e in read(file).entries)
