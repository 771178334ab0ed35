"""Choices that belong into a link, by their value.

Streamlit's own binding writes a select box's label into the address, which is another one in each language.
"""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from app.state import Key


def from_link(key: Key[str], allowed: Collection[str]) -> None:
    """Before the widget is drawn for the first time: take its value from the link; what is unknown is left out."""
    value = st.query_params.get(key.name)
    if value is not None and value in allowed and key.name not in st.session_state:
        key.set(value)


def to_link(key: Key[str], default: str = "") -> None:
    """After the widget is drawn: keep the link in step with it, and short where nothing was chosen."""
    value = key.get()
    if value and value != default:
        st.query_params[key.name] = value
    elif key.name in st.query_params:
        del st.query_params[key.name]
