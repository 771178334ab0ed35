"""The stylesheet of the workbench, sent with every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_FILE = Path(__file__).resolve().parent.parent / "static" / "workbench.css"


def style() -> None:
    st.html(_FILE)
