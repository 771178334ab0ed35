"""English wordings: `topic: wording | wording`."""

TEXT = """
rent: Office rent {m} | Rent {m} | {v} rent {m} | Warehouse and office {m}
rent_extra: Service charge {m} | {v} utilities {nr} | Service charges settlement
energy: Electricity {m} | {v} {nr} | Power and gas {m} | {v} instalment {m}
cleaning: Office cleaning {m} | {v} cleaning | {v} inv {nr}
waste: Waste collection {m} | {v} skip hire | {v} inv {nr}
phone: Phone bill {m} | {v} {m} | Landline and broadband {m} | {v} {nr}
mobile: Mobile phones {m} | {v} mobile {nr} | Handset bill {m}
lease_car: Car lease {plate} {m} | {v} lease {m} | {v} {nr}
lease_machine: Copier rental {m} | {v} lease {m}
insurance: Annual premium {v} | Liability insurance {y} | Policy {nr} {y} | {v} renewal
car_insurance: Motor insurance {plate} | {v} policy {nr}
fuel: Fuel {plate} | Diesel {who} | {v} {city} | Petrol {m}
car_repair: Car service {plate} | Tyres {plate} | {v} inv {nr} | Repair {plate}
car_tax: Vehicle tax {plate}
parking: Parking {city} | Toll {plate} | Car park {who}
office: Stationery | {t} | {v} order {nr} | {v} {t} | Office supplies {m}
t:office: Toner | Copy paper | Folders | Pens and pads | Envelopes
hardware: {t} | {v} {t} | {v} {nr} {t} | {t} for {who} | {v} invoice {nr}
t:hardware: Laptop | Monitor 27 inch | Docking station | Desk chair | Desk | Printer | Keyboard and mouse | Headset | Shelf
software: Licence {m} | {v} subscription {m} | {v} seats {m} | Cloud hosting {m} | SaaS {m}
it_service: Maintenance {m} | IT support {m} | {v} hours {m} | Server troubleshooting | {v} {nr}
website: Domain and hosting {y} | Website care {m} | {v} {nr}
goods: {v} {t} | Goods {t} | {v} delivery {nr} | PO {nr} {t} | {v} inv {nr} | Stock {v}
t:goods: Cordless drills | Drill bits | Milling cutters | Torque wrenches | Saw blades | Test meters | Grinding discs
goods_reduced: Books for resale {nr} | {v} manuals
spare_parts: Spare parts {nr} | {v} parts order {nr} | Seals and bearings
freight_in: Inbound freight {nr} | {v} delivery charge
customs: Customs duty {nr} | {v} import {nr} | Clearance {nr}
freight_out: Shipping {m} | {v} parcels {m} | Freight to customers {nr} | {v} {nr}
packaging: Boxes and tape | {v} packaging {nr}
subcontract: Subcontractor {m} | {v} hours {m} | {v} installation job {nr} | External work {nr}
advertising: Ad campaign {m} | {v} ads {m} | Leaflets 5000 pcs | {v} inv {nr}
fair: Trade fair booth {city} | Booth rent {city} | {v} stand {nr}
gift: Client gifts | Gift {cust} | Wine for {cust} | {v} {nr}
entertain: Lunch with {cust} | Client dinner {cust} {who} | {v} receipt | Meal {cust}
staff_meal: Coffee and milk | Team lunch {v} | Drinks office
legal: Legal advice {nr} | {v} fees | Debt collection {cust} {v}
accounting: Bookkeeping {m} | Accountants {m} | {v} year-end accounts {y} | Payroll service {m} {v}
training: Course {who} | Training {who} {city} | {v} seminar {nr}
books: Trade magazine {y} | Journal subscription | {v} handbook
postage: Postage | Stamps | {v} postage {m}
repair: Repair {t} | {v} call-out {nr} | Service {t} | {v} inv {nr}
t:repair: Roller door | Pallet truck | Heating | Compressor | Air conditioning
tools: Small tools | Gloves and goggles | {v} {nr} | Workwear {who}
chamber: Membership {y} | {v} annual fee {y} | Levy {y}
travel: Travel expenses {who} {m} | Trip {city} {who} | Expenses {who} {city} | T&E {who}
train: Train {city} | Rail {who} {city} | Railcard {who}
hotel: Hotel {city} {who} | Overnight {city} | {v} {city}
taxi: Taxi {city} | Cab {who} | Airport ride {who}
flight: Flight {city} {who} | {v} {nr} {who}
goods_in_return: Credit note {v} {nr} | {v} return {nr} | CN {v}
sale_goods: Sale {cust} | Invoice {nr} {cust} | {cust} order {t} | SI {nr} {cust}
t:sale_goods: Tools | Machine | Assortment | Repeat order | Parts
sale_service: Maintenance {cust} {m} | Service job {cust} | SI {nr} {cust} service | {cust} on-site work
sale_mixed: Supply and install {cust} | SI {nr} {cust} | Machine with training {cust}
sale_books: Manuals {cust} | SI {nr} {cust} books
sale_advice: Consulting {cust} {m} | {cust} phase 2 | Fees {cust} {m} | SI {nr} {cust} | Workshop {cust}
sale_retainer: Retainer {cust} {m} | {cust} monthly fee | SI {nr} {cust}
sale_expenses: Recharged expenses {cust} | {cust} travel recharge | SI {nr} {cust} expenses
sale_credit: Credit note {cust} {nr} | CN to {cust} | Return {cust}
takings: Takings {d} | Till {d}
down: Deposit {cust} | Prepayment {cust} {nr}
pay: Payment {v} {nr} | {v} | {v} inv {nr} | Transfer {v} | SEPA TRANSFER {V} {nr}
pay_many: {v} several invoices | BATCH {V} | {v} inv {nr} and others
pay_discount: {v} {nr} less 2 % | Payment {v} early discount
pay_debit: Direct debit {v} | DD {V} {nr} | {v} {nr} | DD {v} {m}
receive: Receipt {cust} {nr} | {cust} | {CUST} INV {nr} | Payment from {cust} | {cust} {nr}
receive_discount: {cust} {nr} less discount | {CUST} INV {nr} LESS 2 PCT
receive_part: Part payment {cust} {nr} | {cust} balance {nr}
receive_many: {cust} several invoices | {CUST} BATCH | {cust} {nr} + others
receive_card: Card takings {d} | Terminal settlement {d}
card: {V} {CITY} | CARD {V} {nr} | {v} card {who}
card_settle: Credit card statement {m} | Card settlement {m}
fee: Bank charges {m} | Account fee {m} | CHARGES {m}
fee_foreign: Foreign payment fee | SWIFT charge {nr} | FX margin
fee_terminal: Card terminal {m} | Merchant fees {m}
interest: Overdraft interest {m} | Interest {m}
interest_in: Credit interest {m} | Interest received
loan: Loan {nr} instalment {m} | Loan repayment {m} | {v} LOAN {m}
cash_in: Cash paid in | Banking of takings {d}
cash_out: Cash withdrawal | Petty cash {who}
net_wages: Salaries {m} | Net pay {m} | PAYROLL {m} | Wages {m}
wage_tax: Payroll tax {m} | {v} {m} | PAYE {m}
social: Social security {m} | {v} contributions {m} | Pension {m} {v}
vat_pay: VAT {m} | {v} VAT return {m} | VAT PAYMENT {nr}
vat_back: VAT refund {m} | {v} repayment {m}
tax: Corporation tax {q} | {v} tax on account {q}
trade_tax: Business rates {q} | Local tax {q}
expense_pay: Expenses refund {who} | Reimburse {who} | {who} expenses {m}
payroll: Payroll {m} | Wages and salaries {m} | Payroll journal {m}
bonus: Bonus {y} | Year-end bonus {y}
accrue: Accrual {t} {m} | {t} not yet invoiced {m} | Accrue {t}
t:accrue: electricity | freight | subcontractor | cleaning
release: Release accrual {t} {m} | Reverse accrual {t} | {t} accrual released
prepaid: Prepayment {v} {y} | Prepaid insurance {y}
prepaid_release: Prepayment release {m} | Insurance share {m}
depreciate: Depreciation {m} | Depn {m}
write_down: Low-value assets {m} | Small assets expensed {m}
vat_close: VAT transfer {m} | VAT control {m} | VAT clearing {m}
stock: Stock adjustment {y} | Stocktake {y}
provision: Year-end provision {y} | Holiday accrual {y} | Warranty provision
write_off: Bad debt {cust} | Write off {cust} {nr}
small_diff: Rounding {cust} | Small difference {v}
reversal: Reversal {ref} | Reverse {ref} wrong account | {ref} entered twice, reversed
opening: Opening balances {d} | Balances brought forward
benefit: Company car benefit {m} | Private use {plate} {m}
correct: Reclass {v} {nr} | Correction {v} {nr}
"""
