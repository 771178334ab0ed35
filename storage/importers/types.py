"""Account types and groups that a French chart's numbers imply (Plan comptable général, classes 1 to 8)."""

from __future__ import annotations

from collections.abc import Container, Mapping

from engine.journal import Account, AccountType

_A, _L, _E = AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY
_I, _X = AccountType.INCOME, AccountType.EXPENSE

# The longest prefix wins. Class 4 depends on the group: what others owe us is an asset.
_TYPES: Mapping[str, AccountType] = {
    "1": _E, "15": _L, "16": _L, "17": _L, "18": _L, "2": _A, "3": _A,
    "4": _L, "409": _A, "41": _A, "419": _L, "425": _A, "4287": _A, "4387": _A, "441": _A, "4456": _A, "44583": _A,
    "44586": _A, "4487": _A, "451": _A, "456": _A, "46": _A, "464": _L, "4686": _L, "467": _L, "471": _A, "473": _A,
    "476": _A, "481": _A, "486": _A, "49": _A, "5": _A, "509": _L, "519": _L, "6": _X, "7": _I, "8": _E,
}  # fmt: skip

_PARTIES = ("401", "411")  # suppliers and customers

_GROUPS: Mapping[str, str] = {
    "1": "Comptes de capitaux", "10": "Capital et réserves", "11": "Report à nouveau", "12": "Résultat de l'exercice",
    "13": "Subventions d'investissement", "14": "Provisions réglementées", "15": "Provisions",
    "16": "Emprunts et dettes assimilées", "17": "Dettes rattachées à des participations", "18": "Comptes de liaison",
    "2": "Comptes d'immobilisations", "20": "Immobilisations incorporelles", "21": "Immobilisations corporelles",
    "22": "Immobilisations mises en concession", "23": "Immobilisations en cours", "26": "Participations",
    "27": "Autres immobilisations financières", "28": "Amortissements des immobilisations",
    "29": "Dépréciations des immobilisations", "3": "Comptes de stocks et en-cours", "31": "Matières premières",
    "32": "Autres approvisionnements", "33": "En-cours de production de biens", "34": "En-cours de services",
    "35": "Stocks de produits", "37": "Stocks de marchandises", "39": "Dépréciations des stocks",
    "4": "Comptes de tiers", "40": "Fournisseurs et comptes rattachés", "41": "Clients et comptes rattachés",
    "42": "Personnel et comptes rattachés", "43": "Sécurité sociale et autres organismes sociaux",
    "44": "État et autres collectivités publiques", "45": "Groupe et associés", "46": "Débiteurs et créditeurs divers",
    "47": "Comptes transitoires ou d'attente", "48": "Comptes de régularisation",
    "49": "Dépréciations des comptes de tiers", "5": "Comptes financiers", "50": "Valeurs mobilières de placement",
    "51": "Banques, établissements financiers", "53": "Caisse", "54": "Régies d'avance", "58": "Virements internes",
    "59": "Dépréciations des comptes financiers", "6": "Comptes de charges", "60": "Achats",
    "61": "Services extérieurs", "62": "Autres services extérieurs", "63": "Impôts, taxes et versements assimilés",
    "64": "Charges de personnel", "65": "Autres charges de gestion courante", "66": "Charges financières",
    "67": "Charges exceptionnelles", "68": "Dotations aux amortissements et provisions",
    "69": "Participation des salariés, impôts sur les bénéfices", "7": "Comptes de produits",
    "70": "Ventes de produits, prestations, marchandises", "71": "Production stockée",
    "72": "Production immobilisée", "74": "Subventions d'exploitation", "75": "Autres produits de gestion courante",
    "76": "Produits financiers", "77": "Produits exceptionnels", "78": "Reprises sur amortissements et provisions",
    "79": "Transferts de charges", "8": "Comptes spéciaux",
}  # fmt: skip


def french_type(code: str) -> AccountType:
    """The type that a code's class and group imply; unknown where it does not begin with a class."""
    for length in range(min(len(code), 5), 0, -1):
        if (found := _TYPES.get(code[:length])) is not None:
            return found
    return AccountType.UNKNOWN


def french_catalog(names: Mapping[str, str], controls: Container[str]) -> tuple[Account, ...]:
    """The accounts of a French ledger with derived types, under the groups of the general chart.

    ``names`` are those of the file. Groups are added as parents; a group that the file books on keeps its name.
    ``controls`` are the codes whose rows name a party: suppliers and customers among them are control accounts.
    """
    groups = {g for code in names for g in _ancestors(code)}
    known = {**{g: _GROUPS[g] for g in groups}, **names}
    return tuple(
        Account(
            code=code,
            name=name,
            type=french_type(code),
            parent=_parent(code),
            control=code in controls and code.startswith(_PARTIES),
        )
        for code, name in sorted(known.items())
    )


def _ancestors(code: str) -> list[str]:
    return [code[:n] for n in (1, 2) if code[:n] in _GROUPS and code[:n] != code]


def _parent(code: str) -> str:
    above = _ancestors(code)
    return above[-1] if above else ""
