"""The demo company: a German trader of workshop tools that also repairs them. Every name is made up."""

from __future__ import annotations

from engine.demo.partners import read_customers, read_vendors
from engine.demo.profile import Balance, Profile, Rate, Sale
from engine.demo.trader_de_partners import CUSTOMERS, VENDORS

CHART = """
0200 | Technische Anlagen und Maschinen | asset | | plant
0320 | Fuhrpark | asset | | vehicles
0400 | Geschäftsausstattung | asset | | fixtures
0420 | Büroeinrichtung | asset | 0400 | office_equipment
0430 | Ladeneinrichtung und Regale | asset | 0400 | shelving
0480 | Geringwertige Wirtschaftsgüter | asset | 0400 | low_value
0640 | Bankdarlehen | liability | | loan
0800 | Gezeichnetes Kapital | equity | | share_capital
0860 | Gewinnvortrag | equity | 0800 | capital
0970 | Sonstige Rückstellungen | liability | | provision
0971 | Noch nicht berechnete Leistungen | liability | 0970 | accrued
0980 | Aktive Rechnungsabgrenzung | asset | | prepaid
0990 | Passive Rechnungsabgrenzung | liability | |
1000 | Kasse | asset | | cash
1200 | Geschäftskonto | asset | | bank
1210 | Tagesgeldkonto | asset | 1200 |
1361 | Firmenkreditkarte | liability | | card
1400 | Forderungen an Kunden | asset | | receivables
1500 | Sonstige Forderungen | asset | | other_receivables
1525 | Kautionen | asset | 1500 | deposits
1570 | Abziehbare Vorsteuer | asset | |
1571 | Vorsteuer 7 % | asset | 1570 | input_reduced
1576 | Vorsteuer 19 % | asset | 1570 | input_full
1577 | Vorsteuer aus Umkehr der Steuerschuld | asset | 1570 | reverse_paid
1588 | Bezahlte Einfuhrumsatzsteuer | asset | 1570 | import_paid
1600 | Verbindlichkeiten an Lieferanten | liability | | payables
1700 | Sonstige Verbindlichkeiten | liability | |
1740 | Verbindlichkeiten aus Lohn und Gehalt | liability | 1700 | wages_due
1741 | Verbindlichkeiten aus Lohnsteuer | liability | 1700 | wage_tax
1742 | Verbindlichkeiten soziale Sicherheit | liability | 1700 | social_due
1755 | Auslagen der Mitarbeiter | liability | 1700 | staff_payable
1770 | Umsatzsteuer | liability | |
1771 | Umsatzsteuer 7 % | liability | 1770 | vat_reduced
1776 | Umsatzsteuer 19 % | liability | 1770 | vat_full
1787 | Umsatzsteuer aus Umkehr der Steuerschuld | liability | 1770 | reverse_charged
1789 | Umsatzsteuer-Zahllast | liability | 1770 | vat_due
2000 | Zinsen, Kurse, Steuern | expense | |
2100 | Zinsaufwand laufendes Konto | expense | 2000 | interest
2120 | Zinsaufwand Darlehen | expense | 2000 | interest_loan
2150 | Kursverluste | expense | 2000 | exchange_loss
2200 | Körperschaftsteuer | expense | 2000 | income_tax
2208 | Solidaritätszuschlag | expense | 2000 | solidarity
2400 | Forderungsverluste | expense | | bad_debts
2650 | Zinserträge | income | | interest_in
2660 | Kursgewinne | income | | exchange_gain
2700 | Übrige Erträge | income | |
3000 | Wareneinsatz und Fremdleistungen | expense | |
3100 | Fremdleistungen | expense | 3000 | subcontract
3123 | Fremdleistungen aus dem Ausland | expense | 3000 | subcontract_eu
3300 | Wareneingang 7 % | expense | 3000 | goods_reduced
3400 | Wareneingang 19 % | expense | 3000 | goods
3410 | Ersatzteile 19 % | expense | 3000 | goods_parts
3425 | Innergemeinschaftlicher Erwerb Waren | expense | 3000 | goods_eu
3555 | Wareneinfuhr Drittland | expense | 3000 | goods_world
3736 | Erhaltene Skonti | expense | 3000 | discount_taken
3800 | Bezugsnebenkosten | expense | 3000 | freight_in
3850 | Zölle | expense | 3000 | customs
3960 | Bestandsveränderung Waren | expense | 3000 | stock_change
3980 | Warenbestand | asset | | stock
4100 | Personal | expense | |
4110 | Löhne Werkstatt | expense | 4100 | wages
4120 | Gehälter | expense | 4100 | salaries
4130 | Soziale Abgaben | expense | 4100 | social
4138 | Berufsgenossenschaft | expense | 4100 | accident_fund
4140 | Aufmerksamkeiten Personal | expense | 4100 | staff_meal
4200 | Räume | expense | |
4210 | Miete | expense | 4200 | rent
4220 | Mietnebenkosten | expense | 4200 | rent_extra
4240 | Strom, Gas, Wasser | expense | 4200 | energy
4250 | Reinigung | expense | 4200 | cleaning
4260 | Instandhaltung Räume | expense | 4200 | repair_rooms
4320 | Gewerbesteuer | expense | 2000 | trade_tax
4360 | Versicherungen | expense | | insurance
4380 | Beiträge und Gebühren | expense | | chamber
4500 | Fahrzeuge | expense | |
4510 | Kfz-Steuer | expense | 4500 | car_tax
4520 | Kfz-Versicherung | expense | 4500 | car_insurance
4530 | Treibstoff | expense | 4500 | fuel
4540 | Kfz-Reparaturen | expense | 4500 | car_repair
4570 | Leasing Fahrzeuge | expense | 4500 | lease_car
4580 | Parken und Maut | expense | 4500 | parking
4600 | Vertrieb | expense | |
4610 | Werbung | expense | 4600 | advertising
4620 | Messen | expense | 4600 | fair
4630 | Geschenke bis 50 EUR | expense | 4600 | gift
4635 | Geschenke über 50 EUR | expense | 4600 | gift_private
4650 | Bewirtung abziehbar | expense | 4600 | entertain
4654 | Bewirtung nicht abziehbar | expense | 4600 | entertain_private
4660 | Reisen | expense | |
4663 | Fahrtkosten | expense | 4660 | travel
4664 | Verpflegungspauschalen | expense | 4660 | meals
4666 | Übernachtungen | expense | 4660 | hotel
4710 | Verpackung | expense | 4600 | packaging
4730 | Ausgangsfracht | expense | 4600 | freight_out
8736 | Gewährte Skonti | income | 8000 | discount_given
4790 | Kleindifferenzen | expense | | small_differences
4800 | Betrieb und Verwaltung | expense | |
4805 | Reparaturen Maschinen | expense | 4800 | repair
4806 | Wartung EDV | expense | 4800 | it_service
4830 | Abschreibungen | expense | | depreciation
4855 | Sofortabschreibung geringwertiger Güter | expense | 4830 | low_value_expense
4910 | Porto | expense | 4800 | postage
4920 | Telefon | expense | 4800 | phone
4925 | Internet und Mobilfunk | expense | 4800 | internet
4930 | Bürobedarf | expense | 4800 | office
4940 | Fachliteratur | expense | 4800 | books
4945 | Fortbildung | expense | 4800 | training
4950 | Rechtsberatung | expense | 4800 | legal
4955 | Buchführung und Abschluss | expense | 4800 | accounting
4960 | Miete Maschinen und Geräte | expense | 4800 | lease_machine
4964 | Software und Lizenzen | expense | 4800 | software
4969 | Entsorgung | expense | 4800 | waste
4970 | Kosten des Geldverkehrs | expense | 4800 | bank_fees
4980 | Sonstiger Betriebsbedarf | expense | 4800 | sundry
4985 | Werkzeuge und Kleingeräte | expense | 4800 | tools
8000 | Erlöse | income | |
8120 | Ausfuhrlieferungen steuerfrei | income | 8000 | sales_world
8125 | Innergemeinschaftliche Lieferungen | income | 8000 | sales_eu
8336 | Leistungen an EU-Kunden | income | 8000 | sales_service_eu
8338 | Leistungen an Kunden im Drittland | income | 8000 | sales_service_world
8300 | Erlöse 7 % | income | 8000 | sales_reduced
8400 | Warenverkauf 19 % | income | 8000 | sales_full
8410 | Werkstatt und Wartung 19 % | income | 8000 | sales_service
8420 | Berechnete Fracht 19 % | income | 8000 | sales_freight
8611 | Sachbezüge Kraftfahrzeug | income | 8000 | benefits
"""


SALES = (
    Sale(topic="sale_goods", shares=(("sales_full", 1.0),), low=90, high=11_500, weight=5),
    Sale(topic="sale_goods", shares=(("sales_full", 1.0), ("sales_freight", 0.04)), low=220, high=14_500, weight=2),
    Sale(topic="sale_service", shares=(("sales_service", 1.0),), low=120, high=4800, weight=3),
    Sale(topic="sale_mixed", shares=(("sales_full", 1.0), ("sales_service", 0.22)), low=2400, high=24_000, weight=1.4),
    Sale(topic="sale_books", shares=(("sales_reduced", 1.0),), low=40, high=380, rate="reduced", weight=1.1),
)

TRADER_DE = Profile(
    name="trader-de",
    currency="EUR",
    languages=(("de", 0.56), ("en", 0.26), ("fr", 0.18)),
    journals={"purchases": "ER", "sales": "AR", "bank": "BK", "payroll": "LO", "general": "OD"},
    chart=CHART,
    rates={
        "full": Rate(permille=190, paid="input_full", charged="vat_full"),
        "reduced": Rate(permille=70, paid="input_reduced", charged="vat_reduced"),
    },
    vendors=read_vendors(VENDORS),
    customers=read_customers(CUSTOMERS),
    sales=SALES,
    sales_per_month=11.5,
    pace=0.24,
    staff=("Anke Brühl", "T. Okafor", "Jonas Reiff", "Camille Petit", "M. Sommer"),
    cities=("Rheinau", "Köln", "Hannover", "Lyon", "Basel", "Leipzig", "Antwerpen"),
    tax_office="Finanzamt Rheinau",
    health_fund="Krankenkasse Mitte",
    house_bank="Landbank Auental",
    monthly_gross=(6_300, 13_200),
    opening=(
        Balance("plant", "D", 48_000),
        Balance("vehicles", "D", 31_500),
        Balance("office_equipment", "D", 9_800),
        Balance("shelving", "D", 12_400),
        Balance("stock", "D", 118_000),
        Balance("bank", "D", 96_500),
        Balance("cash", "D", 350),
        Balance("deposits", "D", 11_700),
        Balance("receivables", "D", 8_925, "Metallbau Kreuzer KG"),
        Balance("receivables", "D", 2_380, "Ateliers Morvan SARL"),
        Balance("payables", "C", 6_545, "Harnisch Werkzeugfabrik GmbH"),
        Balance("payables", "C", 1_190, "Montageteam Ruhland"),
        Balance("loan", "C", 72_000),
        Balance("provision", "C", 9_500),
        Balance("share_capital", "C", 50_000),
    ),
    depreciation=(("plant", 620), ("vehicles", 540), ("office_equipment", 180), ("shelving", 140)),
    foreign={"USD": 9_240, "GBP": 11_780},
)
