"""Puts the outcomes of a benchmark together: per book, averaged over books, pooled over all entries, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.evaluation.metrics import paired_bootstrap
from engine.evaluation.protocol import Mode, Outcomes
from engine.evaluation.systems import COUNTERPOINT

Result = tuple[str, str, int, Mapping[str, Any]]  # book, system, seed, what was kept
_SHOWN = ("exact", "exact_full", "line_f1", "top5_exact", "stp98", "stp95", "ece", "share_error", "counter_account")


def assembled(
    books: Sequence[tuple[str, int, int]], results: Sequence[Result], modes: Sequence[Mode]
) -> dict[str, Any]:
    """The document of ``benchmark --json``. ``books`` are (name, entries, test entries)."""
    systems = list(dict.fromkeys(system for _, system, _, _ in results))
    per_book = [
        {
            "book": name,
            "entries": entries,
            "test": test,
            "base": next((r[3].get("base", "none") for r in results if r[:2] == (name, COUNTERPOINT)), "none"),
            "systems": {s: _by_mode([r for r in results if r[:2] == (name, s)], modes) for s in systems},
            "seconds": _seconds([r for r in results if r[0] == name]),
        }
        for name, entries, test in books
    ]
    macro = {
        s: {m: averaged([b["systems"][s][m] for b in per_book]) for m in modes}  # type: ignore[index]
        for s in systems
    }
    pooled = {s: _pooled([r for r in results if r[1] == s], modes) for s in systems}
    document = {"books": per_book, "macro": macro, "pooled": pooled}
    return document | {"against_best_peer": _duels(results, macro, modes)}


def averaged(figures: Sequence[Any]) -> Any:  # noqa: ANN401 - follows the shape of the figures
    """Means of numbers at the same place, None left out; lists (of seeds) are taken from the first."""
    first = next((f for f in figures if f is not None), None)
    if isinstance(first, Mapping):
        return {k: averaged([f.get(k) for f in figures if f is not None]) for k in first}
    if isinstance(first, (int, float)):
        given = [f for f in figures if f is not None]
        return sum(given) / len(given)
    return first


def _outcomes(result: Result, mode: Mode) -> Outcomes:
    return Outcomes.from_json(dict(result[3]["outcomes"][mode]))


def _by_mode(results: Sequence[Result], modes: Sequence[Mode]) -> dict[str, Any]:
    seeds = {"seeds": [r[2] for r in results]}
    return {m: averaged([_outcomes(r, m).figures() for r in results]) | seeds for m in modes}


def _pooled(results: Sequence[Result], modes: Sequence[Mode]) -> dict[str, Any]:
    """Figures over all test entries of all books, then the mean over seeds."""
    out: dict[str, Any] = {}
    seeds = list(dict.fromkeys(seed for _, _, seed, _ in results))
    for mode in modes:
        figures = [_joined([r for r in results if r[2] == seed], mode).figures() for seed in seeds]
        out[mode] = averaged(figures) | {"seeds": seeds}
    return out


def _joined(results: Sequence[Result], mode: Mode) -> Outcomes:
    joined = Outcomes()
    for result in results:
        joined.extend(_outcomes(result, mode))
    return joined


def _seconds(results: Sequence[Result]) -> dict[str, Any]:
    """Ours (or, where we took no part, those of the first contender) with every contender's beside them."""
    by_system = {s: averaged([r[3]["seconds"] for r in results if r[1] == s]) for _, s, _, _ in results}
    main = by_system.get(COUNTERPOINT) or next(iter(by_system.values()))
    return {"train": main["train"], "predict_per_entry": main["predict_per_entry"], "systems": by_system}


def _duels(results: Sequence[Result], macro: Mapping[str, Any], modes: Sequence[Mode]) -> dict[str, Any]:
    """Ours minus the one best peer (highest macro exact) over all test entries, with a paired bootstrap interval."""
    peers = [s for s in macro if s != COUNTERPOINT]
    if COUNTERPOINT not in macro or not peers:
        return {}
    out: dict[str, Any] = {}
    for mode in modes:
        best = max(peers, key=lambda s: macro[s][mode]["exact"])
        theirs = _joined([r for r in results if r[1] == best], mode).right
        seeds = dict.fromkeys(seed for _, s, seed, _ in results if s == COUNTERPOINT)
        ours = [_joined([r for r in results if r[1] == COUNTERPOINT and r[2] == x], mode).right for x in seeds]
        mean = [sum(column) / len(ours) for column in zip(*ours, strict=True)]
        out[mode] = {"peer": best, "exact": paired_bootstrap(mean, theirs)._asdict()}
    return out


def table(document: Mapping[str, Any]) -> Iterator[str]:
    """Lines of a table: every book, then the means over books, then all entries pooled."""
    head = " ".join(f"{name[:10]:>10}" for name in (*_SHOWN, "auto98"))
    yield f"{'book':20} {'system':14} {'mode':12} {head}"
    blocks = [(b["book"], b["systems"]) for b in document["books"]]
    for name, systems in (*blocks, ("mean of books", document["macro"]), ("pooled", document["pooled"])):
        for system, by_mode in systems.items():
            for mode, figures in by_mode.items():
                yield f"{name[:20]:20} {system:14} {mode:12} {_row(figures)}"
    for mode, duel in document["against_best_peer"].items():
        d = duel["exact"]
        yield f"{mode}: exact {d['mean']:+.3f} against {duel['peer']} [{d['low']:+.3f}, {d['high']:+.3f}], pooled"


def _row(figures: Mapping[str, Any]) -> str:
    auto = figures["auto98"]
    reached = "-" if auto["precision"] is None else f"{auto['precision']:.2f}"
    cells = ["-" if figures[k] is None else f"{figures[k]:.3f}" for k in _SHOWN]
    return " ".join(f"{c:>10}" for c in (*cells, f"{auto['share']:.2f}@{reached}"))
