"""French wordings: `topic: wording | wording`."""

TEXT = """
rent: Loyer {m} | Loyer bureau {m} | {v} loyer {m} | Loyer local {m}
rent_extra: Charges locatives {m} | {v} régul. charges {nr} | Provision charges
energy: Électricité {m} | {v} {nr} | EDL {m} gaz et élec. | {v} prélèvement {m}
cleaning: Nettoyage {m} | {v} ménage bureaux | {v} fact. {nr} | Blanchisserie {m}
waste: Collecte déchets {m} | {v} benne | {v} fact. {nr}
phone: Téléphone {m} | {v} {m} | Fixe + internet {m} | {v} {nr}
mobile: Mobiles {m} | {v} forfait {nr} | Téléphones portables {m}
lease_car: Crédit-bail {plate} {m} | {v} loyer véhicule {m} | {v} {nr}
lease_machine: Location copieur {m} | {v} loyer {m} | Location machine {m}
insurance: Prime annuelle {v} | Assurance RC pro {y} | Contrat {nr} {y} | {v} échéance
car_insurance: Assurance véhicule {plate} | {v} contrat {nr}
fuel: Carburant {plate} | Gazole {who} | {v} {city} | Essence {m}
car_repair: Révision {plate} | Pneus {plate} | {v} fact. {nr} | Réparation {plate}
car_tax: Taxe véhicule {plate}
parking: Parking {city} | Péage {plate} | Stationnement {who}
office: Fournitures bureau | {t} | {v} commande {nr} | {v} {t} | Papeterie {m}
t:office: Toner | Ramettes papier | Classeurs | Stylos, blocs | Enveloppes
hardware: {t} | {v} {t} | {v} {nr} {t} | {t} pour {who} | {v} facture {nr}
t:hardware: Ordinateur portable | Écran 27 pouces | Station d'accueil | Chaise de bureau | Bureau | Imprimante | Clavier souris | Casque | Étagère
software: Licence {m} | {v} abonnement {m} | {v} postes {m} | Logiciel {m}
it_service: Maintenance {m} | Infogérance {m} | {v} heures {m} | Dépannage serveur | {v} {nr}
website: Nom de domaine et hébergement {y} | Site internet {m} | {v} {nr}
goods: {v} {t} | Achat {t} | {v} livraison {nr} | BL {nr} {t} | {v} fact. {nr} | Marchandises {v}
t:goods: Perceuses | Forets | Fraises HSS | Clés dynamométriques | Lames de scie | Disques à meuler | Appareils de mesure
goods_reduced: Livres pour revente {nr} | {v} manuels
food: {v} {t} | {v} | Achat {t} | {v} fact. {nr} | BL {nr} {t}
t:food: Farine et sucre | Café en grains | Fruits | Lait, crème | Beurre, œufs | Pâtisseries | Jus de fruits
drinks: {v} {t} | {v} fact. {nr} | Boissons {nr} | {t}
t:drinks: Bière pression | Vins | Cidre | Spiritueux | Sodas
spare_parts: Pièces détachées {nr} | {v} pièces cde {nr} | Joints, roulements
freight_in: Transport sur achats {nr} | {v} port
customs: Douane {nr} | {v} import {nr} | Dédouanement {nr}
freight_out: Expéditions {m} | {v} colis {m} | Transport clients {nr} | {v} {nr}
packaging: Cartons, adhésif | {v} emballages {nr} | Gobelets et sacs
subcontract: Sous-traitance {m} | {v} heures {m} | {v} chantier {nr} | Prestation {nr}
advertising: Publicité {m} | {v} annonce {m} | Dépliants 5000 ex. | {v} fact. {nr}
fair: Stand salon {city} | Location stand {city} | {v} stand {nr}
gift: Cadeaux clients | Cadeau {cust} | Vin pour {cust} | {v} {nr}
entertain: Repas {cust} | Déjeuner client {cust} {who} | {v} note | Restaurant {cust}
staff_meal: Café et lait bureau | Repas équipe {v} | Eau, café {m}
legal: Conseil juridique {nr} | {v} honoraires | Recouvrement {cust} {v}
accounting: Comptabilité {m} | Honoraires comptables {m} | {v} bilan {y} | Paies {m} {v}
training: Formation {who} | Stage {who} {city} | {v} formation {nr}
books: Revue professionnelle {y} | Abonnement revue | {v} ouvrage
postage: Timbres | Affranchissement {m} | {v} courrier {m}
repair: Réparation {t} | {v} intervention {nr} | Entretien {t} | {v} fact. {nr}
t:repair: rideau métallique | transpalette | chauffage | four | machine à café | climatisation
tools: Petit outillage | Gants, lunettes | {v} {nr} | Vêtements travail {who}
chamber: Cotisation {y} | {v} appel {y} | Taxe consulaire {y}
travel: Note de frais {who} {m} | Déplacement {city} {who} | NDF {who} {city} | Frais {who}
train: Train {city} | Billet {who} {city} | Carte abonnement train {who}
hotel: Hôtel {city} {who} | Nuitée {city} | {v} {city}
taxi: Taxi {city} | Taxi {who} | Course aéroport {who}
goods_in_return: Avoir {v} {nr} | {v} retour {nr} | Avoir retour marchandise {v}
sale_goods: Vente {cust} | Facture {nr} {cust} | {cust} commande {t} | FA {nr} {cust}
t:sale_goods: Outillage | Machine | Assortiment | Réassort | Pièces
sale_service: Maintenance {cust} {m} | Intervention {cust} | FA {nr} {cust} service
sale_mixed: Fourniture et pose {cust} | FA {nr} {cust} | Machine et formation {cust}
sale_books: Manuels {cust} | FA {nr} {cust} livres
sale_catering: Traiteur {cust} | Buffet {cust} | FA {nr} {cust} | Plateaux repas {cust}
sale_credit: Avoir {cust} {nr} | Avoir client {cust} | Retour {cust}
takings: Recettes {d} | Caisse {d} | Z de caisse {d}
down: Acompte {cust} | Acompte {cust} {nr}
pay: Règlement {v} {nr} | {v} | {v} fact. {nr} | Virement {v} | VIR SEPA {V} {nr}
pay_many: {v} plusieurs factures | VIR GROUPE {V} | {v} fact. {nr} et autres
pay_discount: {v} {nr} escompte 2 % | Règlement {v} sous escompte
pay_debit: Prélèvement {v} | PRLV {V} {nr} | {v} {nr} | PRLV {v} {m}
receive: Encaissement {cust} {nr} | {cust} | VIR RECU {CUST} {nr} | Virement {cust} | {cust} {nr}
receive_discount: {cust} {nr} moins escompte | VIR {CUST} {nr} ESCOMPTE
receive_part: Acompte {cust} {nr} | {cust} solde {nr}
receive_many: {cust} plusieurs factures | VIR {CUST} GROUPE | {cust} {nr} + autres
receive_card: Remise CB {d} | Remise cartes {d}
card: {V} {CITY} | CB {V} {nr} | {v} carte {who}
card_settle: Relevé carte {m} | Débit différé carte {m}
fee: Frais bancaires {m} | Tenue de compte {m} | FRAIS {m} | Commissions {m}
fee_foreign: Frais virement étranger | Commission change {nr}
fee_terminal: Location TPE {m} | Commissions CB {m}
interest: Agios {m} | Intérêts débiteurs {m}
interest_in: Intérêts créditeurs {m}
loan: Emprunt {nr} échéance {m} | Remboursement emprunt {m} | {v} ECHEANCE PRET
cash_in: Versement espèces | Dépôt recettes {d}
cash_out: Retrait espèces | Alimentation caisse {who}
net_wages: Salaires {m} | Virement salaires {m} | VIR SALAIRES {m}
wage_tax: Prélèvement à la source {m} | {v} PAS {m}
social: Cotisations sociales {m} | {v} {m} | Charges sociales {m} {v}
vat_pay: TVA {m} | {v} TVA {m} | TELEREGLEMENT TVA {nr}
vat_back: Remboursement TVA {m} | {v} crédit TVA {m}
tax: Acompte IS {q} | {v} impôt sociétés {q}
trade_tax: CFE {q} | Taxe locale {q}
expense_pay: Remboursement frais {who} | {who} notes de frais | NDF {who} {m}
payroll: Paie {m} | Salaires et charges {m} | OD paie {m}
bonus: Prime fin d'année {y} | Primes {y}
accrue: FNP {t} {m} | Facture non parvenue {t} | Provision {t} {m}
t:accrue: électricité | transport | sous-traitant | nettoyage
release: Extourne FNP {t} {m} | Reprise {t} | Extourne {t} {m}
prepaid: CCA {v} {y} | Charges constatées d'avance {y}
prepaid_release: Reprise CCA {m} | Quote-part assurance {m}
depreciate: Dotation amort. {m} | Amortissements {m}
write_down: Petit matériel {m}
vat_close: OD TVA {m} | Liquidation TVA {m} | CA3 {m}
stock: Variation de stock {y} | Inventaire {y}
provision: Provision bilan {y} | Provision congés payés {y}
write_off: Perte créance {cust} | Créance irrécouvrable {cust} {nr}
small_diff: Écart règlement {cust} | Arrondi {v}
reversal: Extourne {ref} | Annulation {ref} mauvais compte | {ref} saisie en double
opening: Bilan d'ouverture {d} | A nouveaux
benefit: Avantage véhicule {m} | Usage privé {plate} {m}
correct: Reclassement {v} {nr} | Correction {v} {nr}
"""
