from __future__ import annotations

from decimal import Decimal

from app.i18n import speaking
from app.views.because import because_view, origin_text
from app.views.differs import differs_text
from tests.app.views.made import NAMES, a_proposal, some_evidence
from tests.builders import a_line, an_event


def test_a_card_says_what_when_how_much_and_what_differs() -> None:
    card = because_view(a_proposal(), NAMES).cards[0]
    assert (card.title, card.when, card.amount) == ("Miete Büro Februar", "3 Feb 2025", "1,190.00\u00a0EUR")
    assert (card.verdict, card.booked, card.origin) == ("same accounts", "", "imported")
    assert card.differs == "differs: month (Feb 2025)"


def test_an_entry_booked_otherwise_shows_how() -> None:
    other = some_evidence(agrees=False, lines=(a_line("D 4970 5.00"), a_line("C 1200 5.00")), origin="person")
    card = because_view(a_proposal(because=(other,)), NAMES).cards[0]
    assert (card.verdict, card.booked, card.origin) == ("booked otherwise", "4970 Bank charges → 1200", "by a person")


def test_the_nearest_contrary_entry_is_always_among_the_cards() -> None:
    alike = [some_evidence(f"Miete {i}", entry_id=f"E{i}") for i in range(11)]
    against = some_evidence("Messestand", entry_id="X", agrees=False)
    view = because_view(a_proposal(because=(*alike, against)), NAMES)
    assert [c.entry_id for c in view.cards] == ["E0", "E1", "X"]
    assert view.counts == "11 like this, 1 otherwise"


def test_counts_without_contradiction_and_without_evidence() -> None:
    assert because_view(a_proposal(), NAMES).counts == "1 like this, none otherwise"
    empty = because_view(a_proposal(because=()), NAMES)
    assert (empty.cards, empty.counts) == ((), "")


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
    assert because_view(a_proposal(because=(some_evidence(" "),)), NAMES).cards[0].title == "no description"
