"""Small files of some formats, whole and in good order, for tests that damage them."""

from __future__ import annotations

_HEADER = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\t"
    "PieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\n"
)
FEC = _HEADER + "".join(
    f"AC\tAchats\t{n}\t2024010{n}\t606100\tÉnergie\t\t\tFA{n}\t20240105\tBail {n}\t{n}00,50\t0,00\t\t\t20240131\t\t\n"
    f"AC\tAchats\t{n}\t202401{n:02d}\t401000\tFournisseurs\tF7\tDurand\tFA{n}\t\tLoyer {n}\t0,00\t{n}00,50\tA\t\t\t\t\n"
    for n in range(1, 9)
)
SIGNED = "JournalCode|EcritureNum|EcritureDate|CompteNum|EcritureLib|Montant|Sens\r\n" + "".join(
    f"VE|{n}|2024020{n}|411000|Vente {n}|{n}9.90|D\r\nVE|{n}|2024020{n}|707000|Vente {n}|{n}9.90|C\r\n"
    for n in range(1, 9)
)
JSONL = "".join(
    f'{{"entry_id":"k{n}","date":"2024-03-0{n}","description":"Miete {n}","journal":"ER","currency":"EUR","lines":'
    f'[{{"account":"4210","side":"D","amount":"{n}50.00","party":"Lenz"}},'
    f'{{"account":"1200","side":"C","amount":"{n}50.00","original_amount":"9","original_currency":"USD"}}]}}\n'
    for n in range(1, 9)
)
TABLE = "date,number,account,debit,credit,description\n" + "".join(
    f"2024-01-{n:02d},{n},613,{n}9.50,,Rent {n}\n2024-01-{n:02d},{n},512,,{n}9.50,Rent {n}\n" for n in range(1, 20)
)
OF_ENTRIES: tuple[tuple[str, bytes], ...] = (
    ("a.txt", FEC.encode()), ("a.txt", SIGNED.encode("cp1252")), ("a.jsonl", JSONL.encode()), ("a.csv", TABLE.encode()),
)  # fmt: skip
