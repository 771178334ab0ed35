"""How people describe what happened: several wordings, three languages, abbreviations, slips of the finger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.demo import words_de, words_en, words_fr
from engine.demo.dice import Dice

MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "en": "January February March April May June July August September October November December".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
}
SHORTER = {
    "de": {
        "Rechnung": "Rg.", "Lieferung": "Lief.", "Reparatur": "Rep.", "Versicherung": "Vers.", "Zahlung": "Zahlg.",
        "Wartung": "Wartg", "Miete": "Mte", "Gutschrift": "GS", "Bewirtung": "Bew.", "Überweisung": "Überw.",
        "Abrechnung": "Abr.", "Übernachtung": "ÜN", "Büromaterial": "Büromat.", "Fremdleistung": "Fremdl.",
    },
    "en": {
        "invoice": "inv.", "delivery": "dlv", "Maintenance": "Maint.", "Payment": "Pmt", "Insurance": "Ins.",
        "subscription": "subs", "Office": "Off.", "instalment": "inst.", "Training": "Trng", "Receipt": "Rcpt",
        "Electricity": "Elec.", "Consulting": "Cons.", "Expenses": "Exp.",
    },
    "fr": {
        "facture": "fact.", "Facture": "Fact", "livraison": "livr.", "Règlement": "Règlt", "Assurance": "Assur.",
        "abonnement": "abt", "Réparation": "Répar.", "Fournitures": "Fourn.", "commande": "cde", "Loyer": "Loy.",
        "Honoraires": "Hono.", "Cotisation": "Cotis.", "Entretien": "Entr.",
    },
}  # fmt: skip
# Bank statements and old programs write without accents.
PLAIN = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "AE", "Ö": "OE", "Ü": "UE",
    "é": "e", "è": "e", "ê": "e", "à": "a", "û": "u", "ô": "o", "ç": "c", "É": "E", "œ": "oe",
})  # fmt: skip


def read_words(text: str) -> dict[str, tuple[str, ...]]:
    """Read lines of ``topic: wording | wording``; a topic written twice raises ValueError."""
    words: dict[str, tuple[str, ...]] = {}
    for line in text.strip().splitlines():
        topic, _, wordings = line.rpartition(": ") if line.startswith("t:") else line.partition(": ")
        if topic in words:
            raise ValueError(f"the topic {topic!r} is written twice")
        words[topic] = tuple(x.strip() for x in wordings.split("|"))
    return words


WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "de": read_words(words_de.TEXT),
    "en": read_words(words_en.TEXT),
    "fr": read_words(words_fr.TEXT),
}


class Speaker:
    """The people who type descriptions; draws from the book's dice."""

    def __init__(self, dice: Dice, languages: tuple[tuple[str, float], ...]) -> None:
        self._dice = dice
        self._codes = [code for code, _ in languages]
        self._weights = [weight for _, weight in languages]

    @property
    def home(self) -> str:
        return self._codes[0]

    def language(self, wanted: str = "") -> str:
        """Most people write in the language of the document; some in one of their own."""
        if wanted and self._dice.chance(0.75):
            return wanted
        return self._dice.weighted(self._codes, self._weights)

    def bank(self) -> str:
        """The language of a bank line: mostly that of the statement."""
        return self.language(self.home)

    def say(self, topic: str, language: str, day: date, values: Mapping[str, str]) -> str:
        """Fill one wording of the topic, in another language where this one lacks it."""
        words = next(WORDS[x] for x in (language, "en", "fr", "de") if topic in WORDS[x])
        known = {**self._times(day, language), **values}
        if "t" not in known:
            known["t"] = self._dice.pick(words.get(f"t:{topic}", ("",)))
        known["V"], known["CUST"] = known.get("v", "").upper(), known.get("cust", "").upper()
        known["CITY"] = known.get("city", "").upper()
        text = " ".join(self._dice.pick(words[topic]).format(**known).split())
        return self._worn(text, language)

    def _times(self, day: date, language: str) -> dict[str, str]:
        name = MONTHS[language][day.month - 1]
        month = self._dice.pick((
            f"{name} {day.year}", f"{name} {day:%y}", f"{day:%m/%y}", f"{day:%m.%Y}", f"{name[:3]} {day:%y}", name,
        ))  # fmt: skip
        quarter = (day.month - 1) // 3 + 1
        return {
            "m": month, "y": str(day.year), "d": f"{day:%d.%m.}" if language != "en" else f"{day:%d %b}",
            "q": self._dice.pick((f"Q{quarter}/{day:%y}", f"Q{quarter} {day.year}", f"{quarter}. Q. {day:%y}")),
        }  # fmt: skip

    def _worn(self, text: str, language: str) -> str:
        """Shorten, misspell or flatten some of the texts, as haste and old programs do."""
        if self._dice.chance(0.22):
            text = " ".join(SHORTER[language].get(word, word) for word in text.split())
        if self._dice.chance(0.07):
            text = self._misspelt(text)
        if self._dice.chance(0.06):
            text = text.translate(PLAIN)
        if self._dice.chance(0.05):
            return text.lower()
        return text.translate(PLAIN).upper() if self._dice.chance(0.06) else text

    def _misspelt(self, text: str) -> str:
        words = text.split()
        long = [i for i, w in enumerate(words) if len(w) > 4 and w.isalpha()]
        if not long:
            return text
        i = self._dice.pick(long)
        w, at = words[i], self._dice.between(1, len(words[i]) - 3)
        slips = (w[:at] + w[at + 1 :], w[:at] + w[at] + w[at:], w[:at] + w[at + 1] + w[at] + w[at + 2 :])
        words[i] = self._dice.pick(slips)
        return " ".join(words)
