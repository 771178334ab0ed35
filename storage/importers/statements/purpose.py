"""What ``:86:`` of an MT940 says: free text, the numbered fields of German banks, or words between slashes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage.importers.statements.building import IBAN

_NUMBERED = re.compile(r"\s?(\d{3})?([?~@^>|<+])(?=\d\d)")
_SEPA = re.compile(r"(?<![A-Z])(EREF|KREF|MREF|BREF|RREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC)[+:] ?")
_SLASHED = re.compile(
    r"/(EREF|PREF|MARF|CSID|KREF|BENM|ORDP|NAME|IBAN|ADDR|BIC|REMI|ISDT|TRTP|RTRN|PURP|SVCL|ULTB|ULTD|ID|CNTP|SUBJ|TYPE"
    r"|INIT|OCMT|CHGS|DCID|STRD|USTD|CDTRREFTP|CDTRREF|ORDC|BENC)/"
)
_LEADING_ACCOUNT = re.compile(r"([A-Z]{2}\d{2}[A-Z0-9]{11,30}) (.+)")
_FULL = 64  # signs of a whole row, 65 where the bank keeps to the standard; what follows goes on in the same word
_FULL_FIELD = 27


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a bank says of a line besides its amount."""

    text: str = ""
    party: str = ""
    party_account: str = ""
    end_to_end: str = ""


def purpose(rows: Sequence[str]) -> Purpose:
    """Read the rows of one ``:86:``."""
    if not rows:
        return Purpose()
    if numbered := _NUMBERED.match(rows[0]):
        return _by_numbers("".join(rows)[numbered.end() - 1 :], numbered[2])
    text = _joined(rows)
    if len(_SLASHED.findall(text)) > 1 or _SLASHED.match(text):
        return _by_slashes(text)
    first = _LEADING_ACCOUNT.fullmatch(rows[0].strip())
    if first and len(rows) > 1:
        return Purpose(text=_joined(rows[1:]).strip() or text, party=first[2], party_account=first[1])
    return Purpose(text=text)


def _joined(rows: Sequence[str]) -> str:
    """Rows as one text: a row that is full goes on in the next one without a blank."""
    out = ""
    for row in rows:
        out += row if len(row) >= _FULL else row + " "
    return out


def _by_numbers(text: str, mark: str) -> Purpose:
    """``?00`` what it is, ``?20`` to ``?29`` and ``?60`` to ``?63`` the purpose, ``?31`` account, ``?32`` name."""
    found: dict[int, str] = {}
    for number, value in _fields(text, mark):
        found[number] = found.get(number, "") + value
    words = [v for n, v in sorted(found.items()) if 20 <= n <= 29 or 60 <= n <= 63]
    whole = "".join(w if len(w) >= _FULL_FIELD else w + " " for w in words)
    sepa = _sepa(whole)
    said = sepa.get("SVWZ", "") if "SVWZ" in sepa else sepa.get("", "")
    account = found.get(31, "").strip()
    return Purpose(
        text=" ".join(t for t in (found.get(0, "").strip(), said.strip()) if t),
        party=(found.get(32, "") + found.get(33, "")).strip() or sepa.get("ABWA", ""),
        party_account=account or sepa.get("IBAN", ""), end_to_end=sepa.get("EREF", ""),
    )  # fmt: skip


def _fields(text: str, mark: str) -> Iterator[tuple[int, str]]:
    for part in text.split(mark)[1:]:
        if part[:2].isdecimal() and part[:2].isascii():
            yield int(part[:2]), part[2:]


def _sepa(text: str) -> dict[str, str]:
    """The words ``EREF+``, ``SVWZ+`` and so on; what stands before the first one is under the empty name."""
    parts = _SEPA.split(text)
    found = {"": parts[0].strip()}
    for name, value in zip(parts[1::2], parts[2::2], strict=True):
        found.setdefault(name, value.strip())
    return found


def _by_slashes(text: str) -> Purpose:
    parts = _SLASHED.split(text)
    found: dict[str, str] = {}
    for name, value in zip(parts[1::2], parts[2::2], strict=True):
        if value.strip(" /"):
            found.setdefault(name, value.strip(" /"))
    said = next((found[n] for n in ("REMI", "SUBJ", "USTD", "EREF", "NAME") if n in found), "") or parts[0].strip()
    counter = (found.get("CNTP") or "").split("/")
    account = found.get("IBAN") or next((c for c in counter if IBAN.fullmatch(c)), "")
    return Purpose(
        text=said or text.strip(), party=found.get("NAME") or (counter[2] if len(counter) > 2 else ""),
        party_account=account, end_to_end=found.get("EREF", ""),
    )  # fmt: skip
