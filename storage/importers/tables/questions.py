"""What a table leaves open: a refusal that names the option of a mapping that answers."""

from __future__ import annotations

from storage.errors import ImportRefused


class TableQuestion(ImportRefused):
    """A table reads in several ways, and only its owner knows which is right.

    ``option`` of a `Mapping` answers it, for the column of ``role``, with one of ``choices``.
    """

    def __init__(self, file: str, why: str, remedy: str, answer: tuple[str, str, tuple[str, ...]]) -> None:
        self.option, self.role, self.choices = answer
        super().__init__(file, why, remedy)


def which_order(file: str, role: str, column: str, shown: str, choices: tuple[str, ...]) -> TableQuestion:
    """The days of a column could be of several orders."""
    ways = {"dmy": "day/month", "mdy": "month/day", "ymd": "year/month/day"}
    either = " or ".join(ways.get(c, c) for c in choices)
    return TableQuestion(
        file, f"its days in {column!r}, such as {shown}, could be {either}",
        f"Write days like 2024-01-31, or read it with a mapping whose date_order is {' or '.join(choices)}.",
        ("date_order", role, choices),
    )  # fmt: skip


def which_mark(file: str, role: str, column: str, shown: str, choices: tuple[str, ...]) -> TableQuestion:
    """The amounts of a column could be thousands or have three decimals."""
    return TableQuestion(
        file, f"its amounts in {column!r}, such as {shown}, could be thousands or decimals",
        f"Write amounts with two decimals, like 1234.00, or read it with a mapping whose decimal mark is "
        f"{' or '.join(choices)}.",
        ("decimal", role, choices),
    )  # fmt: skip
