"""What the page Models says of a book's models and of who chose among them. No Streamlit."""

from __future__ import annotations

from collections.abc import Mapping

from app.i18n import _, ngettext
from app.services.models import SHOWN, Models
from app.views.life import person
from app.views.numbers import moment, percent
from storage.records import ModelRecord


def rows(found: Models, people: Mapping[str, str]) -> list[dict[str, str]]:
    """A row a model, newest first."""
    return [
        {
            _("Model"): m.digest[:SHOWN], _("In use"): _("yes") if m.champion else "", _("Made"): moment(m.created),
            _("By"): person(m.created_by, people), _("Right on history"): _exact(m), _("Took"): took(m.seconds),
        }
        for m in reversed(found.models)
    ]  # fmt: skip


def others(found: Models) -> dict[str, str]:
    """Models that are not in use, newest first, each with what tells it from the others."""
    return {
        m.digest: " · ".join(x for x in (m.digest[:SHOWN], moment(m.created), _exact(m)) if x)
        for m in reversed(found.models)
        if not m.champion
    }


def may_go_back(found: Models) -> bool:
    """Whether another model was in use before this one and was not gone back from."""
    return sum(-1 if r.back else 1 for r in found.releases) > 1


def told(found: Models, people: Mapping[str, str]) -> list[str]:
    """Every change of the model in use, newest first."""
    out = []
    for r in reversed(found.releases):
        words = {"when": moment(r.recorded), "who": person(r.by, people), "model": r.digest[:SHOWN]}
        line = _("{when}: {who} went back to {model}", **words) if r.back else _(
            "{when}: {who} put {model} into use", **words
        )  # fmt: skip
        about = [x for x in (r.reason, _("accepted: {what}", what=r.accepted) if r.accepted else "") if x]
        out.append(f"{line}. {'; '.join(about)}" if about else line)
    return out


def before_training(found: Models) -> str:
    """What a training does and how long the last one took."""
    text = _("A training learns from all approved and imported entries. Work goes on meanwhile.")
    if not found.models:
        return text
    return f"{text} {_('The last one took {time}.', time=took(found.models[-1].seconds))}"


def took(seconds: float) -> str:
    """For example: 45 seconds, 3 minutes."""
    if seconds < 90:
        return ngettext("{n} second", "{n} seconds", max(1, round(seconds)))
    return ngettext("{n} minute", "{n} minutes", round(seconds / 60))


def _exact(m: ModelRecord) -> str:
    exact = m.metrics.get("exact")
    return "" if exact is None or not m.metrics.get("replayed") else percent(exact)
