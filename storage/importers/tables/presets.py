"""Mappings for the tables of known programs, found by the names of their columns.

Where a program's names are known in full, the header's fingerprint finds the preset; where programs let people choose
the columns of an export, the names that no other program has find it.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from storage.importers.tables.mapping import INVERSE, SIDE, SIGNED, START, TWO, Mapping, fingerprint, key_of

__all__ = ["INVERSE", "PRESETS", "Preset", "preset_for"]


@dataclass(frozen=True, slots=True)
class Preset:
    """A mapping whose columns have several names each; ``needs`` are the names (any of a group) that tell it."""

    mapping: Mapping
    needs: tuple[tuple[str, ...], ...] = ()
    names: Map[str, tuple[str, ...]] = field(default_factory=dict)

    def fits(self, names: Sequence[str]) -> Mapping | None:
        """The mapping with the columns of this header; None for another program's."""
        if self.mapping.header:
            same = fingerprint("", self.mapping.header) == fingerprint("", names)
            return replace(self.mapping, columns=self._columns(names)) if same else None
        keys = {key_of(n) for n in names}
        if not all(keys & set(map(key_of, group)) for group in self.needs):
            return None
        return replace(self.mapping, columns=self._columns(names))

    def _columns(self, names: Sequence[str]) -> dict[str, str]:
        """Each role's column: the first of its names that is there."""
        by_key = {key_of(n): n for n in reversed(names)}
        found = {}
        for role, candidates in self.names.items():
            if name := next((by_key[k] for c in candidates if (k := key_of(c)) in by_key), None):
                found[role] = name
        return found


def preset_for(names: Sequence[str]) -> Mapping | None:
    """The preset that knows a header."""
    return next((found for p in PRESETS if (found := p.fits(names)) is not None), None)


_QUICKBOOKS = Preset(
    Mapping(name="QuickBooks Online journal entries", layout=TWO, continued=True, group_by=("number",)),
    (("JournalNo", "Journal No"), ("JournalDate", "Journal Date"), ("AccountName", "Account"), ("Debits",),
     ("Credits",)),
    {
        "number": ("JournalNo",), "date": ("JournalDate",), "account": ("AccountName", "Account"), "debit": ("Debits",),
        "credit": ("Credits",), "label": ("Description", "Memo"), "party": ("Name",), "currency": ("Currency",),
    },
)  # fmt: skip
_QUICKBOOKS_REPORT = Preset(
    Mapping(name="QuickBooks Online journal report", layout=TWO, continued=True, group_by=(START,)),
    (("Transaction Type",), ("Num", "No."), ("Account",), ("Debit",), ("Credit",)),
    {
        "date": ("Date", "Transaction Date"), "journal": ("Transaction Type",), "document": ("Num", "No."),
        "account": ("Account",), "label": ("Memo/Description", "Memo", "Description"), "party": ("Name",),
        "debit": ("Debit",), "credit": ("Credit",), "currency": ("Currency",),
    },
)  # fmt: skip
_XERO_MANUAL = Preset(
    Mapping(name="Xero manual journals", layout=SIGNED, group_by=("date", "description")),
    (("Narration",), ("AccountCode",), ("TaxRate",), ("Amount",)),
    {
        "description": ("Narration",), "date": ("Date",), "label": ("Description",), "account": ("AccountCode",),
        "tax_code": ("TaxRate",), "amount": ("Amount",),
    },
)  # fmt: skip
_XERO_REPORT = Preset(
    Mapping(name="Xero journal report", layout=TWO),
    (("JournalDate", "Journal Date", "Date"), ("Source",), ("AccountCode", "Account Code"), ("Debit",), ("Credit",)),
    {
        "date": ("JournalDate", "Date"), "number": ("JournalNumber", "Journal No", "ID"), "journal": ("Source",),
        "party": ("Contact",), "label": ("Description",), "document": ("Reference",), "account": ("AccountCode",),
        "account_name": ("Account", "AccountName"), "debit": ("Debit",), "credit": ("Credit",),
        "tax_code": ("TaxRate", "Tax Rate Name"),
    },
)  # fmt: skip
_SAGE_50 = Preset(
    Mapping(
        name="Sage 50 UK audit trail", layout=SIDE, sides={"JD": "D", "JC": "C"}, date_order={"date": "dmy"},
        group_by=("date", "document"),
    ),
    (("Type",), ("Nominal A/C Ref", "Nominal Code", "N/C"), ("Net Amount", "Net"), ("Reference", "Ref")),
    {
        "side": ("Type",), "account": ("Nominal A/C Ref", "Nominal Code", "N/C"), "date": ("Date",),
        "document": ("Reference", "Ref"), "label": ("Details",), "amount": ("Net Amount", "Net"),
        "tax_code": ("Tax Code", "T/C"), "party": ("Account Reference", "A/C"),
    },
)  # fmt: skip
_ODOO = Preset(
    Mapping(name="Odoo journal entries", layout=TWO, continued=True, after={"account": "_", "journal": "_"}),
    (("line_ids/debit",), ("line_ids/credit",), ("line_ids/account_id/id", "line_ids/account_id")),
    {
        "entry": ("id",), "journal": ("journal_id/id", "journal_id"), "date": ("date",), "document": ("ref",),
        "account": ("line_ids/account_id/id", "line_ids/account_id"), "label": ("line_ids/name",),
        "party": ("line_ids/partner_id/id", "line_ids/partner_id"), "debit": ("line_ids/debit",),
        "credit": ("line_ids/credit",), "currency": ("currency_id/id", "currency_id"), "number": ("name",),
    },
)  # fmt: skip
_ERPNEXT = Preset(
    Mapping(name="ERPNext journal entries", layout=TWO, continued=True),
    (("Posting Date",), ("Account (Accounting Entries)",),
     ("Debit (Accounting Entries)", "Debit in Company Currency (Accounting Entries)"),
     ("Credit (Accounting Entries)", "Credit in Company Currency (Accounting Entries)")),
    {
        "entry": ("ID",), "journal": ("Entry Type",), "date": ("Posting Date",), "description": ("User Remark",),
        "account": ("Account (Accounting Entries)",), "party": ("Party (Accounting Entries)",),
        "debit": ("Debit in Company Currency (Accounting Entries)", "Debit (Accounting Entries)"),
        "credit": ("Credit in Company Currency (Accounting Entries)", "Credit (Accounting Entries)"),
        "document": ("Reference Number",), "label": ("User Remark (Accounting Entries)",),
    },
)  # fmt: skip
_SAP = {
    "company": ("BUKRS", "RBUKRS"), "number": ("BELNR",), "fiscal_year": ("GJAHR", "RYEAR"), "journal": ("BLART",),
    "date": ("BUDAT",), "document_date": ("BLDAT",), "document": ("XBLNR",), "label": ("SGTXT",),
    "description": ("BKTXT",), "party": ("LIFNR",), "other_party": ("KUNNR",), "tax_code": ("MWSKZ",),
}  # fmt: skip
_SAP_ITEMS = Preset(
    Mapping(name="SAP FBL3N or BSEG", layout=SIDE, group_by=("company", "number", "fiscal_year")),
    (("BELNR",), ("HKONT",), ("SHKZG",), ("DMBTR",)),
    # The amount is in the company's currency, so WAERS, that of the document, is the original one.
    {**_SAP, "account": ("HKONT",), "side": ("SHKZG",), "amount": ("DMBTR",), "original_amount": ("WRBTR",),
     "original_currency": ("WAERS",), "currency": ("HWAER",)},
)  # fmt: skip
_SAP_UNIVERSAL = Preset(
    Mapping(name="SAP ACDOCA", layout=SIGNED, group_by=("company", "number", "fiscal_year")),
    (("BELNR",), ("RACCT",), ("HSL",)),
    {**_SAP, "account": ("RACCT",), "amount": ("HSL",), "currency": ("RHCUR",)},
)
_CHINESE_LEDGER = Preset(
    Mapping(
        name="Chinese general ledger with auxiliary codes", currency="CNY", layout=TWO, journal_in_number=True,
        group_by=("month", "number"),
        header=(
            "日期", "凭证类别与编号", "摘要", "科目名称", "科目编码", "借方金额", "贷方金额", "部门编码", "个人编码",
            "客户编码", "供应商编码", "项目编码", "部门名称", "个人名称", "客户名称", "供应商名称",
        ),
    ),
    (),
    {
        "date": ("日期",), "number": ("凭证类别与编号",), "description": ("摘要",), "account_name": ("科目名称",),
        "account": ("科目编码",), "debit": ("借方金额",), "credit": ("贷方金额",), "party": ("客户名称",),
        "other_party": ("供应商名称",),
    },
)  # fmt: skip

PRESETS = (
    _QUICKBOOKS, _QUICKBOOKS_REPORT, _XERO_MANUAL, _XERO_REPORT, _SAGE_50, _ODOO, _ERPNEXT, _SAP_ITEMS, _SAP_UNIVERSAL,
    _CHINESE_LEDGER,
)  # fmt: skip
