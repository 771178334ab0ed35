"""Where the keyboard is: in the form for the next event, or free for the keys of an answer.

Streamlit has no way to say this. Without it the cursor stays in the field that sent the form, and the
key that should accept the entry would be typed there.
"""

from __future__ import annotations

import streamlit as st

from app import state

# The field may still be on its way to the page, so it is looked for during two seconds.
_SCRIPTS = {
    state.ON_FORM: """(function look(times) {
        const field = document.querySelector('.st-key-predict-description input');
        if (field) field.focus({preventScroll: true}); else if (times) setTimeout(look, 50, times - 1);
    })(40)""",
    state.ON_ANSWER: """document.activeElement?.blur();
        if (window.innerWidth <= 640) document.querySelector('.st-key-entry')?.scrollIntoView({block: 'start'})""",
}


def put_focus() -> None:
    """Move it once where the last act left it to be; drawn last, so that the page is there already."""
    where = state.FOCUS.get()
    state.FOCUS.set("")
    if where in _SCRIPTS:
        turn = state.GRID_TURN.get()  # another text each time, or the browser runs the script once only
        st.html(f"<script>/* {turn} */ {_SCRIPTS[where]}</script>", unsafe_allow_javascript=True)
