"""The commands of a book's tax codes, as `app.commands` lists them."""

from __future__ import annotations

from app.commands import Answer, Arguments, text_of
from app.owner_socket import Progress
from app.services.errors import BadInput
from app.services.workbench import Workbench
from app.system_user import console

_TEXTS = ("code", "rate", "kind", "account", "owed", "deductible", "since", "until", "key")


def taxes(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    """The whole table; a book without one books by what its history shows."""
    from app.services import taxes as use_case

    book = text_of(arguments, "book")
    rows = use_case.codes(wb, console(), book)
    notes = () if rows else (f"Book {book!r} has no tax codes of its own; tax follows what its history shows.",)
    document = {"book": book, "codes": use_case.to_json(rows)}
    return Answer(document=document, text=tuple(map(use_case.in_words, rows)), notes=notes)


def tax(wb: Workbench, arguments: Arguments, _progress: Progress) -> Answer:
    """Set or withdraw one version of a code."""
    from app.services import taxes as use_case

    bases = arguments.get("bases") or []
    if not isinstance(bases, list) or not all(isinstance(b, str) for b in bases):
        raise BadInput("bases", repr(bases), "they are no list", "Use the counterpoint command of the same release.")
    typed = use_case.TypedTax(
        **{name: text_of(arguments, name) for name in _TEXTS},
        bases=tuple(bases),
        withdraw=text_of(arguments, "act") == "withdraw",
    )
    book = text_of(arguments, "book")
    change = use_case.set_code(wb, console(), book, typed, text_of(arguments, "reason"))
    document = {
        "book": book, "change": change.change_id, "holds": change.holds, "before": change.before, "after": change.after,
    }  # fmt: skip
    return Answer(document=document, text=(use_case.outcome(change),))
