"""Two small figures as SVG text: differences with their intervals, and learning curves. Data in, text out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from engine.evaluation.metrics import Interval

_INK, _FAINT, _BETTER, _WORSE = "#1f2933", "#cbd2d9", "#1b7f5c", "#b4421f"
_COLOURS = ("#2b5d8a", "#b4421f", "#1b7f5c", "#8a5d2b", "#6b4c9a", "#4a4a4a")
_FONT = "font-family='system-ui, sans-serif' font-size='12'"


@dataclass(frozen=True, slots=True)
class Mark:
    """A row's name with its difference in shares of 1."""

    name: str
    difference: Interval | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A book's points: entries of history and exact in [0, 1], by rising entries."""

    name: str
    points: tuple[tuple[int, float], ...]


def differences(marks: Sequence[Mark]) -> str:
    """A dot with its interval for each row, worst first; green and red where the interval excludes 0."""
    shown = sorted((m for m in marks if m.difference), key=lambda m: m.difference.mean if m.difference else 0.0)
    ends = [abs(x) for m in shown if m.difference for x in (m.difference.low, m.difference.high)]
    reach = max(0.01, *ends) * 1.05 if ends else 0.01
    left, width, step = 170, 460, 18
    height = 40 + step * len(shown)

    def x(value: float) -> float:
        return left + width * (value + reach) / (2 * reach)

    body = [_line((x(0), 10), (x(0), height - 28), _FAINT)]
    body += [_text((x(v), height - 8), f"{100 * v:+.0f}" if v else "0", "middle") for v in _ticks(reach)]
    body.append(_text((left - 8, height - 8), "points of exact", "end"))
    for i, mark in enumerate(shown):
        d, y = mark.difference, 20 + step * i
        if d is None:
            continue
        colour = _WORSE if d.high < 0 else _BETTER if d.low > 0 else _INK
        body += [
            _text((left - 8, y + 4), mark.name, "end"),
            _line((x(d.low), y), (x(d.high), y), colour),
            f"<circle cx='{x(d.mean):.1f}' cy='{y}' r='3.5' fill='{colour}'/>",
        ]
    return _svg(left + width + 20, height, "Points of exact against the default, with 95 % intervals", body)


def curve(curves: Sequence[Curve]) -> str:
    """Exact over entries of history on a logarithmic scale, a line a book."""
    counts = [n for c in curves for n, _ in c.points]
    low, high = math.log(max(1, min(counts))), math.log(max(2, *counts))
    left, top, width, height = 50, 15, 440, 260

    def at(n: int, exact: float) -> tuple[float, float]:
        return left + width * (math.log(n) - low) / max(high - low, 1e-9), top + height * (1 - exact)

    body: list[str] = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        body += [
            _line(at(min(counts), share), at(max(counts), share), _FAINT),
            _text((left - 8, at(min(counts), share)[1] + 4), f"{share:.2f}", "end"),
        ]
    for n in sorted(set(counts) & {5, 20, 50, 100, 200, 500, 1000, 2000, 5000}):
        body.append(_text((at(n, 0.0)[0], top + height + 18), str(n), "middle"))
    body.append(_text((left + width + 12, top + height + 18), "entries of history", "start"))
    for i, one in enumerate(curves):
        colour, places = _COLOURS[i % len(_COLOURS)], [at(n, exact) for n, exact in one.points]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        body += [
            f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>",
            *(f"<circle cx='{a:.1f}' cy='{b:.1f}' r='3' fill='{colour}'/>" for a, b in places),
            _text((left + width + 12, top + 16 + 18 * i), one.name, "start", colour),
        ]
    return _svg(left + width + 160, top + height + 30, "Exact by entries of history", body)


def _ticks(reach: float) -> Iterator[float]:
    """Round values within the reach, 0 among them, about seven of them."""
    step = next((s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if reach / s <= 4), 1.0)
    count = int(reach / step)
    yield from (step * i for i in range(-count, count + 1))


def _svg(width: float, height: float, title: str, body: Sequence[str]) -> str:
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' role='img' {_FONT}>"
    ground = f"<rect width='{width}' height='{height}' fill='white'/>"
    return "\n".join([head, f"<title>{escape(title)}</title>", ground, *body, "</svg>"]) + "\n"


def _line(start: tuple[float, float], end: tuple[float, float], colour: str) -> str:
    (a, b), (c, d) = start, end
    return f"<line x1='{a:.1f}' y1='{b:.1f}' x2='{c:.1f}' y2='{d:.1f}' stroke='{colour}' stroke-width='1.5'/>"


def _text(at: tuple[float, float], text: str, anchor: str, colour: str = _INK) -> str:
    return f"<text x='{at[0]:.1f}' y='{at[1]:.1f}' text-anchor='{anchor}' fill='{colour}'>{escape(text)}</text>"
