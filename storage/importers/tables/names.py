"""What programs call the columns of a journal and of a chart of accounts, in a dozen languages.

Names are compared by `mapping.key_of`: no case, accents, blanks or punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence

from storage.importers.tables.mapping import key_of

_JOURNAL: Map[str, tuple[str, ...]] = {
    "date": (
        "date", "entrydate", "postingdate", "transactiondate", "journaldate", "bookingdate", "voucherdate", "gldate",
        "effectivedate", "accountingdate", "budat", "datum", "buchungsdatum", "belegdatum", "buchungstag",
        "datecomptable", "dateecriture", "dateoperation", "fecha", "fechaasiento", "fechacontable", "data",
        "dataregistrazione", "datamovimento", "boekdatum", "boekingsdatum", "bokforingsdatum", "bilagsdato",
        "verifikationsdatum", "datadoc", "dataksiegowania",
        "日期", "凭证日期", "记账日期", "制单日期", "取引日", "日付", "дата",
    ),
    "journal": (
        "journal", "journalcode", "codejournal", "journaltype", "vouchertype", "transactiontype", "documenttype",
        "blart", "belegart", "buchungskreisjournal", "diario", "giornale", "dagboek", "dagboekcode", "series", "serie",
        "verifikationsserie", "凭证字", "凭证类别",
    ),
    "journal_name": ("journalname", "journallib", "libellejournal"),
    "entry": ("entryid", "entry", "transactionid", "journalid", "txnidx", "externalid"),
    "number": (
        "number", "entrynumber", "entryno", "voucher", "vouchernumber", "voucherno", "numero", "journalno",
        "journalnumber", "journalentry", "transactionnumber", "transactionno", "transno", "txnno", "num", "belnr",
        "ecriturenum", "numeroecriture", "nrecriture", "belegnr", "belegnummer", "buchungsnummer", "buchungsnr",
        "asiento", "numeroasiento", "boekstuknummer", "boekstuk", "boekingsnummer", "verifikationsnummer", "vernr",
        "bilagsnummer", "bilag", "nrdowodu", "numerodocumento", "凭证号", "凭证编号", "凭证类别与编号", "伝票番号",
    ),
    "account": (
        "accountcode", "accountnumber", "accountno", "accountid", "glaccount", "glaccountno", "glaccountnumber",
        "glcode", "nominalcode", "nominalac", "nominalacref", "ledgeraccount", "mainaccount", "mainaccountid", "hkonto",
        "racct", "account", "compte", "numerocompte", "numerodecompte", "ndecompte",
        "numcompte", "comptenum", "nocompte", "konto", "kontonummer",
        "kontonr", "sachkonto", "cuenta", "codigocuenta", "subcuenta", "conto", "codiceconto", "grootboekrekening",
        "rekening", "rekeningnummer", "conta", "codigoconta", "kontont", "nrkonta",
        "科目编码", "科目代码", "会计科目编码",
        "勘定科目コード", "счет",
    ),
    "account_name": (
        "accountname", "accountlabel", "accountdescription", "accounttitle", "glaccountname", "nominalname",
        "libellecompte", "comptelib", "intitulecompte", "nomducompte", "kontobezeichnung", "kontoname", "kontotext",
        "kontobenamning", "kontonavn", "nombrecuenta", "nomecuenta", "descrizioneconto", "rekeningnaam", "nomeconta",
        "nazwakonta", "科目名称", "会计科目", "勘定科目",
    ),
    "description": (
        "narration", "entrydescription", "journaldescription", "journalmemo", "journalnarration", "headertext", "bktxt",
        "userremark", "description", "memo", "memodescription", "text", "buchungstext", "libelle", "ecriturelib",
        "libelleecriture", "details", "particulars", "concepto", "descripcion", "descrizione", "causale",
        "omschrijving", "verifikationstext", "bilagstekst", "descricao", "opis", "摘要", "摘要说明", "適用", "описание",
        "comment", "remarks", "note",
    ),
    "label": ("label", "linedescription", "linelabel", "linememo", "linetext", "itemtext", "sgtxt", "positionstext"),
    "debit": (
        "debit", "debits", "debitamount", "amountdebit", "debitamt", "dr", "dramount", "debitlocal", "soll",
        "sollbetrag", "betragsoll", "umsatzsoll", "debitmontant", "montantdebit", "debe", "importedebe", "dare",
        "importodare", "debet", "debetbedrag", "debito", "wn", "kwotawn", "借方金额", "借方", "借方発生額", "дебет",
    ),
    "credit": (
        "credit", "credits", "creditamount", "amountcredit", "creditamt", "cr", "cramount", "creditlocal", "haben",
        "habenbetrag", "betraghaben", "umsatzhaben", "creditmontant", "montantcredit", "haber", "importehaber", "avere",
        "importoavere", "kredit", "creditbedrag", "credito", "ma", "kwotama", "贷方金额", "贷方", "貸方金額", "кредит",
    ),
    "amount": (
        "amount", "netamount", "amountlocal", "amountinlocalcurrency", "amountlc", "localamount", "baseamount",
        "accountedamount", "dmbtr", "hsl", "montant", "betrag", "umsatz", "betragineuro", "betraginhauswahrung",
        "importe", "importo", "bedrag", "belopp", "belop", "valor", "kwota", "金额", "金額", "сумма",
    ),
    "side": (
        "side", "sens", "dc", "drcr", "debitcredit", "debitcreditindicator", "dcindicator", "shkzg", "drcrk", "sh",
        "sollhaben", "sollhabenkennzeichen", "sollhabenkennz", "amounttype", "debehaber", "dareavere", "afbij",
        "方向", "借贷方向", "借贷",
    ),
    "party": (
        "party", "partyname", "tiers", "partner", "partnername", "contact", "contactname", "customervendor", "payee",
        "customer", "vendor", "supplier", "client", "fournisseur", "complib", "compauxlib", "kunde", "lieferant",
        "geschaftspartner", "tercero", "relatie", "relatienaam", "kontrahent", "客户名称", "往来单位",
    ),
    "other_party": ("kunnr", "suppliername", "vendorname", "供应商名称"),
    "document": (
        "document", "documentnumber", "documentno", "documentref", "reference", "referenceno", "referencenumber", "ref",
        "refno", "piece", "pieceref", "nopiece", "numeropiece", "xblnr", "belegfeld1", "referenz", "rechnungsnummer",
        "invoiceno", "invoicenumber", "factura", "documento", "factuurnummer", "附件号",
    ),
    "document_date": ("documentdate", "docdate", "invoicedate", "piecedate", "datepiece", "bldat", "rechnungsdatum"),
    "currency": ("currency", "currencycode", "devise", "wahrung", "waehrung", "moneda", "valuta", "waers", "rhcur",
                 "commodity", "币种", "通貨"),
    "tax_code": ("taxcode", "vatcode", "taxrate", "gstcode", "codetva", "tvacode", "steuerschlussel", "mwskz",
                 "buschlussel", "btwcode", "momskod", "codigoiva", "税码"),
    "original_amount": ("originalamount", "amountcurrency", "foreignamount", "montantdevise",
                        "amountinforeigncurrency"),
    "original_currency": ("originalcurrency", "foreigncurrency", "idevise"),
    "company": ("bukrs", "rbukrs", "companycode", "buchungskreis"),
    "fiscal_year": ("gjahr", "fiscalyear", "geschaftsjahr", "exercice"),
}  # fmt: skip

# The same word is the one or the other: the second where another column is the first already.
_EITHER: Map[str, str] = {
    **dict.fromkeys(("account", "konto", "compte", "cuenta", "conto", "rekening", "conta"), "account_name"),
    **dict.fromkeys(("description", "memo", "details", "text", "memodescription", "libelle"), "label"),
    **dict.fromkeys(("postingdate", "voucherdate"), ""),
}  # fmt: skip

_CHART: Map[str, tuple[str, ...]] = {
    "account": (*_JOURNAL["account"], "code", "number", "nr", "accountnumberfull", "nominal", "codigo", "codice",
                "kod"),
    "account_name": (
        *_JOURNAL["account_name"], "name", "title", "label", "libelle", "intitule", "bezeichnung", "benamning", "navn",
        "nombre", "nome", "naam", "nazwa", "description", "kontobeschriftung", "名称",
    ),
    "type": (
        "type", "accounttype", "accountclass", "class", "category", "accountcategory", "roottype", "typ", "kontoart",
        "kontotyp", "kontoklasse", "typecompte", "tipo", "tipocuenta", "tipoconto", "kontotype", "类别", "科目类别",
    ),
    "parent": (
        "parent", "parentaccount", "parentcode", "parentaccountnumber", "parentnumber", "parentid", "group",
        "groupcode", "ubergeordnet", "parentname", "compteparent", "cuentapadre", "上级科目",
    ),
    "opened": ("opened", "validfrom", "startdate", "opendate", "gultigab", "gueltigab", "debutvalidite"),
    "closed": ("closed", "validto", "validuntil", "enddate", "closedate", "gultigbis", "gueltigbis", "finvalidite"),
    "control": ("control", "iscontrol", "reconcile", "sammelkonto"),
}  # fmt: skip

_CURRENCY = re.compile(r"[\s\-]*(?:[(\[](?:[A-Z]{3}|[€$£¥])[)\]]|\b(?:in )?[A-Z]{3})\s*$")  # Debit (EUR), Soll in EUR
JOURNAL = {key_of(n): role for role, names in reversed(list(_JOURNAL.items())) for n in names}
CHART = {key_of(n): role for role, names in reversed(list(_CHART.items())) for n in names}
_RANK = {role: {key_of(n): at for at, n in enumerate(names)} for role, names in (*_CHART.items(), *_JOURNAL.items())}

# Rows whose first text begins so hold sums, whatever their columns say.
TOTALS = (
    "total", "totals", "totaux", "subtotal", "sub-total", "sous-total", "grand total", "summe", "gesamt",
    "gesamtsumme", "zwischensumme", "saldo", "endsaldo", "anfangssaldo", "ubertrag", "uebertrag", "suma", "totale",
    "totaal", "opening balance", "closing balance", "beginning balance", "solde", "a reporter", "report",
    "'opening'", "'total'", "'closing (opening + total)'", "closing (opening + total)", "合计", "总计", "小计",
    "本月合计", "本年累计", "累计", "過次页", "过次页", "承前页",
)  # fmt: skip

DEBITS = frozenset({
    "d", "s", "dr", "debit", "debits", "soll", "+", "+1", "1", "debe", "dare", "debet", "af", "wn", "借", "借方",
    "дебет",
})  # fmt: skip
CREDITS = frozenset({
    "c", "h", "cr", "credit", "credits", "haben", "-", "-1", "haber", "avere", "kredit", "bij", "ma", "k", "貸", "贷",
    "贷方", "貸方", "кредит",
})  # fmt: skip


def journal_columns(names: Sequence[str]) -> dict[str, str]:
    """Role to column of a journal's header. The same word may be a code's column or, beside one, its name's."""
    found = _best(names, JOURNAL)
    for name in names:
        key = key_of(name)
        other = _EITHER.get(key)
        if other and name not in found.values() and other not in found and JOURNAL.get(key) in found:
            found[other] = name
    if "account" not in found and "account_name" in found:
        found["account"] = found.pop("account_name")  # programs that know accounts by name only
    return found


def chart_columns(names: Sequence[str]) -> dict[str, str]:
    """Role to column of a chart's header. An account without a code of its own goes by its name."""
    found = _best(names, CHART)
    if "account" not in found and "account_name" in found and {"type", "parent"} & found.keys():
        found["account"] = found["account_name"]
    return found


def is_journal(found: Map[str, str]) -> bool:
    """Whether the columns are all that entries need."""
    amounts = {"debit", "credit"} <= found.keys() or "amount" in found
    return {"date", "account"} <= found.keys() and amounts


def is_chart(found: Map[str, str]) -> bool:
    """Whether the columns are those of accounts and not of bookings."""
    return {"account", "account_name"} <= found.keys()


def _best(names: Sequence[str], known: Map[str, str]) -> dict[str, str]:
    """Each role's column: of two that could be it the one whose word is the surer, then the first."""
    found: dict[str, str] = {}
    for name in names:
        key = key_of(name)
        if key not in known:
            key = key_of(_CURRENCY.sub("", name))
        role = known.get(key, "")
        if not role:
            continue
        rank = _RANK[role]
        if role not in found or rank.get(key, 99) < rank.get(key_of(found[role]), 99):
            found[role] = name
    return found
