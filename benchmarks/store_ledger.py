"""A large generated ledger for the benchmark of the store: texts as a trading firm's journal has them, any size."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from engine.journal import Account, Entry, Line, Side
from storage.records import Staged

LINES_PER_ENTRY = 3.42
_FIRST_DAY, _DAYS = date(2018, 1, 1), 2_555
_THINGS = (
    "Büromaterial", "Miete Büro", "Stromabschlag", "Wareneingang Schrauben", "Telefonrechnung", "Leasing Lieferwagen",
    "Reparatur Stapler", "Honoraires conseil", "Loyer entrepôt", "Achat marchandises", "Frais de transport", "Essence",
    "Office chairs", "Freight inbound", "Software licence", "Cleaning services", "Coffee and water", "Travel to fair",
    "Spende", "Versicherung Kfz", "Fortbildung", "Porto", "Wartung Heizung", "Assurance locaux", "Abonnement presse",
)  # fmt: skip
_NAMES = (
    "Lenz", "Müller", "Hofmann", "Okafor", "Dubois", "Moreau", "Lefèvre", "Bauer", "Petrov", "Nowak", "Rossi", "Jensen",
    "Schäfer", "Ferrari", "Novotný", "Öztürk", "García", "Silva", "Kowalski", "Weber", "Fischer", "Meyer", "Wagner",
)  # fmt: skip
_FORMS = ("GmbH", "AG", "SARL", "SAS", "Ltd", "KG", "e.K.", "SA", "BV", "& Söhne")
_JOURNALS = ("ER Eingangsrechnungen", "AR Ausgangsrechnungen", "BK Bank", "KA Kasse", "LO Lohn")


def ledger(entries: int, seed: int = 0) -> Staged:
    """``entries`` balanced entries of two to six lines, `LINES_PER_ENTRY` each on average, in order of their days."""
    made = tuple(_entries(entries, random.Random(seed)))  # noqa: S311  a repeatable ledger, no secret
    codes = sorted({x.account for e in made for x in e.lines})
    return Staged(
        book_hint="large", format="jsonl", reason="The benchmark made it.",
        accounts=tuple(Account(code=c, name=f"Konto {c}") for c in codes), entries=made, file_sha256="0" * 64,
    )  # fmt: skip


def _entries(count: int, chance: random.Random) -> Iterator[Entry]:
    parties = [f"{n} {f}" for n in _NAMES for f in _FORMS]
    for i in range(count):
        party, thing = chance.choice(parties), chance.choice(_THINGS)
        journal = chance.choices(_JOURNALS, (45, 25, 20, 7, 3))[0]
        yield Entry(
            entry_id=f"{journal[:2]}-{i}", date=_FIRST_DAY + timedelta(days=i * _DAYS // count),
            description=f"{thing} {party} RE {chance.randrange(10_000, 99_999)}", lines=tuple(_lines(chance, party)),
            currency="EUR", journal=journal, number=str(i), document=f"RE-{chance.randrange(10**6)}", position=i,
        )  # fmt: skip


def _lines(chance: random.Random, party: str) -> Iterator[Line]:
    """A gross amount on one side and its parts on the other."""
    parts = chance.choices((1, 2, 3, 5), (15, 50, 24, 11))[0]
    amounts = [Decimal(chance.randrange(100, 500_000)) / 100 for _ in range(parts)]
    side, other = (Side.DEBIT, Side.CREDIT) if chance.random() < 0.7 else (Side.CREDIT, Side.DEBIT)
    for n, amount in enumerate(amounts):
        account = "1576" if n == 1 else f"{chance.choice('34678')}{chance.randrange(40):02d}0"
        label = "" if n == 0 else f"Teil {n} {chance.choice(_THINGS)}"
        yield Line(account=account, side=side, amount=amount, label=label, tax_code="V19" if n == 0 else "")
    gross = sum(amounts, Decimal(0))
    yield Line(account=chance.choice(("1600", "1200", "1400")), side=other, amount=gross, party=party)


_FEC = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip


def write_fec(entries: Iterable[Entry], path: Path) -> Path:
    """The entries as a French audit file, a row a line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\t".join(_FEC) + "\r\n")
        for e in entries:
            code, name = e.journal.split(" ", 1)
            day = e.date.strftime("%Y%m%d")
            for x in e.lines:
                amount = f"{x.amount:f}".replace(".", ",")
                debit, credit = (amount, "0,00") if x.side is Side.DEBIT else ("0,00", amount)
                cells = (code, name, e.number, day, x.account, f"Konto {x.account}", "", x.party, e.document, day,
                         x.label or e.description, debit, credit, "", "", day, "", "")  # fmt: skip
                file.write("\t".join(cells) + "\r\n")
    return path
