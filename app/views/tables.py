"""Small tables, lists and timelines as HTML, every text escaped. No Streamlit.

A real table is read aloud as one, keeps its numbers in line and never hides a column, which the
canvas of a data grid cannot promise; the grid is used where a person edits.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.i18n import _
from app.views.balance import Balance
from app.views.life import Event
from app.views.proposal import LineView
from app.views.versions import ADDED, CHANGED, REMOVED, Half, Pair


def entry_table(lines: Sequence[LineView], balance: Balance) -> str:
    """The entry to read: account, debit, credit, how sure each line is, and whether it balances."""
    sure = _("Sure") if any(line.dots for line in lines) else ""
    head = _row("th", (_("Account"), ""), (_("Debit"), "num"), (_("Credit"), "num"), (sure, "num"))
    body = "".join(_entry_row(line) for line in lines)
    verdict = (f"\u2713 {balance.text}", "ok") if balance.ok else (balance.reason, "wrong")
    foot = _row("td", verdict, (balance.debit, "num"), (balance.credit, "num"), ("", ""))
    return f'<table class="cp-table cp-entry"><thead>{head}</thead><tbody>{body}</tbody><tfoot>{foot}</tfoot></table>'


def versions_table(pairs: Sequence[Pair], before: str, after: str) -> str:
    """Two versions side by side, below each other on a phone; without `before` only the one there is."""
    if not before:
        return _one_version([(p.after, frozenset(), "") for p in pairs], "")
    top = f'<tr><th colspan="3">{escape(before)}</th><th colspan="3" class="gap">{escape(after)}</th></tr>'
    first, *others = _columns()
    head = _row("th", *_columns(), (first[0], "gap"), *others)
    body = "".join(_pair_row(p) for p in pairs)
    wide = f'<table class="cp-table cp-wide"><thead>{top}{head}</thead><tbody>{body}</tbody></table>'
    left = [(p.before, frozenset[str](), _kind(p)) for p in pairs if p.before]
    right = [(p.after, _marked(p), _kind(p)) for p in pairs if p.after]
    return f'{wide}<div class="cp-narrow">{_one_version(left, before)}{_one_version(right, after)}</div>'


def fields_list(fields: Sequence[tuple[str, str]]) -> str:
    """Names and values of an entry's header."""
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in fields)
    return f'<dl class="cp-fields">{items}</dl>'


def timeline(events: Sequence[Event]) -> str:
    """An entry's life, oldest first."""
    items = "".join(
        f'<li><div class="when">{escape(e.when)} · {escape(e.who)}</div><div>{escape(e.what)}</div></li>'
        for e in events
    )
    return f'<ol class="cp-life">{items}</ol>'


def _entry_row(line: LineView) -> str:
    spoken = f'<span class="cp-sr">{escape(line.spoken)}</span>' if line.spoken else ""
    note = f'<div class="note">{escape(line.note)}</div>' if line.note else ""
    named = f'<span class="code">{escape(line.account)}</span><span class="name">{escape(line.name)}</span>'
    return (
        f"<tr><td>{named}{note}</td>"
        f'<td class="num debit">{escape(line.debit)}</td><td class="num credit">{escape(line.credit)}</td>'
        f'<td class="dots" title="{escape(line.spoken)}"><span aria-hidden="true">{line.dots}</span>{spoken}</td></tr>'
    )


def _one_version(lines: Sequence[tuple[Half | None, frozenset[str], str]], title: str) -> str:
    top = f'<tr><th colspan="3">{escape(title)}</th></tr>' if title else ""
    body = "".join(f'<tr class="{kind}">{_half(half, marked)}</tr>' for half, marked, kind in lines)
    return f'<table class="cp-table"><thead>{top}{_row("th", *_columns())}</thead><tbody>{body}</tbody></table>'


def _columns() -> tuple[tuple[str, str], ...]:
    return (_("Account"), ""), (_("Debit"), "num"), (_("Credit"), "num")


def _pair_row(pair: Pair) -> str:
    return (
        f'<tr class="{_kind(pair)}">{_half(pair.before, frozenset())}{_half(pair.after, _marked(pair), gap=True)}</tr>'
    )


def _kind(pair: Pair) -> str:
    return {ADDED: "added", REMOVED: "removed"}.get(pair.mark, "")


def _marked(pair: Pair) -> frozenset[str]:
    """The cells that changed; a whole new line has its own colour."""
    return pair.cells if pair.mark == CHANGED else frozenset()


def _half(half: Half | None, marked: frozenset[str], *, gap: bool = False) -> str:
    shown = half or Half(account="", debit="", credit="")
    out = []
    for name, css in (("account", "gap" if gap else ""), ("debit", "num debit"), ("credit", "num credit")):
        classes = f"{css} changed" if name in marked else css
        out.append(f'<td class="{classes.strip()}">{escape(getattr(shown, name))}</td>')
    return "".join(out)


def _row(tag: str, *cells: tuple[str, str]) -> str:
    inner = "".join(f'<{tag} class="{css}">{escape(text)}</{tag}>' for text, css in cells)
    return f"<tr>{inner}</tr>"
