from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.journal import Entry, Kind, teaches
from storage.importers.kinds import apply, opening_by_name, propose
from tests.builders import an_entry


def of(journal: str, day: date = date(2024, 1, 1), text: str = "x", *lines: str) -> Entry:
    return an_entry(text, *(lines or ("D 5120 1", "C 1010 1")), journal=journal, date=day)


def kind_of(code: str, name: str, *entries: Entry) -> Kind:
    text = f"{code} {name}".strip()
    (found,) = [
        j
        for j in propose([replace(e, journal=e.journal or text) for e in entries], [(text, code, name)])
        if j.code == code
    ]
    return found.kind


OTHERS = (of("BQ", date(2024, 1, 2)), of("BQ", date(2024, 6, 1)))


@pytest.mark.parametrize(
    ("code", "name", "day", "kind"),
    [
        ("AN", "A NOUVEAU", date(2024, 1, 1), Kind.OPENING),
        ("ANO", "A NOUVEAUX", date(2024, 4, 1), Kind.OPENING),
        ("AD", "A Nouveaux Détaillés", date(2024, 1, 1), Kind.OPENING),
        ("RAN", "Reports à nouveau", date(2024, 1, 1), Kind.OPENING),
        ("OUV", "Journal d'ouverture", date(2024, 1, 1), Kind.OPENING),
        ("AN", "OD54", date(2024, 1, 1), Kind.OPENING),
        ("AN", "", date(2024, 1, 1), Kind.OPENING),
        ("EB", "Eröffnungsbilanz", date(2024, 1, 1), Kind.OPENING),
        ("AN", "ANNULATIONS", date(2024, 5, 3), Kind.NORMAL),
        ("AD", "Administration", date(2024, 1, 1), Kind.NORMAL),
        ("CLO", "Clôture", date(2024, 12, 31), Kind.CLOSING),
        ("OD", "Ecritures de clôture", date(2024, 12, 31), Kind.CLOSING),
        ("EX", "EXTRA COMPTABLE", date(2024, 7, 13), Kind.NORMAL),
        ("ACH", "ACHATS", date(2024, 1, 1), Kind.NORMAL),
        ("BAN", "Banque", date(2024, 1, 1), Kind.NORMAL),
    ],
)
def test_a_journals_kind_follows_code_name_and_dates(code: str, name: str, day: date, kind: Kind) -> None:
    assert kind_of(code, name, of("", day), *OTHERS) is kind


def test_every_proposal_gives_its_reason_and_count() -> None:
    journals = propose([of("AN A NOUVEAU"), *OTHERS])
    assert [(j.code, j.name, j.entries) for j in journals] == [("AN", "A NOUVEAU", 1), ("BQ", "", 2)]
    assert all(j.reason for j in journals)
    assert "A NOUVEAU" in journals[0].reason


def test_openings_do_not_teach_and_the_others_do() -> None:
    entries = [of("AN A NOUVEAU"), *OTHERS]
    found = apply(entries, propose(entries))
    assert [teaches(e) for e in found] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "account", "kind"),
    [
        ("CHARGES A PAYER", "468600", Kind.ACCRUAL),
        ("Factures non parvenues EDF", "408100", Kind.ACCRUAL),
        ("CCA assurance", "486000", Kind.ACCRUAL),
        ("EXTOURNE CCA assurance", "486000", Kind.ACCRUAL_RELEASE),
        ("CHARGES A PAYER", "401000", Kind.NORMAL),  # the words without the account
        ("Paiement facture", "408100", Kind.NORMAL),  # the account without the words
        ("CCAS DE LYON", "486000", Kind.NORMAL),  # a word that only begins like it
    ],
)
def test_an_accrual_needs_both_the_words_and_the_account(text: str, account: str, kind: Kind) -> None:
    entry = of("OD", date(2024, 12, 31), text, "D 613000 1", f"C {account} 1")
    assert apply([entry], propose([entry]))[0].kind is kind


def test_a_kind_that_the_source_gives_stays() -> None:
    entry = replace(of("AN A NOUVEAU"), kind=Kind.REVERSAL)
    assert apply([entry], propose([entry]))[0].kind is Kind.REVERSAL


def test_only_openings_call_themselves_so() -> None:
    assert opening_by_name("AD", "A Nouveaux Détaillés")
    assert not opening_by_name("ac", "Achats")
