"""A French café with a shop counter and some catering; every name is made up."""

from __future__ import annotations

from engine.demo.partners import read_customers, read_vendors
from engine.demo.profile import Balance, Profile, Rate, Sale

CHART = """
101000 | Capital | equity | | share_capital
110000 | Report à nouveau | equity | 101000 | capital
151000 | Provisions pour risques et charges | liability | | provision
164000 | Emprunt bancaire | liability | | loan
213500 | Agencements du local | asset | | fixtures
215400 | Matériel de cuisine | asset | | plant
218300 | Matériel informatique et mobilier | asset | | office_equipment
370000 | Stock de marchandises | asset | | stock
401000 | Fournisseurs | liability | | payables
408100 | Factures non parvenues | liability | 401000 | accrued
411000 | Clients | asset | | receivables
421000 | Personnel, rémunérations dues | liability | | wages_due
425000 | Notes de frais du personnel | liability | 421000 | staff_payable
431000 | Organismes sociaux | liability | | social_due
442100 | Prélèvement à la source | liability | | wage_tax
445510 | TVA à décaisser | liability | | vat_due
445662 | TVA déductible intracommunautaire | asset | | reverse_paid
445665 | TVA déductible 5,5 % | asset | | input_low
445660 | TVA déductible 10 % | asset | | input_reduced
445661 | TVA déductible 20 % | asset | | input_full
445200 | TVA due intracommunautaire | liability | | reverse_charged
445710 | TVA collectée 10 % | liability | | vat_reduced
445711 | TVA collectée 5,5 % | liability | | vat_low
445712 | TVA collectée 20 % | liability | | vat_full
486000 | Charges constatées d'avance | asset | | prepaid
511500 | Cartes à encaisser | asset | | card_claims
512000 | Banque | asset | | bank
512500 | Carte à débit différé | liability | | card
530000 | Caisse | asset | | cash
600000 | Achats | expense | |
601000 | Matières premières alimentaires | expense | 600000 | goods_food
603700 | Variation de stock | expense | 600000 | stock_change
604000 | Prestations traiteur sous-traitées | expense | 600000 | subcontract
606100 | Électricité, gaz, eau | expense | 600000 | energy
606300 | Petit équipement | expense | 600000 | low_value
606400 | Fournitures administratives | expense | 600000 | office
606800 | Produits d'entretien et divers | expense | 600000 | sundry
607000 | Boissons et marchandises | expense | 600000 | goods
607100 | Emballages à emporter | expense | 600000 | packaging
609700 | Escomptes et remises obtenus | expense | 600000 | discount_taken
613200 | Loyer | expense | | rent
613500 | Location de matériel | expense | | lease_machine
614000 | Charges locatives | expense | | rent_extra
615500 | Entretien et réparations | expense | | repair
615600 | Maintenance informatique | expense | | it_service
616000 | Assurances | expense | | insurance
618300 | Documentation | expense | | books
622600 | Honoraires comptables | expense | | accounting
622700 | Honoraires juridiques | expense | | legal
623100 | Publicité | expense | | advertising
623400 | Cadeaux | expense | | gift
623410 | Cadeaux, TVA non récupérable | expense | | gift_private
625100 | Déplacements | expense | | travel
625110 | Hébergement | expense | | hotel
625120 | Repas en déplacement | expense | | meals
624100 | Transports sur achats | expense | | freight_in
626000 | Téléphone | expense | | phone
626010 | Internet | expense | | internet
626300 | Affranchissements | expense | | postage
627000 | Services bancaires | expense | | bank_fees
628100 | Cotisations professionnelles | expense | | chamber
628200 | Nettoyage et blanchisserie | expense | | cleaning
628300 | Collecte des déchets | expense | | waste
628500 | Logiciels et abonnements | expense | | software
633300 | Formation | expense | | training
635110 | Cotisation foncière | expense | | trade_tax
641000 | Salaires du service | expense | | wages
641100 | Salaires de gestion | expense | | salaries
645000 | Charges sociales | expense | | social
647500 | Repas et boissons du personnel | expense | | staff_meal
654000 | Pertes sur créances | expense | | bad_debts
658000 | Écarts de règlement | expense | | small_differences
661100 | Intérêts d'emprunt | expense | | interest_loan
661600 | Agios | expense | | interest
665000 | Escomptes accordés | expense | | discount_given
668000 | Pertes de change | expense | | exchange_loss
681100 | Dotations aux amortissements | expense | | depreciation
695000 | Impôt sur les sociétés | expense | | income_tax
706000 | Prestations traiteur | income | | sales_catering
707000 | Ventes sur place 10 % | income | | sales_reduced
707100 | Ventes de boissons 20 % | income | | sales_full
707200 | Ventes à emporter 5,5 % | income | | sales_takeaway
707900 | Ventes hors de France | income | | sales_eu
763000 | Intérêts créditeurs | income | | interest_in
766000 | Gains de change | income | | exchange_gain
"""

VENDORS = """
Foncière des Tilleuls = Tilleuls; day 2, direct, essential
  rent rent 2100-2300 fixed
Foncière des Tilleuls = Tilleuls; every 3, day 18
  rent_extra rent_extra 150-420
Énergie du Val; day 6, direct, essential
  energy energy 480-560 fixed
Minoterie Garrel = Garrel; 6 a month, essential
  food goods_food 60-520 low
Torréfaction Belle Rive = Belle Rive; 5 a month, essential
  food goods_food 90-680 low x4
  repair repair 70-380
Primeurs Jossan = Jossan; 8 a month
  food goods_food 35-310 low
Laiterie du Causse; 6 a month
  food goods_food 45-280 low
Cave Montclar = Montclar; 4 a month, terms 30
  drinks goods 90-900
Brasserie Haubourdin = Haubourdin; 4 a month, terms 30, discount
  drinks goods 110-760 x3
  lease_machine lease_machine 45-60
Cash Comptoir; 5 a month, card
  food goods_food 30-260 low x3
  drinks goods 25-220
  office sundry 12-90 x1.5
  staff_meal staff_meal 15-60
Emballages Rousset; 2 a month
  packaging packaging 60-340
Blanchisserie Claire; day 28
  cleaning cleaning 180-260
Maison Pain d'Or = Pain d'Or; 3 a month, since 4
  food goods_food 40-220 low x2
  subcontract subcontract 120-700 low
Froid Cuisine Services = FCS; 1.2 a month
  repair repair 90-900 x2
  hardware plant 150-3600 asset
Bureau Plus Loire; 2 a month
  hardware office_equipment 30-1500 asset
  office office 12-160 x1.5
Télécoms Azurel = Azurel; day 9, debit
  phone phone 60-120 phone
Tiller Software Ltd = Tiller; day 4, debit, en, eu
  software software 70-90 fixed
Oriflux Café Systems GmbH = Oriflux; 0.8 a month, de, eu, since 5
  hardware plant 120-2800 asset
  spare_parts repair 40-260
Assurances Vauclair; every 12, day 8, since 2
  insurance insurance 1700-2300 none fixed
Cabinet Lormeau & Fils = Lormeau; day 22
  accounting accounting 320-620
Maître Delcourt; 0.25 a month
  legal legal 180-900
Imprimerie du Pont; 0.8 a month
  advertising advertising 60-540
Radio Quartier; 0.4 a month, since 6
  advertising advertising 140-480
Collecte Verte; day 15
  waste waste 70-130
Chocolaterie Armand; 1.2 a month, card
  gift gift 15-120 gift
  food goods_food 30-160 low
Taxe & Métiers Conseil; every 12, day 16, since 6
  chamber chamber 160-280 none fixed
École des Saveurs; 0.35 a month
  training training 180-900
Le Kiosque à Journaux; 1.5 a month, card
  books books 8-40 low
  postage postage 6-40 none
Autocars et Rails; 0.8 a month, employee
  train travel 18-120 reduced
"""

CUSTOMERS = """
Mairie de Saint-Aubin; x2 terms 30 late 25
Agence Pixelune SARL; x2
Cabinet Orsay Conseil; x1.4 terms 30
Lycée des Coteaux; x1.2 terms 30
Théâtre du Canal; x1.5 late 30
Clinique Beaulieu; x1 terms 30 since 6
Start-up Nuage SAS; x1.3 since 9
Reisebüro Sonnenweg; x0.8 de eu
Highgate Walking Tours; x0.9 en eu since 3
"""

CAFE_FR = Profile(
    name="cafe-fr",
    currency="EUR",
    languages=(("fr", 0.86), ("en", 0.09), ("de", 0.05)),
    journals={"purchases": "AC", "sales": "VE", "bank": "BQ", "payroll": "PA", "general": "OD"},
    chart=CHART,
    rates={
        "full": Rate(permille=200, paid="input_full", charged="vat_full"),
        "reduced": Rate(permille=100, paid="input_reduced", charged="vat_reduced"),
        "low": Rate(permille=55, paid="input_low", charged="vat_low"),
    },
    vendors=read_vendors(VENDORS),
    customers=read_customers(CUSTOMERS),
    sales=(
        Sale(topic="sale_catering", shares=(("sales_catering", 1.0),), low=90, high=1600, rate="reduced", weight=3),
        Sale(topic="sale_catering", shares=(("sales_full", 1.0),), low=60, high=700, weight=1),
        Sale(topic="sale_catering", shares=(("sales_takeaway", 1.0),), low=40, high=420, rate="low", weight=2),
    ),
    prepaid_taxes=(600, 450),
    sales_per_month=5,
    pace=0.34,
    staff=("Manon Vidal", "R. Aubert", "Lucie Ferrand"),
    cities=("Saint-Aubin", "Nantes", "Tours", "Paris"),
    tax_office="Service des impôts Saint-Aubin",
    health_fund="Caisse sociale de l'Ouest",
    house_bank="Banque du Val",
    monthly_gross=(2_600, 8_900),
    takings="takings",
    opening=(
        Balance("fixtures", "D", 38_000),
        Balance("plant", "D", 22_000),
        Balance("stock", "D", 6_400),
        Balance("bank", "D", 31_300),
        Balance("cash", "D", 600),
        Balance("receivables", "D", 1_320, "Théâtre du Canal"),
        Balance("payables", "C", 1_870, "Cave Montclar"),
        Balance("loan", "C", 36_000),
        Balance("share_capital", "C", 10_000),
    ),
    depreciation=(("fixtures", 320), ("plant", 260)),
    threshold=(100, 500),
)
