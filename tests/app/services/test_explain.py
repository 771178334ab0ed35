"""An entry tells how it came to be: the model's part, what people changed, and who decided under which rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.services import explain, propose, review
from app.services.access import Who
from app.services.errors import BadInput
from app.services.propose import TypedEvent, event_from_text
from app.services.review import Seen
from app.services.workbench import Workbench
from app.views.proposal import lines_of
from storage.errors import UnknownBook, UnknownEntry
from tests.app.conftest import ANA, FillBook, counterpoint
from tests.builders import a_line

BEN = Who.console("Ben")


def a_posted_rent(wb: Workbench) -> str:
    """Proposed by the model, changed and submitted by Ana, approved and posted by Ben."""
    event = event_from_text(TypedEvent(description="Miete Büro 99", amount="1190", journal="ER", party="Lenz"))
    proposal = propose.propose(wb, ANA, "test", event)
    first, *others = lines_of(proposal.candidates[0])
    lines = (replace(first, account="4970"), *(replace(x, party="Lenz") for x in others))
    entry = propose.save(wb, ANA, "test", proposal, proposal.event, lines)
    review.submit(wb, ANA, "test", entry, Seen(version=2), document="R 99")
    for act in (review.approve, review.post):
        act(wb, BEN, "test", entry, review.opened(wb, BEN, "test", entry).standing.seen)
    return entry


def test_everything_that_made_an_entry_is_told(trained: Workbench) -> None:
    entry = a_posted_rent(trained)
    told = explain.to_json(explain.origin(trained, ANA, "test", entry))
    with trained.reading() as uow:
        champion = uow.models.champion(uow.books.get("test").book_id)
    assert champion is not None
    proposed = told["proposed"]
    assert proposed["bundle"] == champion.digest
    assert proposed["memory"] > 0
    assert 0 < proposed["probability"] <= proposed["set_probability"] <= 1
    assert [b["description"][:4] for b in proposed["because"]][:1] == ["Miet"]
    assert all(0 <= x["probability"] <= 1 for x in proposed["lines"])
    changed = told["versions"][1]["changes"]
    assert [c["after"] for c in changed if c["after"].startswith("D 4970")]
    assert told["versions"][2]["changes"] == []  # the document only
    assert [(a["act"], a["by"]) for a in told["acts"]] == [
        ("submitted", "Ana"), ("approved", "Ben"), ("posted", "Ben"),
    ]  # fmt: skip
    assert told["acts"][1]["policy"]["four_eyes"] == "always"
    assert told["acts"][1]["detail"] == {"opened": True, "bulk": False}
    text = "\n".join(explain.in_words(told))
    assert f"proposed by model {champion.digest}, memory up to link {proposed['memory']}" in text
    assert "approved by Ben, four eyes always, with the entry open" in text
    assert "posted by Ben, as 2" in text


def test_an_entry_is_named_by_its_id_a_part_of_it_or_its_number(wb: Workbench, fill: FillBook) -> None:
    fill(wb, "other")
    fill(wb)
    entry = by_hand(wb)
    with wb.reading() as uow:
        number = uow.journal.entry(uow.books.get("test").book_id, entry).decisions[-1].detail
    for name in (entry, entry[:20], f"{number['fiscal_year']}/{number['journal']}/{number['number']}"):
        assert explain.named(wb, ANA, "", name) == ("test", entry)
    with pytest.raises(UnknownEntry):
        explain.named(wb, ANA, "other", entry)
    with pytest.raises(UnknownEntry):
        explain.named(wb, ANA, "", "2025/ER/999")
    with pytest.raises(BadInput, match="at least 8 characters"):
        explain.named(wb, ANA, "", entry[:5])
    with pytest.raises(BadInput, match="several entries"):
        explain.named(wb, ANA, "", _shared(wb))
    with pytest.raises(UnknownBook):
        explain.named(wb, Who(id="nobody"), "test", entry)
    with pytest.raises(UnknownEntry):
        explain.named(wb, Who(id="nobody"), "", entry)


def test_the_command_prints_it(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    entry, home = by_hand(wb), wb.home.path
    wb.close()
    for names in ((entry,), ("test", entry)):
        done = counterpoint("explain", *names, home=home)
        assert done.returncode == 0, done.stderr
        assert "posted by Ben" in done.stdout
    assert counterpoint("explain", "0000-0000", home=home).returncode == 1


def by_hand(wb: Workbench, journal: str = "BK") -> str:
    """A posted entry that no model had a part in."""
    event = event_from_text(TypedEvent(description="Gebühr", amount="12.90", journal=journal))
    proposal = propose.by_hand(wb, ANA, "test", event)
    lines = [a_line("D 4970 12.90"), a_line("C 1200 12.90")]
    entry = propose.save(wb, ANA, "test", proposal, proposal.event, lines, document="K 1")
    review.submit(wb, ANA, "test", entry, Seen(version=1))
    for act in (review.approve, review.post):
        act(wb, BEN, "test", entry, review.opened(wb, BEN, "test", entry).standing.seen)
    return entry


def test_an_entry_of_no_journal_is_named_by_year_and_number(wb: Workbench, fill: FillBook) -> None:
    fill(wb)
    entry = by_hand(wb, journal="")
    with wb.reading() as uow:
        detail = uow.journal.entry(uow.books.get("test").book_id, entry).decisions[-1].detail
    assert explain.named(wb, ANA, "", f"{detail['fiscal_year']}/{detail['number']}") == ("test", entry)


def _shared(wb: Workbench) -> str:
    """The beginning that two imported entries of one batch have in common."""
    from storage.records import JournalQuery

    with wb.reading() as uow:
        a, b = (e.entry_id for e in uow.journal.search(uow.books.get("test").book_id, JournalQuery()).rows[:2])
    return next(a[:n] for n in range(len(a), 7, -1) if a[:n] == b[:n])
