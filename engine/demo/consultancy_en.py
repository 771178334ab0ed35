"""A consultancy that keeps its books in English; every name is made up."""

from __future__ import annotations

from engine.demo.partners import read_customers, read_vendors
from engine.demo.profile import Balance, Profile, Rate, Sale

CHART = """
0030 | Office equipment at cost | asset | | office_equipment
0040 | Furniture and fittings | asset | | shelving
1100 | Trade debtors | asset | | receivables
1103 | Prepayments | asset | | prepaid
1110 | Rent deposit | asset | | deposits
1200 | Current account | asset | | bank
1210 | Reserve account | asset | 1200 |
1240 | Company card | liability | | card
2100 | Trade creditors | liability | | payables
2109 | Accruals | liability | | accrued
2110 | Provisions | liability | | provision
2200 | VAT on sales | liability | | vat_full
2201 | VAT on purchases | asset | | input_full
2203 | VAT on purchases, lower rate | asset | | input_reduced
2204 | VAT on sales, lower rate | liability | | vat_reduced
2205 | Reverse charge VAT recoverable | asset | | reverse_paid
2206 | Reverse charge VAT due | liability | | reverse_charged
2202 | VAT liability | liability | | vat_due
2210 | Payroll tax due | liability | | wage_tax
2211 | Social security and pension due | liability | | social_due
2220 | Net wages due | liability | | wages_due
2230 | Staff expenses due | liability | | staff_payable
2300 | Bank loan | liability | | loan
3000 | Ordinary shares | equity | | share_capital
3200 | Retained earnings | equity | | capital
4000 | Consulting fees | income | | sales_service
4010 | Retainers | income | | sales_retainer
4020 | Fees, overseas clients | income | | sales_service_world
4021 | Fees, European clients | income | | sales_service_eu
4030 | Recharged expenses | income | | sales_expenses
4031 | Overseas recharges | income | | sales_world
4032 | European recharges | income | | sales_eu
4800 | Discounts allowed | expense | | discount_given
4900 | Interest received | income | | interest_in
4905 | Exchange gains | income | | exchange_gain
5000 | Associates and freelancers | expense | | subcontract
5001 | Overseas associates | expense | | subcontract_world
5010 | Research and data | expense | | data
7000 | Directors and staff salaries | expense | | salaries
7003 | Project staff wages | expense | | wages
7006 | Employer's social security and pension | expense | | social
7100 | Rent | expense | | rent
7102 | Service charge | expense | | rent_extra
7103 | Business rates | expense | | trade_tax
7200 | Light and heat | expense | | energy
7301 | Cleaning | expense | | cleaning
7304 | Insurance | expense | | insurance
7400 | Travel fares | expense | | travel
7401 | Hotels | expense | | hotel
7402 | Subsistence | expense | | meals
7403 | Entertaining, allowable | expense | | entertain
7404 | Entertaining, not allowable | expense | | entertain_private
7405 | Staff welfare | expense | | staff_meal
7500 | Printing and stationery | expense | | office
7501 | Postage and couriers | expense | | postage
7502 | Telephone | expense | | phone
7503 | Internet | expense | | internet
7504 | Equipment under the limit | expense | | low_value
7550 | Software subscriptions | expense | | software
7551 | IT support | expense | | it_service
7600 | Legal fees | expense | | legal
7601 | Accountancy | expense | | accounting
7602 | Professional memberships | expense | | chamber
7610 | Training and conferences | expense | | training
7611 | Books and journals | expense | | books
7620 | Marketing | expense | | advertising
7621 | Events | expense | | fair
7630 | Gifts | expense | | gift
7631 | Gifts, not allowable | expense | | gift_private
7700 | Equipment rental | expense | | lease_machine
7800 | Repairs and renewals | expense | | repair
7900 | Bank charges | expense | | bank_fees
7901 | Overdraft interest | expense | | interest
7902 | Loan interest | expense | | interest_loan
7905 | Exchange losses | expense | | exchange_loss
8000 | Depreciation | expense | | depreciation
8100 | Bad debts | expense | | bad_debts
8200 | Sundry | expense | | sundry
8250 | Small differences | expense | | small_differences
9000 | Corporation tax | expense | | income_tax
"""

VENDORS = """
Harcourt Yard Estates = Harcourt Yard; day 1, direct, essential
  rent rent 3100-3400 fixed
Harcourt Yard Estates = Harcourt Yard; every 3, day 21
  rent_extra rent_extra 350-900
Brightwater Energy; day 7, direct, essential
  energy energy 210-260 reduced fixed
Spotless & Daughters; day 27
  cleaning cleaning 240-260 fixed
Linkway Telecom; day 9, debit
  phone phone 140-260 phone
Northlight Cloud Inc. = Northlight; day 3, terms 5, debit, world, USD
  software software 380-460 fixed
Quillcraft Inc. = Quillcraft; 2 a month, card
  software software 18-140
Datamere Research Ltd = Datamere; 2.2 a month, terms 30
  training data 300-2400 x3
  books data 60-400
Panelwise GmbH = Panelwise; 1.2 a month, terms 30, eu, de
  subcontract data 400-3200
Priya Raman Associates = P Raman; 2.4 a month, essential
  subcontract subcontract 900-5200
Oakley Fenn Consulting = Oakley Fenn; 2.2 a month
  subcontract subcontract 700-4800 x3
  training training 200-900
Studio Merle SARL = Studio Merle; 1.2 a month, eu, fr, since 4
  advertising advertising 200-1800
Kestrel IT Support = Kestrel; 2 a month
  it_service it_service 120-700 x2
  hardware office_equipment 60-2600 asset
Deskmates Supplies = Deskmates; 4 a month
  hardware office_equipment 30-1900 asset
  office office 12-190 x1.4
  hardware shelving 40-1400 asset x0.6
Copyhouse Rentals; day 12, direct
  lease_machine lease_machine 130-150 fixed
Albion Mutual Cover = Albion; every 12, day 6, since 2
  insurance insurance 2400-3100 none fixed
Fairweather Indemnity; every 12, day 14, since 7
  insurance insurance 3800-4600 none fixed
Marlow & Tate Solicitors = Marlow Tate; 0.7 a month
  legal legal 250-2400
Abacus Row Accountants = Abacus Row; day 23
  accounting accounting 380-900
Guild of Advisers; every 12, day 15, since 5
  chamber chamber 420-780 none fixed
Railside Tickets; 6 a month, card
  train travel 24-190 none
Skyhop Airways; 2.5 a month, card
  flight travel 80-620 none
City Cabs Co-op; 3.5 a month, employee
  taxi travel 9-60 none
Wayfarer Inns = Wayfarer; 3 a month, card
  hotel hotel 85-260
  staff_meal meals 12-45 x0.8
The Copper Kettle = Copper Kettle; 3.5 a month, card
  entertain entertain 30-280 entertain x1.5
  staff_meal staff_meal 14-110
Bloom & Basket; 0.9 a month, card
  gift gift 20-140 gift
Summit Conferences = Summit; 1 a month
  fair fair 300-2600
  training training 250-1400
Inkwell Print; 1.3 a month
  advertising advertising 80-900
  office office 30-160 x0.6
Swift Courier; 2 a month
  postage postage 9-70
Page & Margin Books; 1.2 a month, card
  books books 12-90 none
"""

CUSTOMERS = """
Tamar Valley Council; x1.6 terms 30 late 20
Greyfriars Housing Trust; x1.8 terms 30
Loxley Foods Ltd; x1.5
Merchant Quay Brewing; x1.2 late 25
Penhallow Hospitals; x1.4 terms 30
Aerotine Components Ltd; x1.6 discount
Fernhill School Group; x1 terms 30 since 3
Redmayne Logistics Ltd; x1.3 since 8
Nordby Energi AS; x1.2 world terms 30
Castellan Partners LLC; x1.4 world since 5
Weserland Technik GmbH; x1.1 de eu terms 30
Groupe Armoise SA; x1 fr eu since 2 terms 30
"""

CONSULTANCY_EN = Profile(
    name="consultancy-en",
    currency="GBP",
    languages=(("en", 0.9), ("fr", 0.05), ("de", 0.05)),
    journals={"purchases": "PI", "sales": "SI", "bank": "BANK", "payroll": "PAY", "general": "JNL"},
    chart=CHART,
    rates={
        "full": Rate(permille=200, paid="input_full", charged="vat_full"),
        "reduced": Rate(permille=50, paid="input_reduced", charged="vat_reduced"),
    },
    vendors=read_vendors(VENDORS),
    customers=read_customers(CUSTOMERS),
    sales=(
        Sale(topic="sale_advice", shares=(("sales_service", 1.0),), low=900, high=14_000, weight=4),
        Sale(topic="sale_retainer", shares=(("sales_retainer", 1.0),), low=500, high=2600, weight=2),
        Sale(topic="sale_advice", shares=(("sales_service", 1.0), ("sales_expenses", 0.06)), low=1200, high=9000),
        Sale(topic="sale_expenses", shares=(("sales_expenses", 1.0),), low=60, high=900),
    ),
    sales_per_month=13,
    pace=0.5,
    staff=("Ifeoma Clarke", "D. Whitlock", "Sanna Lehto", "R. Mistry"),
    cities=("London", "Leeds", "Bristol", "Oslo", "Hamburg", "Paris"),
    tax_office="Revenue Office",
    health_fund="Pension and Contributions Office",
    house_bank="Wharf Street Bank",
    monthly_gross=(14_500, 22_000),
    opening=(
        Balance("office_equipment", "D", 14_000),
        Balance("shelving", "D", 6_500),
        Balance("bank", "D", 88_000),
        Balance("deposits", "D", 9_300),
        Balance("receivables", "D", 10_800, "Greyfriars Housing Trust"),
        Balance("payables", "C", 2_640, "Priya Raman Associates"),
        Balance("loan", "C", 24_000),
        Balance("share_capital", "C", 1_000),
    ),
    depreciation=(("office_equipment", 290), ("shelving", 85)),
    foreign={"USD": 7_900, "EUR": 8_560},
    threshold=(150, 600),
)
