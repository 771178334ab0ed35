"""How accounts are written, offered and read back from a cell. No Streamlit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.journal import Account


def label(code: str, name: str) -> str:
    """``4210 Miete``; the code alone when there is no name. The code is what comes before the first space."""
    return f"{code} {' '.join(name.split())}".strip()


def labels(accounts: Iterable[Account]) -> dict[str, str]:
    """Code to label, in catalog order."""
    return {a.code: label(a.code, a.name) for a in accounts}


def options(catalog: Mapping[str, str], used: Iterable[str]) -> list[str]:
    """The labels to choose from: the whole open catalog, and whatever the entry uses besides it."""
    return list(dict.fromkeys([*catalog.values(), *(text for text in used if text)]))


def code_of(chosen: str | None, catalog: Mapping[str, str]) -> str:
    """The code behind a chosen label; codes may hold spaces themselves, so the catalog is asked first."""
    if not chosen:
        return ""
    by_label = {text: code for code, text in catalog.items()}
    return by_label.get(chosen) or chosen.split(" ", 1)[0]
