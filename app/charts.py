"""Figures for analysts: data in, Plotly figure out. Nothing is drawn here; colours come from the theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go

from app.i18n import _
from app.views.accounts import label
from engine.journal import LineTrace

TOP = 6
ROW = 34  # pixels of one bar
LONGEST_LABEL = 34
# Middle tones with at least 3:1 against the paper of both themes; they differ in lightness too.
MEMORY, MODEL = "#2f8f76", "#b8772e"


def distributions(trace: LineTrace, names: Mapping[str, str]) -> go.Figure:
    """Pointer and copy side by side for one line: the accounts either of them thought of, likeliest on top."""
    pointer, copied = dict(trace.pointer), dict(trace.copied)
    mixed = {
        code: (1 - trace.gate) * pointer.get(code, 0) + trace.gate * copied.get(code, 0) for code in pointer | copied
    }
    shown = sorted(mixed, key=mixed.__getitem__, reverse=True)[:TOP][::-1]
    ticks = [drawn(_cut(label(code, names.get(code, "")))) for code in shown]
    figure = go.Figure()
    both = ((_("copied from memory"), copied, MEMORY), (_("pointed at by the model"), pointer, MODEL))
    for name, found, colour in both:
        values = [found.get(code, 0.0) for code in shown]
        figure.add_bar(
            y=ticks, x=values, name=name, orientation="h", marker_color=colour,
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="group", bargap=0.3, legend={"traceorder": "reversed", "orientation": "h", "y": 1.12})
    return _calm(figure, height=2 * ROW * len(shown) + 90)


def gates(traces: Sequence[LineTrace]) -> go.Figure:
    """How far each line was copied from memory (1) rather than pointed at (0)."""
    ticks = [drawn(f"{i}  {t.account}") for i, t in enumerate(traces, start=1)][::-1]
    figure = go.Figure(
        go.Bar(
            y=ticks, x=[t.gate for t in traces][::-1], orientation="h", name=_("weight of memory"), marker_color=MEMORY,
            hovertemplate="%{y}: %{x:.0%}<extra></extra>",
        )
    )  # fmt: skip
    return _calm(figure, height=ROW * len(traces) + 70)


def attention(traces: Sequence[LineTrace]) -> go.Figure:
    """Which words each line looked at; one row a line, one column a token in text order."""
    words = [drawn(word) for word, _weight in traces[0].words]
    columns = [f"{i} {word}" for i, word in enumerate(words)]  # the same word twice must stay two columns
    figure = go.Figure(
        go.Heatmap(
            z=[[weight for _word, weight in t.words] for t in traces],
            x=columns, y=[drawn(f"{i}  {t.account}") for i, t in enumerate(traces, start=1)],
            colorbar={"tickformat": ".0%", "thickness": 10}, hovertemplate="%{x}: %{z:.1%}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(tickvals=columns, ticktext=words, tickangle=-40)
    figure.update_yaxes(autorange="reversed")
    return _calm(figure, height=ROW * len(traces) + 130, percent_axis=False)


def _calm(figure: go.Figure, *, height: int, percent_axis: bool = True) -> go.Figure:
    figure.update_layout(height=height, margin={"l": 8, "r": 8, "t": 28, "b": 8}, dragmode=False)
    figure.update_yaxes(automargin=True, fixedrange=True, type="category")
    figure.update_xaxes(fixedrange=True, automargin=True)
    if percent_axis:
        figure.update_xaxes(tickformat=".0%", range=[0, 1])
    return figure


def drawn(text: str) -> str:
    """Text of a book as Plotly must get it: it reads tags, links and formulas out of labels and hover texts."""
    return escape(text, quote=False).replace("$", "&#36;")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "\u2026"
