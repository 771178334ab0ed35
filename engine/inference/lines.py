"""Turns a set of (account, side) into lines with amounts that balance, and says what speaks for those amounts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from engine.inference.amounts import AmountsDisagree, AmountTooSmall, BadShares, allocate_entry, to_minor_unit, units
from engine.inference.evidence import Evidence
from engine.inference.labels import Guess, Labels
from engine.inference.precedents import Past, recalled
from engine.inference.proportions import Choice, Way, choose, tried
from engine.inference.tax_history import TaxHistory
from engine.inference.tax_lines import Shared, disagreement, parts, settled
from engine.inference.taxes import Leg, TaxDisagrees, TaxTable
from engine.journal import Event, Line, Side, minor_units
from engine.retrieval.memory import NEAR, Memory
from engine.targets import LineSet, canonical

_CARRIED = 0.5  # share of an account's lines that must name a party for a line of it to get one
_NO_AMOUNT = Decimal(0)  # of a known line whose amount is not known
_DOUBTED = 0.3  # how sure a code is whose rate, as history shows it, a given tax contradicts


@dataclass(frozen=True, slots=True)
class Signs:
    """How the lines of a candidate came about: what its amounts, tax codes and parties rest on.

    forced: no side had anything to share out. extra: lines beyond one a side. recalled: a precedent was followed.
    steady: share of the ``tested`` other precedents that the way followed would have got right, near ones counting
    more. same_total: the nearest precedent had this very amount. shape: share of the precedents with the same number of
    lines on each place. labels: how sure the least sure tax code and party is. near: similarity of the nearest.
    """

    forced: bool
    extra: int
    recalled: bool
    steady: float
    tested: int
    same_total: bool
    shape: float
    labels: float
    near: float


@dataclass(frozen=True, slots=True)
class Composed:
    """A candidate written out: debits first, balanced to the minor unit, with what speaks for it."""

    lines: tuple[Line, ...]
    signs: Signs


@dataclass(frozen=True, slots=True)
class _Slot:
    """A line to be filled: its part of the side's rest, unless its amount is fixed."""

    line: Line
    weight: float
    fixed: Decimal | None = None
    sure: float = 1.0  # of its labels
    given: bool = False  # whether the event itself fixes it

    @property
    def place(self) -> tuple[str, Side]:
        return self.line.account, self.line.side


class _Draft(NamedTuple):
    """Slots to fill, the choice they follow, and the tax lines among them that follow from their bases."""

    slots: list[_Slot]
    choice: Choice | None
    legs: tuple[Leg, ...] = ()


class _Labelled(NamedTuple):
    line: Line
    sure: float


class Composer:
    """Writes the lines of candidates for one event.

    Amounts follow the way of the earlier entries of that set that fits them best (`proportions.choose`), else the
    decoder's shares; tax codes and parties come from the nearest of them. The event's own lines stay as they are.
    Where lines have codes of ``taxes``, tax follows from their bases; None stands for the table that the entries known
    to the event imply. ``refused`` says why a candidate is impossible whose tax the event's own lines contradict.
    """

    def __init__(self, event: Event, memory: Memory, currency: str, taxes: TaxTable | None = None) -> None:
        self._event, self._memory, self._taxes = event, memory, taxes
        self._history = TaxHistory.of(memory)
        self.refused: TaxDisagrees | None = None
        self._places = minor_units(currency)
        self._unit = Decimal(1).scaleb(-self._places)
        self._labels = Labels.of(memory)

    @property
    def complete(self) -> bool:
        """Whether the event's own lines leave nothing to add."""
        return bool(self._event.lines) and all(x.amount for x in self._event.lines) and not any(self._rests.values())

    def possible(self, places: LineSet) -> bool:
        """Whether the event's amount and own lines leave room for these lines; quick, and never false by mistake."""
        given = [(x.account, x.side) for x in self._event.lines]
        for side in Side:
            free = len({p for p in places if p[1] is side} - set(given))
            rest = self._rests[side]
            open_ = any(x.amount == _NO_AMOUNT and x.side is side for x in self._event.lines)
            if not free and side not in {s for _, s in given}:
                return False
            if rest == 0 and (free or open_):
                return False
            if rest and ((rest < 0) != (self._event.amount < 0) or self._units[side] < max(1, free)):
                return False
        return True

    def compose(self, places: LineSet, evidence: Evidence) -> Composed | None:
        """One candidate written out; None where the amount cannot be shared out over these lines."""
        if not self.possible(places):
            return None
        past = recalled(self._memory, places, evidence)
        choice = choose(past.precedents, self._unit) if past.precedents else None
        for draft in self._drafts(places, evidence, past, choice):
            try:
                return self._finished(draft, past)
            except (AmountTooSmall, BadShares, AmountsDisagree):
                continue
            except TaxDisagrees as error:
                self.refused = error
                break
        return None

    def _drafts(self, places: LineSet, evidence: Evidence, past: Past, choice: Choice | None) -> Iterator[_Draft]:
        """What to try one after the other: tax by code, fixed amounts, none, and one line a place for small amounts."""
        if choice:
            named = self._named(choice.way.source.upright, past, evidence.known)
            ways = zip(named, choice.way.weights, choice.way.fixed, strict=True)
            slots = [_Slot(x, w, f, sure) for (x, sure), w, f in ways]
        else:
            written = self._written(places, evidence) or [Line(account=a, side=s, amount=Decimal(1)) for a, s in places]
            slots = [_Slot(x, float(x.amount), None, sure) for x, sure in self._named(written, past, evidence.known)]
        if by_code := self._by_code(slots, evidence, past, choice):
            yield by_code
        if choice and any(choice.way.fixed):
            yield _Draft(self._beside_known(slots), choice)
        slots = [replace(s, fixed=None) for s in slots]
        yield _Draft(self._beside_known(slots), choice)
        one_a_place = {s.place: replace(s, weight=1.0) for s in reversed(slots)}.values()
        yield _Draft(self._beside_known([*one_a_place][::-1]), choice)

    def _by_code(self, slots: Sequence[_Slot], evidence: Evidence, past: Past, choice: Choice | None) -> _Draft | None:
        """The slots with tax lines that follow from their bases.

        None where lines have no code with tax lines, or only history says what a code means and its entries say
        otherwise: what followed from base and rate would be right less often among the precedents.
        """
        table = self._history.table(evidence.known) if self._taxes is None else self._taxes
        if not table or not any(s.line.tax_code for s in (*slots, *map(_as_slot, self._event.lines))):
            return None
        if choice and (taxed := self._taxed(slots, table)):
            way = Way(choice.way.source, tuple(s.weight for s in taxed.slots), tuple(s.fixed for s in taxed.slots))
            own = tried(way, past.precedents, self._unit)
            if self._taxes is None and own.steady < choice.steady - 1e-9:
                return None
            choice = own
        draft = self._taxed(self._beside_known(slots), table)
        return draft._replace(choice=choice) if draft else None

    def _taxed(self, slots: list[_Slot] | Sequence[_Slot], table: TaxTable) -> _Draft | None:
        legs = table.legs([s.line for s in slots], self._event.date)
        weights = parts(legs, [s.line.side for s in slots], [s.weight for s in slots])
        if weights is None:
            return None
        taxes = {leg.at for leg in legs}
        out = [
            replace(s, weight=w, fixed=None if i in taxes and not s.given else s.fixed)
            for i, (s, w) in enumerate(zip(slots, weights, strict=True))
        ]
        return _Draft(out, None, legs)

    def _beside_known(self, slots: Sequence[_Slot]) -> list[_Slot]:
        """The event's own lines, each in place of the slot most like it, and the slots that are left."""
        left, out = list(slots), []
        for x in canonical(self._event.lines):
            alike = [s for s in left if s.place == (x.account, x.side)]
            match = min(alike, key=lambda s: abs(s.line.amount - x.amount), default=None)
            if match:
                left.remove(match)
                x = replace(x, party=x.party or match.line.party, tax_code=x.tax_code or match.line.tax_code)  # noqa: PLW2901
            weight, sure = (match.weight, 1.0 if x.party else match.sure) if match else (1.0, 1.0)
            out.append(replace(_as_slot(x), weight=weight, sure=sure))
        given = {s.place for s in out}
        return out + [s for s in left if s.place not in given or self._rests[s.line.side] != 0]

    @cached_property
    def _rests(self) -> dict[Side, Decimal]:
        """What the event's own lines leave of each side."""
        total = to_minor_unit(self._event.amount, self._places)
        return {s: total - sum((x.amount for x in self._event.lines if x.side is s), Decimal(0)) for s in Side}

    @cached_property
    def _units(self) -> dict[Side, int]:
        """That in whole minor units."""
        return {side: units(rest, self._places) for side, rest in self._rests.items()}

    def _finished(self, draft: _Draft, past: Past) -> Composed:
        """Raises AmountTooSmall, BadShares, AmountsDisagree; TaxDisagrees, against a given table only."""
        slots, sides = draft.slots, [s.line.side for s in draft.slots]
        amounts = allocate_entry(
            self._event.amount, sides, [s.weight for s in slots], self._places, [s.fixed for s in slots]
        )
        wrong = None
        if draft.legs:
            shared = Shared(amounts, sides, [i for i, s in enumerate(slots) if s.fixed is None], self._places)
            amounts = settled(draft.legs, shared)
            wrong = disagreement(draft.legs, shared._replace(amounts=amounts))
        if wrong and self._taxes is not None:
            raise wrong
        lines = [replace(s.line, amount=a) for s, a in zip(slots, amounts, strict=True)]
        signs = self._signs(slots, lines, past, draft.choice)
        return Composed(canonical(lines), replace(signs, labels=min(signs.labels, _DOUBTED)) if wrong else signs)

    def _named(self, lines: Sequence[Line], past: Past, known: int) -> list[_Labelled]:
        """Lines with tax codes and parties.

        Codes are those of the nearest precedent's line most like each, else the account's usual one. Where an account's
        lines name parties, it is the event's party, else the one the description names, else the nearest precedent's if
        its text is near-identical.
        """
        left = list(past.precedents[0].split.upright) if past.precedents else []
        out = []
        for x in lines:
            alike = [y for y in left if (y.account, y.side) == (x.account, x.side)]
            match = min(alike, key=lambda y: abs(y.amount - x.amount), default=None)
            if match:
                left.remove(match)
            code = self._code(x, match, past, known)
            party = self._party(x.account, match, past, known)
            line = Line(account=x.account, side=x.side, amount=x.amount, tax_code=code.value, party=party.value)
            out.append(_Labelled(line, code.sure * party.sure))
        return out

    def _code(self, line: Line, match: Line | None, past: Past, known: int) -> Guess:
        if match is None:
            return self._labels.tax_code(line.account, line.side, known)
        place = (line.account, line.side)
        codes = [p.split.codes.get(place, ()) for p in past.precedents]
        return Guess(match.tax_code, sum(match.tax_code in c for c in codes) / len(codes))

    def _party(self, account: str, match: Line | None, past: Past, known: int) -> Guess:
        carried = self._labels.carries_party(account, known)
        if carried < _CARRIED and not (match and match.party):
            return Guess("", 1.0 - carried)
        if self._event.party:
            return Guess(self._event.party, 1.0)
        named = self._labels.named(account, self._event.description, known)
        if named.value:
            return named
        if match and match.party and past.similarity > NEAR:
            return Guess(match.party, 0.8)
        return Guess("", 1.0 - carried)

    def _signs(self, slots: Sequence[_Slot], lines: Sequence[Line], past: Past, choice: Choice | None) -> Signs:
        free = [sum(s.fixed is None and s.line.side is side for s in slots) for side in Side]
        shape = tuple(sorted((x.account, x.side) for x in lines))
        nearest = past.precedents[0].split if past.precedents else None
        return Signs(
            forced=max(free) <= 1,
            extra=len(slots) - 2,
            recalled=choice is not None,
            steady=choice.steady if choice else 0.0,
            tested=choice.tested if choice else 0,
            same_total=bool(nearest and abs(nearest.totals[Side.DEBIT] - abs(float(self._event.amount))) < 1e-6),
            shape=sum(p.split.shape == shape for p in past.precedents) / len(past.precedents) if nearest else 0.5,
            labels=min((s.sure for s in slots), default=1.0),
            near=past.similarity,
        )

    def _written(self, places: LineSet, evidence: Evidence) -> list[Line]:
        """The decoder's own lines: its share logits, softmaxed by side."""
        best = evidence.best.get(places)
        if best is None:
            return []
        # catalog rows sort like codes; an account that was written twice stays two lines
        by_code = dict(zip(sorted(set(best.lines)), sorted(places), strict=True))
        return [
            Line(account=by_code[p][0], side=p[1], amount=Decimal(repr(math.exp(min(s, 30.0)))))
            for p, s in zip(best.lines, best.shares, strict=True)
        ]


def _as_slot(line: Line) -> _Slot:
    """A line of the event itself."""
    known = line.amount != _NO_AMOUNT
    return _Slot(line, 1.0, line.amount if known else None, given=known)
