"""Which columns of a table are those of a bank's list of movements: by their usual names in seven languages.

Such a table differs from a journal by what it lacks: nobody names the account on the other side.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.importers.cells import column_key
from storage.importers.reader import Head
from storage.importers.source import rows_of

_NAMES: Mapping[str, tuple[str, ...]] = {
    "booked": (
        "buchungstag", "buchungsdatum", "buchung", "bookingdate", "postingdate", "posteddate", "posted", "date",
        "datum", "transactiondate", "completeddate", "datecomptable", "dateoperation", "datedoperation",
        "datedecomptabilisation", "fecha", "data", "bokforingsdag", "boekdatum", "transactiondatetime", "dateofbooking",
    ),
    "valued": ("valutadatum", "valuta", "wertstellung", "wertstellungstag", "valuedate", "datevaleur", "datedevaleur",
               "fechavalor", "rentedatum", "startdate", "valor"),
    "amount": ("betrag", "umsatz", "amount", "montant", "importe", "importo", "belopp", "bedrag",
               "transactionamount"),
    "debit": ("debit", "debitamount", "soll", "lastschrift", "belastung", "ausgang", "moneyout", "paidout",
              "withdrawal", "withdrawals", "debiteur", "af", "ausgaben", "payments", "out"),
    "credit": ("credit", "creditamount", "haben", "gutschrift", "eingang", "moneyin", "paidin", "deposit", "deposits",
               "crediteur", "bij", "einnahmen", "receipts", "in"),
    "side": ("sollhaben", "sh", "dc", "debitcredit", "sens", "drcr", "afbij", "creditdebitindicator", "type"),
    "text": (
        "verwendungszweck", "buchungstext", "description", "details", "text", "libelle", "memo", "narrative",
        "reference", "transactiondescription", "bookingtext", "communication", "concepto", "descrizione",
        "omschrijving",
        "mededelingen", "notiz", "betreff", "libelleoperation", "label", "transactiondetails", "particulars",
        "zahlungszweck",
    ),
    "party": (
        "beguenstigterzahlungspflichtiger", "begunstigterzahlungspflichtiger", "auftraggeberempfanger", "empfanger",
        "auftraggeber", "auftraggeberbegunstigter", "namezahlungsbeteiligter", "zahlungsempfanger",
        "zahlungspflichtiger", "payee",
        "counterparty", "counterpartyname", "partner", "partnername", "name", "tiers", "beneficiary", "naamtegenpartij",
        "contrepartie", "beneficiaire", "zahlungsempfangerin",
    ),
    "party_account": (
        "kontonummeriban", "iban", "ibanzahlungsbeteiligter", "kontonummer", "counterpartyaccount", "counterpartyiban",
        "tegenrekening", "ibandesauftraggebers", "partneriban", "ibancontrepartie", "partneraccount",
    ),
    "own": ("auftragskonto", "account", "accountnumber", "konto", "kontonr", "compte", "numerodecompte", "rekening",
            "ownaccount", "ibanauftragskonto", "accountno", "ibankonto", "accountiban", "number"),
    "currency": ("wahrung", "currency", "devise", "waehrung", "divisa", "valutacode", "ccy"),
    "balance": ("saldo", "balance", "solde", "saldonachbuchung", "runningbalance", "kontostand",
                "accountbalance", "saldonamutatie"),
    "reference": ("transactionid", "bankreference", "referenz", "bankreferenz", "id", "transaktionsid",
                  "referencebancaire",
                  "transactionreference", "buchungsreferenz"),
    "end_to_end": ("endtoendreferenz", "kundenreferenzendtoend", "endtoendid", "kundenreferenz"),
}  # fmt: skip
_OUT = """
s d dr debit debet debito soll af uit out - dbit belastung lastschrift ausgang withdrawal paidout moneyout dare cargo
sortie wyplata obciazenie
"""
_IN = """
h c k cr credit kredit credito haben bij in + crdt gutschrift eingang deposit paidin moneyin avere abono entree wplata
uznanie
"""
SIDES: Mapping[str, str] = dict.fromkeys(_OUT.split(), "out") | dict.fromkeys(_IN.split(), "in")  # by folded word
_COLUMN = {name: column for column, names in _NAMES.items() for name in names}
_SEPARATORS = (";", ",", "\t", "|")
_CURRENCY_BEHIND = re.compile(r"(in)?(eur|euros?|chf|usd|gbp|sek|nok|dkk|pln|czk)$")  # Amount (EUR)
PREAMBLE = 40  # rows that a bank may write above its table
_JOURNAL = frozenset({
    "journal", "journalcode", "codejournal", "entry", "entryid", "entryno", "entrynumber", "accountcode", "accountname",
    "gegenkonto", "contraaccount", "ecriturenum", "comptenum", "side", "vouchernumber", "journalno", "journalnumber",
    "line", "lineno", "taxcode", "konto", "kontoohnegegenkonto",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table begins, and each known column's name in it. Several columns may make up the text."""

    row: int  # of the header, from 0
    separator: str
    columns: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...]


def looks_like(head: Head) -> bool:
    rows = rows_of(head.text.replace("\0", ""))
    layout = layout_of(rows)
    if layout is None:
        return False
    own = layout.columns.get("own")
    return own is None or _one_account(rows[layout.row + 1 :], layout, own[0])


def layout_of(rows: Sequence[str]) -> Layout | None:
    """The first row that names day, amount and text of a bank's movements; None where there is none."""
    for number, row in enumerate(rows[:PREAMBLE]):
        separator = max(_SEPARATORS, key=row.count)
        if row.count(separator) < 2:
            continue
        names = tuple(c.strip() for c in next(csv.reader([row], delimiter=separator), []))
        if layout := _columns(number, separator, names):
            return layout
    return None


def _columns(row: int, separator: str, names: tuple[str, ...]) -> Layout | None:
    keys = [column_key(n) for n in names]
    found: dict[str, tuple[str, ...]] = {}
    for name, key in zip(names, keys, strict=True):
        column = _COLUMN.get(key) or _COLUMN.get(_CURRENCY_BEHIND.sub("", key))
        if column == "text":
            found["text"] = (*found.get("text", ()), name)
        elif column:
            found.setdefault(column, (name,))
    if len(set(names)) < len(names) or not ({"text", "party"} & found.keys()) or "booked" not in found:
        return None
    if "amount" not in found and not {"debit", "credit"} <= found.keys():
        return None
    # A journal names accounts; only what no journal has makes an account column that of the bank's own account.
    bank = {"balance", "valued", "party_account", "end_to_end"} & found.keys() or "auftragskonto" in keys
    if (_JOURNAL & set(keys) or "own" in found) and not bank:
        return None
    if {"journal", "journalcode", "accountcode", "ecriturenum", "comptenum", "entryid"} & set(keys):
        return None
    return Layout(row, separator, found, names)


def _one_account(rows: Sequence[str], layout: Layout, name: str) -> bool:
    """Whether a column of accounts holds the same one in every row."""
    at = layout.names.index(name)
    try:
        cells = {r[at].strip() for r in csv.reader(rows, delimiter=layout.separator) if len(r) == len(layout.names)}
    except csv.Error:
        return False
    return len(cells) <= 1
