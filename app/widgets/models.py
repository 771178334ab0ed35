"""The parts of the page Models: a training under way, the models, a release, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from app import messages, state
from app.i18n import _
from app.services import books, models, train
from app.services.access import Right
from app.services.books import BookCard
from app.services.errors import ServiceError
from app.services.models import Models
from app.services.workbench import Workbench
from app.views import models as views
from app.views.model import seconds_left
from app.widgets.frame import polled
from app.widgets.markdown import plain
from engine.errors import EngineError
from storage.errors import StorageError


def training(wb: Workbench, card: BookCard, found: Models) -> None:
    """The training under way with its bar, or the ways to start one."""
    st.subheader(_("Training"), anchor=False)
    if books.model_state(wb, state.actor(), card.name).job and train.running(wb, card.name):
        _under_way(wb, card)
        return
    if Right.TRAIN not in card.rights:
        st.caption(_("Nothing is being trained. Admins of the book start a training."))
        return
    st.caption(plain(views.before_training(found)))
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Train quickly"), type="primary", icon=":material/model_training:", key="models.train.quick"):
            _do(lambda: train.start(wb, state.actor(), card.name, "quick"))
        if st.button(_("Train thoroughly"), icon=":material/neurology:", key="models.train.full"):
            _do(lambda: train.start(wb, state.actor(), card.name, "full"))


@polled(seconds=1)
def _under_way(wb: Workbench, card: BookCard) -> None:
    """Drawn again by itself; when the training has ended, the whole page is."""
    job = train.running(wb, card.name)
    if not job:
        st.rerun(scope="app")
    now = train.latest(wb, card.name)
    if now is not None:
        text = ", ".join(x for x in (_("The model is learning from this book"), seconds_left(now.seconds_left)) if x)
        st.progress(min(1.0, max(0.0, now.fraction)), text=plain(text))
    if Right.TRAIN in card.rights and st.button(_("Cancel"), icon=":material/stop_circle:", key="models.cancel"):
        _do(lambda: train.cancel(wb, state.actor(), job), _("The training was cancelled; nothing of it is kept."))


def listed(found: Models, people: Mapping[str, str]) -> None:
    """Every model with its figures, newest first."""
    st.subheader(_("Models"), anchor=False)
    if not found.models:
        st.caption(_("There is none yet. Until then proposals are made from the accounts alone and are never sure."))
        return
    st.dataframe(views.rows(found, people), hide_index=True, width="stretch")
    st.caption(_("Right on history: how many earlier entries it would have proposed exactly, each asked before it "
                 "was known. Models of different days were asked different entries."))  # fmt: skip


def release_form(wb: Workbench, card: BookCard, found: Models) -> None:
    """Choose another model, say why, and what is accepted with it; or go back to the one before."""
    others = views.others(found)
    if others:
        st.subheader(_("Put another model into use"), anchor=False)
        with st.form("models.release", border=True):
            model = st.selectbox(_("Model"), list(others), format_func=others.__getitem__, key="models.which")
            reason = st.text_input(_("Reason"), key="models.reason", max_chars=500)
            accepted = st.text_input(
                _("What you accept"), key="models.accepted", max_chars=500,
                help=_("The two models were not asked the same entries, so the new one may be worse. Say what you "
                       "tried, or why that does not matter. It is kept in the book."),
            )  # fmt: skip
            sent = st.form_submit_button(_("Put into use"), type="primary", icon=":material/rocket_launch:")
        if sent:
            _do(lambda: models.release(wb, state.actor(), card.name, model, reason, override=accepted),
                _("In use from the next proposal on."))  # fmt: skip
    if views.may_go_back(found) and st.button(
        _("Go back to the model before"), icon=":material/undo:", key="models.back"
    ):
        st.dialog(_("Go back to the model before"), icon=":material/undo:")(_back_form)(wb, card)


def _back_form(wb: Workbench, card: BookCard) -> None:
    st.caption(_("The next proposal comes from it, with everything approved since in its memory."))
    reason = st.text_input(_("Reason"), key="models.back.reason", max_chars=500)
    if st.button(_("Go back"), type="primary", key="models.back.send"):
        _do(lambda: models.rollback(wb, state.actor(), card.name, reason), _("The model before is in use again."))


def history(found: Models, people: Mapping[str, str]) -> None:
    if not found.releases:
        return
    st.subheader(_("What was in use"), anchor=False)
    st.markdown("\n".join(f"- {plain(line)}" for line in views.told(found, people)))


def _do(act: Callable[[], object], done: str = "") -> None:
    try:
        act()
    except (ServiceError, EngineError, StorageError, OSError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    if done:
        state.DONE.set(done)
    st.rerun()
