"""Where the model stands, drawn again every second while it learns or loads."""

from __future__ import annotations

import streamlit as st

from app.services.workbench import Workbench
from app.views.model import model_line
from app.widgets.frame import polled


def model_status(wb: Workbench, book: str) -> None:
    """Nothing when the model is ready; a bar while it is on its way; a sentence otherwise."""
    line = model_line(wb.model_state(book))
    if line.busy:
        _progress(wb, book)
    elif line.alarm:
        st.warning(line.text, icon=":material/warning:")
    elif not line.ready:
        st.info(line.text, icon=":material/info:")


@polled(seconds=1)
def _progress(wb: Workbench, book: str) -> None:
    """The bar; once the model is there the whole page is drawn again, and a kept event is answered."""
    line = model_line(wb.model_state(book))
    if not line.busy:
        st.rerun(scope="app")
    st.progress(line.fraction, text=line.text)
