"""Small SAF-T files of each dialect, written after the published structures."""

from __future__ import annotations

NORWEGIAN = """<?xml version="1.0" encoding="UTF-8"?>
<n1:AuditFile xmlns:n1="urn:StandardAuditFile-Taxation-Financial:NO">
<n1:Header><n1:AuditFileVersion>1.30</n1:AuditFileVersion><n1:AuditFileCountry>NO</n1:AuditFileCountry>
<n1:DefaultCurrencyCode>NOK</n1:DefaultCurrencyCode></n1:Header>
<n1:MasterFiles><n1:GeneralLedgerAccounts>
<n1:Account><n1:AccountID>1500</n1:AccountID><n1:AccountDescription>Kundefordringer</n1:AccountDescription>
<n1:GroupingCategory>balanseverdiForOmloepsmiddel</n1:GroupingCategory><n1:GroupingCode>1500</n1:GroupingCode>
<n1:AccountType>GL</n1:AccountType><n1:OpeningDebitBalance>10.00</n1:OpeningDebitBalance></n1:Account>
<n1:Account><n1:AccountID>2700</n1:AccountID><n1:AccountDescription>Utgående mva</n1:AccountDescription>
<n1:StandardAccountID>27</n1:StandardAccountID><n1:AccountType>GL</n1:AccountType></n1:Account>
<n1:Account><n1:AccountID>3000</n1:AccountID><n1:AccountDescription>Salg</n1:AccountDescription>
<n1:StandardAccountID>30</n1:StandardAccountID><n1:AccountType>GL</n1:AccountType></n1:Account>
</n1:GeneralLedgerAccounts>
<n1:Customers><n1:Customer><n1:Name>Fjord AS</n1:Name><n1:Address><n1:City>Bergen</n1:City></n1:Address>
<n1:CustomerID>10001</n1:CustomerID><n1:BalanceAccount><n1:AccountID>1500</n1:AccountID></n1:BalanceAccount>
</n1:Customer></n1:Customers></n1:MasterFiles>
<n1:GeneralLedgerEntries><n1:NumberOfEntries>2</n1:NumberOfEntries><n1:TotalDebit>1375.00</n1:TotalDebit>
<n1:TotalCredit>1375.00</n1:TotalCredit>
<n1:Journal><n1:JournalID>SA</n1:JournalID><n1:Description>Salg</n1:Description><n1:Type>A</n1:Type>
<n1:Transaction><n1:TransactionID>17</n1:TransactionID><n1:Period>1</n1:Period><n1:PeriodYear>2024</n1:PeriodYear>
<n1:TransactionDate>2024-01-31</n1:TransactionDate><n1:Description>Faktura 55</n1:Description>
<n1:SystemEntryDate>2024-02-02</n1:SystemEntryDate><n1:GLPostingDate>2024-02-02</n1:GLPostingDate>
<n1:Line><n1:RecordID>1</n1:RecordID><n1:AccountID>1500</n1:AccountID>
<n1:Analysis><n1:AnalysisType>A</n1:AnalysisType><n1:AnalysisID>9</n1:AnalysisID></n1:Analysis>
<n1:SourceDocumentID>F55</n1:SourceDocumentID><n1:CustomerID>10001</n1:CustomerID>
<n1:Description>Fjord</n1:Description><n1:DebitAmount><n1:Amount>1250.00</n1:Amount>
<n1:CurrencyCode>EUR</n1:CurrencyCode><n1:CurrencyAmount>125.00</n1:CurrencyAmount>
<n1:ExchangeRate>10</n1:ExchangeRate></n1:DebitAmount></n1:Line>
<n1:Line><n1:RecordID>2</n1:RecordID><n1:AccountID>3000</n1:AccountID><n1:Description>Vare</n1:Description>
<n1:CreditAmount><n1:Amount>1000.00</n1:Amount></n1:CreditAmount>
<n1:TaxInformation><n1:TaxType>MVA</n1:TaxType><n1:TaxCode>3</n1:TaxCode><n1:TaxPercentage>25</n1:TaxPercentage>
<n1:TaxAmount><n1:Amount>250.00</n1:Amount></n1:TaxAmount></n1:TaxInformation></n1:Line>
<n1:Line><n1:RecordID>3</n1:RecordID><n1:AccountID>2700</n1:AccountID>
<n1:CreditAmount><n1:Amount>250.00</n1:Amount></n1:CreditAmount></n1:Line>
<n1:Line><n1:RecordID>4</n1:RecordID><n1:AccountID>3000</n1:AccountID>
<n1:CreditAmount><n1:Amount>0.00</n1:Amount></n1:CreditAmount></n1:Line>
</n1:Transaction>
<n1:Transaction><n1:TransactionID>18</n1:TransactionID><n1:TransactionDate>2024-02-01</n1:TransactionDate>
<n1:Description>Kreditnota</n1:Description>
<n1:Line><n1:RecordID>1</n1:RecordID><n1:AccountID>1500</n1:AccountID><n1:CustomerID>77</n1:CustomerID>
<n1:DebitAmount><n1:Amount>-125.00</n1:Amount></n1:DebitAmount></n1:Line>
<n1:Line><n1:RecordID>2</n1:RecordID><n1:AccountID>3000</n1:AccountID>
<n1:CreditAmount><n1:Amount>-125.00</n1:Amount></n1:CreditAmount></n1:Line></n1:Transaction>
<n1:Transaction><n1:TransactionID>19</n1:TransactionID><n1:TransactionDate>2024-02-01</n1:TransactionDate>
<n1:Line><n1:RecordID>1</n1:RecordID><n1:AccountID>1500</n1:AccountID>
<n1:DebitAmount><n1:Amount>250.00</n1:Amount></n1:DebitAmount></n1:Line>
<n1:Line><n1:RecordID>2</n1:RecordID><n1:AccountID>1500</n1:AccountID>
<n1:CreditAmount><n1:Amount>250.00</n1:Amount></n1:CreditAmount></n1:Line></n1:Transaction>
</n1:Journal></n1:GeneralLedgerEntries></n1:AuditFile>
"""

ROMANIAN = """<?xml version="1.0" encoding="UTF-8"?>
<nsSAFT:AuditFile xmlns:nsSAFT="mfp:anaf:dgti:d406:declaratie:v1"><nsSAFT:Header>
<nsSAFT:AuditFileCountry>RO</nsSAFT:AuditFileCountry><nsSAFT:DefaultCurrencyCode>RON</nsSAFT:DefaultCurrencyCode>
</nsSAFT:Header><nsSAFT:MasterFiles><nsSAFT:GeneralLedgerAccounts>
<nsSAFT:Account><nsSAFT:AccountID>4111</nsSAFT:AccountID><nsSAFT:AccountDescription>Clienți</nsSAFT:AccountDescription>
<nsSAFT:StandardAccountID>4111</nsSAFT:StandardAccountID><nsSAFT:AccountType>Activ</nsSAFT:AccountType></nsSAFT:Account>
<nsSAFT:Account><nsSAFT:AccountID>4427</nsSAFT:AccountID><nsSAFT:AccountType>Pasiv</nsSAFT:AccountType></nsSAFT:Account>
<nsSAFT:Account><nsSAFT:AccountID>707</nsSAFT:AccountID><nsSAFT:AccountType>Pasiv</nsSAFT:AccountType></nsSAFT:Account>
<nsSAFT:Account><nsSAFT:AccountID>473</nsSAFT:AccountID>
<nsSAFT:AccountType>Bifunctional</nsSAFT:AccountType></nsSAFT:Account>
</nsSAFT:GeneralLedgerAccounts><nsSAFT:Customers><nsSAFT:Customer><nsSAFT:CompanyStructure>
<nsSAFT:Name>Carpați SRL</nsSAFT:Name></nsSAFT:CompanyStructure><nsSAFT:CustomerID>0012345678</nsSAFT:CustomerID>
<nsSAFT:AccountID>4111</nsSAFT:AccountID></nsSAFT:Customer></nsSAFT:Customers></nsSAFT:MasterFiles>
<nsSAFT:GeneralLedgerEntries><nsSAFT:Journal><nsSAFT:JournalID>VZ</nsSAFT:JournalID>
<nsSAFT:Description>Vânzări</nsSAFT:Description><nsSAFT:Type>VZ</nsSAFT:Type>
<nsSAFT:Transaction><nsSAFT:TransactionID>2024-5</nsSAFT:TransactionID><nsSAFT:Period>3</nsSAFT:Period>
<nsSAFT:PeriodYear>2024</nsSAFT:PeriodYear><nsSAFT:TransactionDate>2024-02-28</nsSAFT:TransactionDate>
<nsSAFT:Description>Factura 5</nsSAFT:Description><nsSAFT:GLPostingDate>2024-03-01</nsSAFT:GLPostingDate>
<nsSAFT:CustomerID>0012345678</nsSAFT:CustomerID><nsSAFT:SupplierID>0</nsSAFT:SupplierID>
<nsSAFT:TransactionLine><nsSAFT:RecordID>1</nsSAFT:RecordID><nsSAFT:AccountID>4111</nsSAFT:AccountID>
<nsSAFT:CustomerID>0012345678</nsSAFT:CustomerID><nsSAFT:SupplierID>0</nsSAFT:SupplierID>
<nsSAFT:DebitAmount><nsSAFT:Amount>119.00</nsSAFT:Amount><nsSAFT:CurrencyCode>RON</nsSAFT:CurrencyCode>
<nsSAFT:CurrencyAmount>119.00</nsSAFT:CurrencyAmount></nsSAFT:DebitAmount>
<nsSAFT:TaxInformation><nsSAFT:TaxType>000</nsSAFT:TaxType><nsSAFT:TaxCode>000000</nsSAFT:TaxCode>
</nsSAFT:TaxInformation></nsSAFT:TransactionLine>
<nsSAFT:TransactionLine><nsSAFT:RecordID>2</nsSAFT:RecordID><nsSAFT:AccountID>707</nsSAFT:AccountID>
<nsSAFT:CustomerID>0</nsSAFT:CustomerID><nsSAFT:SupplierID>0</nsSAFT:SupplierID>
<nsSAFT:CreditAmount><nsSAFT:Amount>100.00</nsSAFT:Amount></nsSAFT:CreditAmount>
<nsSAFT:TaxInformation><nsSAFT:TaxType>300</nsSAFT:TaxType><nsSAFT:TaxCode>310309</nsSAFT:TaxCode>
</nsSAFT:TaxInformation></nsSAFT:TransactionLine>
<nsSAFT:TransactionLine><nsSAFT:RecordID>3</nsSAFT:RecordID><nsSAFT:AccountID>4427</nsSAFT:AccountID>
<nsSAFT:CreditAmount><nsSAFT:Amount>19.00</nsSAFT:Amount></nsSAFT:CreditAmount></nsSAFT:TransactionLine>
</nsSAFT:Transaction></nsSAFT:Journal></nsSAFT:GeneralLedgerEntries></nsSAFT:AuditFile>
"""

_FAIA = """<AuditFile{space}><Header><AuditFileCountry>LU</AuditFileCountry>
<DefaultCurrencyCode>EUR</DefaultCurrencyCode></Header><MasterFiles><GeneralLedgerAccounts>
<Account><AccountID>61112</AccountID><AccountDescription>Loyers</AccountDescription>
<AccountType>Charge</AccountType></Account>
<Account><AccountID>44111</AccountID><AccountDescription>Fournisseurs</AccountDescription>
<AccountType>Passif</AccountType></Account>
<Account><AccountID>101</AccountID><AccountType>Passif</AccountType></Account></GeneralLedgerAccounts>
<Suppliers><Supplier><CompanyName>Immo S.à r.l.</CompanyName><SupplierID>F1</SupplierID>
<AccountID>44111</AccountID></Supplier></Suppliers></MasterFiles>
<GeneralLedgerEntries><TotalDebit>900.00</TotalDebit><TotalCredit>900.00</TotalCredit>
<Journal><JournalID>ACH</JournalID><Description>Achats</Description><Type>ACH</Type>
<Transaction><TransactionID>4</TransactionID><TransactionDate>2024-03-01</TransactionDate>
<Description>Loyer mars</Description><SupplierID>F1</SupplierID>
<Line><RecordID>1</RecordID><AccountID>61112</AccountID><DebitAmount><Amount>900.00</Amount></DebitAmount></Line>
<Line><RecordID>2</RecordID><AccountID>44111</AccountID><CreditAmount><Amount>900.00</Amount></CreditAmount></Line>
</Transaction></Journal></GeneralLedgerEntries></AuditFile>
"""
LUXEMBOURGISH = _FAIA.format(space=' xmlns="urn:OECD:StandardAuditFile-Taxation/2.00"')
LUXEMBOURGISH_REDUCED = _FAIA.format(space="")

PORTUGUESE = """<?xml version="1.0" encoding="Windows-1252"?>
<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01"><Header><AuditFileVersion>1.04_01</AuditFileVersion>
<FiscalYear>2024</FiscalYear><CurrencyCode>EUR</CurrencyCode></Header><MasterFiles><GeneralLedgerAccounts>
<TaxonomyReference>S</TaxonomyReference>
<Account><AccountID>62</AccountID><AccountDescription>Fornecimentos e serviços</AccountDescription>
<GroupingCategory>GR</GroupingCategory></Account>
<Account><AccountID>6261</AccountID><AccountDescription>Rendas e alugueres</AccountDescription>
<GroupingCategory>GM</GroupingCategory><GroupingCode>62</GroupingCode><TaxonomyCode>420</TaxonomyCode></Account>
<Account><AccountID>22111001</AccountID><AccountDescription>Imobiliária</AccountDescription>
<GroupingCategory>GM</GroupingCategory><GroupingCode>221</GroupingCode></Account>
<Account><AccountID>811</AccountID><GroupingCategory>GM</GroupingCategory><GroupingCode>81</GroupingCode></Account>
</GeneralLedgerAccounts>
<Supplier><SupplierID>S1</SupplierID><AccountID>22111001</AccountID><CompanyName>Imobiliária São João</CompanyName>
</Supplier></MasterFiles>
<GeneralLedgerEntries><NumberOfEntries>2</NumberOfEntries><TotalDebit>1400.00</TotalDebit>
<TotalCredit>1400.00</TotalCredit>
<Journal><JournalID>00021</JournalID><Description>Compras</Description>
<Transaction><TransactionID>2024-01-31 00021 10001</TransactionID><Period>2</Period>
<TransactionDate>2024-01-31</TransactionDate><SourceID>ana</SourceID><Description>Renda fevereiro</Description>
<DocArchivalNumber>10001</DocArchivalNumber><TransactionType>N</TransactionType>
<GLPostingDate>2024-02-01T00:00:00</GLPostingDate><SupplierID>S1</SupplierID><Lines>
<DebitLine><RecordID>1</RecordID><AccountID>6261</AccountID><SourceDocumentID>FT 7</SourceDocumentID>
<SystemEntryDate>2024-02-01T10:00:00</SystemEntryDate><Description>Renda</Description>
<DebitAmount>700.00</DebitAmount></DebitLine>
<CreditLine><RecordID>2</RecordID><AccountID>22111001</AccountID><SystemEntryDate>2024-02-01T10:00:00</SystemEntryDate>
<Description>Renda</Description><CreditAmount>700.00</CreditAmount></CreditLine></Lines></Transaction>
<Transaction><TransactionID>2024-12-31 00021 99</TransactionID><Period>14</Period>
<TransactionDate>2024-12-31</TransactionDate><Description>Apuramento</Description><TransactionType>A</TransactionType>
<GLPostingDate>2024-12-31</GLPostingDate><Lines>
<DebitLine><RecordID>1</RecordID><AccountID>811</AccountID><DebitAmount>700.00</DebitAmount></DebitLine>
<CreditLine><RecordID>2</RecordID><AccountID>62</AccountID><CreditAmount>700.00</CreditAmount></CreditLine></Lines>
</Transaction></Journal></GeneralLedgerEntries></AuditFile>
"""

LITHUANIAN = """<?xml version="1.0" encoding="UTF-8"?>
<AuditFile xmlns="https://www.vmi.lt/cms/saf-t"><Header><DefaultCurrencyCode>EUR</DefaultCurrencyCode></Header>
<MasterFiles><GeneralLedgerAccounts>
<Account><AccountID>2710</AccountID><AccountDescription>Bankas</AccountDescription><AccountType>TT</AccountType></Account>
<Account><AccountID>5000</AccountID><AccountDescription>Pajamos</AccountDescription><AccountType>P</AccountType></Account>
</GeneralLedgerAccounts></MasterFiles><GeneralLedgerEntries><Journal><JournalID>B</JournalID>
<Description>Bankas</Description><Transactions><Transaction><TransactionID>1</TransactionID>
<TransactionDate>2024-05-02T00:00:00</TransactionDate><Lines>
<Line><RecordID>1</RecordID><AccountID>2710</AccountID><Description>Mokėjimas</Description>
<DebitAmount><Amount>50.5</Amount></DebitAmount></Line>
<Line><RecordID>2</RecordID><AccountID>5000</AccountID><CreditAmount><Amount>50.50</Amount></CreditAmount></Line></Lines>
</Transaction></Transactions></Journal></GeneralLedgerEntries></AuditFile>
"""

ANGOLAN = (
    PORTUGUESE.replace("Windows-1252", "UTF-8")
    .replace(":PT_1.04_01", ":AO_1.01_01")
    .replace("<CurrencyCode>EUR", "<CurrencyCode>AOA")
    .replace("6261", "7526")
)

ALL = {
    "NO": NORWEGIAN.encode(), "RO": ROMANIAN.encode(), "LU": LUXEMBOURGISH.encode(),
    "LU reduced": LUXEMBOURGISH_REDUCED.encode(), "PT": PORTUGUESE.encode("cp1252"), "LT": LITHUANIAN.encode(),
    "AO": ANGOLAN.encode(),
}  # fmt: skip
