"""Suppliers and customers of the demo company; every name is made up."""

from __future__ import annotations

VENDORS = """
Hausverwaltung Lenz = Lenz; day 2, direct, essential
  rent rent 1000-1000 fixed
Hausverwaltung Lenz = Lenz; every 3, day 20
  rent_extra rent_extra 300-900
Stadtwerke Auental = SW Auental; day 5, direct, essential
  energy energy 560-640 fixed
Blinkblank Gebäudedienste GmbH = Blinkblank; day 27
  cleaning cleaning 410-430 fixed
Schrott & Rest Entsorgung = Schrott+Rest; 0.7 a month
  waste waste 60-380
Velt Telefon AG = Velt; day 8, debit
  phone phone 90-180 phone
Funkwerk Mobil GmbH = Funkwerk; day 14, debit
  mobile internet 130-220
Brennecke Autoleasing GmbH = Brennecke; day 1, direct
  lease_car lease_car 480-520 fixed
Kopernik Bürosysteme = Kopernik; day 10, direct
  lease_machine lease_machine 160-170 fixed
  office office 30-180 x0.3
Alpenrand Versicherung a.G. = Alpenrand; every 12, day 8, since 2, de
  insurance insurance 2600-3200 none fixed
Alpenrand Versicherung a.G. = Alpenrand; every 12, day 12, since 2
  car_insurance car_insurance 1300-1700 none fixed
Hanse-Kontor Assekuranz; every 12, day 5, since 5
  insurance insurance 900-1500 none fixed
Tankhof Süd = Tankhof; 4.5 a month, card
  fuel fuel 48-110 x6
  car_repair parking 8-25
Rast & Tank Mühlheim; 1.6 a month, since 9, card
  fuel fuel 50-105
Autohaus Wiedenbrück = AH Wiedenbrück; 0.6 a month
  car_repair car_repair 120-1400
Bundeskasse; every 12, day 11, since 4, direct
  car_tax car_tax 210-390 none fixed
Parkraum City; 1.8 a month, card
  parking parking 6-40
Bürowelt Hagen = Bürowelt; 3.2 a month
  hardware office_equipment 40-2400 asset x1.2
  office office 15-240
Nordlicht Papier GmbH = Nordlicht; 0.9 a month, discount
  office office 25-310
Kranich IT-Service = Kranich; 1.6 a month
  it_service it_service 180-950
  hardware office_equipment 40-2400 asset x1.2
  software software 90-420 x0.6
Netzknoten Hosting; 0.5 a month
  website software 20-190
Harnisch Werkzeugfabrik GmbH = Harnisch; 6 a month, terms 30, discount, essential
  goods goods 260-9800 freight x4
  spare_parts goods_parts 30-900 x1.2
Stahlberg Präzision KG = Stahlberg; 4.5 a month, terms 30, essential
  goods goods 260-9800 freight x4
  spare_parts goods_parts 30-900 x1.2
Ebert & Söhne Großhandel = Ebert; 3.6 a month, terms 20
  goods goods 260-9800 freight x4
  spare_parts goods_parts 30-900 x1.2
  tools tools 20-240 x0.9
Fachverlag Brandt = FV Brandt;
  goods_reduced goods_reduced 60-620 reduced
  books books 18-140 reduced
Outils Valmont SARL = Valmont; 2.6 a month, terms 30, fr, eu
  goods goods 400-9600
Mécanique Duclair SAS = Duclair; 1.6 a month, terms 30, since 3, fr, eu
  spare_parts goods 120-1500
Montage Perrin SARL = Perrin; 0.9 a month, since 6, fr, eu
  subcontract subcontract 400-2600
Imprimerie Castel SARL; 0.8 a month, since 1, fr, eu
  advertising advertising 150-900
Dunmore Tool Works Ltd = Dunmore; 1.3 a month, terms 30, en, world, GBP
  goods goods 300-6400 none
Copperline Cloud Inc. = Copperline; day 3, terms 5, en, world, USD, debit
  software software 240-320 fixed
Tallyhook Software Inc. = Tallyhook; 1.2 a month, since 7, en, world, USD
  software software 40-160
Ostmark Data Ltd; 0.9 a month, since 4, en, eu
  software software 60-190
  training training 150-600 x0.4
Larkfield Logistics BV = Larkfield; 1.4 a month, since 2, en, eu
  freight_out freight_out 90-700
Eilbote Paketdienst = Eilbote; 2.2 a month
  freight_out freight_out 80-640 x3
  freight_in freight_in 25-190
Spedition Grauwinkel = Grauwinkel; 1.6 a month
  freight_in freight_in 70-520 x2
  freight_out freight_out 90-600
Zollagentur Mertens = Mertens; 2.4 a month, terms 7
  customs customs 15-190 customs
Kartonagen Tiefenbach; 1.1 a month, discount
  packaging packaging 60-480
Montageteam Ruhland = Ruhland; 1.8 a month
  subcontract subcontract 350-3200
Elektro Sander; 1.2 a month
  repair repair 90-900
  subcontract subcontract 200-1600
  repair repair_rooms 70-640 x0.7
Heizungsbau Kessler; 0.35 a month
  repair repair_rooms 120-1100
Druckerei Silberfisch = Silberfisch; 0.8 a month
  advertising advertising 90-1300
Blickfang Anzeigen GmbH = Blickfang; 0.9 a month, since 8
  advertising advertising 180-900
Messe Rheinau; every 4, day 18, since 1
  fair fair 800-3400
Weinhof Sonnenberg; 0.9 a month, card
  gift gift 18-160 gift
Gasthaus Zur Linde = Linde; 1.6 a month, card
  entertain entertain 45-320 entertain x2
  staff_meal staff_meal 40-220
Trattoria Bellarosa; 0.9 a month, employee
  entertain entertain 45-320 entertain x2
  staff_meal staff_meal 40-220
Getränke Hoffstede;
  staff_meal staff_meal 25-120 mixed
Kanzlei Dr. Amrein = Amrein; 0.5 a month
  legal legal 180-1900
Steuerbüro Pohlmann & Ritter = Pohlmann; day 22
  accounting accounting 390-980
Lernhaus Akademie; 0.6 a month
  training training 180-1200
Handelskammer Rheinau; every 12, day 16, since 6
  chamber chamber 320-480 none fixed
Unfallkasse Metall; every 12, day 19, since 5
  chamber accident_fund 2100-2600 none fixed
Postladen Mitte; 2.6 a month, cash
  postage postage 8-75 none
Taxi Rheinau eG; 1.2 a month, employee
  taxi travel 12-60 reduced
Hotel Drei Kronen; 0.8 a month, card
  hotel hotel 75-160 reduced
Baumarkt Zollbrück = Zollbrück; 1.5 a month, card
  tools tools 12-190
  repair repair_rooms 15-140
  hardware shelving 60-1500 asset x0.7
Regaltechnik Morgenroth; 0.35 a month, since 5
  hardware shelving 150-3800 asset
Maschinenbau Tessmer GmbH = Tessmer; 0.5 a month, terms 30, since 2
  goods plant 300-7800 asset
  spare_parts goods_parts 60-900
"""

CUSTOMERS = """
Schlosserei Baumgart; x2 discount
Tischlerei Ahornweg GmbH; x1.6
Metallbau Kreuzer KG; x2.4 terms 30
Autowerkstatt Pilz; x1.4 late 25
Gemeinde Auental; x0.9 terms 30 late 20
Landmaschinen Roth; x1.5
Dachdecker Sturm GmbH; x1.1 late 30
Berufskolleg Rheinau; x0.7 terms 30
Werft Steinhude GmbH; x1.2 terms 30 since 4
Fahrradladen Speiche; x0.8 since 8
Gartenbau Immergrün; x0.9 since 2
Windkraft Heide GmbH; x1.3 terms 30 discount since 11
Ateliers Morvan SARL; x1.8 terms 30 fr eu
Garage Belcourt SARL; x1.2 fr eu since 3
Charpente Rivoire SAS; x0.9 terms 30 fr eu since 10
Van Dalen Techniek BV; x1.3 terms 30 en eu
Kilbride Engineering Ltd; en eu since 5
Helvetica Feinmechanik AG; x1.2 terms 30 world
Ashdown Joinery Ltd; x0.8 en world since 7
"""
