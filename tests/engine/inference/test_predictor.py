"""The predictor: any event gets entries that balance, or a sentence that says what to do."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadEvent
from engine.inference.predictor import SHOWN, Predictor
from engine.inputs import gather
from engine.journal import Account, Event, Kind, Line, Proposal, Side, Status, event_of
from engine.targets import Step, Target, line_set
from engine.training.losses import Targets, write_along
from engine.training.run import fit
from tests.builders import A_DAY, CATALOG, a_line, a_snapshot, an_entry, an_event, some_entries
from tests.engine.made import TINY, many_shapes


@pytest.fixture(scope="module")
def steady(bundle_folder: Path) -> Predictor:
    """For tests that teach it nothing."""
    return Predictor.load(bundle_folder)


def first(proposal: Proposal) -> dict[tuple[str, str], Decimal]:
    return {(x.account, x.side.letter): x.amount for x in proposal.candidates[0].lines}


def assert_sound(proposal: Proposal, accounts: Sequence[Account] = CATALOG) -> None:
    """What must hold for every proposal there is."""
    event, codes = proposal.event, {a.code: a for a in accounts}
    assert 1 <= len(proposal.candidates) <= SHOWN
    chances = [c.set_probability for c in proposal.candidates]
    assert all(c.probability <= c.set_probability for c in proposal.candidates)
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) <= 1 + 1e-4
    assert len({frozenset((x.account, x.side) for x in c.lines) for c in proposal.candidates}) == len(chances)
    for candidate in proposal.candidates:
        totals = [sum((x.amount for x in candidate.lines if x.side is s), Decimal(0)) for s in Side]
        assert totals[0] == totals[1] == round(event.amount, 2)
        assert {x.side for x in candidate.lines} == set(Side)
        parts = candidate.shares
        assert parts.template + parts.memory + parts.model == pytest.approx(1.0)
        assert min(parts.template, parts.memory, parts.model) >= -1e-9
        for x in candidate.lines:
            assert x.amount
            assert x.name == codes[x.account].name
            assert candidate.set_probability - 1e-4 <= x.probability <= 1.0
            assert event.date is None or codes[x.account].open_on(event.date)
        for known in event.lines:
            assert (known.account, known.side, known.amount) in {(x.account, x.side, x.amount) for x in candidate.lines}


class TestAnswers:
    def test_a_usual_event_gets_its_usual_entry(self, steady: Predictor) -> None:
        proposal = steady.predict([an_event()])[0]
        assert first(proposal) == {
            ("4210", "D"): Decimal("1000.00"), ("1576", "D"): Decimal("190.00"), ("1600", "C"): Decimal("1190.00")
        }  # fmt: skip
        assert proposal.bundle == steady.digest
        assert_sound(proposal)

    @settings(max_examples=25)
    @given(
        st.text(min_size=1, max_size=60).filter(lambda s: s.strip()),
        st.integers(-(10**12), 10**12).filter(lambda n: abs(n) > 10).map(lambda n: Decimal(n) / 100),
        st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1)),
        st.sampled_from(["", "ER", "BK", "??"]),
    )
    def test_any_event_gets_entries_that_balance(
        self, steady: Predictor, text: str, amount: Decimal, day: date | None, journal: str
    ) -> None:
        event = Event(description=f"x{text}", amount=amount, date=day, journal=journal)
        assert_sound(steady.predict([event])[0])

    @pytest.mark.parametrize(
        "text",
        ["🚕🧾", "תשלום שכר דירה", "房租三月", "Miete " * 2000, "\u202eetieM", "a\u0301" * 50, ".", "'; DROP TABLE--"],
    )
    def test_any_script_and_length_is_answered(self, steady: Predictor, text: str) -> None:
        assert_sound(steady.predict([an_event(text)])[0])

    def test_a_batch_is_its_events_one_by_one(self, steady: Predictor) -> None:
        events = [event_of(e) for e in some_entries(12)] + [an_event("🚕", "9.90", date=None, journal="")]
        events.append(an_event(lines=(a_line("C 1200 1190.00"),)))
        for event, together in zip(events, steady.predict(events), strict=True):
            alone = steady.predict([event])[0]
            assert first(alone) == first(together)
            assert alone.probability == pytest.approx(together.probability, abs=0.02)
            assert alone.status is together.status

    def test_no_event_is_no_proposal(self, steady: Predictor) -> None:
        assert steady.predict([]) == []

    def test_status_says_where_the_probability_stands(self, steady: Predictor) -> None:
        for proposal in steady.predict([an_event(), an_event("🚕"), an_event("Kontoführung", "12.90", journal="BK")]):
            p = proposal.probability
            sure, likely = p >= steady.sure_above, p >= steady.likely_above
            assert proposal.status is (Status.SURE if sure else Status.LIKELY if likely else Status.NOT_SURE)

    def test_several_threads_get_the_same_answers(self, predictor: Predictor) -> None:
        events = [event_of(e) for e in some_entries(10)]
        renamed = [replace(a, name=a.name.upper()) for a in CATALOG]
        want = {None: predictor.predict(events), "renamed": predictor.predict(events, renamed)}
        wrong: list[object] = []

        def ask(which: str | None) -> None:
            for _ in range(3):
                found = predictor.predict(events, None if which is None else renamed)
                wrong.extend(f for f, w in zip(found, want[which], strict=True) if first(f) != first(w))

        threads = [threading.Thread(target=ask, args=(w,)) for w in (None, "renamed", None, "renamed")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


BAD: dict[str, tuple[Event, str]] = {
    "no words": (an_event(""), "Description"),
    "blanks": (an_event(" \n\u00a0"), "Description"),
    "unseen characters": (an_event("\u200b\u202e\x07"), "Description"),
    "amount 0": (an_event(amount="0.00"), "Amount"),
    "no number": (an_event(amount="NaN"), "Amount"),
    "signalling": (an_event(amount="sNaN"), "Amount"),
    "endless": (an_event(amount="-Infinity"), "Amount"),
    "absurd": (an_event(amount="1E18"), "Amount"),
    "absurd line": (an_event(lines=(a_line("D 4210 1E400"),)), "Amount on 4210"),
    "line without number": (an_event(lines=(a_line("D 4210 NaN"),)), "Amount on 4210"),
    "unknown account": (an_event(lines=(a_line("D 9999 5"),)), "Known line"),
    "too many lines": (an_event(lines=(a_line("D 4210 1"),) * 25), "Known lines"),
    "line above the amount": (an_event(lines=(a_line("C 1200 1190.01"),)), "Event"),
    "less than a cent": (an_event(amount="0.004"), "Event"),
}


class TestBadEvents:
    @pytest.mark.parametrize("what", BAD)
    def test_each_gives_a_sentence_that_says_what_to_do(self, steady: Predictor, what: str) -> None:
        event, field = BAD[what]
        with pytest.raises(BadEvent) as told:
            steady.predict([an_event(), event])
        assert told.value.field == field
        sentence = str(told.value)
        assert told.value.why in sentence
        assert sentence.endswith(told.value.remedy)
        assert len(sentence) < 300
        assert_sound(steady.predict([an_event()])[0])

    def test_a_known_line_on_a_closed_account_is_refused(self, steady: Predictor) -> None:
        accounts = [replace(a, closed=A_DAY) if a.code == "1200" else a for a in CATALOG]
        with pytest.raises(BadEvent, match="not open on"):
            steady.predict([an_event(lines=(a_line("C 1200 5"),))], accounts)

    @pytest.mark.parametrize("accounts", [[], [replace(a, closed=A_DAY) for a in CATALOG]], ids=["none", "all closed"])
    def test_a_catalog_without_open_accounts_is_a_sentence(self, steady: Predictor, accounts: list[Account]) -> None:
        with pytest.raises(BadEvent, match="account"):
            steady.predict([an_event()], accounts)


class TestTheLiveCatalog:
    def test_closed_accounts_are_never_proposed_and_templates_with_them_neither(self, steady: Predictor) -> None:
        accounts = [replace(a, closed=A_DAY) if a.code == "4210" else a for a in CATALOG]
        proposal = steady.predict([an_event()], accounts)[0]
        assert_sound(proposal, accounts)
        assert "4210" not in {x.account for c in proposal.candidates for x in c.lines}
        earlier = steady.predict([an_event(date=A_DAY - timedelta(days=1))], accounts)[0]
        assert ("4210", "D") in first(earlier)

    def test_accounts_not_yet_open_are_never_proposed(self, steady: Predictor) -> None:
        accounts = [replace(a, opened=date(2030, 1, 1)) if a.code == "4210" else a for a in CATALOG]
        assert_sound(steady.predict([an_event()], accounts)[0], accounts)

    def test_a_renamed_account_keeps_its_code_and_shows_its_name(self, steady: Predictor) -> None:
        accounts = [replace(a, name="Raumkosten") if a.code == "4210" else a for a in CATALOG]
        proposal = steady.predict([an_event()], accounts)[0]
        assert_sound(proposal, accounts)
        assert "Raumkosten" in {x.name for x in proposal.candidates[0].lines}

    def test_missing_accounts_are_never_proposed(self, steady: Predictor) -> None:
        accounts = [a for a in CATALOG if a.code != "1600"]
        assert_sound(steady.predict([an_event()], accounts)[0], accounts)

    def test_a_new_account_can_be_given_and_proposed(self, predictor: Predictor) -> None:
        new = Account(code="4211", name="Rent of the warehouse")
        accounts = [*CATALOG, new]
        known = an_event("Lagermiete", lines=(a_line("D 4211 1000"),))
        assert_sound(predictor.predict([known], accounts)[0], accounts)
        booked = [
            an_entry(f"Lagermiete {n}", "D 4211 1000", "D 1576 190", "C 1600 1190", entry_id=f"w{n}") for n in range(3)
        ]
        predictor.remember(booked)
        proposal = predictor.predict([an_event("Lagermiete 4")], accounts)[0]
        assert ("4211", "D") in first(proposal)
        assert_sound(predictor.predict([an_event("Lagermiete 4")])[0])

    def test_a_chart_renumbered_whole_is_answered(self, steady: Predictor) -> None:
        accounts = [Account(code=f"N{i:03}", name=f"{CATALOG[i % 13].name} {i}") for i in range(300)]
        assert_sound(steady.predict([an_event(), an_event("🚕", "3")], accounts)[0], accounts)

    def test_a_catalog_of_one_account_is_answered(self, steady: Predictor) -> None:
        assert_sound(steady.predict([an_event()], CATALOG[1:2])[0], CATALOG[1:2])

    def test_one_catalog_leaves_no_trace_on_the_next(self, predictor: Predictor) -> None:
        before = predictor.predict([an_event()])
        predictor.predict([an_event()], CATALOG[:3])
        assert predictor.predict([an_event()]) == before
        assert predictor.predict([an_event()], list(reversed(CATALOG))) == before


class TestKnownLines:
    def test_they_are_in_every_candidate(self, steady: Predictor) -> None:
        bank = an_event(lines=(a_line("C 1200 1190.00 Lenz"),))
        part = an_event(lines=(a_line("D 1576 190.00"),))
        twice = an_event(lines=(a_line("C 1600 1000.00 Lenz"), a_line("C 1600 190.00 Huber")))
        for proposal in steady.predict([bank, part, twice]):
            assert_sound(proposal)
        parties = {x.party for x in steady.predict([twice])[0].candidates[0].lines if x.side is Side.CREDIT}
        assert parties == {"Lenz", "Huber"}

    def test_an_entry_given_whole_comes_back(self, steady: Predictor) -> None:
        """On accounts that were never booked together."""
        event = an_event(lines=(a_line("D 0420 1190.00"), a_line("C 0800 1190.00")))
        assert first(steady.predict([event])[0]) == {("0420", "D"): Decimal(1190), ("0800", "C"): Decimal(1190)}


class TestInstantMemory:
    NEW = an_entry("Messestand Hannover", "D 0420 800", "C 1400 800", entry_id="fair")
    ASKED = an_event("Messestand Hannover", "800.00")

    def test_an_approval_changes_the_next_answer_and_forgetting_reverts_it(self, predictor: Predictor) -> None:
        places = {(x.account, x.side.letter) for x in self.NEW.lines}
        before, size = predictor.predict([self.ASKED], explain=True), predictor.memory_size
        predictor.remember([self.NEW])
        assert predictor.memory_size == size + 1
        after = predictor.predict([self.ASKED], explain=True)[0]
        assert places in [{(x.account, x.side.letter) for x in c.lines} for c in after.candidates]
        assert after.because[0].entry_id == "fair" or after.because[3].entry_id == "fair"
        predictor.forget(["fair"])
        assert predictor.predict([self.ASKED], explain=True) == before
        assert predictor.memory_size == size

    def test_a_correction_replaces_the_entry(self, predictor: Predictor) -> None:
        size = predictor.memory_size
        corrected = replace(self.NEW, lines=(a_line("D 4970 800"), a_line("C 1200 800")))
        predictor.remember([self.NEW, corrected])
        assert predictor.memory_size == size + 1
        card = next(b for b in predictor.predict([self.ASKED], explain=True)[0].because if b.entry_id == "fair")
        assert line_set(card.lines) == line_set(corrected.lines)

    def test_what_stops_teaching_is_forgotten(self, predictor: Predictor) -> None:
        before = predictor.predict([self.ASKED])
        predictor.remember([self.NEW])
        predictor.remember([replace(self.NEW, kind=Kind.REVERSAL)])
        assert predictor.predict([self.ASKED]) == before
        predictor.remember([self.NEW])
        predictor.remember([replace(self.NEW, lines=())])
        assert predictor.predict([self.ASKED]) == before

    def test_a_memory_rebuilt_from_bundle_and_approvals_answers_alike(self, bundle_folder: Path) -> None:
        one, other = Predictor.load(bundle_folder), Predictor.load(bundle_folder)
        for n in range(4):
            one.remember([replace(self.NEW, entry_id=f"f{n}", description=f"Messestand {n}")])
        one.forget(["f1", "E3"])
        other.forget(["E3"])
        other.remember([replace(self.NEW, entry_id=f"f{n}", description=f"Messestand {n}") for n in (0, 2, 3)])
        for mine, theirs in zip(one.predict([self.ASKED]), other.predict([self.ASKED]), strict=True):
            assert first(mine) == first(theirs)
            assert mine.probability == pytest.approx(theirs.probability, abs=1e-3)

    def test_all_forgotten_still_answers(self, predictor: Predictor) -> None:
        predictor.forget([e.entry_id for e in some_entries(120)])
        assert predictor.memory_size == 0
        assert_sound(predictor.predict([an_event()], explain=True)[0])

    def test_nothing_to_remember_is_no_error(self, predictor: Predictor) -> None:
        predictor.remember([])
        predictor.forget(["nobody"])
        assert predictor.memory_size == 120


class TestSmallBooks:
    @pytest.mark.parametrize("count", [2, 3, 5])
    def test_a_book_of_a_few_entries_answers_and_is_not_sure(self, count: int) -> None:
        made = Predictor(fit(a_snapshot(*some_entries(count)), TINY).bundle)
        for proposal in made.predict([an_event(), an_event("🚕", "7.77", date=None, journal="")], explain=True):
            assert_sound(proposal)
            assert proposal.status is not Status.SURE
            assert proposal.because

    def test_entries_that_nobody_can_write_still_make_a_book(self) -> None:
        odd = [an_entry(f"Korrektur {i}", "D 4210 5", "D 4970 -5", entry_id=f"o{i}") for i in range(4)]
        made = Predictor(fit(a_snapshot(*odd), TINY).bundle)
        assert_sound(made.predict([an_event()])[0])


class TestExplaining:
    def test_every_written_line_has_its_trace(self, steady: Predictor) -> None:
        proposal = steady.predict([an_event()], explain=True)[0]
        codes = {a.code for a in CATALOG}
        assert [(t.account, t.side) for t in proposal.trace] == [
            (x.account, x.side) for x in proposal.candidates[0].lines
        ]
        for line in proposal.trace:
            assert 0 <= line.gate <= 1
            for chances in (line.pointer, line.copied):
                assert {c for c, _ in chances} <= codes
                values = [p for _, p in chances]
                assert values == sorted(values, reverse=True)
                assert sum(values) <= 1 + 1e-4
            assert sum(w for _, w in line.words) == pytest.approx(1.0, abs=1e-3)
            assert "april" in {w for w, _ in line.words}

    def test_known_lines_have_no_trace(self, steady: Predictor) -> None:
        proposal = steady.predict([an_event(lines=(a_line("C 1600 1190.00"),))], explain=True)[0]
        assert ("1600", Side.CREDIT) not in {(t.account, t.side) for t in proposal.trace}
        assert len(proposal.trace) == len(proposal.candidates[0].lines) - 1

    def test_a_known_line_is_read_before_the_others_as_when_they_were_written(self, steady: Predictor) -> None:
        """The gate of the first free line is that of a decoder which was given the bank line."""
        event = an_event(lines=(a_line("C 1200 1190.00"),))
        traced = steady.predict([event], explain=True)[0].trace[0]
        reasoner, read = steady._reasoner, steady._bundle.reader.read([event])
        recall = reasoner.memory.recall(read).first(TINY.memory.slots)
        inputs = gather(read, recall, reasoner.memory, reasoner.catalog, reasoner.catalog.rows)
        bank = Step(reasoner.catalog.rows["1200"], Side.CREDIT, 1.0)
        with torch.inference_mode():
            context = reasoner.network.context(inputs, reasoner.vectors)
            written = write_along(reasoner.network, context, Targets.of([Target((bank,), 1)]))
        assert traced.gate == pytest.approx(float(written.mixture.gate[0, 1, 0]), abs=1e-5)

    def test_explaining_changes_no_answer(self, steady: Predictor) -> None:
        plain, explained = (steady.predict([an_event()], explain=e)[0] for e in (False, True))
        assert (plain.because, plain.trace) == ((), ())
        assert plain.candidates == explained.candidates

    def test_an_entry_longer_than_the_decoder_is_explained_up_to_its_end(self, steady: Predictor) -> None:
        many = tuple(Line(account="4210", side=Side.DEBIT, amount=Decimal(1)) for _ in range(23))
        proposal = steady.predict([an_event(amount="23", lines=many)], explain=True)[0]
        assert_sound(proposal)
        assert {(t.account, t.side) for t in proposal.trace} <= {
            (x.account, x.side) for x in proposal.candidates[0].lines
        }

    def test_a_payroll_of_eight_lines_is_proposed_whole(self) -> None:
        made = Predictor(fit(a_snapshot(*many_shapes(36)), TINY).bundle)
        payroll = many_shapes(1)[0]
        proposal = made.predict([replace(event_of(payroll), description="Gehälter 50", amount=payroll.total)])[0]
        assert sorted((x.account, x.side, x.amount) for x in proposal.candidates[0].lines) == sorted(
            (x.account, x.side, x.amount) for x in payroll.lines
        )
