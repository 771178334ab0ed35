"""From entries to rows and back; the one place that knows both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.journal import Entry, Kind, Line, Side, State
from storage import chain
from storage.errors import LinesRefused
from storage.identity import clean, fold

_CENT = Decimal("0.01")
_STEP = Decimal("0.0001")
_RATE_STEP = Decimal("0.000000000001")
_LARGEST = Decimal(10) ** 18
_LARGEST_RATE = Decimal(10) ** 12


def check_lines(lines: Sequence[Line]) -> None:
    """Raise LinesRefused where the store would lose or falsify a line."""
    if not lines:
        raise LinesRefused("An entry without lines", "0 lines", "Give it at least one debit and one credit.")
    for x in lines:
        if not x.account:
            raise LinesRefused("A line without an account", x.label or str(x.amount), "Choose an account for it.")
        if not holds_money(x.amount) or x.amount == 0:
            raise LinesRefused(
                f"The amount on account {x.account}", str(x.amount),
                "Amounts are not zero, below 10^18 and have at most 4 decimals.",
            )  # fmt: skip
        if x.original_amount is not None and not holds_money(x.original_amount):
            raise LinesRefused(
                f"The original amount on account {x.account}", str(x.original_amount),
                "Amounts are below 10^18 and have at most 4 decimals.",
            )  # fmt: skip
        if x.rate is not None and not _fits(x.rate, _RATE_STEP, _LARGEST_RATE):
            raise LinesRefused(
                f"The rate on account {x.account}", str(x.rate), "Rates are below 10^12 and have at most 12 decimals."
            )


def holds_money(amount: Decimal) -> bool:
    """Whether the store keeps ``amount`` to the last digit."""
    return _fits(amount, _STEP, _LARGEST)


def _fits(value: Decimal, step: Decimal, largest: Decimal) -> bool:
    return value.is_finite() and abs(value) < largest and value % step == 0


def cleaned(line: Line) -> Line:
    return Line(
        account=clean(line.account), side=line.side, amount=line.amount, party=clean(line.party),
        label=clean(line.label), tax_code=clean(line.tax_code), original_amount=line.original_amount,
        original_currency=clean(line.original_currency), rate=line.rate, rate_date=line.rate_date,
        rate_source=clean(line.rate_source),
    )  # fmt: skip


def line_row(book_id: str, entry_id: str, version_id: str, number: int, line: Line) -> dict[str, Any]:
    return {
        "version_id": version_id, "number": number, "book_id": book_id, "entry_id": entry_id,
        "account": line.account, "side": line.side.letter, "amount": line.amount, "party": line.party,
        "label": line.label, "tax_code": line.tax_code, "original_amount": line.original_amount,
        "original_currency": line.original_currency, "rate": line.rate, "rate_date": line.rate_date,
        "rate_source": line.rate_source or None,
    }  # fmt: skip


def header_row(e: Entry, source_key: str, salt: str) -> dict[str, Any]:
    """A row of ``entries`` but for who wrote it, when, and in which book and batch."""
    return {
        "entry_id": e.entry_id, "source_key": source_key, "content": content_digest(e), "kind": e.kind.value,
        "date": e.date, "number": e.number, "document": e.document, "document_date": e.document_date,
        "delivery_date": None, "posting_date": None, "description": e.description, "party": e.party,
        "journal": e.journal, "currency": e.currency, "position": e.position,
        "searchable": searchable(e), "salt": salt, "reverses": None,
    }  # fmt: skip


def total_of(lines: Sequence[Line]) -> Decimal:
    """What `Entry.total` says, kept beside the version so that a search by amount reads one row an entry."""
    debit = sum((x.amount for x in lines if x.side is Side.DEBIT), Decimal(0))
    return debit or sum((x.amount for x in lines if x.side is Side.CREDIT), Decimal(0))


def plain_money(amount: Decimal) -> Decimal:
    """The same amount with two decimals where that loses nothing; the column's four are storage's business."""
    short = amount.quantize(_CENT)
    return short if short == amount else amount


def _plain_or_none(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else plain_money(amount)


def line_of(row: Mapping[str, Any]) -> Line:
    return Line(
        account=row["account"], side=Side.of(row["side"]), amount=plain_money(row["amount"]), party=row["party"],
        label=row["label"], tax_code=row["tax_code"], original_amount=_plain_or_none(row["original_amount"]),
        original_currency=row["original_currency"], rate=row["rate"], rate_date=row["rate_date"],
        rate_source=row["rate_source"] or "",
    )  # fmt: skip


def entry_of(row: Mapping[str, Any], lines: Iterable[Line]) -> Entry:
    """An entry from a row of ``current_entries`` and its lines in order."""
    return Entry(
        entry_id=row["entry_id"], date=row["date"], description=row["description"], lines=tuple(lines),
        currency=row["currency"], journal=row["journal"], party=row["party"], kind=Kind(row["kind"]),
        state=State(row["state"]), origin=row["origin"], position=row["position"], number=row["number"],
        document=row["document"], document_date=row["document_date"], recorded=row["recorded"],
        forgotten=row["forgotten"],
    )  # fmt: skip


def searchable(entry: Entry) -> str:
    """What a text search looks through: header texts, labels and line parties, each once, folded."""
    texts = [entry.description, entry.party, entry.document, entry.number]
    texts += [t for x in entry.lines for t in (x.label, x.party)]
    return fold(" ".join(dict.fromkeys(t for t in texts if t)))


_TURN = "\x1f"  # no text that comes from a file holds it


def key_of_turn(key: str, turn: int) -> str:
    """The key of an entry that comes in again after its batch was undone: keys stay unique in a book for good."""
    return f"{key}{_TURN}{turn}"


def key_without_turn(key: str) -> str:
    return key.partition(_TURN)[0]


def content_digest(entry: Entry) -> str:
    """What an entry says, without ids, place or time: the same business event imported twice has it twice."""
    header = [
        entry.date, entry.description, entry.journal, entry.party, entry.currency, entry.document, entry.document_date,
    ]  # fmt: skip
    return chain.digest([header, chain.lines_body(entry.lines), chain.lines_text(entry.lines)])


HEADER_TEXTS = 8  # where `header_body` has the digest of the texts


CERTAIN = "kind is certain"  # the mark of a header whose kind no journal overrules


def header_body(entry: Entry, salt: str, reverses: str | None = None, *, certain: bool = False) -> list[object]:
    """The chained part of a header; texts as one salted digest, and what only some headers say at its end."""
    plain = [
        entry.entry_id, entry.kind.value, entry.date, entry.number, entry.document_date, entry.journal,
        entry.currency, entry.position,
    ]  # fmt: skip
    texts = chain.text_digest(salt, [entry.description, entry.party, entry.document])
    return [*plain, texts, *([reverses] if reverses else []), *([CERTAIN] if certain else [])]


def version_head(row: Mapping[str, Any], salt: str) -> dict[str, Any]:
    """The chained part of a version beside its lines; what it says of dates and document only where it does."""
    names = ("version_id", "book_id", "entry_id", "number", "previous", "author", "origin", "lineage", "recorded")
    body = {name: row[name] for name in names}
    later = {name: row.get(name) for name in ("posting_date", "document_date")}
    if row.get("document") is not None:
        later["document"] = chain.text_digest(salt, [row["document"]])
    return {**body, **{name: value for name, value in later.items() if value is not None}}


def version_body(lines: Sequence[Line], salt: str) -> list[object]:
    """The chained part of a version's lines."""
    return [chain.lines_body(lines), chain.text_digest(salt, chain.lines_text(lines))]
