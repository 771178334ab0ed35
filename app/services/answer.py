"""A proposal as the command line prints it: JSON for programs, and words for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.services.access import Right, Who, use_case
from app.services.books import model_state
from app.services.errors import BadInput
from app.services.propose import propose, why
from app.services.typed import TypedEvent, event_from_text, read_lines
from app.services.workbench import Workbench
from app.views.why import why_text
from engine.explain.records import to_json
from engine.journal import Because, Candidate, Proposal, Status, Unchecked, minor_units, money_text

if TYPE_CHECKING:
    from app.commands import Answer

WORDS = {Status.SURE: "sure", Status.LIKELY: "likely", Status.NOT_SURE: "not sure"}
_TEXTS = ("description", "amount", "date", "currency", "journal", "party", "rate", "rate_date", "rate_source")


@use_case(Right.PREDICT)
def predict_answer(wb: Workbench, who: Who, arguments: Mapping[str, Any], progress: Callable[[str], None]) -> Answer:
    """Answer one event from plain text arguments; raises what `propose` raises."""
    from app.commands import Answer

    typed = {name: _text(arguments, name) for name in ("book", *_TEXTS)}
    book = typed.pop("book")
    event = event_from_text(TypedEvent(**typed, lines=read_lines(_texts(arguments, "lines"))))
    state = model_state(wb, who, book)
    if state.state == "loading":
        progress("loading the model")
    proposal = propose(wb, who, book, event)
    notes = () if proposal.bundle else (_without_model(book, state.state),)
    document, text = proposal_json(book, proposal), proposal_text(proposal)
    if arguments.get("why") is True:
        explained = why(wb, who, book, event) if proposal.bundle else None
        document["why"] = to_json(explained) if explained else None
        text += why_text(explained, proposal.event) if explained else []
    return Answer(document=document, text=tuple(text), notes=notes)


def proposal_json(book: str, proposal: Proposal) -> dict[str, Any]:
    """The shape of ``predict --json``."""
    places = minor_units(proposal.event.currency)
    document = {
        "book": book,
        "bundle": proposal.bundle,
        "status": proposal.status.value,
        "probability": proposal.probability,
        "candidates": [_candidate(c, places) for c in proposal.candidates],
        "because": [_because(b, places) for b in proposal.because],
    }
    return document | _original(proposal)


def proposal_text(proposal: Proposal) -> list[str]:
    """The first candidate as a table, the others and the reasons as a line each."""
    places = minor_units(proposal.event.currency)
    best = proposal.candidates[0]
    sure = f", {proposal.probability:.0%}" if proposal.bundle else ""  # without a model there is no figure to show
    open_ = ", ".join(u.value.replace("_", " ") for u in _not_checked(proposal)) if proposal.bundle else ""
    out = [f"{WORDS[proposal.status]}{sure}" + (f" (not checked: {open_})" if open_ else "")]
    if exchange := proposal.event.exchange:
        amounts = f"{_money(exchange.amount, minor_units(exchange.currency))} {exchange.currency}"
        own = f"{_money(proposal.event.amount, places)} {proposal.event.currency}"
        out.append(f"  {amounts} at {money_text(exchange.rate)} ({exchange.rate_source}) are {own}")
    width = max(len(x.account) for x in best.lines)
    for line in best.lines:
        amount = f"{_money(line.amount, places):>16}"
        columns = f"{amount}{'':17}" if line.side.letter == "D" else f"{'':17}{amount}"
        out.append(f"  {line.account:<{width}}  {line.name[:40]:<40} {columns}".rstrip())
    for number, other in enumerate(proposal.candidates[1:4], start=2):
        figure = f"{other.probability:.0%}  " if proposal.bundle else ""
        out.append(f"{number}. {figure}{_short(other)}")
    for card in proposal.because[:3]:
        how = "same accounts" if card.agrees else "booked otherwise"
        differs = f"; differs: {', '.join(card.differs)}" if card.differs else ""
        out.append(f"because {card.date.isoformat()} {card.description[:60]!r}: {how}{differs}")
    return out


def _original(proposal: Proposal) -> dict[str, Any]:
    """What an event in another currency was before; nothing for one in the book's own."""
    exchange = proposal.event.exchange
    if exchange is None:
        return {}
    return {
        "original": {
            "amount": _money(exchange.amount, minor_units(exchange.currency)),
            "currency": exchange.currency,
            "rate": money_text(exchange.rate),
            "rate_date": exchange.rate_date.isoformat() if exchange.rate_date else "",
            "rate_source": exchange.rate_source,
        }
    }


def _candidate(candidate: Candidate, places: int) -> dict[str, Any]:
    shares = candidate.shares
    return {
        "probability": candidate.probability,
        "shares": {"template": shares.template, "memory": shares.memory, "model": shares.model},
        "lines": [
            {
                "account": x.account,
                "name": x.name,
                "side": x.side.letter,
                "amount": _money(x.amount, places),
                "tax_code": x.tax_code,
                "party": x.party,
                "probability": x.probability,
            }
            for x in candidate.lines
        ],
    }


def _because(card: Because, places: int) -> dict[str, Any]:
    return {
        "entry": card.entry_id,
        "date": card.date.isoformat(),
        "description": card.description,
        "amount": _money(card.amount, places),
        "lines": [
            {"account": x.account, "side": x.side.letter, "amount": _money(x.amount, places)} for x in card.lines
        ],
        "agrees": card.agrees,
        "origin": card.origin,
        "differs": list(card.differs),
    }


def _not_checked(proposal: Proposal) -> list[Unchecked]:
    """What the first candidate's probability does not cover, of what is at stake in it."""
    lines = proposal.candidates[0].lines
    at_stake = {
        Unchecked.AMOUNTS: True,
        Unchecked.TAX_CODE: any(x.tax_code for x in lines),
        Unchecked.PARTY: bool(proposal.event.party) or any(x.party for x in lines),
    }
    return [u for u in proposal.unchecked if at_stake[u]]


def _short(candidate: Candidate) -> str:
    sides = (" + ".join(x.account for x in candidate.lines if x.side.letter == s) for s in "DC")
    return " / ".join(sides)


def _money(amount: Decimal, places: int) -> str:
    """Decimal text with at least the currency's places, and never fewer digits than the amount has."""
    step = Decimal(1).scaleb(-places)
    return f"{amount.quantize(step):f}" if amount % step == 0 else f"{amount.normalize():f}"


def _without_model(book: str, state: str) -> str:
    if state == "training":
        return f"Book {book!r} is being trained. Until that has finished, this is only a start for booking by hand."
    return (
        f"Book {book!r} has no model yet, so this is only a start for booking by hand. "
        f"Train one from its history: counterpoint train {book}"
    )


def _text(arguments: Mapping[str, Any], name: str) -> str:
    value = arguments.get(name) or ""
    if not isinstance(value, str):
        raise BadInput(name.capitalize(), repr(value), "it is not text", "Put it in quotes.")
    return value


def _texts(arguments: Mapping[str, Any], name: str) -> list[str]:
    values = arguments.get(name) or []
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise BadInput(name.capitalize(), repr(values), "it is not a list of texts", "Give each line by itself.")
    return values
