from __future__ import annotations

from decimal import Decimal

from app.i18n import speaking
from app.views.because import Because, because_view, origin_text
from app.views.differs import differs_text
from engine.journal import Because as Evidence
from tests.app.views.made import NAMES, a_proposal, some_evidence
from tests.builders import a_line, an_event


def view_of(*evidence: Evidence, candidate: int = 0) -> Because:
    proposal = a_proposal(because=evidence)
    return because_view(proposal, proposal.candidates[candidate], NAMES)


BANK_FEE = (a_line("D 4970 5.00"), a_line("C 1200 5.00"))


def test_a_card_says_what_when_how_much_and_what_differs() -> None:
    card = view_of(some_evidence()).cards[0]
    assert (card.title, card.when, card.amount) == ("Miete Büro Februar", "3 Feb 2025", "1,190.00\u00a0EUR")
    assert (card.verdict, card.booked, card.origin) == ("same accounts", "", "imported")
    assert card.differs == "differs: month (Feb 2025)"


def test_an_entry_booked_otherwise_shows_how() -> None:
    card = view_of(some_evidence(lines=BANK_FEE, origin="person")).cards[0]
    assert (card.verdict, card.booked, card.origin) == ("booked otherwise", "4970 Bank charges → 1200", "by a person")


def test_the_nearest_contrary_entry_is_always_among_the_cards() -> None:
    alike = [some_evidence(f"Miete {i}", entry_id=f"E{i}", similarity=0.9 - i / 100) for i in range(11)]
    against = some_evidence("Messestand", entry_id="X", lines=BANK_FEE, similarity=0.2)
    farther = some_evidence("Messe", entry_id="Y", lines=BANK_FEE, similarity=0.1)
    view = view_of(*alike, farther, against)
    assert [c.entry_id for c in view.cards] == ["E0", "E1", "X"]
    assert view.counts == "11 like this, 1 otherwise"


def test_entries_that_are_hardly_like_the_event_are_not_counted() -> None:
    far = [some_evidence(entry_id=f"F{i}", similarity=0.3) for i in range(5)]
    shown_too = "3 like this, none otherwise"  # the nearest and the two that fill the cards
    assert view_of(some_evidence(similarity=0.8), *far).counts == shown_too


def test_the_cards_speak_about_the_candidate_that_is_open() -> None:
    by_bank = some_evidence(lines=(a_line("D 4210 1190.00"), a_line("C 1200 1190.00")))
    assert view_of(by_bank, candidate=0).cards[0].verdict == "booked otherwise"
    assert view_of(by_bank, candidate=1).cards[0].verdict == "same accounts"


def test_counts_without_contradiction_and_without_evidence() -> None:
    assert view_of(some_evidence()).counts == "1 like this, none otherwise"
    assert (view_of().cards, view_of().counts) == ((), "")


def test_differences_are_said_in_the_reader_s_language() -> None:
    evidence = some_evidence(
        amount=Decimal("1150.00"), differs=("words: messe", "amount: -3 %", "month: 2025-02", "party: Lenz")
    )
    with speaking("de"):
        said = differs_text(evidence, an_event())
    assert said == "anders: Wörter (messe), Betrag \u22123\u00a0%, Monat (Feb. 2025), Partner (Lenz)"


def test_nothing_differs_and_unknown_fields_are_said_too() -> None:
    assert differs_text(some_evidence(differs=()), an_event()) == "the same in everything we compare"
    assert differs_text(some_evidence(differs=("amount: 0 %",)), an_event()) == "the same in everything we compare"
    assert differs_text(some_evidence(differs=("rate: 1.07",)), an_event()) == "differs: rate (1.07)"


def test_an_origin_without_a_word_of_ours_is_shown_as_stored() -> None:
    assert origin_text("bank feed") == "bank feed"


def test_an_empty_description_has_a_title() -> None:
    assert view_of(some_evidence(" ")).cards[0].title == "no description"


def test_a_card_s_amount_is_in_its_own_entry_s_currency() -> None:
    proposal = a_proposal(because=(some_evidence(), some_evidence(entry_id="E2")))
    cards = because_view(proposal, proposal.candidates[0], NAMES, {"E1": "USD"}).cards
    assert [c.amount for c in cards] == ["1,190.00\u00a0USD", "1,190.00\u00a0EUR"]
