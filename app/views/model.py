"""Where a book's model stands, as one line for people. No Streamlit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.i18n import _, ngettext
from app.services.workbench import ModelState


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLine:
    """What to show: `busy` draws a bar at `fraction`, `alarm` a warning; `ready` shows nothing at all."""

    text: str
    fraction: float
    busy: bool
    ready: bool
    alarm: bool
    train: str = ""  # what the button says that starts a training; empty for no button


def model_line(state: ModelState) -> ModelLine:
    text = {
        "none": _("This book has no model yet. Proposals are made from its accounts alone and are never sure."),
        "training": _("The model is learning from this book"),
        "loading": _("The model is being loaded"),
        "ready": "",
    }.get(state.state) or _("The model of this book could not be used.")
    if state.state == "failed" and state.job:
        text = _("The last training of this book ended without a model.")
    if state.state == "failed" and state.note:
        text = f"{text} {state.note}"
    busy = state.state in ("training", "loading")
    left = seconds_left(state.seconds_left) if busy else ""
    return ModelLine(
        text=f"{text}, {left}" if left else text if state.state != "ready" else "",
        fraction=min(1.0, max(0.0, state.fraction)),
        busy=busy,
        ready=state.state == "ready",
        alarm=state.state == "failed",
        train={"none": _("Train this book"), "failed": _("Train again")}.get(state.state, ""),
    )


def seconds_left(seconds: float | None) -> str:
    """``about 40 seconds left``, in steps that do not flicker; empty when nobody can tell."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return ""
    if seconds >= 90:
        minutes = round(seconds / 60)
        return ngettext("about {n} minute left", "about {n} minutes left", minutes)
    step = 5 if seconds > 10 else 1
    rounded = max(1, math.ceil(seconds / step) * step)
    return ngettext("about {n} second left", "about {n} seconds left", rounded)
