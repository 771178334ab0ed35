"""German wordings: `topic: wording | wording`, as three people in one office would write them."""

TEXT = """
rent: Miete {m} | Büro- und Lagermiete {m} | {v} Miete {m} | Miete Halle/Büro {m}
rent_extra: Nebenkosten {m} | {v} NK-Abrechnung {nr} | Betriebskosten Lager
energy: Strom Abschlag {m} | {v} Abschlag {m} | Strom/Gas {m} | {v} Rechnung {nr}
cleaning: Reinigung Büro {m} | {v} Unterhaltsreinigung | Glasreinigung | {v} RE {nr}
waste: Entsorgung {m} | Container {v} | {v} Rg. {nr} Altmetall
phone: Telefon {m} | {v} Rechnung {m} | Festnetz + Internet {m} | {v} {nr}
mobile: Mobilfunk {m} | Handyrechnung {m} {v} | {v} Mobil {nr}
lease_car: Leasingrate {plate} {m} | {v} Rate {m} | Kfz-Leasing {plate} | {v} {nr}
lease_machine: Miete Kopierer {m} | {v} Leasing {m} | Mietrate Stapler {m}
insurance: Jahresbeitrag {v} | Betriebshaftpflicht {y} | Inhaltsversicherung Lager | Beitrag {y} Vertrag {nr}
car_insurance: Kfz-Versicherung {plate} | Beitrag {y} {plate} | {v} Vertrag {nr}
fuel: Tanken {plate} | Diesel {plate} | {v} {city} | Tankbeleg {who} | Kraftstoff {m}
car_repair: Inspektion {plate} | Reparatur {plate} | Reifenwechsel {plate} | {v} RE {nr} | Wartung {nr}
car_tax: Kfz-Steuer {plate} | KFZ-STEUER {plate} BUNDESKASSE
parking: Parkhaus {city} | Parken {who} | Maut {plate}
office: Büromaterial | {t} | {v} Bestellung {nr} | {v} {t} | Bürobedarf {m}
t:office: Toner | Druckerpapier 10 Kartons | Ordner und Hefter | Briefumschläge | Stifte, Blöcke
hardware: {t} | {v} {t} | {v} {nr} {t} | {t} für {who} | {v} Rechnung {nr}
t:hardware: Notebook | Monitor 27 Zoll | Dockingstation | Bürostuhl | Schreibtisch | Drucker | Tastatur und Maus | Headset | Regal
software: Lizenz {m} | {v} Abo {m} | Softwarewartung {m} | {v} Nutzer {m} | Cloud {m}
it_service: Wartung {m} | IT-Betreuung {m} | {v} Stunden {m} | Fehlersuche Server | {v} {nr}
website: Domain und Hosting {y} | Webseite Pflege {m} | {v} {nr}
goods: {v} {t} | Wareneinkauf {t} | {v} Lieferung {nr} | LS {nr} {t} | {v} RE {nr} | Ware {v}
t:goods: Akkuschrauber | Bohrer-Sets | Fräser HSS | Werkzeugwagen | Drehmomentschlüssel | Sägeblätter | Schleifscheiben | Prüfgeräte
goods_reduced: Fachbücher Weiterverkauf {nr} | {v} Handbücher | Bücherlieferung {nr}
spare_parts: Ersatzteile {nr} | {v} Teile Auftrag {nr} | Dichtungen, Lager | {v} Lieferung {nr}
freight_in: Fracht Eingang {nr} | {v} Anlieferung | Speditionskosten Ware
customs: Zoll und EUSt {nr} | {v} Einfuhr {nr} | Verzollung Sendung {nr}
freight_out: Versand {m} | {v} Pakete {m} | Fracht an Kunden {nr} | {v} Sammelrechnung {nr}
packaging: Kartonagen | {v} Verpackung {nr} | Luftpolsterfolie, Klebeband
subcontract: Fremdleistung {nr} | {v} Montage Auftrag {nr} | {v} Stunden {m} | Subunternehmer {m}
advertising: Anzeige {m} | {v} Kampagne {m} | Flyer Druck 5000 St. | {v} RE {nr}
fair: Messestand {city} | Miete Messestand {city} | {v} Standbau {nr}
gift: Präsente Kunden | Geschenk {cust} | Weinpräsent {cust} | {v} {nr}
entertain: Bewirtung {cust} | Geschäftsessen {cust} {who} | {v} Bewirtungsbeleg | Essen {cust}
staff_meal: Getränke Büro | Kaffee und Milch | {v} Teamessen | Wasser, Kaffee {m}
legal: Rechtsberatung {nr} | {v} Honorar | Mahnverfahren {cust} {v} | Anwalt {nr}
accounting: Buchführung {m} | Steuerberater {m} | {v} Jahresabschluss {y} | Lohnabrechnung {m} {v}
training: Seminar {who} | Schulung {who} {city} | {v} Kurs {nr} | Weiterbildung {who}
books: Fachzeitschrift {y} | Abo Fachblatt | {v} Fachbuch
postage: Porto | Briefmarken | Frankierung {m} | {v} Porto {m}
repair: Reparatur {t} | {v} Einsatz {nr} | Wartung {t} | {v} RE {nr}
t:repair: Rolltor | Hubwagen | Heizung | Kompressor | Klimagerät
tools: Kleinwerkzeug | Arbeitshandschuhe, Schutzbrillen | {v} {nr} | Arbeitskleidung {who}
chamber: Beitrag {y} | {v} Bescheid {y} | Kammerbeitrag {y} | Berufsgenossenschaft {y}
travel: Reisekosten {who} {m} | Reise {city} {who} | Spesen {who} {city} | RK {who}
train: Bahnticket {city} | Bahn {who} {city} | BahnCard {who}
hotel: Hotel {city} {who} | Übernachtung {city} | {v} {city}
taxi: Taxi {city} | Taxi {who} | Fahrt Flughafen {who}
goods_in_return: Gutschrift {v} {nr} | {v} Retoure {nr} | GS Rücksendung {v}
sale_goods: Verkauf {cust} | AR {nr} {cust} | Rechnung {nr} {cust} {t} | {cust} Lieferung {t}
t:sale_goods: Werkzeug | Maschine | Sortiment | Nachbestellung | Ersatzteile
sale_service: Wartung {cust} {m} | Reparaturauftrag {cust} | AR {nr} {cust} Service | Kundendienst {cust}
sale_mixed: Lieferung und Montage {cust} | AR {nr} {cust} | Maschine mit Einweisung {cust}
sale_books: Handbücher {cust} | AR {nr} {cust} Fachbücher
sale_credit: Gutschrift {cust} {nr} | GS an {cust} | Rückgabe Ware {cust}
takings: Tageseinnahmen {d} | Kasse {d}
down: Anzahlung {cust} | AZ {cust} Auftrag {nr}
pay: Zahlung {v} {nr} | {v} | {v} RE {nr} | Überweisung {v} | SEPA-UEBERWEISUNG {V} {nr}
pay_many: Sammelzahlung {v} | {v} RE {nr} u.a. | {v} div. Rechnungen | SEPA-SAMMLER {V}
pay_discount: {v} {nr} abz. 2 % Skonto | Zahlung {v} Skonto | {v} RE {nr} ./. Skonto
pay_debit: Lastschrift {v} | SEPA-LASTSCHRIFT {V} {nr} | Einzug {v} {m} | {v} {nr}
receive: Eingang {cust} {nr} | {cust} | Zahlungseingang {cust} | GUTSCHRIFT {CUST} RE {nr} | {cust} {nr}
receive_discount: {cust} {nr} abz. Skonto | Eingang {cust} ./. 2 % | {CUST} RE {nr} SKONTO
receive_part: Teilzahlung {cust} {nr} | {cust} Rest {nr} | Akonto {cust}
receive_many: {cust} mehrere RE | {CUST} SAMMELZAHLUNG | Eingang {cust} {nr} + weitere
receive_card: Kartenzahlungen {d} | Gutschrift Terminal {d}
card: {V} {CITY} | KARTE {V} {nr} | {v} Karte {who}
card_settle: Kreditkartenabrechnung {m} | KK-Abrechnung {m} | Ausgleich Kreditkarte
fee: Kontoführung {m} | Entgelte {m} | Bankgebühren {m} | ABSCHLUSS {m}
fee_foreign: Entgelt Auslandszahlung | SWIFT-Gebühr {nr} | Courtage Fremdwährung
fee_terminal: Terminalgebühr {m} | Kartenterminal {m}
interest: Sollzinsen {m} | Zinsen Kontokorrent {m}
interest_in: Habenzinsen {m} | Zinsgutschrift
loan: Darlehen {nr} Rate {m} | Annuität {m} | Tilgung + Zins {m} | {v} DARLEHENSRATE
cash_in: Einzahlung Kasse | Bareinzahlung {d}
cash_out: Bargeldabhebung | Auszahlung Kasse {who}
net_wages: Löhne {m} | Gehaltszahlung {m} | LOHN/GEHALT {m} | Nettolöhne {m}
wage_tax: Lohnsteuer {m} | {v} LSt {m} | FINANZAMT LST {m}
social: Sozialversicherung {m} | {v} Beiträge {m} | SV-Beitrag {m} {v}
vat_pay: USt-VA {m} | {v} Umsatzsteuer {m} | FINANZAMT UST {m} STNR {nr}
vat_back: Erstattung USt {m} | {v} Guthaben {m}
tax: Vorauszahlung KSt {q} | {v} Körperschaftsteuer + SolZ {q} | KSt/Soli {q}
trade_tax: Gewerbesteuer {q} | Stadtkasse GewSt {q} | GewSt-Vorauszahlung {q}
expense_pay: Erstattung Spesen {who} | Auslagen {who} | Reisekosten {who} {m}
payroll: Lohnbuchung {m} | Löhne und Gehälter {m} | Lohnjournal {m} | LuG {m}
bonus: Weihnachtsgeld {y} | Sonderzahlung {y} | Prämien {y}
accrue: Abgrenzung {t} {m} | RST {t} {m} | {t} noch nicht berechnet {m}
t:accrue: Strom | Fracht | Subunternehmer | Reinigung
release: Auflösung Abgrenzung {t} {m} | Auflösung RST {t} | Rückbuchung {t} {m}
prepaid: Abgrenzung Beitrag {y} | ARAP Versicherung {y} | aktive RAP {v}
prepaid_release: Auflösung ARAP {m} | Versicherungsanteil {m} | RAP {m}
depreciate: AfA {m} | Abschreibungen {m} | AfA lfd. Monat
write_down: Sofortabschreibung GWG {m} | GWG {m}
vat_close: Umbuchung USt {m} | USt-Verrechnung {m} | Umbuchung Vorsteuer/USt {m}
stock: Bestandsveränderung {y} | Inventur {y} Warenbestand
provision: Rückstellung Jahresabschluss {y} | RST Urlaub {y} | Rückstellung Gewährleistung
write_off: Ausbuchung Forderung {cust} | Forderungsausfall {cust} {nr}
small_diff: Kleindifferenz {cust} | Ausbuchung Cent {v}
reversal: Storno {ref} | Storno {ref} falsches Konto | Stornobuchung {ref} doppelt erfasst
opening: Eröffnungsbilanz {d} | EB-Werte
benefit: Sachbezug Kfz {m} | Privatnutzung {plate} {m}
correct: Umbuchung {v} {nr} | Korrektur {v} {nr} | Umb. {v}
"""
