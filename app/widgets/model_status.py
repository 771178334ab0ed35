"""Where the model stands, drawn again every second while it learns or loads."""

from __future__ import annotations

import streamlit as st

from app import messages, state
from app.services import books, train
from app.services.access import Right
from app.services.books import BookCard
from app.services.errors import ServiceError
from app.services.workbench import Workbench
from app.views.model import model_line
from app.widgets.frame import polled
from app.widgets.markdown import plain
from engine.errors import EngineError
from storage.errors import StorageError


def model_status(wb: Workbench, card: BookCard) -> None:
    """Nothing when the model is ready; a bar while it is on its way; a sentence and the way out otherwise."""
    line = model_line(books.model_state(wb, state.actor(), card.name))
    if line.busy:
        _progress(wb, card.name)
    elif line.alarm:
        st.warning(plain(line.text), icon=":material/warning:")
    elif not line.ready:
        st.info(plain(line.text), icon=":material/info:")
    trains = line.train and card.entries and Right.TRAIN in card.rights
    if trains and st.button(line.train, icon=":material/model_training:", key="predict.train"):
        _train(wb, card)


def _train(wb: Workbench, card: BookCard) -> None:
    try:
        train.start(wb, state.actor(), card.name)
    except (ServiceError, EngineError, StorageError) as error:
        st.error(plain(messages.sentence(error)), icon=":material/error:")
        return
    st.rerun()


@polled(seconds=1)
def _progress(wb: Workbench, book: str) -> None:
    """The bar; once the model is there the whole page is drawn again, and a kept event is answered."""
    line = model_line(books.model_state(wb, state.actor(), book))
    if not line.busy:
        st.rerun(scope="app")
    st.progress(line.fraction, text=plain(line.text))
