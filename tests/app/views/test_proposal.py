from __future__ import annotations

import pytest

from app.i18n import speaking
from app.services.journal import Background
from app.views import proposal as views
from engine.journal import Shares, Status, Unchecked
from tests.app.views.made import NAMES, a_candidate, a_proposal
from tests.builders import an_event


def test_the_headline_says_word_number_sources_and_what_was_not_checked() -> None:
    view = views.proposal_view(a_proposal(), 0, NAMES)
    assert view.title == "Rent → Trade payables"
    assert view.status_text == "likely · 91%"
    assert view.sources == "from template and memory"
    assert view.not_checked == "not checked: split of amounts"


def test_tax_code_and_party_are_named_where_the_book_has_them_whatever_the_candidate_carries() -> None:
    proposal = a_proposal(a_candidate("D 4210 10.00 Lenz", "C 1200 10.00"))
    view = views.proposal_view(proposal, 0, NAMES, Background(tax_codes=True, parties=True))
    assert view.not_checked == "not checked: split of amounts, tax code, party"
    assert views.not_checked(proposal.unchecked, Background(parties=True)) == "not checked: split of amounts, party"


def test_what_history_could_judge_is_not_named() -> None:
    known = Background(tax_codes=True, parties=True)
    assert views.not_checked((), known) == ""
    assert views.not_checked((Unchecked.PARTY,), known) == "not checked: party"
    assert views.not_checked((Unchecked.PARTY,), Background()) == ""


@pytest.mark.parametrize(
    ("shares", "shown"),
    [
        (Shares(template=0.0, memory=0.98, model=0.02), "from memory"),
        (Shares(template=0.2, memory=0.2, model=0.6), "from model, template and memory"),
        (Shares(template=0.0, memory=0.0, model=0.0), ""),
    ],
)
def test_sources_are_named_strongest_first_and_faint_ones_not_at_all(shares: Shares, shown: str) -> None:
    assert views.sources(shares) == shown


def test_another_candidate_than_the_first_is_never_sure() -> None:
    sure = a_proposal(status=Status.SURE)
    assert views.proposal_view(sure, 0, NAMES).status is Status.SURE
    second = views.proposal_view(sure, 1, NAMES)
    assert (second.status, second.status_text) == (Status.NOT_SURE, "not sure · 6%")
    assert [c.chosen for c in second.candidates] == [False, True]


def test_without_a_model_no_number_is_claimed() -> None:
    by_hand = a_proposal(a_candidate(probability=0.0), bundle="", status=Status.NOT_SURE, because=())
    view = views.proposal_view(by_hand, 0, NAMES)
    assert view.status_text == "not sure"
    assert view.sources == "a start by hand, from words and accounts alone"
    assert view.candidates[0].percent == ""


def test_lines_stand_on_their_side_with_name_and_dots() -> None:
    rent, _vat, payable = views.proposal_view(a_proposal(), 0, NAMES).lines
    assert (rent.account, rent.name, rent.debit, rent.credit) == ("4210", "Rent", "1,000.00", "")
    assert (payable.debit, payable.credit, payable.dots, payable.spoken) == ("", "1,190.00", "●●●○", "80%")


def test_candidates_have_the_keys_one_to_five() -> None:
    many = a_proposal(*[a_candidate("D 4210 1.00", "C 1200 1.00", probability=0.1)] * 7)
    assert [c.key for c in views.proposal_view(many, 0, NAMES).candidates] == ["1", "2", "3", "4", "5"]
    assert views.proposal_view(many, 0, NAMES).candidates[0].accounts == "4210 → 1200"


def test_the_lines_to_book_are_the_candidate_s() -> None:
    candidate = a_candidate("D 4210 10.00 Lenz", "C 1200 10.00")
    rent, bank = views.lines_of(candidate)
    assert (rent.account, rent.party, bank.amount) == ("4210", "Lenz", candidate.lines[1].amount)


def test_money_follows_currency_and_language() -> None:
    yen = a_proposal(a_candidate("D 4210 1190", "C 1200 1190"), event=an_event(currency="JPY"))
    with speaking("de"):
        view = views.proposal_view(yen, 0, NAMES)
        assert view.lines[0].debit == "1.190"
        assert view.status_text == "wahrscheinlich · 91\u00a0%"
